"""Open formats: read, check, describe. Pure: paths, bytes or tables in, values out.

Nothing here knows a database, a web framework or the clock: what a function needs comes in as an argument.
"""
