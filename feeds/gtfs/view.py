"""Busy and representative days, and a feed cut down to one of them, by partridge.

partridge reads whole files with pandas before it filters; on a large feed that takes gigabytes. So it never sees the
feed itself: DuckDB writes it a small folder that holds only the services asked for, and partridge follows the
references from there.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import partridge

from feeds import statistics
from feeds.gtfs.workshop import literal, quoted

#: Calls (stop times) in a view that pandas may hold, at about 1 kB each.
MOST_CALLS = 3_000_000
_CALENDARS = ("trips", "calendar", "calendar_dates")
_NEEDED = ("agency", "routes", "stops", "trips", "stop_times")
_OPTIONAL = ("calendar", "calendar_dates", "shapes", "frequencies", "feed_info")
#: Of the view: which records of a table it needs. Other tables are written whole, partridge prunes them.
_FILTERS = {
    "trips": "service_id IN (SELECT service_id FROM asked)",
    "stop_times": "trip_key IN (SELECT trip_key FROM trips WHERE service_id IN (SELECT service_id FROM asked))",
    "shapes": "shape_id IN (SELECT shape_id FROM trips WHERE service_id IN (SELECT service_id FROM asked))",
}
#: partridge goes through every single day, and calendars may end in the year 9999: three years after the last of them
#: began, no other service comes.
_SOURCES = {
    "calendar": """(SELECT * REPLACE (least(end_date, (SELECT max(start_date) FROM calendar) + 1096) AS end_date)
        FROM calendar)"""
}
_WEEKDAYS = ("weekday", "weekday", "weekday", "weekday", "weekday", "saturday", "sunday")


def busiest_day(
    tables: Mapping[str, Path], *, connection: duckdb.DuckDBPyConnection, scrap: Path
) -> tuple[dt.date, frozenset[str]]:
    """The earliest of the days with the most trips, and the services of that day.

    Args:
        tables: those of a `feeds.reading.Reading`.
        scrap: an existing folder for files that come and go.

    Raises:
        LookupError: no trip runs on any day.
    """
    folder = _calendar_folder(tables, connection, scrap)
    date, services = partridge.read_busiest_date(str(folder))
    return date, services


def representative_days(
    tables: Mapping[str, Path], *, connection: duckdb.DuckDBPyConnection, scrap: Path
) -> dict[str, dt.date]:
    """For weekdays, Saturdays and Sundays the earliest day with the commonest set of services of such days.

    Public holidays follow the weekday that they fall on; the commonest set leaves them out. Arguments and errors are
    as in `busiest_day`; a kind of day without service is left out.
    """
    folder = _calendar_folder(tables, connection, scrap)
    found: dict[str, tuple[int, dt.date]] = {}
    for dates in partridge.read_dates_by_service_ids(str(folder)).values():
        for kind, count in Counter(_WEEKDAYS[date.weekday()] for date in dates).items():
            first = min(date for date in dates if _WEEKDAYS[date.weekday()] == kind)
            most, earliest = found.get(kind, (0, dt.date.max))
            if (-count, first) < (-most, earliest):
                found[kind] = count, first
    return {kind: date for kind, (_, date) in sorted(found.items())}


def cut(
    tables: Mapping[str, Path], services: Iterable[str], *, connection: duckdb.DuckDBPyConnection, scrap: Path
) -> partridge.gtfs.Feed:
    """The feed cut down to some services: its stops, routes, shapes are those that their trips use.

    Raises:
        LookupError: none of the services has trips.
        ValueError: the view would hold more than `MOST_CALLS` stop times.
    """
    _bind(tables, connection, services)
    calls = _count(connection, f"SELECT count(*) FROM stop_times WHERE {_FILTERS['stop_times']}")  # noqa: S608
    if not calls:
        raise LookupError("none of these services has stop times")
    if calls > MOST_CALLS:
        raise ValueError(f"the view holds {calls} stop times, more than the {MOST_CALLS} that a view may have")
    folder = scrap / "view"
    _write_folder(folder, (*_NEEDED, *_OPTIONAL), tables, connection)
    return partridge.load_feed(str(folder), view={"trips.txt": {"service_id": set(services)}})


def _calendar_folder(tables: Mapping[str, Path], connection: duckdb.DuckDBPyConnection, scrap: Path) -> Path:
    """A folder with just the files from which partridge tells days apart."""
    statistics.bind(connection, tables, ["service_patterns"])
    if not _count(connection, "SELECT count(*) FROM service_patterns"):
        raise LookupError("no trip runs on any day")
    statistics.bind(connection, tables, ["services"])
    everything = connection.execute("SELECT service_id FROM services").fetchall()
    _bind(tables, connection, [service for (service,) in everything])
    folder = scrap / "calendar"
    _write_folder(folder, _CALENDARS, tables, connection)
    return folder


def _bind(tables: Mapping[str, Path], connection: duckdb.DuckDBPyConnection, services: Iterable[str]) -> None:
    statistics.bind(connection, tables, [name for name in (*_NEEDED, *_OPTIONAL) if name in tables])
    connection.execute("CREATE OR REPLACE TEMP TABLE asked AS SELECT unnest(?) AS service_id", [sorted(services)])


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _write_folder(
    folder: Path, names: Iterable[str], tables: Mapping[str, Path], connection: duckdb.DuckDBPyConnection
) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        if name in tables:
            source, only = _SOURCES.get(name, name), _FILTERS.get(name, "true")
            sql = f"SELECT {_columns(name, connection)} FROM {source} AS {name} WHERE {only}"  # noqa: S608
            connection.execute(f"COPY ({sql}) TO {literal(str(folder / f'{name}.txt'))} (HEADER, DELIMITER ',')")


def _columns(name: str, connection: duckdb.DuckDBPyConnection) -> str:
    """A table's columns as GTFS writes them: ids for keys, YYYYMMDD, HH:MM:SS."""
    described = connection.execute(f"DESCRIBE {quoted(name)}").fetchall()
    written = [_written(column, kind) for column, kind, *_ in described]
    if name == "stop_times":
        written.append("(SELECT trip_id FROM trips t WHERE t.trip_key = stop_times.trip_key) AS trip_id")
        written.append("(SELECT stop_id FROM stops p WHERE p.stop_key = stop_times.stop_key) AS stop_id")
    return ", ".join(text for text in written if text)


_OURS = frozenset({"csv_row", "stop_key", "trip_key", "route_key", "service_key", "interpolated", "next_stop_key",
                   "first_call", "next_arrives_s", "arrives_s", "departs_s"})  # fmt: skip


def _written(column: str, kind: str) -> str:
    if column in _OURS:
        return ""
    if kind == "DATE":
        return f"strftime({column}, '%Y%m%d') AS {column}"
    if column.endswith("_s") and kind == "INTEGER":
        clock = f"printf('%02d:%02d:%02d', {column} // 3600, {column} // 60 % 60, {column} % 60)"
        return f"CASE WHEN {column} IS NOT NULL THEN {clock} END AS {column.removesuffix('_s')}_time"
    return quoted(column)
