"""Check what was read: the rules that no schema expresses, over the Parquet tables of `mds.read`."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from feeds.findings import Finding, Report
from feeds.reading import Limits
from feeds.statistics import Source, bind, connect
from mds.chains import broken_chains
from mds.notices import completed
from mds.rules import RULES, Rule, Thresholds
from mds.states import MICROMOBILITY
from mds.tables import EVENTS, SCHEMAS

#: Great-circle distance on a sphere of the mean radius of the Earth: half a per cent wrong at most.
_METRES = """
    CREATE OR REPLACE TEMP MACRO metres(lat1, lng1, lat2, lng2) AS
        2 * 6371008.8 * asin(sqrt(least(1,
            pow(sin(radians(lat2 - lat1) / 2), 2)
            + cos(radians(lat1)) * cos(radians(lat2)) * pow(sin(radians(lng2 - lng1) / 2), 2)
        )))
"""


def check(
    tables: Mapping[str, Source],
    *,
    at: dt.datetime,
    limits: Limits | None = None,
    mode: str = MICROMOBILITY,
    thresholds: Thresholds | None = None,
) -> Report:
    """Run each rule whose tables are there; one finding a rule, with how many records break it and the first of them.

    `tables` are those of `mds.read`, of one batch or several; `at` (aware) is the moment of the check, never the
    clock's; `mode` is that of the provider and chooses the state machine.
    """
    limits = limits or Limits()
    thresholds = thresholds or Thresholds()
    known = [name for name in SCHEMAS if name in tables]
    with tempfile.TemporaryDirectory(prefix="mds-check-") as spill:
        connection = connect(memory=limits.memory, threads=limits.threads, spill=Path(spill))
        with connection:
            bind(connection, tables, known)
            connection.execute(_METRES)
            values = {**asdict(thresholds), "at": at.astimezone(dt.UTC).replace(tzinfo=None)}
            found = [_apply(connection, rule, values) for rule in RULES if set(rule.tables) <= set(known)]
            chains = tuple(broken_chains(connection, mode)) if EVENTS in known else ()
    return Report(
        findings=tuple(completed(finding) for finding in (*found, *chains) if finding),
        validators={"mds.check": "1"},
        parameters={"at": at.isoformat(), "mode": mode, **{k: str(v) for k, v in asdict(thresholds).items()}},
        validation_date=at.date(),
    )


def _apply(connection: duckdb.DuckDBPyConnection, rule: Rule, values: Mapping[str, Any]) -> Finding | None:
    used = {name: value for name, value in values.items() if f"${name}" in rule.sql}
    row = connection.execute(
        f"SELECT count(*), min({{'file': file, 'row': row, 'value': CAST(value AS VARCHAR)}}) FROM ({rule.sql})",  # noqa: S608 - ours
        used or None,
    ).fetchone()
    if row is None or not row[0]:
        return None
    first = row[1]
    return Finding(
        code=rule.code,
        severity=rule.severity,
        message=rule.message,
        file=first["file"],
        row=first["row"],
        field=rule.field,
        value=first["value"],
        count=row[0],
        mend=rule.mend,
    )
