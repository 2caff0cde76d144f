"""How many trips each route has on each day, before and after.

A trip of `frequencies.txt` counts once for each of its departures. Days are compared where both versions have service:
what lies outside is told by the service span.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import duckdb

from feeds.gtfs.diff.texts import Text
from feeds.gtfs.diff.view import NAMED, view

#: The files that say which trips run when.
SERVICE: Final = ("trips.txt", "calendar.txt", "calendar_dates.txt", "frequencies.txt")


@dataclass(frozen=True, slots=True)
class RouteDays:
    """A route with another number of trips on some days: on how many, the trips of those days in both versions, and
    the day that changed most.
    """

    route_id: str
    days: int
    trips_base: int
    trips_new: int
    worst_day: dt.date
    worst_base: int
    worst_new: int


@dataclass(frozen=True, slots=True)
class Span:
    """First and last service day; none where no trip runs."""

    first: dt.date | None
    last: dt.date | None


_DAY: Final = "CAST(TRY_STRPTIME({}, '%Y%m%d') AS DATE)"
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME: Final = (
    "(TRY_CAST(split_part({0}, ':', 1) AS BIGINT) * 3600 + TRY_CAST(split_part({0}, ':', 2) AS BIGINT) * 60"
    " + TRY_CAST(split_part({0}, ':', 3) AS BIGINT))"
)
#: A calendar that spans more days than this has a mistake in its dates.
_LONGEST: Final = 3660

_PER_DAY = f"""
CREATE OR REPLACE TEMP TABLE {{0}}_per_day AS
WITH ranges AS (
    SELECT service_id, [{", ".join(_WEEK)}] AS runs,
        {_DAY.format("start_date")} AS first, {_DAY.format("end_date")} AS last
    FROM {{0}}_calendar
), weekly AS (
    SELECT service_id, runs, unnest(generate_series(first, last, INTERVAL 1 DAY))::DATE AS day
    FROM ranges WHERE last >= first AND last - first <= {_LONGEST}
), dates AS (SELECT service_id, {_DAY.format("date")} AS day, exception_type FROM {{0}}_calendar_dates), days AS (
    (SELECT service_id, day FROM weekly WHERE runs[isodow(day)] = '1'
     UNION SELECT service_id, day FROM dates WHERE exception_type = '1' AND day IS NOT NULL)
    EXCEPT SELECT service_id, day FROM dates WHERE exception_type = '2' AND day IS NOT NULL
), runs AS (
    SELECT trip_id,
        sum(greatest(0, ceil(({_TIME.format("end_time")} - {_TIME.format("start_time")}) / headway_secs))) AS n
    FROM {{0}}_frequencies WHERE headway_secs > 0 GROUP BY trip_id
), timetable AS (
    SELECT t.route_id, t.service_id, CAST(sum(coalesce(r.n, 1)) AS BIGINT) AS n
    FROM {{0}}_trips t LEFT JOIN runs r ON r.trip_id = t.trip_id GROUP BY t.route_id, t.service_id
)
SELECT t.route_id, d.day, CAST(sum(t.n) AS BIGINT) AS trips
FROM timetable t JOIN days d ON d.service_id = t.service_id GROUP BY t.route_id, d.day
"""  # noqa: S608 - names of our own


def count_trips(connection: duckdb.DuckDBPyConnection, texts: list[Text | None], side: str) -> None:
    """Fill the table ``<side>_per_day`` (route_id, day, trips) from the files of `SERVICE`, in their order."""
    columns: tuple[tuple[str, dict[str, str]], ...] = (
        ("trips", dict.fromkeys(("route_id", "service_id", "trip_id"), "VARCHAR")),
        ("calendar", dict.fromkeys(("service_id", *_WEEK, "start_date", "end_date"), "VARCHAR")),
        ("calendar_dates", dict.fromkeys(("service_id", "date", "exception_type"), "VARCHAR")),
        (
            "frequencies",
            {"trip_id": "VARCHAR", "start_time": "VARCHAR", "end_time": "VARCHAR", "headway_secs": "BIGINT"},
        ),
    )
    for text, (name, kinds) in zip(texts, columns, strict=True):
        view(connection, f"{side}_{name}", text, kinds)
    connection.execute(_PER_DAY.format(side))


_ROUTE_DAYS = """
WITH days AS (SELECT DISTINCT day FROM b_per_day INTERSECT SELECT DISTINCT day FROM n_per_day),
both_sides AS (
    SELECT coalesce(b.route_id, n.route_id) AS route_id, coalesce(b.day, n.day) AS day,
        coalesce(b.trips, 0) AS base, coalesce(n.trips, 0) AS new
    FROM (SELECT * FROM b_per_day SEMI JOIN days USING (day)) b
    FULL JOIN (SELECT * FROM n_per_day SEMI JOIN days USING (day)) n ON n.route_id = b.route_id AND n.day = b.day
), changed AS (SELECT *, row_number() OVER (PARTITION BY route_id ORDER BY abs(new - base) DESC, day) AS nth
    FROM both_sides WHERE base <> new)
SELECT coalesce(route_id, ''), count(*), CAST(sum(base) AS BIGINT), CAST(sum(new) AS BIGINT),
    any_value(day) FILTER (nth = 1), any_value(base) FILTER (nth = 1), any_value(new) FILTER (nth = 1),
    count(*) OVER (), sum(sum(abs(new - base))) OVER (PARTITION BY route_id) AS weight
FROM changed GROUP BY route_id ORDER BY weight DESC, 1 LIMIT ?
"""


def route_days(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, tuple[RouteDays, ...]]:
    """How many days both versions serve, how many routes changed on them, and the routes that changed most."""
    days = connection.execute(
        "SELECT count(*) FROM (SELECT DISTINCT day FROM b_per_day INTERSECT SELECT DISTINCT day FROM n_per_day)"
    ).fetchall()[0][0]
    rows = connection.execute(_ROUTE_DAYS, [NAMED]).fetchall()
    return days, (rows[0][7] if rows else 0), tuple(RouteDays(*row[:7]) for row in rows)


def span(connection: duckdb.DuckDBPyConnection, side: str) -> Span:
    """First and last service day of one side."""
    return Span(*connection.execute(f"SELECT min(day), max(day) FROM {side}_per_day").fetchall()[0])  # noqa: S608
