"""Each rule on a day that breaks it, and none on a day that is good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feeds.findings import Finding, Report, Severity, Verdict
from feeds.reading import Limits, Reading
from mds.check import check
from mds.read import read
from mds.rules import RULES
from tests.mds import town

AT = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
SMALL = Limits(memory=256 << 20, threads=1)
Pages = dict[str, Any]


def _check(tmp_path: Path, pages: Pages) -> Report:
    (tmp_path / "out").mkdir(parents=True)
    reading = read(town.write(tmp_path / "pages", pages), tmp_path / "out", timezone=town.ZONE)
    assert reading.set_aside == {}
    return check(reading.tables, at=AT, limits=SMALL)


def _codes(report: Report) -> dict[str, int]:
    """Without what the good Monday has: a rental of 40 s."""
    return {code: count for code, count in report.counts().items() if code != "mds_trip_under_60_s"}


@pytest.mark.parametrize("which", ["monday", "monday_1_2"])
def test_the_good_day_has_one_short_rental_and_nothing_else(which: str, request: pytest.FixtureRequest) -> None:
    reading: Reading = request.getfixturevalue(which)
    report = check(reading.tables, at=AT, limits=SMALL)
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.count) == ("mds_trip_under_60_s", Severity.INFO, 1)
    assert (finding.row, finding.field, finding.value) == (4, "duration", town.uid("b1"))
    assert report.verdict is Verdict.PASS
    assert report.validation_date == dt.date(2026, 3, 4)
    assert report.parameters["silent_s"] == "172800"


def _trip(number: int, **changes: Any) -> Callable[[Pages], None]:
    return lambda pages: pages["trips.json"]["trips"][number].update(changes)


def _event(number: int, **changes: Any) -> Callable[[Pages], None]:
    return lambda pages: pages["events.json"]["events"][number].update(changes)


def _without_trip_ids(pages: Pages) -> None:
    del pages["events.json"]["events"][2]["trip_ids"]


def _overlap(pages: Pages) -> None:
    trips = pages["trips.json"]["trips"]
    inside = {"start_time": town.ms("08:05"), "end_time": town.ms("08:06"), "duration": 60}
    trips.append({**trips[0], **inside, "trip_id": town.uid("overlap")})
    pages.pop("telemetry.json")


def _unregistered(pages: Pages) -> None:
    del pages["vehicles.json"]["vehicles"][2]


def _silent(pages: Pages) -> None:
    step = town.Step("red", town.ms("09:30", "2026-03-01"), ("comms_lost",), "non_contactable", town.PLACES["A1"])
    pages["events.json"]["events"] = [town.event_2_0(step)]


def _no_telemetry(pages: Pages) -> None:
    points = pages["telemetry.json"]["telemetry"]
    pages["telemetry.json"]["telemetry"] = [p for p in points if p["trip_ids"] != [town.uid("r1")]]


def _gap(pages: Pages) -> None:
    pages["telemetry.json"]["telemetry"][1]["timestamp"] = town.ms("08:15")  # r1 ends at 08:20


def _far(pages: Pages) -> None:
    pages["telemetry.json"]["telemetry"][0]["location"].update(lat=45.06, lng=5.51)  # r1 starts at A1, 1.1 km south


BROKEN: dict[str, tuple[Callable[[Pages], None], dict[str, int]]] = {
    "under 10 s": (_trip(3, duration=9, end_time=town.ms("17:00:09")), {"mds_trip_under_10_s": 1}),
    "over 5 h": (
        _trip(1, start_time=town.ms("09:11"), end_time=town.ms("14:11:01"), duration=18001),
        {"mds_trip_over_5_h": 1, "mds_telemetry_gap": 1},
    ),
    "another duration": (_trip(0, duration=1261), {"mds_duration_mismatch": 1}),
    "a duration nearly right": (_trip(0, duration=1260), {}),
    "shorter than the straight line": (_trip(0, distance=1000), {"mds_distance_too_short": 1}),
    "a distance nearly right": (_trip(0, distance=1070), {}),  # A1 to B1 are 1112 m apart, each point good to 20 m
    "12 km in 50 s": (
        _trip(
            4,
            end_location={"lat": 45.18, "lng": 5.54},
            distance=12_500,
            end_time=town.ms("23:50:50"),
            duration=50,
        ),
        {"mds_teleport": 1, "mds_telemetry_far": 1},
    ),
    "ends after the check": (
        _trip(4, start_time=town.ms("03:00", "2026-03-04"), end_time=town.ms("03:20", "2026-03-04")),
        {"mds_future_time": 1, "mds_telemetry_gap": 1},
    ),
    "event after the check": (_event(14, timestamp=town.ms("03:00", "2026-03-04")), {"mds_future_time": 1}),
    "published early": (_trip(0, publication_time=town.ms("08:19")), {"mds_published_before_end": 1}),
    "event published early": (_event(0, publication_time=town.ms("04:59")), {"mds_published_before_event": 1}),
    "published late": (_trip(0, publication_time=town.ms("08:21", "2026-03-03")), {"mds_late_record": 1}),
    "event published late": (_event(0, publication_time=town.ms("05:01", "2026-03-03")), {"mds_late_record": 1}),
    "no trip ids": (_without_trip_ids, {"mds_missing_trip_ids": 1}),
    "overlapping trips": (_overlap, {"mds_overlapping_trips": 1}),
    "vehicle not listed": (_unregistered, {"mds_unregistered_device": 2 + 5}),  # blue's trips and events
    "contact lost": (_silent, {"mds_silent_vehicle": 1}),
    "no telemetry": (_no_telemetry, {"mds_trip_without_telemetry": 1}),
    "telemetry ends early": (_gap, {"mds_telemetry_gap": 1}),
    "telemetry elsewhere": (_far, {"mds_telemetry_far": 1}),
    "state that cannot be": (
        _event(2, vehicle_state="reserved"),
        {"mds_event_state_mismatch": 1},
    ),  # r2 may start from it
    "step that cannot be": (
        _event(8, event_types=["battery_charged"], vehicle_state="available"),
        {"mds_impossible_transition": 2},  # the step itself, and the reservation_cancel that follows it
    ),
}


@pytest.mark.parametrize(("spoil", "codes"), BROKEN.values(), ids=BROKEN)
def test_a_broken_day_gives_its_finding_and_no_other(
    spoil: Callable[[Pages], None], codes: dict[str, int], tmp_path: Path
) -> None:
    pages = town.pages_2_0(town.MONDAY)
    spoil(pages)
    report = _check(tmp_path, pages)
    assert _codes(report) == codes
    for finding in report.findings:
        assert finding.file.endswith(".json")
        assert finding.row
        assert finding.field
        assert finding.message


def test_a_jump_between_two_events(tmp_path: Path) -> None:
    pages = town.pages_2_0(town.MONDAY)
    pages["events.json"]["events"][9]["location"] = {"lat": 45.6, "lng": 5.5}  # green, five minutes after B1: 60 km
    report = _check(tmp_path, pages)
    assert _codes(report) == {"mds_teleport": 1}
    found = {finding.code: finding for finding in report.findings}
    assert (found["mds_teleport"].file, found["mds_teleport"].row) == ("events.json", 10)


def test_an_example_and_a_count_for_many(tmp_path: Path) -> None:
    pages = town.pages_2_0(town.MONDAY)
    for trip in pages["trips.json"]["trips"]:
        trip["publication_time"] = trip["start_time"]
    found: dict[str, Finding] = {one.code: one for one in _check(tmp_path, pages).findings}
    early = found["mds_published_before_end"]
    assert (early.count, early.file, early.row, early.value) == (5, "trips.json", 1, town.uid("r1"))


def test_pooled_trips_of_one_journey_may_overlap(tmp_path: Path) -> None:
    pages = town.pages_2_0(town.MONDAY)
    _overlap(pages)
    for trip in pages["trips.json"]["trips"]:
        trip["journey_id"] = town.uid("journey")
    assert _codes(_check(tmp_path, pages)) == {}


def test_rules_need_their_tables(monday: Reading) -> None:
    report = check({"trips": monday.tables["trips"]}, at=AT, limits=SMALL)
    assert set(report.counts()) == {"mds_trip_under_60_s"}


def test_several_batches_are_one_chain(monday: Reading) -> None:
    twice = {name: [path, path] for name, path in monday.tables.items()}
    counts = check(twice, at=AT, limits=SMALL).counts()
    assert counts["mds_overlapping_trips"] == 5


def test_each_code_of_the_rules_is_broken_by_a_case_above() -> None:
    tested = {code for _, codes in BROKEN.values() for code in codes}
    assert {rule.code for rule in RULES} <= tested | {"mds_trip_under_60_s"}


def test_a_vehicle_that_only_its_trips_describe_is_not_registered(tmp_path: Path) -> None:
    pages = town.pages_1_2(town.MONDAY)
    listed = pages["vehicles.json"]["data"]["vehicles"]
    pages["vehicles.json"]["data"]["vehicles"] = [one for one in listed if one["vehicle_id"] != "blue"]
    assert _codes(_check(tmp_path, pages)) == {"mds_unregistered_device": 2 + 5}
    del pages["vehicles.json"]
    assert _codes(_check(tmp_path / "without", pages)) == {}, "without a list nobody knows who is on it"
