"""Records that are bad: set aside with file, row, field, value and reason, and never mended in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from feeds.findings import Severity
from feeds.reading import REJECTS_SCHEMA, Reading
from mds.read import read
from tests.mds import town

Record = dict[str, Any]


def _read(tmp_path: Path, pages: dict[str, Any], *, bounds: tuple[float, float, float, float] | None = None) -> Reading:
    (tmp_path / "out").mkdir()
    return read(town.write(tmp_path / "pages", pages), tmp_path / "out", timezone=town.ZONE, bounds=bounds)


def _with(**changes: Any) -> Callable[[Record], None]:
    return lambda record: record.update(changes)


def _without(*names: str) -> Callable[[Record], None]:
    return lambda record: [record.pop(name) for name in names] and None


def _swap(record: Record) -> None:
    place = record["start_location"]
    place["lat"], place["lng"] = place["lng"], place["lat"]


def _swap_route(record: Record) -> None:
    record["route"]["features"][-1]["geometry"]["coordinates"].reverse()


#: What is done to the second record, and what must then stand in the list of rejects.
TRIPS_2_0 = {
    "no trip_id": (_without("trip_id"), "mds_missing_field", "trip_id", ""),
    "null device": (_with(device_id=None), "mds_missing_field", "device_id", ""),
    "bad uuid": (_with(trip_id="scooter-17"), "mds_bad_uuid", "trip_id", "scooter-17"),
    "number as id": (_with(trip_id=17), "mds_wrong_type", "trip_id", "17"),
    "start in seconds": (_with(start_time=1772434200), "mds_time_in_seconds", "start_time", "1772434200"),
    "before 2018": (_with(start_time=1400000000000), "mds_time_out_of_range", "start_time", "1400000000000"),
    "in microseconds": (_with(end_time=1772434200000000), "mds_time_out_of_range", "end_time", "1772434200000000"),
    "half a millisecond": (_with(end_time=1772434200000.5), "mds_wrong_type", "end_time", "1772434200000.5"),
    "text as time": (_with(start_time="2026-03-02T08:00"), "mds_wrong_type", "start_time", "2026-03-02T08:00"),
    "true as time": (_with(start_time=True), "mds_wrong_type", "start_time", "true"),
    "ends before it starts": (_with(end_time=1772434199000), "mds_ends_before_start", "end_time", "1772434199000"),
    "negative duration": (_with(duration=-1), "mds_negative_value", "duration", "-1"),
    "negative distance": (_with(distance=-1), "mds_negative_value", "distance", "-1"),
    "distance beyond bounds": (_with(distance=2**63), "mds_value_out_of_range", "distance", str(2**63)),
    "fractional duration": (_with(duration=61.5), "mds_wrong_type", "duration", "61.5"),
    "no place": (_without("end_location"), "mds_missing_field", "end_location.lat", ""),
    "place as text": (_with(start_location="45,5"), "mds_missing_field", "start_location.lat", ""),
    "latitude 91": (
        _with(end_location={"lat": 91, "lng": 5}),
        "mds_coordinates_out_of_range",
        "end_location.lat",
        "91",
    ),
    "no fix": (_with(start_location={"lat": 0, "lng": 0}), "mds_coordinates_out_of_range", "start_location.lat", "0"),
    "swapped": (_swap, "mds_coordinates_swapped", "start_location.lat", "5.51"),
    "unknown trip_type": (_with(trip_type="joyride"), "mds_unknown_value", "trip_type", "joyride"),
    "two trip types": (
        _with(trip_type=["rider", "rebalance"]),
        "mds_wrong_type",
        "trip_type",
        '["rider","rebalance"]',
    ),
}
EVENTS_2_0 = {
    "unknown state": (_with(vehicle_state="flying"), "mds_unknown_value", "vehicle_state", "flying"),
    "unknown event": (_with(event_types=["teleported"]), "mds_unknown_value", "event_types", '["teleported"]'),
    "no event": (_with(event_types=[]), "mds_missing_field", "event_types", "[]"),
    "event as text": (_with(event_types="trip_end"), "mds_wrong_type", "event_types", "trip_end"),
    "number among events": (_with(event_types=["trip_end", 1]), "mds_wrong_type", "event_types", '["trip_end",1]'),
    "bad trip id": (_with(trip_ids=["r1"]), "mds_bad_uuid", "trip_ids", '["r1"]'),
    "nowhere": (_without("location"), "mds_missing_field", "location.lat", ""),
}
TRIPS_1_2 = {
    "no route": (_without("route"), "mds_missing_field", "route.features[0].geometry.coordinates[1]", ""),
    "route of one point": (
        _with(route={"type": "FeatureCollection", "features": [town.feature(town.ms("08:50"), town.PLACES["A1"])]}),
        "mds_short_route",
        "route",
        "1",
    ),
    "swapped end": (_swap_route, "mds_coordinates_swapped", "route.features[-1].geometry.coordinates[1]", "5.51"),
}
CASES = [
    *[pytest.param("2.0", "trips", *case, id=f"2.0 trip: {name}") for name, case in TRIPS_2_0.items()],
    *[pytest.param("2.0", "events", *case, id=f"2.0 event: {name}") for name, case in EVENTS_2_0.items()],
    *[pytest.param("1.2", "trips", *case, id=f"1.2 trip: {name}") for name, case in TRIPS_1_2.items()],
]


@pytest.mark.parametrize(("version", "table", "spoil", "code", "field", "value"), CASES)
def test_a_bad_record_is_set_aside(  # noqa: PLR0917
    version: str, table: str, spoil: Callable[[Record], None], code: str, field: str, value: str, tmp_path: Path
) -> None:
    pages = town.pages_2_0(town.MONDAY) if version == "2.0" else town.pages_1_2(town.MONDAY)
    body = pages[f"{table}.json"]
    records = (body if version == "2.0" else body["data"])[table]
    whole = len(records)
    spoil(records[1])
    reading = _read(tmp_path, {f"{table}.json": body}, bounds=town.BOUNDS)
    assert reading.rows[table] == whole - 1
    assert reading.set_aside == {table: 1}
    assert pq.read_schema(reading.tables["rejects"]).names == REJECTS_SCHEMA.names
    (reject,) = pq.read_table(reading.tables["rejects"]).to_pylist()
    assert (reject["file"], reject["row"], reject["field"]) == (f"{table}.json", 2, field)
    assert reject["value"] == value
    assert reject["reason"]
    (finding,) = reading.findings.by_severity(Severity.ERROR)
    assert (finding.code, finding.file, finding.row, finding.field) == (code, f"{table}.json", 2, field)


def test_what_is_no_object_is_set_aside(tmp_path: Path) -> None:
    trips = town.pages_2_0(town.MONDAY)["trips.json"]
    trips["trips"][0] = "trip"
    trips["trips"][3] = None
    reading = _read(tmp_path, {"trips.json": trips})
    assert (reading.rows["trips"], reading.set_aside) == (3, {"trips": 2})
    (finding,) = reading.findings.findings
    assert (finding.code, finding.count, finding.row) == ("mds_not_an_object", 2, 1)


def test_swapped_coordinates_are_told_only_where_the_territory_is_known(tmp_path: Path) -> None:
    trips = town.pages_2_0(town.MONDAY)["trips.json"]
    _swap(trips["trips"][1])
    reading = _read(tmp_path, {"trips.json": trips})
    assert reading.rows["trips"] == 5
    assert pq.read_table(reading.tables["trips"])["start_lat"].to_pylist().count(5.51) == 1, "and never put right"


def test_a_bad_optional_value_is_dropped_and_the_record_stays(tmp_path: Path) -> None:
    events = town.pages_2_0(town.MONDAY)["events.json"]
    events["events"][2]["battery_percent"] = 170
    reading = _read(tmp_path, {"events.json": events})
    assert (reading.rows["events"], reading.set_aside) == (15, {})
    (finding,) = reading.findings.findings
    assert finding.severity is Severity.WARNING
    assert (finding.code, finding.row, finding.value) == ("mds_value_out_of_range", 3, "170")
    assert sorted(pq.read_table(reading.tables["events"])["battery_percent"].to_pylist(), key=str)[-1] is None


def test_a_bad_point_within_a_route_does_not_cost_the_trip(tmp_path: Path) -> None:
    ride = town.Ride(
        "long",
        "red",
        town.ms("08:00"),
        town.ms("08:20"),
        town.PLACES["A1"],
        town.PLACES["B1"],
        1400,
        via=((town.ms("08:10"), (0.0, 0.0)),),
    )
    day = town.Day(town.MONDAY.vehicles, (ride,), town.MONDAY.steps[:1])
    reading = _read(tmp_path, town.pages_1_2(day))
    assert (reading.rows["trips"], reading.rows["telemetry"]) == (1, 2)
    (reject,) = pq.read_table(reading.tables["rejects"]).to_pylist()
    assert reject["field"] == "route.features[1].geometry.coordinates[1]"
    assert reading.set_aside == {"telemetry": 1}


def test_capitals_are_tolerated_and_stored_small(tmp_path: Path) -> None:
    trips = town.pages_2_0(town.MONDAY)["trips.json"]
    trips["trips"][0]["trip_id"] = trips["trips"][0]["trip_id"].upper()
    trips["trips"][0]["trip_type"] = ["rider"]
    reading = _read(tmp_path, {"trips.json": trips})
    rows = pq.read_table(reading.tables["trips"]).to_pylist()
    assert town.uid("r1") in {row["trip_id"] for row in rows}
    assert [row["trip_type"] for row in rows].count("rider") == 1


def test_geographies_may_stand_in_for_a_location(tmp_path: Path) -> None:
    events = town.pages_2_0(town.MONDAY)["events.json"]
    del events["events"][0]["location"]
    events["events"][0]["event_geographies"] = [town.uid("district")]
    assert _read(tmp_path, {"events.json": events}).rows == {"events": 15}


def test_the_same_trip_twice_is_kept_once(tmp_path: Path) -> None:
    trips = town.pages_2_0(town.MONDAY)["trips.json"]
    again = {"version": "2.0.0", "trips": [trips["trips"][1]]}
    reading = _read(tmp_path, {"a.json": trips, "b.json": again})
    assert (reading.rows["trips"], reading.set_aside) == (5, {})
    (finding,) = reading.findings.findings
    assert (finding.code, finding.count, finding.value) == ("mds_duplicate_trip", 1, town.uid("r2"))
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(("published", "kept_m"), [((2000, 1000), 1500), ((1000, 2000), 1501), ((None, None), 1501)])
def test_of_two_versions_of_a_trip_the_latest_publication_stays(
    published: tuple[int | None, int | None], kept_m: int, tmp_path: Path
) -> None:
    trips = town.pages_2_0(town.MONDAY)["trips.json"]
    first = trips["trips"][1]
    second = {**first, "distance": 1501}
    for record, lag in zip((first, second), published, strict=True):
        if lag is not None:
            record["publication_time"] = record["end_time"] + lag
    trips["trips"].append(second)
    reading = _read(tmp_path, {"trips.json": trips})
    distances = pq.read_table(reading.tables["trips"])["distance_m"].to_pylist()
    assert kept_m in distances
    assert len(distances) == 5
    assert reading.findings.counts() == {"mds_conflicting_trip": 1}
    (reject,) = pq.read_table(reading.tables["rejects"]).to_pylist()
    assert (reject["field"], reject["value"]) == ("trip_id", town.uid("r2"))
    assert reject["row"] == (2 if kept_m == 1501 else 6)
    assert reading.set_aside == {"trips": 1}


def test_a_fleet_list_sent_again_is_no_finding(tmp_path: Path) -> None:
    vehicles = town.pages_2_0(town.MONDAY)["vehicles.json"]
    changed = town.pages_2_0(town.MONDAY)["vehicles.json"]
    changed["vehicles"][0]["vehicle_id"] = "red again"
    reading = _read(tmp_path, {"a.json": vehicles, "b.json": changed})
    assert reading.findings.findings == ()
    assert "red again" in pq.read_table(reading.tables["vehicles"])["vehicle_id"].to_pylist()
    assert reading.rows["vehicles"] == 3


def test_a_1_2_trip_twice_is_one_finding_and_not_one_for_each_point_of_its_route(tmp_path: Path) -> None:
    trips = town.pages_1_2(town.MONDAY)["trips.json"]
    trips["data"]["trips"].append(trips["data"]["trips"][0])
    reading = _read(tmp_path, {"trips.json": trips})
    assert reading.findings.counts() == {"mds_duplicate_trip": 1}
    assert (reading.rows["trips"], reading.rows["telemetry"], reading.set_aside) == (5, 10, {})
