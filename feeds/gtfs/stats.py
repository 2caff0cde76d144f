"""The statistics of a timetable, for a day, a pattern of days, or all patterns at once.

The texts are in ``feeds/gtfs/sql``; each day of a service pattern has the same numbers, so that a whole timetable costs
one computation a pattern and not one a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from feeds import statistics

_PACKAGE = "feeds.gtfs"


def stop_day(
    tables: Mapping[str, Path],
    *,
    connection: duckdb.DuckDBPyConnection,
    date: dt.date | None = None,
    pattern: int | None = None,
    **parameters: Any,
) -> pa.Table:
    """Service of each stop (``gtfs.stop_day``): of a date, of a pattern, or of every pattern when neither is given.

    Args:
        tables: those of a `feeds.reading.Reading`.
        parameters: `window_from_s`, `window_to_s`, `boarding_only`, `split_directions`, `interpolate`.

    Raises:
        LookupError: no trip runs on that date.
    """
    return _compute("gtfs.stop_day", tables, connection, _asked(tables, date, pattern), parameters)


def segment_hour(
    tables: Mapping[str, Path],
    *,
    connection: duckdb.DuckDBPyConnection,
    date: dt.date | None = None,
    pattern: int | None = None,
) -> pa.Table:
    """Vehicles of each segment and hour (``gtfs.segment_hour``); arguments and errors as `stop_day`."""
    return _compute("gtfs.segment_hour", tables, connection, _asked(tables, date, pattern), {})


def route_day(
    tables: Mapping[str, Path],
    *,
    connection: duckdb.DuckDBPyConnection,
    date: dt.date | None = None,
    pattern: int | None = None,
    **parameters: Any,
) -> pa.Table:
    """Service of each route (``gtfs.route_day``); `split_directions` is its parameter, the rest is as in `stop_day`."""
    return _compute("gtfs.route_day", tables, connection, _asked(tables, date, pattern), parameters)


def pattern_of(tables: Mapping[str, Path], date: dt.date) -> int | None:
    """The service pattern of a date; None when no trip runs on it."""
    days = pq.read_table(tables["service_patterns"])
    found = days.filter(pc.equal(days["date"], date))["pattern"]
    return int(found[0].as_py()) if len(found) else None


def _asked(tables: Mapping[str, Path], date: dt.date | None, pattern: int | None) -> int | None:
    if date is None:
        return pattern
    found = pattern_of(tables, date)
    if found is None:
        raise LookupError(f"no trip runs on {date.isoformat()}")
    return found


def _compute(
    name: str,
    tables: Mapping[str, Path],
    connection: duckdb.DuckDBPyConnection,
    pattern: int | None,
    parameters: Mapping[str, Any],
) -> pa.Table:
    statistic = statistics.load(_PACKAGE)[name]
    return statistics.compute(statistic, tables, connection=connection, pattern=pattern, **parameters)
