"""What the town's Monday reads to, from either version."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.findings import Severity
from feeds.reading import Limits, Reading
from mds.read import read
from mds.tables import SCHEMAS
from tests.mds import town

#: What a version says of itself, or does not say at all, is no part of the day.
_OF_THE_VERSION = {"mds_version", "source_file", "source_row", "attributes"}


def _rows(reading: Reading, table: str) -> list[dict[str, object]]:
    rows = pq.read_table(reading.tables[table]).to_pylist()
    return [{name: value for name, value in row.items() if name not in _OF_THE_VERSION} for row in rows]


@pytest.mark.parametrize("which", ["monday", "monday_1_2"])
def test_the_monday_is_read_whole(which: str, request: pytest.FixtureRequest) -> None:
    reading: Reading = request.getfixturevalue(which)
    counts = {name: reading.rows[name] for name in ("trips", "events", "vehicles", "telemetry")}
    assert counts == {"trips": 5, "events": 15, "vehicles": 3, "telemetry": 10}
    assert reading.set_aside == {}
    assert reading.findings.findings == ()
    assert reading.standard == "mds"
    assert reading.version == ("2.0" if which == "monday" else "1.2")
    assert reading.facts["provider_id"] == town.PROVIDER
    assert reading.facts["observed_from"] == "2026-03-02T04:00:00Z"
    assert reading.facts["observed_to"] == "2026-03-02T23:10:00Z"


def test_a_trip_is_as_it_was_told(monday: Reading) -> None:
    trips = {row["trip_id"]: row for row in pq.read_table(monday.tables["trips"]).to_pylist()}
    trip = trips[town.uid("b2")]
    assert trip["start_time"] == dt.datetime(2026, 3, 2, 22, 50)
    assert trip["start_local"] == dt.datetime(2026, 3, 2, 23, 50)
    assert trip["end_local"] == dt.datetime(2026, 3, 3, 0, 10)
    assert (trip["start_lat"], trip["start_lng"]) == town.PLACES["C4"]
    assert (trip["end_lat"], trip["end_lng"]) == town.PLACES["A2"]
    assert (trip["duration_s"], trip["distance_m"]) == (1200, 3000)
    assert (trip["source_file"], trip["source_row"]) == ("trips.json", 5)


@pytest.mark.parametrize("which", ["monday", "monday_1_2"])
def test_tables_keep_their_schema_and_their_order(which: str, request: pytest.FixtureRequest) -> None:
    reading: Reading = request.getfixturevalue(which)
    for name, path in reading.tables.items():
        assert pq.read_schema(path).names == SCHEMAS[name].names
        assert [field.type for field in pq.read_schema(path)] == [field.type for field in SCHEMAS[name]]
    trips = pq.read_table(reading.tables["trips"])["start_time"].to_pylist()
    assert trips == sorted(trips)
    events = pq.read_table(reading.tables["events"]).select(["device_key", "timestamp"]).to_pylist()
    assert events == sorted(events, key=lambda row: (row["device_key"], row["timestamp"]))


def test_a_1_2_scooter_stands_and_its_old_word_is_kept(monday_1_2: Reading) -> None:
    vehicles = {row["vehicle_id"]: row for row in pq.read_table(monday_1_2.tables["vehicles"]).to_pylist()}
    assert vehicles["red"]["vehicle_type"] == "scooter_standing"
    assert vehicles["red"]["attributes"] == '{"vehicle_type":"scooter"}'
    assert vehicles["blue"]["vehicle_type"] == "bicycle"
    assert vehicles["blue"]["attributes"] is None


@pytest.mark.parametrize("table", ["trips", "events", "vehicles", "telemetry"])
def test_both_versions_of_the_monday_read_to_the_same(table: str, monday: Reading, monday_1_2: Reading) -> None:
    assert _rows(monday, table) == _rows(monday_1_2, table)


def test_one_file_packed_or_not_or_one_answer_a_line(tmp_path: Path) -> None:
    page = orjson.dumps(town.pages_2_0(town.MONDAY)["trips.json"])
    (tmp_path / "plain.json").write_bytes(page)
    (tmp_path / "packed.json.gz").write_bytes(gzip.compress(page))
    (tmp_path / "marked.json").write_bytes(b"\xef\xbb\xbf" + page)
    body = orjson.loads(page)
    lines = [orjson.dumps({**body, "trips": [trip]}) for trip in body["trips"]]
    (tmp_path / "lines.ndjson").write_bytes(b"\n".join(lines))
    (tmp_path / "lines.json").write_bytes(b"\n".join(lines))
    for name in ("plain.json", "packed.json.gz", "marked.json", "lines.ndjson", "lines.json"):
        into = tmp_path / f"{name}.tables"
        into.mkdir()
        reading = read(tmp_path / name, into)
        assert reading.rows == {"trips": 5}, name
        assert {path.name for path in into.iterdir()} == {"trips.parquet"}, "nothing but the tables is left"


def test_files_that_are_no_pages_are_passed_over_and_told(tmp_path: Path) -> None:
    source = town.write(tmp_path / "pages", town.pages_2_0(town.MONDAY))
    (source / "LICENSE").write_text("CC BY 4.0")
    (source / "stops.json").write_bytes(orjson.dumps({"version": "2.0.0", "stops": []}))
    (tmp_path / "out").mkdir()
    reading = read(source, tmp_path / "out")
    assert reading.findings.counts() == {"mds_file_passed_over": 1, "mds_payload_not_read": 1}
    assert not reading.findings.by_severity(Severity.ERROR)


def test_names_do_not_matter_but_what_is_inside(tmp_path: Path) -> None:
    pages = town.pages_2_0(town.MONDAY)
    odd = {"a/x.json": pages["trips.json"], "b/trips.json": pages["events.json"]}
    for name, body in odd.items():
        town.write(tmp_path / "pages" / name.split("/")[0], {name.split("/")[1]: body})
    (tmp_path / "out").mkdir()
    assert read(tmp_path / "pages", tmp_path / "out").rows == {"trips": 5, "events": 15}


def test_two_providers_in_one_feed_are_told(tmp_path: Path) -> None:
    trips = town.pages_2_0(town.MONDAY)["trips.json"]
    trips["trips"][0]["provider_id"] = town.uid("another")
    (tmp_path / "out").mkdir()
    reading = read(town.write(tmp_path / "pages", {"t.json": trips}), tmp_path / "out")
    assert reading.findings.counts() == {"mds_several_providers": 1}


_PLACE = st.sampled_from(sorted(town.PLACES.values()))
_START = st.integers(town.ms("00:00"), town.ms("23:00"))


@st.composite
def _days(draw: st.DrawFn) -> town.Day:
    """Any day of up to six trips and eight events of two vehicles, ids and instants distinct."""
    rides = []
    for number in range(draw(st.integers(1, 6))):
        start = draw(_START)
        lasts = draw(st.integers(0, 7_200_000))
        via = draw(st.lists(st.tuples(st.integers(start, start + lasts), _PLACE), max_size=3))
        rides.append(
            town.Ride(
                name=f"ride {number}",
                vehicle=draw(st.sampled_from(["red", "blue"])),
                start_ms=start,
                end_ms=start + lasts,
                origin=draw(_PLACE),
                destination=draw(_PLACE),
                distance_m=draw(st.integers(0, 9000)),
                via=tuple(sorted(via)),
                published_ms=draw(st.none() | st.just(start + lasts + 1000)),
            )
        )
    outcomes = st.sampled_from(
        [
            (("trip_start",), "on_trip"),
            (("trip_end",), "available"),
            (("trip_end", "battery_low"), "non_operational"),
            (("comms_lost",), "non_contactable"),
            (("unspecified",), "non_contactable"),
            (("not_located",), "missing"),
            (("rebalance_pick_up",), "removed"),
        ]
    )
    instants = draw(st.lists(_START, min_size=1, max_size=8, unique=True))
    steps = []
    for instant in instants:
        types, state = draw(outcomes)
        vehicle, place = draw(st.sampled_from(["red", "blue"])), draw(_PLACE)
        ride = draw(st.sampled_from([None, "ride 0"]))
        battery = draw(st.none() | st.integers(0, 100))
        steps.append(town.Step(vehicle, instant, types, state, place, ride, battery))
    return town.Day((town.Vehicle("red"), town.Vehicle("blue", "bicycle")), tuple(rides), tuple(steps))


@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=_days(), zone=st.sampled_from(["Europe/Paris", "UTC", "Asia/Kathmandu"]))
def test_law_both_versions_of_any_day_read_to_the_same_tables(
    day: town.Day, zone: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    readings = []
    for version, pages in (("2.0", town.pages_2_0(day)), ("1.2", town.pages_1_2(day))):
        folder = tmp_path_factory.mktemp("day")
        (folder / "out").mkdir()
        source = town.write(folder / "pages", pages)
        reading = read(source, folder / "out", limits=Limits(memory=256 << 20), timezone=zone)
        assert reading.version == version
        assert reading.set_aside == {}
        readings.append(reading)
    named = {town.uid(step.vehicle) for step in day.steps}
    for table in ("trips", "events", "telemetry"):
        assert _rows(readings[0], table) == _rows(readings[1], table)
    # /vehicles of 1.2 gives the last event too, so a vehicle without events is not in it.
    fleets = [[row for row in _rows(one, "vehicles") if row["device_id"] in named] for one in readings]
    assert fleets[0] == fleets[1]
