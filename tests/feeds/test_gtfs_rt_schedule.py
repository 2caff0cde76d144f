"""Messages against their schedule: days on which clocks change, nights, frequencies, loops, detours, speed."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from google.transit.gtfs_realtime_pb2 import Alert, FeedMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.findings import Finding
from feeds.gtfs.read import read
from feeds.gtfs_rt import Schedule, check, parse
from feeds.gtfs_rt.across_calls import day_starts
from feeds.gtfs_rt.across_trips import seconds
from feeds.gtfs_rt.lines import Lines
from feeds.gtfs_rt.plausible import Plausible
from tests.feeds.realtime_town import AT, FILES, NOW, TODAY, message, schedule, town


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Schedule:
    return schedule(tmp_path_factory.mktemp("town"))


def _found(made: FeedMessage, planned: Schedule, *, at: dt.datetime = AT, **options: Any) -> tuple[Finding, ...]:
    return check(parse(made.SerializeToString()), at=at, schedule=planned, **options).findings


def names(made: FeedMessage, planned: Schedule, **options: Any) -> set[str]:
    return {one.code.removeprefix("gtfs_rt_") for one in _found(made, planned, **options)}


def one_trip(trip: str, *, at: int = NOW, **values: Any) -> tuple[FeedMessage, Any]:
    """A message with one update; answers with both."""
    made = FeedMessage()
    made.header.gtfs_realtime_version, made.header.incrementality, made.header.timestamp = "2.0", 0, at
    update = made.entity.add(id="u").trip_update
    update.trip.trip_id, update.timestamp, update.vehicle.id = trip, at, "bus-1"
    update.trip.schedule_relationship = update.trip.SCHEDULED
    for name, value in values.items():
        setattr(update.trip, name, value)
    return made, update


def call(update: Any, **values: Any) -> Any:
    return update.stop_time_update.add(schedule_relationship="SCHEDULED", **values)


@pytest.mark.parametrize(
    ("date", "starts"),
    [
        (dt.date(2026, 9, 14), "2026-09-14T00:00:00+02:00"),
        (dt.date(2026, 3, 29), "2026-03-28T23:00:00+01:00"),  # an hour is missing after midnight: noon minus 12 h
        (dt.date(2026, 10, 25), "2026-10-25T01:00:00+02:00"),  # an hour comes twice
    ],
)
def test_a_service_day_starts_at_noon_minus_twelve_hours(date: dt.date, starts: str) -> None:
    expected = int(dt.datetime.fromisoformat(starts).timestamp())
    assert day_starts([date], "Europe/Paris")["day_s"].to_list() == [expected]


@pytest.mark.parametrize("date", [dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 9, 13)])
def test_a_prediction_on_time_is_on_time_whatever_the_clocks_do(planned: Schedule, date: dt.date) -> None:
    zone = dt.timezone(dt.timedelta(hours=1 if date.month == 10 else 2))
    due = int(dt.datetime.combine(date, dt.time(8, 30), zone).timestamp())
    tight = Plausible(delay_s=59)
    for wrong, expected in ((0, set[str]()), (60, {"far_from_schedule"}), (-60, {"far_from_schedule"})):
        made, update = one_trip("T1", at=due, start_date=f"{date:%Y%m%d}")
        call(update, stop_sequence=4).arrival.time = due + wrong
        found = names(made, planned, at=dt.datetime.fromtimestamp(due, dt.UTC), plausible=tight)
        assert found == {"trip_not_running"} | expected  # these days are Sundays


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 99 * 3600 + 3599))
def test_times_of_the_service_day_are_read_back(second: int) -> None:
    written = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    assert pl.DataFrame({"t": [written]}).select(seconds("t")).item() == second


@pytest.mark.parametrize(
    ("start", "is_right"),
    [("06:00:00", True), ("06:10:00", True), ("6:10:00", True), ("08:50:00", True), ("09:00:00", False),
     ("05:50:00", False), ("06:15:00", False)],
)  # fmt: skip
def test_exact_frequencies_start_on_the_beat(planned: Schedule, start: str, *, is_right: bool) -> None:
    made, update = one_trip("BEAT", start_time=start, start_date=TODAY)
    call(update, stop_sequence=1).departure.delay = 0
    assert names(made, planned) == (set() if is_right else {"frequency_start_time"})


def test_an_exact_run_without_a_start_is_no_run_and_an_alert_may_be_about_all(planned: Schedule) -> None:
    made, update = one_trip("BEAT", start_date=TODAY)
    call(update, stop_sequence=1).departure.delay = 0
    alert = made.entity.add(id="a").alert
    alert.header_text.translation.add(text="Travaux")
    alert.informed_entity.add().trip.trip_id = "BEAT"
    found = [one for one in _found(made, planned) if one.code == "gtfs_rt_frequency_start_time"]
    assert [(one.file, one.count) for one in found] == [("trip_updates", 1)]


def test_a_vehicle_by_headway_needs_an_id_as_its_update_does(planned: Schedule) -> None:
    made, update = one_trip("FREE", start_time="06:07:31", start_date=TODAY)
    update.trip.schedule_relationship = update.trip.UNSCHEDULED
    call(update, stop_sequence=1).departure.time = NOW + 60
    vehicle = made.entity.add(id="v").vehicle
    vehicle.trip.CopyFrom(update.trip)
    vehicle.timestamp = NOW
    assert names(made, planned) == {"frequency_vehicle_missing", "vehicle_id_missing"}


@pytest.mark.parametrize(
    ("calls", "is_right"),
    [
        ([{"stop_id": "A"}, {"stop_id": "C"}], True),
        ([{"stop_id": "C"}, {"stop_id": "B"}], False),
        ([{"stop_sequence": 3}, {"stop_id": "B"}], False),
        ([{"stop_id": "D"}, {"stop_sequence": 2}], False),
    ],
)
def test_calls_that_are_told_by_their_stops_are_in_order(
    planned: Schedule, calls: list[dict[str, Any]], *, is_right: bool
) -> None:
    made, update = one_trip("T1", start_date=TODAY)
    for minute, one in enumerate(calls):
        call(update, **one).arrival.time = NOW + 60 * minute
    assert names(made, planned) == (set() if is_right else {"stop_sequence_unsorted"})


def test_a_delay_has_nothing_to_be_added_to_where_only_we_have_a_time(tmp_path: Path) -> None:
    folder = town(tmp_path / "town")
    calls = FILES["stop_times.txt"].replace("T1,2,B,08:10:00,08:10:00", "T1,2,B,,")
    (folder / "stop_times.txt").write_text(calls, "utf-8")
    (tmp_path / "tables").mkdir()
    made, update = one_trip("T1", start_date=TODAY)
    call(update, stop_sequence=1).departure.delay = 60
    call(update, stop_sequence=2).arrival.delay = 60
    found = _found(made, Schedule.open(read(folder, tmp_path / "tables").tables))
    assert [(one.code, one.count) for one in found] == [("gtfs_rt_delay_without_schedule", 1)]


def test_a_route_that_nobody_knows_is_said_once(planned: Schedule) -> None:
    made, update = one_trip("T1", start_date=TODAY, route_id="R9")
    call(update, stop_sequence=1).departure.delay = 0
    assert names(made, planned) == {"unknown_route"}


def test_a_run_by_headway_that_is_said_rightly(planned: Schedule) -> None:
    made, update = one_trip("FREE", start_time="06:07:31", start_date=TODAY)
    update.trip.schedule_relationship = update.trip.UNSCHEDULED
    call(update, stop_sequence=1).departure.time = NOW + 60
    assert names(made, planned) == set()


def test_a_loop_is_told_apart_by_its_sequence(planned: Schedule) -> None:
    made, update = one_trip("LOOP", start_date=TODAY)
    call(update, stop_sequence=1, stop_id="A").departure.delay = 0
    call(update, stop_sequence=3, stop_id="A").arrival.delay = 60
    assert names(made, planned) == set()


def test_delays_that_put_calls_in_the_wrong_order(planned: Schedule) -> None:
    made, update = one_trip("T1", start_date=TODAY)
    call(update, stop_sequence=1).departure.delay = 900
    call(update, stop_id="B").arrival.delay = 200  # 08:10 plus 200 s is before 08:15
    assert names(made, planned) == {"times_decreasing"}
    update.stop_time_update[1].arrival.delay = 300
    assert names(made, planned) == set()


@pytest.mark.parametrize("relationship", ["ADDED", "NEW"])
def test_trips_that_the_schedule_does_not_have_by_their_nature(planned: Schedule, relationship: str) -> None:
    made, update = one_trip("EXTRA", route_id="R1", start_date=TODAY)
    update.trip.schedule_relationship = getattr(update.trip, relationship)
    call(update, stop_sequence=9, stop_id="D").arrival.time = NOW + 60
    assert names(made, planned) == set()


def test_a_trip_without_a_stop_that_it_has_elsewhere(planned: Schedule) -> None:
    made, update = one_trip("T1", start_date=TODAY)
    call(update, stop_sequence=2, stop_id="B").arrival.delay = 0
    update.stop_time_update[0].stop_time_properties.assigned_stop_id = "Z"
    assert names(made, planned) == {"unknown_stop"}
    made.entity.add(id="new stop").stop.stop_id = "Z"  # made by the message itself
    assert names(made, planned) == set()


@pytest.mark.parametrize("day", ["20260913", "20270104"])
def test_days_without_service(planned: Schedule, day: str) -> None:
    made, update = one_trip("T1", start_date=day)
    update.trip.schedule_relationship = update.trip.CANCELED
    assert names(made, planned) == {"trip_not_running"}


def test_a_detour_that_is_told_excuses_its_vehicles(planned: Schedule) -> None:
    made = message()
    made.entity[1].vehicle.position.latitude = 45.01  # 1.1 km north of the shape
    assert names(made, planned) == {"far_from_trip"}
    made.entity[2].alert.effect = Alert.DETOUR
    assert names(made, planned) == set()


def test_a_trip_without_a_shape_goes_from_stop_to_stop(planned: Schedule) -> None:
    made, update = one_trip("T2", start_date=TODAY)
    call(update, stop_sequence=1).departure.delay = 0
    vehicle = made.entity.add(id="v").vehicle
    vehicle.trip.CopyFrom(update.trip)
    vehicle.vehicle.id, vehicle.timestamp = "bus-1", NOW
    vehicle.position.latitude, vehicle.position.longitude = 45.04, 5.02
    assert names(made, planned) == set()
    assert names(made, planned, plausible=Plausible(stop_line_m=4_000)) == {"far_from_trip"}


@pytest.mark.parametrize(("east", "is_far"), [(0.0057, False), (0.0070, True)])
def test_degrees_of_longitude_are_narrow_in_the_north(planned: Schedule, east: float, *, is_far: bool) -> None:
    made = message()  # 448 m and 551 m beyond the last stop; on the equator both were more than 500 m
    made.entity[1].vehicle.position.latitude, made.entity[1].vehicle.position.longitude = 45.0, 5.0381 + east
    assert names(made, planned) == ({"far_from_trip"} if is_far else set())


@pytest.mark.parametrize(("start", "is_right"), [("07:59:00", True), ("08:00:00", True), ("07:59:30", False)])
def test_a_trip_starts_with_its_first_arrival_or_departure(planned: Schedule, start: str, *, is_right: bool) -> None:
    made, update = one_trip("T1", start_date=TODAY, start_time=start)
    call(update, stop_sequence=2).arrival.delay = 0
    assert names(made, planned) == (set() if is_right else {"start_time_differs"})


def test_a_schedule_without_shapes_frequencies_and_second_calendar(tmp_path: Path) -> None:
    folder = town(tmp_path / "bare")
    for name in ("shapes.txt", "frequencies.txt"):
        (folder / name).unlink()
    (folder / "trips.txt").write_text("trip_id,route_id,service_id\nT1,R1,WEEK\n")
    calls = FILES["stop_times.txt"].splitlines()
    (folder / "stop_times.txt").write_text("\n".join(line for line in calls if line.startswith(("trip", "T1"))))
    (tmp_path / "tables").mkdir()
    bare = Schedule.open(read(folder, tmp_path / "tables").tables)
    assert names(message(), bare) == set()


def test_two_thousand_trips_against_half_a_million_calls_take_less_than_a_second() -> None:
    planned, made = _large(trips=20_000, calls=25, updates=2_000)
    read_ = parse(made.SerializeToString())
    started = time.process_time()
    report = check(read_, at=AT, schedule=planned)
    took = time.process_time() - started

    assert planned.calls.height == 500_000
    assert read_.tables["stop_time_updates"].num_rows == 10_000
    assert report.counts() == {"gtfs_rt_stop_and_sequence_differ": 1}
    assert took < 1.0


def _large(*, trips: int, calls: int, updates: int) -> tuple[Schedule, FeedMessage]:
    """A schedule made straight in memory, and a message with one fault."""
    small = schedule_frames(trips, calls)
    made = FeedMessage()
    made.header.gtfs_realtime_version, made.header.incrementality, made.header.timestamp = "2.0", 0, NOW
    for number in range(updates):
        update = made.entity.add(id=str(number)).trip_update
        update.trip.trip_id, update.trip.start_date = f"t{number * 10}", TODAY
        update.trip.schedule_relationship = update.trip.SCHEDULED
        update.vehicle.id, update.timestamp = str(number), NOW
        for sequence in range(5, 10):
            stop = "s0" if (number, sequence) == (1_000, 7) else f"s{sequence}"
            call(update, stop_sequence=sequence, stop_id=stop).arrival.delay = 30
    return small, made


def schedule_frames(trips: int, calls: int) -> Schedule:
    stops = pl.DataFrame({"stop_id": [f"s{n}" for n in range(calls)], "location_type": [0] * calls,
                          "lat": [45 + n / 100 for n in range(calls)], "lon": [5.0] * calls})  # fmt: skip
    keys = pl.DataFrame({"trip_key": range(trips)}, schema={"trip_key": pl.Int32})
    places = pl.DataFrame({"stop_sequence": range(calls), "stop_id": stops["stop_id"]}, schema_overrides={
        "stop_sequence": pl.Int32})  # fmt: skip
    times = (pl.col("stop_sequence") * 120 + 28_800).cast(pl.Int32)
    return Schedule(
        trips=keys.with_columns(
            pl.format("t{}", "trip_key").alias("trip_id"),
            route_id=pl.lit("r"), service_key=pl.lit(1, pl.Int32), direction_id=pl.lit(None, pl.Int8),
            shape_id=pl.lit(None, pl.String), first_s=pl.lit(28_800, pl.Int32), left_s=pl.lit(28_800, pl.Int32),
            loops=pl.lit(value=False), exact_times=pl.lit(None, pl.Int8),
        ),
        calls=keys.join(places, how="cross").with_columns(
            arrives_s=times, departs_s=times, interpolated=pl.lit(value=False)),
        stops=stops,
        routes=pl.DataFrame({"route_id": ["r"], "route_type": [3]}),
        agencies=frozenset(),
        days=pl.DataFrame({"service_key": [1], "date": [dt.date(2026, 9, 14)]}, schema_overrides={
            "service_key": pl.Int32}),
        frequencies=pl.DataFrame(schema={"trip_key": pl.Int32, "start_s": pl.Int32, "end_s": pl.Int32,
                                         "headway_secs": pl.Int32, "exact_times": pl.Int8}),
        timezone="Europe/Paris",
        lines=Lines(None, stops),
    )  # fmt: skip
