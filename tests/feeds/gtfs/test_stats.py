"""The statistics of the town of twelve stops, against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import statistics
from feeds.gtfs import stats
from feeds.reading import Reading

MONDAY, HOLIDAY = dt.date(2026, 4, 27), dt.date(2026, 5, 1)
WEEKDAYS = 2
"""The service_key of WK: its rank after WE."""
STEP_M = 1111.95
"""0.01 degrees of latitude on a sphere of 6371008.8 m."""


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def by_stop(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {record["stop_id"]: record for record in table.to_pylist()}


def answer(record: dict[str, Any]) -> tuple[Any, ...]:
    names = ("departures", "trips", "routes", "first_s", "last_s", "headway_mean_s", "headway_max_s")
    return tuple(record[name] for name in names)


def test_stops_on_a_weekday(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    stops = by_stop(stats.stop_day(town.tables, connection=connection, date=MONDAY))
    assert len(stops) == 12
    # 7:00, 7:30, 7:35 (the end of the trip back), 8:30: gaps of 30, 5 and 55 minutes
    assert answer(stops["S01"]) == (4, 4, 1, clock("7:00"), clock("8:30"), 1800.0, 3300)
    # the loop stops twice: one trip, two departures half an hour apart
    assert answer(stops["S05"]) == (2, 1, 1, clock("8:00"), clock("8:30"), 1800.0, 1800)
    # 7:10, 7:25, 7:40, 8:40 of line 1, then 9:20 and 10:20 of line U
    assert answer(stops["S03"]) == (6, 6, 2, clock("7:10"), clock("10:20"), 190 * 60 / 5, 3600)
    # 6:00, 6:20, 6:40, 17:00, 17:30: only the last two lie within 7:00 to 19:00
    assert answer(stops["S08"]) == (5, 5, 1, clock("6:00"), clock("17:30"), 1800.0, 1800)
    # without times in the feed: 9:05 by distance, 10:10 half-way
    assert answer(stops["S12"]) == (2, 2, 1, clock("9:05"), clock("10:10"), 3900.0, 3900)


def test_stops_on_a_holiday_go_beyond_midnight(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    stops = by_stop(stats.stop_day(town.tables, connection=connection, date=HOLIDAY))
    assert set(stops) == {"S01", "S02", "S03", "S04"}
    assert answer(stops["S01"]) == (2, 2, 1, clock("10:00"), clock("24:30"), None, None)
    assert answer(stops["S04"]) == (2, 2, 1, clock("10:15"), clock("25:30"), None, None)


def test_where_one_can_board(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    stops = by_stop(stats.stop_day(town.tables, connection=connection, date=MONDAY, boarding_only=True))
    assert answer(stops["S01"]) == (3, 3, 1, clock("7:00"), clock("8:30"), 2700.0, 3600)
    assert answer(stops["S04"]) == (1, 1, 1, clock("7:20"), clock("7:20"), None, None)
    assert "S10" not in stops


def test_a_window_of_ones_own(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    window = {"window_from_s": clock("6:00"), "window_to_s": clock("6:40")}
    stops = by_stop(stats.stop_day(town.tables, connection=connection, date=MONDAY, **window))
    assert (stops["S08"]["headway_mean_s"], stops["S08"]["headway_max_s"]) == (1200.0, 1200)
    assert stops["S01"]["headway_mean_s"] is None


def test_both_directions_and_each(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    split = stats.stop_day(town.tables, connection=connection, date=MONDAY, split_directions=True).to_pylist()
    gare = {record["direction_id"]: record["departures"] for record in split if record["stop_id"] == "S01"}
    assert gare == {0: 3, 1: 1}
    whole = by_stop(stats.stop_day(town.tables, connection=connection, date=MONDAY))
    for stop_id, record in whole.items():
        parts = [other["departures"] for other in split if other["stop_id"] == stop_id]
        assert sum(parts) == record["departures"]


def test_calls_without_times_count_without_them(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    stops = by_stop(stats.stop_day(town.tables, connection=connection, date=MONDAY, interpolate=False))
    assert answer(stops["S12"]) == (2, 2, 1, None, None, None, None)


def test_all_patterns_at_once_are_each_pattern(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    for compute in (stats.stop_day, stats.segment_hour, stats.route_day):
        together = compute(town.tables, connection=connection).to_pylist()
        apart = [record for pattern in (1, 2) for record in
                 compute(town.tables, connection=connection, pattern=pattern).to_pylist()]  # fmt: skip
        assert together == apart
        assert {record["pattern"] for record in together} == {1, 2}


def test_no_service_on_a_date_is_told(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(LookupError, match="no trip runs on 2026-05-11"):
        stats.stop_day(town.tables, connection=connection, date=dt.date(2026, 5, 11))


def test_segments_by_hour(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    weekday = stats.segment_hour(town.tables, connection=connection, date=MONDAY).to_pylist()
    vehicles = {(r["from_stop_id"], r["to_stop_id"], r["hour"]): r["vehicles"] for r in weekday}
    assert vehicles["S01", "S02", 7] == 2
    assert vehicles["S01", "S02", 8] == 1
    assert vehicles["S02", "S01", 7] == 1
    assert vehicles["S08", "S09", 6] == 3
    assert vehicles["S11", "S12", 9] == vehicles["S12", "S03", 9] == 1
    assert sum(vehicles.values()) == 4 * 3 + 3 + 5 * 2 + 2 * 2
    first = next(r for r in weekday if (r["from_stop_id"], r["hour"]) == ("S01", 7))
    assert first["distance_m"] == pytest.approx(STEP_M, abs=0.01)
    assert first["speed_kmh"] == pytest.approx(3.6 * STEP_M / 300, rel=1e-5)
    night = stats.segment_hour(town.tables, connection=connection, date=HOLIDAY).to_pylist()
    assert {(r["from_stop_id"], r["hour"]): r["vehicles"] for r in night}["S01", 24] == 1


def test_routes(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    weekday = stats.route_day(town.tables, connection=connection, date=MONDAY).to_pylist()
    routes = {(record["route_id"], record["direction_id"]): record for record in weekday}
    there = routes["R1", 0]
    assert (there["trips"], there["first_s"], there["last_s"]) == (3, clock("7:00"), clock("8:45"))
    assert (there["span_s"], there["duration_mean_s"]) == (105 * 60, 900.0)
    assert there["speed_kmh"] == pytest.approx(3.6 * 3 * STEP_M / 900, rel=1e-5)
    assert there["distance_source"] == "straight"
    shuttle = routes["F", 0]
    assert (shuttle["trips"], shuttle["first_s"], shuttle["last_s"]) == (5, clock("6:00"), clock("17:40"))
    # 4 km by the feed's own measure in 20 minutes, and 3 x 1111.95 m in a straight line in 20 minutes
    farm = routes["U", 0]
    assert farm["distance_source"] == "mixed"
    assert farm["speed_kmh"] == pytest.approx(3.6 * (4000 + 3 * STEP_M) / 2400, rel=1e-5)
    both = stats.route_day(town.tables, connection=connection, date=MONDAY, split_directions=False).to_pylist()
    assert {record["route_id"]: record["trips"] for record in both} == {"R1": 4, "R2": 1, "F": 5, "U": 2}


@settings(derandomize=True, deadline=None, max_examples=25)
@given(starts=st.lists(st.integers(0, 30 * 3600), min_size=1, max_size=12), shift=st.integers(-3600, 3600))
def test_headways_are_the_gaps_of_the_sorted_departures(town: Reading, starts: list[int], shift: int) -> None:
    """One stop, one trip a start: the window, the mean and the largest gap as one would reckon them by hand."""
    tables = town_with(town, starts, shift)
    with statistics.connect(memory=1 << 28) as connection:
        (record,) = stats.stop_day(tables, connection=connection, pattern=1).to_pylist()
    times = sorted(start + shift for start in starts)
    inside = [time for time in times if 25200 <= time <= 68400]
    gaps = [later - earlier for earlier, later in pairwise(inside)]
    mean = pytest.approx(sum(gaps) / len(gaps)) if gaps else None
    expected = (len(starts), len(starts), 1, times[0], times[-1], mean, max(gaps, default=None))
    assert answer(record) == expected


def town_with(town: Reading, starts: list[int], shift: int) -> dict[str, Any]:
    """The town's tables, its timetable replaced by trips that call once, at S01, on weekdays."""
    keys = pa.array(range(1, len(starts) + 1), pa.int32())
    ones, none = pa.array([1] * len(starts), pa.int32()), pa.nulls(len(starts), pa.int32())
    weekdays = pa.array([WEEKDAYS] * len(starts), pa.int32())
    yes, no = pa.array([True] * len(starts)), pa.array([False] * len(starts))
    calls = {"trip_key": keys, "stop_key": ones, "departs_s": pa.array(starts, pa.int32()), "interpolated": no,
             "next_stop_key": none, "first_call": yes, "pickup_type": none}  # fmt: skip
    runs = {"trip_key": keys, "route_key": ones, "service_key": weekdays, "direction_id": none,
            "shift_s": pa.array([shift] * len(starts), pa.int32())}  # fmt: skip
    patterns = pa.table({"stop_key": [1], "pattern": [1], "like_pattern": [1]})
    services = pa.table({"stop_key": [1], "service_key": [WEEKDAYS]})
    return {**town.tables, "stop_times": pa.table(calls), "runs": pa.table(runs), "stop_patterns": patterns,
            "stop_services": services}  # fmt: skip


@pytest.mark.parametrize("name", ["gtfs.stop_day", "gtfs.segment_hour", "gtfs.route_day"])
def test_the_texts_can_become_those_of_spark(name: str) -> None:
    statistic = statistics.load("feeds.gtfs")[name]
    (spark,) = sqlglot.transpile(
        statistic.sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    tree = sqlglot.parse_one(spark, read="spark")
    named = {table.name for table in tree.find_all(sqlglot.exp.Table)}
    inner = {cte.alias for cte in tree.find_all(sqlglot.exp.CTE)}
    assert named - inner == set(statistic.tables)


@pytest.mark.parametrize("name", ["gtfs.stop_day", "gtfs.segment_hour", "gtfs.route_day"])
def test_heads_name_what_comes_out(name: str, town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    statistic = statistics.load("feeds.gtfs")[name]
    columns = statistics.compute(statistic, town.tables, connection=connection).column_names
    assert set(statistic.dimensions) <= set(columns)
    assert set(statistic.unit) <= set(columns)
    assert set(statistic.title) == {"fr", "en"}


def test_patterns_that_are_alike_at_a_stop_are_known(town: Reading) -> None:
    shown = {
        (r["stop_key"], r["pattern"]): r["like_pattern"]
        for r in pq.read_table(town.tables["stop_patterns"]).to_pylist()
    }
    assert shown[1, 1] == 1
    assert shown[1, 2] == 2
