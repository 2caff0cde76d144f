"""Each code of GTFS Realtime is found in a message that has just that fault, and none in a message without any."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from google.transit.gtfs_realtime_pb2 import FeedMessage

from feeds.findings import Finding, Kind, Severity
from feeds.gtfs_rt import Before, Schedule, check, parse
from feeds.gtfs_rt.check import reading_findings
from feeds.gtfs_rt.notices import notices
from tests.feeds.realtime_town import AT, NOW, TODAY, Change, message, schedule


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Schedule:
    return schedule(tmp_path_factory.mktemp("town"))


def update(made: FeedMessage) -> Any:
    return made.entity[0].trip_update


def vehicle(made: FeedMessage) -> Any:
    return made.entity[1].vehicle


def alert(made: FeedMessage) -> Any:
    return made.entity[2].alert


def call(made: FeedMessage, place: int = 1) -> Any:
    return update(made).stop_time_update[place]


def put(target: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(target, name, value)


def ride(made: FeedMessage, trip: str, **values: Any) -> Any:
    """Let update and vehicle be of another trip, with no stop time update; answers with the update."""
    for one in (update(made), vehicle(made)):
        one.trip.Clear()
        put(one.trip, trip_id=trip, schedule_relationship="SCHEDULED", start_date=TODAY, **values)
    del update(made).stop_time_update[:]
    return update(made)


def late(made: FeedMessage, trip: str, *calls: dict[str, Any], **values: Any) -> None:
    """Let the update be of another trip, and give delays at these calls."""
    for one in calls:
        delay = one.pop("delay", 60)
        found = ride(made, trip, **values) if one is calls[0] else update(made)
        added = found.stop_time_update.add(schedule_relationship="SCHEDULED", **one)
        added.arrival.delay = added.departure.delay = delay


def again(made: FeedMessage, place: int, name: str) -> Any:
    """One more entity like another one, under its own id."""
    added = made.entity.add()
    added.CopyFrom(made.entity[place])
    added.id = name
    return added


def clear(target: Any, *names: str) -> None:
    for name in names:
        target.ClearField(name)


FREE = {"start_time": "06:10:00"}

#: code → what to do to the right message; the code must come, and be the only one unless it is in `ALONG`.
CASES: dict[str, Change] = {
    "no_entity": lambda m: m.ClearField("entity"),
    "version_unknown": lambda m: put(m.header, gtfs_realtime_version="3.7"),
    "header_timestamp_missing": lambda m: clear(m.header, "timestamp"),
    "incrementality_missing": lambda m: clear(m.header, "incrementality"),
    "differential": lambda m: put(m.header, incrementality="DIFFERENTIAL"),
    "deleted_in_full_dataset": lambda m: put(m.entity[2], is_deleted=True),
    "timestamp_missing": lambda m: clear(vehicle(m), "timestamp"),
    "not_posix_time": lambda m: put(vehicle(m), timestamp=NOW * 1000),
    "timestamp_in_future": lambda m: put(m.header, timestamp=NOW + 72),
    "timestamp_after_header": lambda m: put(vehicle(m), timestamp=NOW + 1),
    "stale_header": lambda m: put(m.header, timestamp=NOW - 56) or put(update(m), timestamp=NOW - 60)
    or put(vehicle(m), timestamp=NOW - 60),
    "duplicate_entity_id": lambda m: again(m, 2, "alert"),
    "duplicate_trip": lambda m: again(m, 0, "once more"),
    "vehicle_id_not_unique": lambda m: again(m, 1, "once more"),
    "trip_id_missing": lambda m: clear(update(m).trip, "trip_id", "start_time"),
    "start_time_format": lambda m: put(update(m).trip, start_time="8h00"),
    "start_date_format": lambda m: put(update(m).trip, start_date="20260231"),
    "relationship_missing": lambda m: clear(call(m), "schedule_relationship"),
    "vehicle_id_missing": lambda m: clear(vehicle(m), "vehicle"),
    "trip_without_updates": lambda m: clear(update(m), "stop_time_update"),
    "stop_sequence_unsorted": lambda m: put(call(m, 2), stop_sequence=1, stop_id="A"),
    "stop_sequence_repeated": lambda m: put(call(m, 1), stop_sequence=1) or clear(call(m, 1), "stop_id"),
    "stop_id_repeated": lambda m: clear(call(m, 0), "stop_sequence") or clear(call(m, 1), "stop_sequence")
    or put(call(m, 1), stop_id="A"),
    "no_stop_selector": lambda m: clear(call(m), "stop_sequence", "stop_id"),
    "no_data_with_times": lambda m: put(call(m), schedule_relationship="NO_DATA"),
    "no_arrival_or_departure": lambda m: clear(call(m), "arrival", "departure"),
    "empty_stop_time_event": lambda m: call(m).departure.ClearField("time") or call(m).departure.SetInParent(),
    "times_decreasing": lambda m: put(call(m, 2).arrival, time=NOW),
    "departure_before_arrival": lambda m: put(call(m).departure, time=call(m).arrival.time - 1),
    "position_out_of_range": lambda m: put(vehicle(m).position, latitude=98.0),
    "bearing_out_of_range": lambda m: put(vehicle(m).position, bearing=361.0),
    "vehicle_paired_otherwise": lambda m: put(vehicle(m).vehicle, id="bus-9"),
    "vehicle_without_update": lambda m: put(vehicle(m).trip, trip_id="T2", direction_id=1, start_time="09:00:00"),
    "alert_without_selector": lambda m: clear(alert(m), "informed_entity"),
    "selector_empty": lambda m: alert(m).informed_entity.add(),
    "selector_route_differs": lambda m: put(alert(m).informed_entity.add(route_id="R2").trip, route_id="R1"),
    "alert_without_header_text": lambda m: clear(alert(m), "header_text"),
    "translation_without_language": lambda m: [alert(m).header_text.translation.add(text=one) for one in "ab"],
    "alert_period_reversed": lambda m: alert(m).active_period.add(start=NOW + 60, end=NOW + 30),
    "alert_over": lambda m: put(alert(m).active_period[0], end=NOW - 60),
    # Against the schedule
    "unknown_trip": lambda m: put(update(m).trip, trip_id="T9") or put(vehicle(m).trip, trip_id="T9"),
    "unknown_route": lambda m: alert(m).informed_entity.add(route_id="R9"),
    "unknown_stop": lambda m: alert(m).informed_entity.add(stop_id="Z"),
    "unknown_agency": lambda m: alert(m).informed_entity.add(agency_id="OTHER"),
    "stop_is_no_platform": lambda m: put(vehicle(m), stop_id="S"),
    "added_trip_in_schedule": lambda m: put(update(m).trip, schedule_relationship="ADDED"),
    "selector_trip_not_of_route": lambda m: put(alert(m).informed_entity.add(route_id="R2").trip, trip_id="T1"),
    "trip_not_of_route": lambda m: put(update(m).trip, route_id="R2"),
    "direction_differs": lambda m: put(update(m).trip, direction_id=1),
    "start_time_differs": lambda m: put(update(m).trip, start_time="08:01:00"),
    "frequency_start_time": lambda m: late(m, "BEAT", {"stop_sequence": 1}, start_time="06:05:00"),
    "frequency_fields_missing": lambda m: late(m, "FREE", {"stop_sequence": 1}) or _unscheduled(m),
    "frequency_relationship": lambda m: late(m, "FREE", {"stop_sequence": 1}, **FREE),
    "frequency_vehicle_missing": lambda m: late(m, "FREE", {"stop_sequence": 1}, **FREE) or _unscheduled(m)
    or clear(update(m), "vehicle"),
    "trip_not_running": lambda m: put(update(m).trip, start_date="20260913") or clear(update(m), "stop_time_update")
    or put(update(m).trip, schedule_relationship="CANCELED"),
    "stop_sequence_needed": lambda m: late(m, "LOOP", {"stop_id": "A"}),
    "stop_and_sequence_differ": lambda m: put(call(m, 3), stop_id="B"),
    "sequence_not_on_trip": lambda m: put(call(m, 3), stop_sequence=7),
    "stop_not_on_trip": lambda m: late(m, "FREE", {"stop_id": "C"}, **FREE) or _unscheduled(m),
    "delay_without_schedule": lambda m: late(m, "OPEN", {"stop_sequence": 3}),
    # Plausibility
    "null_island": lambda m: put(vehicle(m).position, latitude=0.001, longitude=-0.001),
    "speed_unbelievable": lambda m: put(vehicle(m).position, speed=50.0),
    "old_position": lambda m: put(vehicle(m), timestamp=NOW - 901),
    "delay_unbelievable": lambda m: late(m, "T1", {"stop_sequence": 1, "delay": 6 * 3600 + 1}),
    "prediction_far_off": lambda m: clear(update(m).trip, "start_date") or put(
        call(m, 3).arrival, time=NOW + 36 * 3600 + 1) or put(call(m, 3).departure, time=NOW + 36 * 3600 + 1),
    "far_from_schedule": lambda m: put(call(m, 3).arrival, time=NOW + 7 * 3600) or put(
        call(m, 3).departure, time=NOW + 7 * 3600),
    "outside_network": lambda m: put(vehicle(m).position, latitude=45.1),
    "far_from_trip": lambda m: put(vehicle(m).position, latitude=45.01),
}  # fmt: skip
#: code → the codes that the same fault cannot be had without.
ALONG: dict[str, set[str]] = {
    "frequency_vehicle_missing": {"vehicle_id_missing"},
}


def _unscheduled(made: FeedMessage) -> None:
    for one in (update(made), vehicle(made)):
        one.trip.schedule_relationship = one.trip.UNSCHEDULED


def judged(made: FeedMessage, planned: Schedule | None = None, **options: Any) -> tuple[Finding, ...]:
    read = parse(made.SerializeToString())
    return (*reading_findings(read), *check(read, at=options.pop("at", AT), schedule=planned, **options).findings)


def names(found: tuple[Finding, ...]) -> set[str]:
    return {one.code.removeprefix("gtfs_rt_") for one in found}


def test_nothing_is_found_in_a_message_that_is_right(planned: Schedule) -> None:
    assert judged(message(), planned) == ()
    assert judged(message(at=NOW + 30), planned, at=AT + dt.timedelta(seconds=30), before=_before(message())) == ()


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_found_and_named(name: str, planned: Schedule) -> None:
    made = message()
    CASES[name](made)

    found = judged(made, planned)

    assert names(found) == {name, *ALONG.get(name, ())}
    one = next(one for one in found if one.code == f"gtfs_rt_{name}")
    notice = notices()[one.code]
    assert (one.severity, one.kind, one.mend) == (notice.severity, notice.kind, notice.mend)
    assert one.file
    if notice.needs == "schedule":
        assert name not in names(judged(made))


def _before(made: FeedMessage, seconds: int = 30) -> Before:
    return Before.of(parse(made.SerializeToString()), AT - dt.timedelta(seconds=seconds) + dt.timedelta(seconds=30))


def test_time_travel_between_messages() -> None:
    found = judged(message(), before=_before(message(at=NOW + 40)))
    told = [one for one in found if one.code == "gtfs_rt_time_travel"]
    assert [(one.file, one.field, one.value) for one in told] == [("header", "header.timestamp", str(NOW))]
    assert "40 s back" in told[0].message
    assert names(judged(message(), before=_before(message(at=NOW - 30)))) == set()


def test_other_content_under_the_same_timestamp() -> None:
    other = message()
    other.entity[1].vehicle.position.speed = 3.0
    assert names(judged(message(), before=_before(other))) == {"same_timestamp_other_content"}
    assert names(judged(message(), before=_before(message()))) == set()


def test_messages_far_apart_are_told_only_by_who_asks_often() -> None:
    old = parse(message(at=NOW - 36).SerializeToString())
    assert names(judged(message(), before=Before.of(old, AT - dt.timedelta(seconds=35)))) == {"refresh_too_slow"}
    assert names(judged(message(), before=Before.of(old, AT - dt.timedelta(seconds=36)))) == set()
    assert names(judged(message(), before=Before.of(old))) == set()


def test_a_vehicle_that_jumps_between_messages_is_no_error(planned: Schedule) -> None:
    was = message(at=NOW - 30)
    was.entity[1].vehicle.position.latitude = 45.1  # 11 km away, half a minute ago
    found = judged(message(), planned, before=_before(was))
    assert names(found) == {"vehicle_jumped"}
    assert found[0].kind is Kind.PLAUSIBILITY
    assert found[0].severity is not Severity.ERROR
    was.entity[1].vehicle.timestamp = NOW - 600  # ten minutes for it: 18 m/s
    assert names(judged(message(), planned, before=_before(was))) == set()


def test_a_vehicle_that_was_in_two_places_did_not_jump() -> None:
    was = message(at=NOW - 30)
    was.entity[1].vehicle.position.latitude = 45.1
    again(was, 1, "same id").vehicle.position.latitude = 45.2
    assert names(judged(message(), before=_before(was))) == set()


def test_a_timestamp_of_zero_is_none(planned: Schedule) -> None:
    made = message()
    made.header.timestamp = update(made).timestamp = vehicle(made).timestamp = 0
    found = judged(made, planned)
    assert {(one.code, one.file) for one in found} == {
        ("gtfs_rt_header_timestamp_missing", "header"),
        ("gtfs_rt_timestamp_missing", "trip_updates"),
        ("gtfs_rt_timestamp_missing", "vehicle_positions"),
    }


@pytest.mark.parametrize(("version", "needs_time"), [("1", False), ("1.1", False), ("2", True), ("", True)])
def test_versions_are_those_that_were_published(version: str, *, needs_time: bool) -> None:
    made = message()
    made.header.gtfs_realtime_version = version
    clear(made.header, "timestamp")
    assert names(judged(made)) == {
        "version_unknown", "header_timestamp_missing" if needs_time else "timestamp_missing"
    }  # fmt: skip


def test_an_empty_text_names_nothing(planned: Schedule) -> None:
    made = message()
    again(made, 1, "another vehicle")
    for entity in made.entity[1], made.entity[3]:
        entity.vehicle.vehicle.id = entity.vehicle.stop_id = entity.vehicle.trip.route_id = ""
    assert names(judged(made, planned)) == {"vehicle_id_missing"}


def test_a_vehicle_on_a_trip_names_it_by_its_id_or_by_all_else() -> None:
    made = message()
    clear(vehicle(made).trip, "trip_id")
    assert names(judged(made)) == set()
    clear(vehicle(made).trip, "start_time")
    assert names(judged(made)) == {"trip_id_missing"}
    clear(vehicle(made), "trip")  # on no trip at all
    assert names(judged(made)) == set()


def test_every_code_has_a_test() -> None:
    reading = {"entity_set_aside", "value_set_aside", "text_not_utf8", "unknown_fields"}  # test_gtfs_rt_message.py
    beside = {"time_travel", "same_timestamp_other_content", "refresh_too_slow", "vehicle_jumped"}
    assert {code.removeprefix("gtfs_rt_") for code in notices()} == {*CASES, *reading, *beside}


def test_the_rules_of_the_validator_that_are_covered() -> None:
    # E005, E007, E008 and E014 were never given; E010 speaks of the schedule alone.
    gone = {"E005", "E007", "E008", "E010", "E014"}
    rules = {f"E{number:03}" for number in range(1, 53)} - gone | {f"W{number:03}" for number in range(1, 10)}
    assert {one.rule for one in notices().values() if one.rule} == rules


def test_every_notice_says_what_and_how_to_mend_in_both_languages() -> None:
    for code, notice in notices().items():
        assert code.startswith("gtfs_rt_")
        assert all((notice.en, notice.fr, notice.mend, notice.mend_fr)), code
        assert notice.en != notice.fr
        assert not (notice.kind is Kind.PLAUSIBILITY and notice.severity is Severity.ERROR), code
    assert dataclasses.is_dataclass(notice)
