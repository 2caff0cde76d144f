"""The last step of reading: drop what came twice, sort, and write the tables as they stay.

DuckDB does it within the memory limit, spilling to disk, so that a year of trips needs no more memory than a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from feeds.findings import Finding, Severity
from feeds.reading import REJECTS
from mds import defects
from mds.tables import ORDERS, PROVENANCE, SCHEMAS, Order

#: Rows of a row group: large enough for a scan to run through, small enough to be skipped by time.
_ROW_GROUP = 122_880


@dataclass(frozen=True, slots=True)
class Repeats:
    """Records of one table whose id came before: the same again, or with other content; with an example of each."""

    table: str
    duplicates: int = 0
    conflicts: int = 0
    findings: tuple[Finding, ...] = ()


def settle(
    connection: duckdb.DuckDBPyConnection,
    staged: Mapping[str, Path],
    into: Path,
    *,
    derived: frozenset[str] = frozenset(),
) -> tuple[dict[str, Path], list[Repeats]]:
    """Write each staged table to `into`, sorted and without repeats; superseded records join the rejects.

    Repeats in a `derived` table (the points of 1.2 routes) are those of the records it was derived from, and are not
    told twice.
    """
    written: dict[str, Path] = {}
    repeats: list[Repeats] = []
    connection.execute("CREATE TEMP TABLE superseded (file VARCHAR, row BIGINT, field VARCHAR, value VARCHAR)")
    for table in (name for name in SCHEMAS if name in staged):
        connection.execute(f"CREATE OR REPLACE TEMP VIEW staged AS FROM {_parquet(staged[table])}")
        repeats.append(_find_repeats(connection, table, quiet=ORDERS[table].repeats or table in derived))
        written[table] = into / f"{table}.parquet"
        _write(connection, ORDERS[table], SCHEMAS[table].names, written[table])
    if REJECTS in staged or any(found.conflicts for found in repeats):
        written[REJECTS] = into / f"{REJECTS}.parquet"
        _write_rejects(connection, staged.get(REJECTS), written[REJECTS])
    return written, repeats


def _find_repeats(connection: duckdb.DuckDBPyConnection, table: str, *, quiet: bool) -> Repeats:
    """Mark the records that lose against another with the same key (table `losers`)."""
    order = ORDERS[table]
    content = ", ".join(name for name in SCHEMAS[table].names if name not in PROVENANCE)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE losers AS
        WITH repeated AS (SELECT {order.key} FROM staged GROUP BY {order.key} HAVING count(*) > 1),
        twins AS (SELECT *, hash({content}) AS content FROM staged SEMI JOIN repeated USING ({order.key})),
        ranked AS (
            SELECT {order.key} AS id, source_file, source_row, position, content,
                   first_value(content) OVER latest AS kept, row_number() OVER latest AS place
            FROM twins WINDOW latest AS (PARTITION BY {order.key} ORDER BY {order.latest})
        )
        SELECT id, source_file, source_row, position, content = kept AS same FROM ranked WHERE place > 1
        """  # noqa: S608 - names from mds.tables
    )
    if quiet:
        return Repeats(table)
    connection.execute(
        "INSERT INTO superseded SELECT source_file, source_row, ?, id FROM losers WHERE NOT same", [order.key]
    )
    duplicates = _example(connection, "same", _duplicate(order))
    conflicts = _example(connection, "NOT same", _conflict(order))
    findings = tuple(finding for finding in (duplicates, conflicts) if finding)
    return Repeats(table, duplicates.count if duplicates else 0, conflicts.count if conflicts else 0, findings)


def _duplicate(order: Order) -> Finding:
    return Finding(
        code=f"mds_duplicate_{order.key.removesuffix('_id')}",
        severity=Severity.WARNING,
        message="the same record came more than once; one was kept",
        field=order.key,
        mend="Send each record in one page only.",
    )


def _conflict(order: Order) -> Finding:
    return Finding(
        code=f"mds_conflicting_{order.key.removesuffix('_id')}",
        severity=Severity.ERROR,
        message=defects.SUPERSEDED.reason,
        field=order.key,
        mend=defects.SUPERSEDED.mend,
    )


def _example(connection: duckdb.DuckDBPyConnection, which: str, finding: Finding) -> Finding | None:
    """The finding with the count of such losers and the first of them; None when there are none."""
    row = connection.execute(
        f"SELECT count(*) OVER (), source_file, source_row, id FROM losers WHERE {which}"  # noqa: S608 - ours
        " ORDER BY source_file, source_row LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    return Finding(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        file=row[1],
        row=row[2],
        field=finding.field,
        value=row[3],
        count=row[0],
        mend=finding.mend,
    )


def _write(connection: duckdb.DuckDBPyConnection, order: Order, columns: list[str], path: Path) -> None:
    names = ", ".join(columns)
    connection.execute(
        f"COPY (SELECT {names} FROM staged ANTI JOIN losers USING (position) ORDER BY {order.sort})"  # noqa: S608 - names from mds.tables
        f" TO {_text(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
    )


def _write_rejects(connection: duckdb.DuckDBPyConnection, staged: Path | None, path: Path) -> None:
    superseded = f"SELECT *, {_text(defects.SUPERSEDED.reason)} AS reason FROM superseded"  # noqa: S608 - a quoted text
    both = f"FROM {_parquet(staged)} UNION ALL {superseded}" if staged else superseded
    connection.execute(f"COPY ({both} ORDER BY file, row, field) TO {_text(path)} (FORMAT parquet, COMPRESSION zstd)")


def _parquet(path: Path) -> str:
    return f"read_parquet({_text(path)})"


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
