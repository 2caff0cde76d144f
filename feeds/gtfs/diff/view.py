"""A file of text as a table of typed columns, for the questions that need numbers and dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import duckdb

from feeds.gtfs.diff.texts import Text

#: How many stops, routes … are named in what a difference means; the counts are of all.
NAMED: Final = 50
#: Seconds of the service day of a column ``H:MM:SS``; past 24 h for service past midnight.
SECONDS: Final = (
    "(TRY_CAST(split_part({0}, ':', 1) AS BIGINT) * 3600 + TRY_CAST(split_part({0}, ':', 2) AS BIGINT) * 60"
    " + TRY_CAST(split_part({0}, ':', 3) AS BIGINT))"
)


def view(connection: duckdb.DuckDBPyConnection, name: str, text: Text | None, columns: Mapping[str, str]) -> None:
    """A file's columns under their names, as the types given; what is no value of its type is null."""
    header = text.columns if text else ()
    cells = [
        f"TRY_CAST({f'x{header.index(column)}' if column in header else 'NULL'} AS {kind}) AS {column}"
        for column, kind in columns.items()
    ]
    origin = f"read_parquet('{str(text.path).replace(chr(39), chr(39) * 2)}')" if text else "(SELECT 1) WHERE false"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {', '.join(cells)} FROM {origin}")  # noqa: S608
