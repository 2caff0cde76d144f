"""A feed comes in batches (hour files, months), and some records come in more than one of them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from feeds.reading import Limits
from feeds.statistics import bind, connect
from mds.tables import PROVENANCE

_ROW_GROUP = 122_880


@dataclass(frozen=True, slots=True)
class Freshness:
    """How many records of a batch are new, and how many came before: with the same content, or with another.

    `example` is the key of one of the conflicts. A record that is out stays as it was: numbers computed from it may
    have been published.
    """

    kept: int
    duplicates: int
    conflicts: int
    example: str = ""


def fresh(new: Path, known: Sequence[Path], *, key: str, out: Path, limits: Limits | None = None) -> Freshness:
    """Write to `out` the records of the table `new` whose `key` is in none of the batches `known`, in their order.

    Two records with one key conflict when they differ in a column that both tables have, other than those that say
    when and in which page it came. The order of `new` is that of its rows; the memory is bounded by `limits`.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="mds-batch-") as spill:
        connection = connect(memory=limits.memory, threads=limits.threads, spill=Path(spill))
        with connection:
            connection.execute("SET preserve_insertion_order = true")
            bind(connection, {"new": new}, ["new"])
            columns = pq.read_schema(new).names
            if known:
                bind(connection, {"known": list(known)}, ["known"])
                _compare(connection, key, _compared(columns, known, key))
            else:
                connection.execute(f"CREATE TEMP TABLE seen AS SELECT {key}, true AS same FROM new WHERE false")  # noqa: S608 - a column's name
            _write(connection, key, out)
            return _counted(connection, key, new)


def _compared(columns: Sequence[str], known: Sequence[Path], key: str) -> list[str]:
    shared = set(columns).intersection(*(pq.read_schema(path).names for path in known))
    return [name for name in columns if name in shared and name not in PROVENANCE and name != key]


def _compare(connection: duckdb.DuckDBPyConnection, key: str, columns: Sequence[str]) -> None:
    """Table `seen`: the keys of `new` that are known, and whether the content is the same as it was."""
    content = ", ".join(f'"{name}"' for name in columns)
    connection.execute(
        f"""
        CREATE TEMP TABLE seen AS
        WITH before AS (SELECT {key}, hash({content}) AS content FROM known SEMI JOIN new USING ({key}))
        SELECT n.{key}, bool_or(hash({", ".join(f'n."{name}"' for name in columns)}) = b.content) AS same
        FROM new AS n JOIN before AS b USING ({key}) GROUP BY n.{key}
        """  # noqa: S608 - columns' names
    )


def _write(connection: duckdb.DuckDBPyConnection, key: str, out: Path) -> None:
    target = str(out).replace("'", "''")
    connection.execute(
        f"COPY (FROM new ANTI JOIN seen USING ({key})) TO '{target}'"
        f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
    )


def _counted(connection: duckdb.DuckDBPyConnection, key: str, new: Path) -> Freshness:
    row = connection.execute(
        f"SELECT count(*) FILTER (same), count(*) FILTER (NOT same), min({key}) FILTER (NOT same) FROM seen"  # noqa: S608 - a column's name
    ).fetchone()
    same, other, example = row or (0, 0, None)
    rows = pq.read_metadata(new).num_rows
    return Freshness(kept=rows - same - other, duplicates=same, conflicts=other, example=example or "")
