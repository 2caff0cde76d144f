"""The records plane: who, what, when, under which agreement. Never a measurement.

SQLAlchemy 2 typed models with Alembic migrations, SQLite in WAL mode by default and PostgreSQL in production; the
same contract tests run on both. The queries are small functions over a `Session`, one file a noun.
"""

from hub.records import feed_models as feed_models  # the tables of the metadata are in two files
from hub.records.engine import Records, connect

__all__ = ["Records", "connect"]
