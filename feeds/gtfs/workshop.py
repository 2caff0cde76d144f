"""The DuckDB in which staged tables become the tables of a reading, within the memory that the limits allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from feeds import statistics
from feeds.reading import Limits

#: DuckDB keeps to its limit for what it holds, not for each small thing besides: this share is left for the rest.
_SHARE = 0.7
_LEAST_MEMORY = 96 << 20
_FETCH = 10_000


@dataclass(frozen=True, slots=True)
class Workshop:
    """A connection, the folder for what comes and goes (`scrap`), and the folder for finished tables (`into`)."""

    connection: duckdb.DuckDBPyConnection
    scrap: Path
    into: Path

    def run(self, sql: str) -> None:
        """Run a text that answers nothing."""
        self.connection.execute(sql)

    def view(self, name: str, path: Path) -> None:
        """Give a Parquet file a name."""
        self.run(f"CREATE OR REPLACE VIEW {quoted(name)} AS SELECT * FROM read_parquet({literal(str(path))})")  # noqa: S608

    def write(self, name: str, sql: str, *, folder: Path | None = None) -> Path:
        """Write a query's rows to ``name.parquet`` and give the file that name.

        The order is the query's own where it has one.
        """
        path = (folder or self.into) / f"{name}.parquet"
        self.run(f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)")
        self.view(name, path)
        return path

    def one(self, sql: str) -> tuple[Any, ...]:
        """The only row of a query that has exactly one."""
        row = self.connection.execute(sql).fetchone()
        assert row is not None, sql  # noqa: S101 - an aggregate always has a row
        return row

    def count(self, name: str) -> int:
        """How many records a table has."""
        return int(self.one(f"SELECT count(*) FROM {quoted(name)}")[0])  # noqa: S608 - a quoted name

    def has(self, name: str) -> bool:
        """Whether there is a table of this name."""
        sql = "SELECT count(*) FROM duckdb_views() WHERE view_name = ?"
        row = self.connection.execute(sql, [name]).fetchone()
        return row is not None and row[0] > 0

    def each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a few at a time."""
        cursor = self.connection.execute(sql)
        while rows := cursor.fetchmany(_FETCH):
            yield from rows


def open_workshop(scrap: Path, into: Path, limits: Limits) -> Workshop:
    """A workshop whose DuckDB spills to `scrap` beyond its share of `limits.memory`."""
    memory = max(int(limits.memory * _SHARE), _LEAST_MEMORY)
    connection = statistics.connect(memory=memory, threads=limits.threads, spill=scrap / "spill")
    connection.execute("SET preserve_insertion_order = true")  # tables are written in the order that their query asks
    return Workshop(connection, scrap, into)


def quoted(name: str) -> str:
    """A name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text for SQL."""
    return "'" + text.replace("'", "''") + "'"
