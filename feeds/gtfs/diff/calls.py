"""Trips that are in both versions and call at other times, or at other stops.

A trip is compared as a traveller rides it: its calls in their order, whatever numbers order them, and times as seconds
of the service day, so that 7:00:00 is 07:00:00.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb

from feeds.gtfs.diff.texts import Text
from feeds.gtfs.diff.view import NAMED, SECONDS, view


@dataclass(frozen=True, slots=True)
class OtherCalls:
    """How many trips call at other times, and how many at other stops; of each the first by id."""

    times: int = 0
    stops: int = 0
    times_ids: tuple[str, ...] = ()
    stops_ids: tuple[str, ...] = ()


_COLUMNS: Final = {
    **dict.fromkeys(("trip_id", "stop_id", "location_id", "location_group_id"), "VARCHAR"),
    **{"arrival_time": "VARCHAR", "departure_time": "VARCHAR", "stop_sequence": "BIGINT"},
}

# Trips of which every word is the same need no closer look, and they are most. A trip's calls are one number, a sum
# over them, so that no trip's list is held in memory.
_TOUCHED = """
CREATE OR REPLACE TEMP TABLE touched AS
WITH b AS ({b}), n AS ({n})
SELECT trip_id FROM b JOIN n USING (trip_id) WHERE b.calls <> n.calls OR b.words <> n.words
"""
_WORDS = """
SELECT trip_id, count(*) AS calls, sum(CAST(hash(
    stop_sequence, stop_id, location_id, location_group_id, arrival_time, departure_time) AS HUGEINT)) AS words
FROM {0}_calls WHERE trip_id IS NOT NULL GROUP BY trip_id
"""
_WAYS = f"""
CREATE OR REPLACE TEMP TABLE {{0}}_ways AS
WITH placed AS (
    SELECT trip_id, coalesce(stop_id, location_id, location_group_id) AS stop,
        {SECONDS.format("arrival_time")} AS arrives_s, {SECONDS.format("departure_time")} AS departs_s,
        row_number() OVER (PARTITION BY trip_id ORDER BY stop_sequence, stop_id) AS place
    FROM {{0}}_calls SEMI JOIN touched USING (trip_id)
)
SELECT trip_id, count(*) AS calls, sum(CAST(hash(place, stop) AS HUGEINT)) AS stops,
    sum(CAST(hash(place, arrives_s, departs_s) AS HUGEINT)) AS times
FROM placed GROUP BY trip_id
"""  # noqa: S608 - names of our own

_CHANGED = """
CREATE OR REPLACE TEMP TABLE changed_trips AS
SELECT trip_id, b.calls <> n.calls OR b.stops <> n.stops AS other_stops, b.times <> n.times AS other_times
FROM b_ways b JOIN n_ways n USING (trip_id)
"""


def other_calls(connection: duckdb.DuckDBPyConnection, texts: tuple[Text | None, Text | None]) -> OtherCalls:
    """Compare the trips of two ``stop_times.txt``; a trip with other stops is not told again for its times."""
    for side, text in zip("bn", texts, strict=True):
        view(connection, f"{side}_calls", text, _COLUMNS)
    connection.execute(_TOUCHED.format(b=_WORDS.format("b"), n=_WORDS.format("n")))
    for side in "bn":
        connection.execute(_WAYS.format(side))
    connection.execute(_CHANGED)
    found = [_those(connection, one) for one in ("other_times AND NOT other_stops", "other_stops")]
    (times, times_ids), (stops, stops_ids) = found
    return OtherCalls(times, stops, times_ids, stops_ids)


def _those(connection: duckdb.DuckDBPyConnection, which: str) -> tuple[int, tuple[str, ...]]:
    sql = f"SELECT trip_id, count(*) OVER () FROM changed_trips WHERE {which} ORDER BY trip_id LIMIT {NAMED}"  # noqa: S608
    rows = connection.execute(sql).fetchall()
    return (rows[0][1] if rows else 0), tuple(trip for trip, _ in rows)
