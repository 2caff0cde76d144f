"""How many trips each route has on each day, before and after.

A trip of `frequencies.txt` counts once for each of its departures. Days are compared from the first to the last that
lie in the service span of both versions, those on which one of them has no service at all included: a holiday, a
strike. What lies outside is told by the spans. Of calendars without an end the years count that `services` counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import duckdb

from feeds.gtfs.diff.texts import Text
from feeds.gtfs.diff.view import NAMED, SECONDS, view
from feeds.gtfs.services import FIRST_YEAR, LAST_YEAR

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

_PER_DAY = f"""
CREATE OR REPLACE TEMP TABLE {{0}}_per_day AS
WITH told AS (
    SELECT service_id, [{", ".join(_WEEK)}] AS runs,
        {_DAY.format("start_date")} AS first, {_DAY.format("end_date")} AS last
    FROM {{0}}_calendar
), ranges AS (
    SELECT service_id, runs, greatest(first, DATE '{FIRST_YEAR}-01-01') AS first,
        least(last, DATE '{LAST_YEAR}-12-31') AS last
    FROM told WHERE first IS NOT NULL AND last IS NOT NULL
), weekly AS (
    SELECT service_id, runs, first + unnest(range(last - first + 1))::INTEGER AS day FROM ranges WHERE last >= first
), dates AS (SELECT service_id, {_DAY.format("date")} AS day, exception_type FROM {{0}}_calendar_dates), days AS (
    (SELECT service_id, day FROM weekly WHERE runs[isodow(day)] = '1'
     UNION SELECT service_id, day FROM dates WHERE exception_type = '1' AND day IS NOT NULL)
    EXCEPT SELECT service_id, day FROM dates WHERE exception_type = '2' AND day IS NOT NULL
), runs AS (
    SELECT trip_id,
        sum(greatest(0, ceil(({SECONDS.format("end_time")} - {SECONDS.format("start_time")}) / headway_secs))) AS n
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


# Without service on one side its bounds are null, and no day is compared.
_DAYS = """
    SELECT DISTINCT day FROM (SELECT day FROM b_per_day UNION SELECT day FROM n_per_day)
    WHERE day >= (SELECT min(day) FROM b_per_day) AND day >= (SELECT min(day) FROM n_per_day)
      AND day <= (SELECT max(day) FROM b_per_day) AND day <= (SELECT max(day) FROM n_per_day)
"""
_ROUTE_DAYS = f"""
WITH days AS ({_DAYS}), both_sides AS (
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
"""  # noqa: S608 - names of our own


def route_days(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, tuple[RouteDays, ...]]:
    """How many days lie in both spans, how many routes changed on them, and the routes that changed most."""
    days = connection.execute(f"SELECT count(*) FROM ({_DAYS})").fetchall()[0][0]  # noqa: S608
    rows = connection.execute(_ROUTE_DAYS, [NAMED]).fetchall()
    return days, (rows[0][7] if rows else 0), tuple(RouteDays(*row[:7]) for row in rows)


def span(connection: duckdb.DuckDBPyConnection, side: str) -> Span:
    """First and last service day of one side."""
    return Span(*connection.execute(f"SELECT min(day), max(day) FROM {side}_per_day").fetchall()[0])  # noqa: S608
