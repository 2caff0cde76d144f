"""The checks of plausibility, one query each, over the tables of a reading.

They look at distinct things (pairs of stops, routes, days) rather than at each stop time, so that millions of stop
times take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from feeds.findings import Finding
from feeds.gtfs.plausible.thresholds import OTHER_KMH, SPEEDS_KMH, values
from feeds.gtfs.queries import Query, run

_LIMITS = ", ".join(f"({route_type}, CAST({kmh / 3.6:.4f} AS DOUBLE))" for route_type, kmh, _ in SPEEDS_KMH)
#: Extended route types (100 to 1700) say in their hundreds which kind of vehicle: 700 to 799 are buses.
_BASIC = """CASE WHEN route_type < 100 THEN route_type
    WHEN route_type // 100 = 1 THEN 2 WHEN route_type // 100 IN (2, 7) THEN 3 WHEN route_type // 100 = 4 THEN 1
    WHEN route_type = 800 THEN 11 WHEN route_type // 100 = 9 THEN 0 WHEN route_type // 100 IN (10, 12) THEN 4
    WHEN route_type // 100 = 11 THEN 1100 WHEN route_type // 100 = 13 THEN 6 WHEN route_type = 1400 THEN 7 END"""
_PACE = f"""pace AS (
    SELECT t.trip_key, t.trip_id, r.route_id, coalesce(l.most, CAST({OTHER_KMH / 3.6:.4f} AS DOUBLE)) AS most_m_s
    FROM trips t JOIN (SELECT *, {_BASIC} AS basic FROM routes) r ON r.route_key = t.route_key
    LEFT JOIN (VALUES {_LIMITS}) l(basic, most) ON l.basic = r.basic
)"""  # noqa: S608 - numbers of ours

#: From each timed call to the next timed one: `way_m` is the sum of the straight lines between, whatever was untimed.
_HOPS = """timed AS (
    SELECT s.trip_key, s.csv_row, s.departs_s AS leaves_s, s.next_arrives_s AS comes_s, g.distance_m AS way_m
    FROM stop_times s JOIN segments g ON g.stop_key = s.stop_key AND g.next_stop_key = s.next_stop_key
    WHERE s.trip_key NOT IN (SELECT trip_key FROM stop_times WHERE interpolated)
), lines AS (
    SELECT s.trip_key, s.csv_row, s.stop_sequence, s.interpolated, s.arrives_s, s.departs_s,
        coalesce(sum(g.distance_m) OVER (PARTITION BY s.trip_key ORDER BY s.stop_sequence
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS so_far_m
    FROM stop_times s LEFT JOIN segments g ON g.stop_key = s.stop_key AND g.next_stop_key = s.next_stop_key
    WHERE s.trip_key IN (SELECT trip_key FROM stop_times WHERE interpolated)
), anchors AS (
    SELECT trip_key, csv_row, departs_s AS leaves_s, lead(arrives_s) OVER trip AS comes_s,
        lead(so_far_m) OVER trip - so_far_m AS way_m
    FROM lines WHERE NOT interpolated AND arrives_s IS NOT NULL
    WINDOW trip AS (PARTITION BY trip_key ORDER BY stop_sequence)
), hops AS (
    SELECT trip_key, csv_row, way_m, comes_s - leaves_s AS takes_s, comes_s % 60 = 0 AND leaves_s % 60 = 0 AS by_minute
    FROM (FROM timed UNION ALL FROM anchors) WHERE comes_s >= leaves_s
)"""

_TELEPORT = f"""
WITH {_PACE}, {_HOPS}
SELECT h.csv_row AS row, printf('%s, %s: %.1f km in %d s', p.route_id, p.trip_id, h.way_m / 1000, h.takes_s) AS value
FROM hops h JOIN pace p USING (trip_key)
WHERE h.way_m > $teleport_m AND h.takes_s > 0
  AND h.way_m > p.most_m_s * (h.takes_s + CASE WHEN h.by_minute THEN $slack_s ELSE 0 END)
"""  # noqa: S608 - texts of ours

_NO_TIME = f"""
WITH {_HOPS}
SELECT h.csv_row AS row, printf('%s: %.1f km in no time', t.trip_id, h.way_m / 1000) AS value
FROM hops h JOIN trips t USING (trip_key)
WHERE h.takes_s = 0 AND h.way_m > CASE WHEN h.by_minute THEN $zero_minute_m ELSE $zero_m END
"""  # noqa: S608 - texts of ours

# The commonest pattern of weekdays stands for all of them.
_HOLES = """
WITH usual AS (
    SELECT pattern FROM service_patterns WHERE isodow(date) <= 5
    GROUP BY pattern ORDER BY count(*) DESC, pattern LIMIT 1
), departures AS (
    SELECT DISTINCT r.route_key, r.direction_id, s.first_s + r.shift_s AS departs_s
    FROM runs r JOIN trip_spans s USING (trip_key) JOIN pattern_services p ON p.service_key = r.service_key
    WHERE p.pattern = (SELECT pattern FROM usual) AND s.first_s IS NOT NULL
), waits AS (
    SELECT route_key, direction_id, departs_s, departs_s - lag(departs_s) OVER line AS wait_s,
        lag(departs_s) OVER line - lag(departs_s, 2) OVER line AS before_s,
        lead(departs_s) OVER line - departs_s AS after_s
    FROM departures WINDOW line AS (PARTITION BY route_key, direction_id ORDER BY departs_s)
), habits AS (
    SELECT route_key, direction_id, median(wait_s) AS usual_s FROM waits
    GROUP BY route_key, direction_id HAVING count(*) >= $frequent_runs AND median(wait_s) <= $frequent_s
)
SELECT o.csv_row AS row, printf('%s: %d min until %02d:%02d, else %.0f min', o.route_id, w.wait_s // 60,
    w.departs_s // 3600, w.departs_s // 60 % 60, h.usual_s / 60) AS value
FROM waits w JOIN habits h ON h.route_key = w.route_key AND h.direction_id IS NOT DISTINCT FROM w.direction_id
JOIN routes o ON o.route_key = w.route_key
WHERE w.wait_s > $hole_times * h.usual_s AND w.wait_s >= $hole_least_s AND w.wait_s <= $hole_most_s
  AND w.before_s <= $beside_times * h.usual_s AND w.after_s <= $beside_times * h.usual_s
"""

# A grid of squares: a stop is alone when neither its square nor the eight around it hold another stop.
_ALONE = """
WITH served AS (
    SELECT csv_row, stop_id, stop_lat, stop_lon, CAST(floor(stop_lat / $alone_deg) AS INTEGER) AS north,
        CAST(floor(stop_lon / $alone_deg) AS INTEGER) AS east
    FROM stops WHERE stop_lat IS NOT NULL AND stop_lon IS NOT NULL
), squares AS (
    SELECT north, east, count(*) AS stops FROM served GROUP BY north, east
), alone AS (
    SELECT a.csv_row, a.stop_id, a.stop_lat, a.stop_lon FROM served a
    JOIN squares q ON q.north BETWEEN a.north - 1 AND a.north + 1 AND q.east BETWEEN a.east - 1 AND a.east + 1
    GROUP BY ALL HAVING sum(q.stops) = 1
)
SELECT csv_row AS row, stop_id || ': ' || stop_lat || ', ' || stop_lon AS value FROM alone
WHERE (SELECT count(*) FROM alone) <= greatest(1, $alone_share * (SELECT count(*) FROM served))
  AND (SELECT count(*) FROM served) > 2
"""

_ONE_POINT = """
SELECT min(csv_row) AS row, min(stop_lat) || ', ' || min(stop_lon) AS value FROM stops
WHERE coalesce(location_type, 0) = 0 AND stop_lat IS NOT NULL AND stop_lon IS NOT NULL
HAVING count(*) >= $one_point_stops AND count(DISTINCT (round(stop_lat, 5), round(stop_lon, 5))) = 1
"""

_DROP = """
WITH counts AS (
    SELECT d.date, sum(r.runs) AS runs FROM service_days d
    JOIN (SELECT service_key, count(*) AS runs FROM runs GROUP BY service_key) r USING (service_key) GROUP BY d.date
), days AS (
    SELECT CAST(unnest(range(min(date), max(date) + 1, INTERVAL 1 DAY)) AS DATE) AS date FROM counts
), filled AS (
    SELECT d.date, isodow(d.date) AS weekday, coalesce(c.runs, 0) AS runs FROM days d LEFT JOIN counts c USING (date)
), usual AS (
    SELECT weekday, median(runs) AS runs, count(*) AS days FROM filled GROUP BY weekday
)
SELECT CAST(NULL AS BIGINT) AS row, printf('%s: %d runs, else %d', f.date::VARCHAR, f.runs, u.runs::BIGINT) AS value
FROM filled f JOIN usual u USING (weekday)
WHERE u.days >= $drop_days AND f.runs < $drop_share * u.runs AND f.weekday <= 5
  AND f.runs < $sunday_share * coalesce((SELECT runs FROM usual WHERE weekday = 7), 0)
"""

# What the reader does not count days of: see `feeds.gtfs.services`.
_FOREVER = """
SELECT csv_row AS row, printf('%s to %s', start_date::VARCHAR, end_date::VARCHAR) AS value FROM calendar
WHERE year(start_date) < $first_year OR year(end_date) > $last_year
"""

_TWICE = """
WITH told AS (
    SELECT trip_key, count(*) AS calls, bit_xor(hash(stop_key, arrives_s, departs_s)) AS one,
        sum(hash(stop_key, arrives_s, stop_sequence) >> 24) AS other
    FROM stop_times GROUP BY trip_key HAVING count(departs_s) > 1
), alike AS (
    SELECT t.csv_row, t.trip_id, min(t.csv_row) OVER same AS first_row, min_by(t.trip_id, t.csv_row) OVER same AS first
    FROM trips t JOIN told o USING (trip_key) {frequencies}
    WINDOW same AS (PARTITION BY t.route_key, t.service_key, t.direction_id, o.calls, o.one, o.other)
)
SELECT csv_row AS row, trip_id || ' is ' || first AS value FROM alike WHERE csv_row > first_row
"""
_NOT_TEMPLATES = "WHERE t.trip_key NOT IN (SELECT trip_key FROM frequencies)"
_SERVICE = ("runs", "service_days", "stop_times", "trips")


def _twice(*, has_frequencies: bool) -> Query:
    sql = _TWICE.replace("{frequencies}", _NOT_TEMPLATES if has_frequencies else "")
    return Query("implausible_duplicated_trip", "trips.txt", "trip_id", _SERVICE, sql)


CHECKS: Final = (
    Query("implausible_speed", "stop_times.txt", "arrival_time", ("stop_times", "segments"), _TELEPORT),
    Query("implausible_zero_time", "stop_times.txt", "arrival_time", ("stop_times", "segments"), _NO_TIME),
    Query("implausible_headway_hole", "routes.txt", "route_id", ("runs", "service_patterns"), _HOLES),
    Query("implausible_lonely_stop", "stops.txt", "stop_lat", ("stops",), _ALONE),
    Query("implausible_one_point", "stops.txt", "stop_lat", ("stops",), _ONE_POINT),
    Query("implausible_endless_calendar", "calendar.txt", "end_date", ("calendar",), _FOREVER),
    Query("implausible_service_drop", "calendar.txt", "service_id", _SERVICE, _DROP),
)


def check(tables: Mapping[str, Path], *, connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Findings of kind PLAUSIBILITY; `tables` are those of a reading."""
    queries = (*CHECKS, _twice(has_frequencies="frequencies" in tables))
    return run(queries, tables, connection=connection, parameters=values())
