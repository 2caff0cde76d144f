"""Checks as data: one code, the tables it looks at, and one query that lists what it finds.

A query answers with the columns ``row`` (line in the file, may be null) and ``value``; it reads the tables by their
names, thresholds as ``$name``, and ``metres(lat, lon, lat, lon)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from feeds import statistics
from feeds.findings import Finding
from feeds.gtfs.notices import notices

#: Great-circle distance on a sphere of the mean radius of the Earth (IUGG R1), as in `feeds.gtfs.runs`.
_METRES = """CREATE OR REPLACE TEMP MACRO metres(lat1, lon1, lat2, lon2) AS 2 * 6371008.8 * asin(sqrt(least(1,
    pow(sin(radians(lat2 - lat1) / 2), 2)
    + cos(radians(lat1)) * cos(radians(lat2)) * pow(sin(radians(lon2 - lon1) / 2), 2))))"""


@dataclass(frozen=True, slots=True)
class Query:
    """One check. It is run when every table of `tables` is there."""

    code: str
    file: str
    field: str
    tables: tuple[str, ...]
    sql: str


def run(
    queries: Iterable[Query],
    tables: Mapping[str, Path],
    *,
    connection: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Any] | None = None,
) -> tuple[Finding, ...]:
    """One finding for each query that lists anything: how many, and the first line as the example."""
    _bind(tables, connection)
    known = notices()
    found = []
    for query in queries:
        if not set(query.tables) <= set(tables):
            continue
        used = {name: value for name, value in (parameters or {}).items() if f"${name}" in query.sql}
        told = connection.execute(
            f"SELECT count(*), min({{'row': row, 'value': CAST(value AS VARCHAR)}}) FROM ({query.sql})",  # noqa: S608 - ours
            used or None,
        ).fetchone()
        if told and told[0]:
            notice, first = known[query.code], told[1]
            found.append(
                Finding(
                    query.code,
                    notice.severity,
                    notice.en,
                    query.file,
                    first["row"],
                    query.field,
                    first["value"] or "",
                    told[0],
                    notice.mend,
                    notice.kind,
                )
            )
    return tuple(found)


def _bind(tables: Mapping[str, Path], connection: duckdb.DuckDBPyConnection) -> None:
    statistics.bind(connection, tables, tables)
    connection.execute(_METRES)
