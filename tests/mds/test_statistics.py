"""Statistics whose right answers are counted by hand, and the laws that hold on any day."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.reading import Reading
from feeds.statistics import compute, connect, load
from mds import calendar
from mds.tables import SCHEMAS
from tests.mds import town

MARCH = dt.date(2026, 3, 1)
DAY = dt.date(2026, 3, 2)
PROVIDERS = pa.table({"provider_id": [town.PROVIDER], "holding": ["town"]})
ROW_OF = {place: name[0] for name, place in town.PLACES.items()}
TWO_ENDS = {"trips": {"origin_zone": "start_zone", "destination_zone": "end_zone"}}


def _run(statistic: str, tables: dict[str, Any], columns: Any = None, **parameters: Any) -> list[dict[str, Any]]:
    with connect(memory=256 << 20, threads=1) as connection:
        found = compute(load("mds")[statistic], tables, connection=connection, columns=columns, **parameters)
    return found.to_pylist()


def _zoned(path: Path, into: Path, *prefixes: str) -> Path:
    """The table with the row of the town in which each point lies, as the hub adds zones at ingest."""
    table = pq.read_table(path)
    for prefix in prefixes:
        places = zip(table[f"{prefix}lat"].to_pylist(), table[f"{prefix}lng"].to_pylist(), strict=True)
        table = table.append_column(f"{prefix}zone", pa.array([ROW_OF.get(place) for place in places]))
    pq.write_table(table, into)
    return into


@pytest.fixture(scope="session")
def trips(monday: Reading, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _zoned(monday.tables["trips"], tmp_path_factory.mktemp("zoned") / "trips.parquet", "start_", "end_")


@pytest.fixture(scope="session")
def events(monday: Reading, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _zoned(monday.tables["events"], tmp_path_factory.mktemp("zoned") / "events.parquet", "")


def test_flows_of_the_monday(trips: Path) -> None:
    rows = _run("mds.flows", {"trips": trips, "bands": calendar.bands(), "providers": PROVIDERS}, TWO_ENDS)
    assert all((row["month"], row["day_type"], row["holding"]) == (MARCH, "weekday", "town") for row in rows)
    found = {(r["origin_zone"], r["destination_zone"], r["band"]): (r["trips"], r["vehicles"]) for r in rows}
    assert found == {
        ("A", "B", "am_peak"): (2, 2),  # r1 and g1
        ("B", "A", "am_peak"): (1, 1),  # r2
        ("C", "A", "evening"): (1, 1),  # b2; b1 of 40 s is no trip for analysis
    }


def test_the_period_and_the_shortest_trip_are_parameters(trips: Path) -> None:
    tables = {"trips": trips, "bands": calendar.bands(), "providers": PROVIDERS}
    morning = _run("mds.flows", tables, TWO_ENDS, period_from=DAY, period_to=dt.datetime(2026, 3, 2, 8, 30))
    assert sum(row["trips"] for row in morning) == 1  # g1 starts at 08:30 and is out: [from, to)
    short = _run("mds.flows", tables, TWO_ENDS, min_duration_s=0)
    assert sum(row["trips"] for row in short) == 5


def test_nothing_is_lost_outside_zones_bands_and_holdings(trips: Path) -> None:
    nowhere = {"trips": {"origin_zone": "start_zone", "destination_zone": "journey_id"}}
    half = calendar.bands([calendar.Band("morning", 6, 9)])
    rows = _run("mds.flows", {"trips": trips, "bands": half, "providers": PROVIDERS.slice(1)}, nowhere)
    found = {(r["origin_zone"], r["destination_zone"], r["band"], r["holding"]): r["trips"] for r in rows}
    assert found == {("A", None, "morning", None): 2, ("B", None, "morning", None): 1, ("C", None, None, None): 1}


def test_a_band_may_be_in_two_pieces(trips: Path) -> None:
    quiet = calendar.bands([calendar.Band("off", 0, 7), calendar.Band("day", 7, 19), calendar.Band("off", 19, 24)])
    tables = {"trips": trips, "bands": quiet, "providers": PROVIDERS}
    rows = _run("mds.trip_ends", tables, {"trips": {"zone": "parking_category"}})
    assert {(row["band"], row["trip_ends"], row["vehicles"]) for row in rows} == {("off", 1, 1), ("day", 3, 2)}


def test_trip_ends_of_the_monday(trips: Path) -> None:
    tables = {"trips": trips, "bands": calendar.bands(), "providers": PROVIDERS}
    rows = _run("mds.trip_ends", tables, {"trips": {"zone": "end_zone"}})
    found = {(row["zone"], row["band"]): (row["trip_ends"], row["vehicles"]) for row in rows}
    assert found == {
        ("B", "am_peak"): (2, 2),  # r1 at 08:20, g1 at 08:40
        ("A", "midday"): (1, 1),  # r2 at 09:10
        ("A", "night"): (1, 1),  # b2 at 00:10 on Tuesday
    }


def test_dwell_of_the_monday(events: Path) -> None:
    slots = calendar.slots(town.ZONE, first=DAY, until=DAY + dt.timedelta(days=1))
    rows = _run("mds.dwell", {"events": events, "slots": slots, "providers": PROVIDERS})
    found = {(r["zone"], r["band"]): (r["dwell_s"], r["episodes"], r["episodes_begun"], r["vehicles"]) for r in rows}
    assert found == {
        ("A", "night"): (7200, 2, 2, 2),  # red and green from 05:00
        ("A", "am_peak"): (7200 + 9000, 2, 0, 2),  # red until 08:00, green until 08:30
        ("A", "midday"): (24600, 1, 1, 1),  # red from 09:10
        ("A", "pm_peak"): (10800, 1, 0, 1),
        ("A", "evening"): (18000, 1, 0, 1),
        ("B", "am_peak"): (1800 + 1200, 2, 2, 2),  # red 08:20-08:50, green from 08:40
        ("B", "midday"): (25200, 1, 0, 1),  # a reservation does not end it
        ("B", "pm_peak"): (10800, 1, 0, 1),
        ("B", "evening"): (18000, 1, 0, 1),
        ("C", "night"): (3600, 1, 1, 1),
        ("C", "am_peak"): (10800, 1, 0, 1),
        ("C", "midday"): (25200, 1, 0, 1),
        ("C", "pm_peak"): (3600 + 7160, 2, 1, 1),  # until 17:00, and again from 17:00:40
        ("C", "evening"): (17400, 1, 0, 1),  # until 23:50
    }


def test_fleet_of_the_monday(events: Path) -> None:
    days = calendar.days(town.ZONE, first=DAY, until=DAY + dt.timedelta(days=1))
    rows = _run("mds.fleet", {"events": events, "days": days, "providers": PROVIDERS})
    found = {row["vehicle_state"]: (row["vehicle_s"], row["vehicles"]) for row in rows}
    assert found == {
        "on_trip": (2400 + 600 + 640, 3),  # red 2 x 20 min, green 10 min, blue 40 s and 10 min before midnight
        "reserved": (300, 1),
        "available": (3 * 19 * 3600 - 3640 - 300, 3),
    }
    assert {(row["day"], row["holding"]) for row in rows} == {(DAY, "town")}


def test_the_worked_example_of_mds_metrics_on_state_durations(tmp_path: Path) -> None:
    """MDS Metrics methodology, durations: its "reserved A = 180" is a slip, the sum of its own figures is 240."""
    told = [
        ("v1", "09:59", "reserved", "A"),
        ("v1", "10:04", "on_trip", "A"),
        ("v1", "10:10", "available", "B"),
        ("v1", "10:18", "reserved", "B"),
        ("v2", "10:06", "available", "A"),
        ("v2", "10:20", "reserved", "A"),
    ]
    events = _events([(v, _at(clock), state, zone, []) for v, clock, state, zone in told], tmp_path)
    quarters = pa.table(
        {
            "day": [1, 2],
            "month": [MARCH, MARCH],
            "day_type": ["weekday", "weekday"],
            "band": ["09:45", "10:00"],
            "from_time": [_at("09:45"), _at("10:00")],
            "to_time": [_at("10:00"), _at("10:15")],
        }
    )
    fleet = _run("mds.fleet", {"events": events, "days": quarters, "providers": PROVIDERS})
    assert {(row["day"], row["vehicle_state"]): row["vehicle_s"] for row in fleet} == {
        (1, "reserved"): 60,
        (2, "reserved"): 240,
        (2, "on_trip"): 360,
        (2, "available"): 540 + 300,
    }
    dwell = _run("mds.dwell", {"events": events, "slots": quarters, "providers": PROVIDERS})
    assert {(row["zone"], row["band"]): row["dwell_s"] for row in dwell} == {
        ("A", "09:45"): 60,
        ("A", "10:00"): 240 + 540,
        ("B", "10:00"): 300,
    }


def test_lost_contact_goes_on_standing_and_missing_does_not(tmp_path: Path) -> None:
    told = [
        ("v1", _at("06:00"), "available", "A", ["trip_end"]),
        ("v1", _at("07:00"), "non_contactable", "A", ["comms_lost"]),
        ("v1", _at("08:00"), "available", "A", ["comms_restored"]),
        ("v2", _at("06:00"), "available", "B", ["trip_end"]),
        ("v2", _at("07:00"), "non_contactable", "B", ["comms_lost"]),
        ("v2", _at("08:00"), "missing", "B", ["not_located"]),
        ("v2", _at("12:00"), "available", "C", ["located"]),
        ("v3", _at("06:00"), "available", "A", ["trip_end"]),
        ("v3", _at("10:00"), "available", "C", ["trip_end"]),  # its trip_start never came
    ]
    whole = _one_slot(_at("00:00"), _at("13:00"))
    dwell = _run("mds.dwell", {"events": _events(told, tmp_path), "slots": whole, "providers": PROVIDERS})
    assert {row["zone"]: (row["dwell_s"] / 3600, row["episodes"]) for row in dwell} == {
        "A": (7 + 4, 2),
        "B": (2, 1),
        "C": (1 + 3, 2),
    }


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_has_as_many_hours_as_the_clock_gave_it(day: str, hours: int, tmp_path: Path) -> None:
    first = dt.date.fromisoformat(day)
    events = _events([("v1", dt.datetime(2026, 1, 1), "available", "A", ["trip_end"])], tmp_path)
    days = calendar.days(town.ZONE, first=first, until=first + dt.timedelta(days=1))
    (row,) = _run("mds.fleet", {"events": events, "days": days, "providers": PROVIDERS})
    assert row["vehicle_s"] == hours * 3600
    slots = calendar.slots(town.ZONE, first=first, until=first + dt.timedelta(days=1))
    dwell = _run("mds.dwell", {"events": events, "slots": slots, "providers": PROVIDERS})
    assert sum(row["dwell_s"] for row in dwell) == hours * 3600


def test_vehicles_of_two_providers_of_a_holding_are_counted_together(trips: Path, tmp_path: Path) -> None:
    other = pq.read_table(trips).set_column(0, "provider_id", pa.array(["sister"] * 5))
    key = pa.array([value + 1 for value in other["device_key"].to_pylist()])
    pq.write_table(other.set_column(2, "device_key", key), tmp_path / "sister.parquet")
    providers = pa.table({"provider_id": [town.PROVIDER, "sister"], "holding": ["one", "one"]})
    tables = {"trips": [trips, tmp_path / "sister.parquet"], "bands": calendar.bands(), "providers": providers}
    rows = _run("mds.flows", tables, TWO_ENDS)
    found = {(row["origin_zone"], row["band"]): (row["trips"], row["vehicles"]) for row in rows}
    assert found[("A", "am_peak")] == (4, 4)
    assert len(rows) == 3


def _at(clock: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-03-02T{clock}")


def _one_slot(first: dt.datetime, last: dt.datetime) -> pa.Table:
    cells = {"day": [DAY], "month": [MARCH], "day_type": ["weekday"], "band": ["all"]}
    return pa.table({**cells, "from_time": [first], "to_time": [last]})


def _events(told: list[tuple[str, dt.datetime, str, str, list[str]]], folder: Path) -> Path:
    rows = [
        {
            "provider_id": town.PROVIDER,
            "device_key": int(vehicle[1:]),
            "event_id": f"{number:03}",
            "vehicle_state": state,
            "event_types": types,
            "timestamp": at,
            "zone": zone,
            "source_row": number,
        }
        for number, (vehicle, at, state, zone, types) in enumerate(told)
    ]
    schema = pa.schema(
        [
            ("provider_id", pa.string()),
            ("device_key", pa.int64()),
            ("event_id", pa.string()),
            ("vehicle_state", pa.string()),
            ("event_types", pa.list_(pa.string())),
            ("timestamp", pa.timestamp("us")),
            ("zone", pa.string()),
            ("source_row", pa.int32()),
        ]
    )
    path = folder / "events.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


_STATES = ("available", "non_operational", "reserved", "on_trip", "removed", "non_contactable", "missing", "elsewhere")
_TOLD = st.lists(
    st.tuples(
        st.sampled_from(["v1", "v2", "v3"]),
        st.datetimes(dt.datetime(2026, 3, 27), dt.datetime(2026, 3, 31)),
        st.sampled_from(_STATES),
        st.sampled_from([None, "A", "B"]),
        st.sampled_from([["trip_end"], ["trip_start"], ["comms_lost"]]),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda event: (event[0], event[1]),
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(told=_TOLD)
def test_law_a_vehicle_is_in_one_state_all_day_and_stands_no_longer_than_that(
    told: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, until = dt.date(2026, 3, 26), dt.date(2026, 4, 2)  # with the night on which the clock is moved
    events = _events(told, tmp_path_factory.mktemp("law"))
    days = calendar.days(town.ZONE, first=first, until=until)
    slots = calendar.slots(town.ZONE, first=first, until=until)
    end = days["to_time"].to_pylist()[-1]
    known_s = sum((end - min(at for v, at, *_ in told if v == one)).total_seconds() for one in {v for v, *_ in told})

    fleet = _run("mds.fleet", {"events": events, "days": days, "providers": PROVIDERS})
    assert sum(row["vehicle_s"] for row in fleet) == pytest.approx(known_s, abs=1e-3)
    lasts = {row["day"]: (row["to_time"] - row["from_time"]).total_seconds() for row in days.to_pylist()}
    per_day: Counter[dt.date] = Counter()
    for row in fleet:
        per_day[row["day"]] += row["vehicle_s"]
        assert row["vehicle_s"] <= row["vehicles"] * lasts[row["day"]] + 1e-3
    assert all(per_day[day] <= 3 * lasts[day] + 1e-3 for day in per_day)

    dwell = _run("mds.dwell", {"events": events, "slots": slots, "providers": PROVIDERS})
    coarse = _one_slot(days["from_time"].to_pylist()[0], end)
    whole = _run("mds.dwell", {"events": events, "slots": coarse, "providers": PROVIDERS})
    assert sum(row["dwell_s"] for row in dwell) == pytest.approx(sum(row["dwell_s"] for row in whole), abs=1e-3)
    assert sum(row["dwell_s"] for row in dwell) == pytest.approx(_standing_s(told, end), abs=1e-3)
    assert sum(row["episodes_begun"] for row in dwell) == sum(row["episodes"] for row in whole)


def _standing_s(told: list[Any], end: dt.datetime) -> float:
    """The same, by walking each vehicle's events one by one."""
    total = 0.0
    chains: dict[str, list[Any]] = defaultdict(list)
    for event in sorted(told, key=lambda one: one[1]):
        chains[event[0]].append(event)
    for chain in chains.values():
        standing, since = False, end
        for _, at, state, _, _ in chain:
            if state == "non_contactable":
                continue
            total += (at - since).total_seconds() if standing else 0.0
            standing, since = state in ("available", "non_operational", "reserved"), at
        total += (end - since).total_seconds() if standing else 0.0
    return total


_RIDES = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.datetimes(dt.datetime(2026, 2, 26), dt.datetime(2026, 3, 3)),
        st.sampled_from([None, "A", "B"]),
        st.sampled_from([None, "A", "B"]),
        st.sampled_from([None, "rider", "rebalance"]),
        st.integers(0, 200),
    ),
    max_size=40,
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(rides=_RIDES)
def test_law_flows_sum_to_the_trips_and_each_row_is_what_a_person_would_count(
    rides: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = ("device_key", "start_local", "start_zone", "end_zone", "trip_type", "duration_s")
    types = (pa.int64(), pa.timestamp("us"), pa.string(), pa.string(), pa.string(), pa.int32())
    columns = [pa.array([ride[i] for ride in rides], kind) for i, kind in enumerate(types)]
    table = pa.table(dict(zip(names, columns, strict=True)))
    table = table.append_column("provider_id", pa.array([town.PROVIDER] * len(rides), pa.string()))
    path = tmp_path_factory.mktemp("law") / "trips.parquet"
    pq.write_table(table, path)

    rows = _run("mds.flows", {"trips": path, "bands": calendar.bands(), "providers": PROVIDERS}, TWO_ENDS)
    trips: Counter[Any] = Counter()
    vehicles: dict[Any, set[int]] = defaultdict(set)
    for device, start, origin, destination, kind, duration_s in rides:
        if kind in (None, "rider") and duration_s >= 60:
            band = next(one.name for one in calendar.BANDS if one.from_hour <= start.hour < one.to_hour)
            key = (origin, destination, start.date().replace(day=1), calendar.day_type(start.date()), band, "town")
            trips[key] += 1
            vehicles[key].add(device)
    names = ("origin_zone", "destination_zone", "month", "day_type", "band", "holding")
    assert {tuple(row[name] for name in names): row["trips"] for row in rows} == dict(trips)
    assert {tuple(row[name] for name in names): row["vehicles"] for row in rows} == {
        key: len(found) for key, found in vehicles.items()
    }


@pytest.mark.parametrize("statistic", sorted(load("mds")))
def test_each_text_can_be_turned_into_sparks_dialect(statistic: str) -> None:
    text = load("mds")[statistic].sql
    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    again = sqlglot.parse_one(spark, read="spark")
    tables = {table.name for table in again.find_all(sqlglot.exp.Table)}
    assert set(load("mds")[statistic].tables) <= tables
    # Day numbers, seconds and lengths of lists mean other things there, and sqlglot does not say so.
    assert not {"DAYOFWEEK", "UNIX_TIMESTAMP", "LENGTH"} & {word.upper() for word in spark.replace("(", " ").split()}


@pytest.mark.parametrize("statistic", sorted(load("mds")))
def test_each_head_is_whole(statistic: str) -> None:
    one = load("mds")[statistic]
    assert set(one.title) == {"fr", "en"}
    assert one.formula
    assert one.source
    with connect(memory=64 << 20, threads=1) as connection:
        tables = {"trips": _empty("trips"), "events": _empty("events"), "bands": calendar.bands()}
        moments = {
            "slots": calendar.slots("UTC", first=DAY, until=DAY),
            "days": calendar.days("UTC", first=DAY, until=DAY),
        }
        stops = pa.table({"lat": pa.array([], pa.float64()), "lon": pa.array([], pa.float64())})
        names = {"origin_zone": "trip_id", "destination_zone": "trip_id", "zone": "trip_id"}
        found = compute(
            one,
            {**tables, **moments, "providers": PROVIDERS, "stops": stops},
            connection=connection,
            columns={"trips": names, "events": {"zone": "event_id"}},
        )
    assert found.column_names == [*one.dimensions, *one.unit]


def _empty(table: str) -> pa.Table:
    return SCHEMAS[table].empty_table()
