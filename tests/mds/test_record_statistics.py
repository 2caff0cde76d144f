"""Records one by one: summed they are the statistics that count them, and legs are what a person would measure."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.statistics import load
from mds import calendar
from tests.mds import town
from tests.mds.test_statistics import _RIDES, _TOLD, DAY, PROVIDERS, TWO_ENDS, _events, _run, _zoned

Rows = list[dict[str, Any]]
RECORDS = sorted(name for name, one in load("mds").items() if "record" in one.dimensions)
OWN = {"record", "device", "vehicle_day"}
TRIP_SCHEMA = pa.schema(
    [
        ("provider_id", pa.string()),
        ("trip_id", pa.string()),
        ("device_key", pa.int64()),
        ("trip_type", pa.string()),
        ("duration_s", pa.int32()),
        ("start_local", pa.timestamp("us")),
        ("end_local", pa.timestamp("us")),
        ("start_zone", pa.string()),
        ("end_zone", pa.string()),
        ("start_lat", pa.float64()),
        ("start_lng", pa.float64()),
        ("end_lat", pa.float64()),
        ("end_lng", pa.float64()),
    ]
)


def summed(rows: Iterable[Mapping[str, Any]], name: str) -> dict[tuple[Any, ...], Any]:
    """The sum of a measure (to the microsecond, the trip) and the distinct vehicles, by all that is told apart."""
    one = load("mds")[name]
    keys = [key for key in one.dimensions if key not in OWN]
    measure = one.question["measure"]
    values: Counter[tuple[Any, ...]] = Counter()
    vehicles: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for row in rows:
        key = tuple(row[name] for name in sorted(keys))
        values[key] += round(row[measure] * 1_000_000)
        vehicles[key].add(row["device"])
    return {key: (values[key], len(vehicles[key])) for key in values}


def told(rows: Iterable[Mapping[str, Any]], name: str) -> dict[tuple[Any, ...], Any]:
    """The same of rows that are sums already."""
    one = load("mds")[name]
    measure = one.question["measure"]
    return {
        tuple(row[key] for key in sorted(one.dimensions)): (round(row[measure] * 1_000_000), row["vehicles"])
        for row in rows
    }


def each_once(rows: Rows) -> None:
    assert len({row["record"] for row in rows}) == len(rows)


@pytest.fixture(scope="module")
def trips(monday: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _zoned(monday.tables["trips"], tmp_path_factory.mktemp("zoned") / "trips.parquet", "start_", "end_")


def test_the_trips_of_the_monday_one_by_one(trips: Path) -> None:
    tables = {"trips": trips, "bands": calendar.bands(), "providers": PROVIDERS}
    rows = _run("mds.flow_records", tables, TWO_ENDS)
    each_once(rows)
    found = {row["record"]: (row["origin_zone"], row["destination_zone"], row["band"], row["trips"]) for row in rows}
    assert found == {
        f"{town.PROVIDER}/{town.uid('r1')}": ("A", "B", "am_peak", 1),
        f"{town.PROVIDER}/{town.uid('r2')}": ("B", "A", "am_peak", 1),
        f"{town.PROVIDER}/{town.uid('g1')}": ("A", "B", "am_peak", 1),
        f"{town.PROVIDER}/{town.uid('b2')}": ("C", "A", "evening", 1),
    }
    ends = _run("mds.trip_end_records", tables, {"trips": {"zone": "end_zone"}})
    assert {row["record"]: row["zone"] for row in ends} == {key: value[1] for key, value in found.items()}


def test_every_statistic_of_sums_has_its_records_and_asks_the_same() -> None:
    statistics = load("mds")
    of = {one.question.get("of"): one for one in statistics.values() if "record" in one.dimensions}
    assert {name for name in statistics if name not in RECORDS} == of.keys() - {None}
    for name, records in of.items():
        dimensions = set(records.dimensions) - OWN
        assert set(records.question["attributes"]) == dimensions - {"holding"}
        if name is not None:
            assert set(statistics[name].dimensions) == dimensions
            asked = {key: value for key, value in records.question.items() if key not in {"of", "attributes"}}
            assert asked == statistics[name].question


def trip(number: int, **told: Any) -> dict[str, Any]:
    start = dt.datetime(2026, 3, 2, 8)
    usual = {
        "provider_id": town.PROVIDER,
        "trip_id": f"t{number}",
        "device_key": number,
        "duration_s": 600,
        "start_local": start,
        "end_local": start + dt.timedelta(minutes=10),
    }
    return {**usual, **told}


def written(rows: list[dict[str, Any]], folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(rows, schema=TRIP_SCHEMA), folder / "trips.parquet")
    return folder / "trips.parquet"


@settings(derandomize=True, deadline=None, max_examples=40)
@given(rides=_RIDES)
def test_law_trips_one_by_one_sum_to_flows_and_trip_ends(
    rides: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [
        trip(
            number,
            device_key=device,
            start_local=start,
            end_local=start + dt.timedelta(hours=3),
            start_zone=origin,
            end_zone=destination,
            trip_type=kind,
            duration_s=duration_s,
        )
        for number, (device, start, origin, destination, kind, duration_s) in enumerate(rides)
    ]
    tables = {
        "trips": written(rows, tmp_path_factory.mktemp("law")),
        "bands": calendar.bands(),
        "providers": PROVIDERS,
    }
    period = {"period_from": dt.date(2026, 2, 27), "period_to": dt.date(2026, 3, 3)}
    for name, records, columns in (
        ("mds.flows", "mds.flow_records", TWO_ENDS),
        ("mds.trip_ends", "mds.trip_end_records", {"trips": {"zone": "end_zone"}}),
    ):
        found = _run(records, tables, columns, **period)
        each_once(found)
        assert summed(found, records) == told(_run(name, tables, columns, **period), name)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(events=_TOLD)
def test_law_episodes_and_states_one_by_one_sum_to_dwell_and_fleet(
    events: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, until = dt.date(2026, 3, 28), dt.date(2026, 3, 31)  # some episodes began before
    tables = {
        "events": _events(events, tmp_path_factory.mktemp("law")),
        "providers": PROVIDERS,
        "slots": calendar.slots(town.ZONE, first=first, until=until),
        "days": calendar.days(town.ZONE, first=first, until=until),
    }
    for name, records in (("mds.dwell", "mds.dwell_records"), ("mds.fleet", "mds.fleet_records")):
        found = _run(records, tables)
        each_once(found)
        whole = _run(name, tables)
        assert summed(found, records) == told(whole, name)
        if name == "mds.dwell":
            begun = Counter[Any]()
            for row in found:
                begun[row["record"].split("/")[1]] += row["episodes_begun"]
            assert set(begun.values()) <= {0, 1}
            assert begun.total() == sum(row["episodes_begun"] for row in whole)


# --- first and last mile ---------------------------------------------------------------------------------------------

#: Metres in a degree on the sphere of the statistic.
DEGREE_M = math.radians(1) * 6_371_008.8
STOP = (45.07, 5.6)


def beside(north_m: float, east_m: float) -> tuple[float, float]:
    """A point so far from the stop."""
    return STOP[0] + north_m / DEGREE_M, STOP[1] + east_m / DEGREE_M / math.cos(math.radians(STOP[0]))


def legs(rows: list[dict[str, Any]], stops: list[tuple[float, float]], folder: Path, **parameters: Any) -> Rows:
    places = pa.table({"lat": [lat for lat, _ in stops], "lon": [lon for _, lon in stops]})
    tables = {"trips": written(rows, folder), "bands": calendar.bands(), "providers": PROVIDERS, "stops": places}
    columns = {"trips": {"origin_zone": "start_zone", "destination_zone": "end_zone"}}
    return _run("mds.first_last_mile_records", tables, columns, **parameters)


def between(start: tuple[float, float], end: tuple[float, float], number: int = 0, **told: Any) -> dict[str, Any]:
    places = {"start_lat": start[0], "start_lng": start[1], "end_lat": end[0], "end_lng": end[1]}
    return trip(number, start_zone="S", end_zone="E", **places, **told)


FAR = beside(3_000, 3_000)


@pytest.mark.parametrize("way", [lambda m: (m, 0), lambda m: (-m, 0), lambda m: (0, m), lambda m: (0, -m)])
def test_a_walk_is_150_metres_in_every_direction(way: Callable[[float], tuple[float, float]], tmp_path: Path) -> None:
    for metres, near in ((149.9, True), (150.1, False)):
        found = legs([between(beside(*way(metres)), FAR)], [STOP], tmp_path)
        assert [row["leg"] for row in found] == ["last_mile"] * near


def test_a_trip_is_in_one_leg_at_the_end_that_is_near(tmp_path: Path) -> None:
    late = dt.datetime(2026, 3, 2, 8, 55)
    rows = [
        between(STOP, FAR, 1),
        between(FAR, STOP, 2, start_local=late, end_local=late + dt.timedelta(minutes=10)),
        between(beside(20, 0), beside(0, 20), 3),
        between(FAR, FAR, 4),
        between(STOP, FAR, 5, duration_s=59),
        between(STOP, FAR, 6, trip_type="rebalance"),
        trip(7),  # nobody knows where
    ]
    found = {
        row["record"][-1]: (row["leg"], row["zone"], row["band"], row["trips"])
        for row in legs(rows, [STOP, beside(50, 50)], tmp_path)
    }
    assert found == {
        "1": ("last_mile", "S", "am_peak", 1),
        "2": ("first_mile", "E", "midday", 1),  # at 09:05, when it ends
        "3": ("between_stops", "S", "am_peak", 1),
    }


def test_the_period_is_that_of_the_end_near_the_stop(tmp_path: Path) -> None:
    over = {"start_local": dt.datetime(2026, 3, 2, 23, 55), "end_local": dt.datetime(2026, 3, 3, 0, 5)}
    rows = [between(STOP, FAR, 1, **over), between(FAR, STOP, 2, **over)]
    for first, expected in ((DAY, "1"), (DAY + dt.timedelta(days=1), "2")):
        found = legs(rows, [STOP], tmp_path, period_from=first, period_to=first + dt.timedelta(days=1))
        assert [row["record"][-1] for row in found] == [expected]


def test_without_any_stop_there_is_no_leg(tmp_path: Path) -> None:
    assert legs([between(STOP, FAR)], [], tmp_path) == []


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The angle between two unit vectors, times the radius: another formula than the statistic's."""
    vectors = []
    for lat, lon in ((math.radians(a), math.radians(b)) for a, b in (one, other)):
        vectors.append((math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)))
    cross = math.dist(
        (0, 0, 0),
        tuple(vectors[0][i - 2] * vectors[1][i - 1] - vectors[0][i - 1] * vectors[1][i - 2] for i in range(3)),
    )
    return 6_371_008.8 * math.atan2(cross, sum(a * b for a, b in zip(*vectors, strict=True)))


_PLACE = st.tuples(st.integers(-40, 40), st.integers(-40, 40))


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    latitude=st.sampled_from([0.0, 45.07, -37.8, 69.6]),
    stops=st.lists(_PLACE, min_size=1, max_size=6),
    rides=st.lists(st.tuples(_PLACE, _PLACE), min_size=1, max_size=25),
)
def test_law_legs_are_those_of_every_stop_measured_one_by_one(
    latitude: float, stops: list[Any], rides: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    def placed(point: tuple[int, int]) -> tuple[float, float]:
        return latitude + point[0] * 0.0005, 0.001 + point[1] * 0.0005

    def near(point: tuple[int, int]) -> bool:
        return any(metres(placed(point), placed(stop)) <= 150 for stop in stops)

    rows = [between(placed(start), placed(end), number) for number, (start, end) in enumerate(rides)]
    found = legs(rows, [placed(stop) for stop in stops], tmp_path_factory.mktemp("law"))
    names = {(True, False): "last_mile", (False, True): "first_mile", (True, True): "between_stops"}
    expected = {
        f"{town.PROVIDER}/t{number}": names[near(start), near(end)]
        for number, (start, end) in enumerate(rides)
        if near(start) or near(end)
    }
    assert {row["record"]: row["leg"] for row in found} == expected
    each_once(found)
