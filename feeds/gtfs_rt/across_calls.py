"""Stop time updates against the calls of the schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import polars as pl

from feeds.findings import Finding
from feeds.gtfs_rt.across_trips import day
from feeds.gtfs_rt.scene import CHANGED, Scene, is_posix, says, told
from feeds.gtfs_rt.schedule import Schedule

_SAME = pl.col("entity") == pl.col("entity").shift(1)
_HALF_A_DAY = dt.timedelta(hours=12)


def calls(scene: Scene, schedule: Schedule) -> Iterator[Finding]:
    """Whether the updates are of calls that the trip has, and what they make of its times."""
    updates = _of_planned_trips(scene, schedule)
    if updates.is_empty():
        return
    planned = schedule.calls.join(updates.select("trip_key").unique(), on="trip_key", how="semi", maintain_order="left")
    numbered = updates.drop_nulls("stop_sequence").join(
        planned, on=["trip_key", "stop_sequence"], how="left", suffix="_planned", maintain_order="left"
    )
    yield from _of_numbered(numbered, planned)
    nameless = updates.filter(pl.col("stop_sequence").is_null() & pl.col("stop_id").is_not_null())
    named = nameless.join(schedule.stops, on="stop_id", how="semi", maintain_order="left")
    elsewhere = named.join(planned, on=["trip_key", "stop_id"], how="anti", maintain_order="left")
    yield from told("stop_not_on_trip", elsewhere, "stop_time_update.stop_id", _CALL)
    looping = nameless.filter(pl.col("loops").fill_null(value=False))
    yield from told("stop_sequence_needed", looping, "stop_time_update.stop_sequence", _CALL)
    once = planned.unique(["trip_key", "stop_id"], keep="none")
    found = named.join(once, on=["trip_key", "stop_id"], suffix="_planned", maintain_order="left")
    every = pl.concat([numbered, found], how="diagonal").sort("entity", "place")
    yield from _unsorted(every)
    yield from _times(scene, every, schedule)


_CALL = pl.format("{} of {}", "stop_id", "trip_id")


def _of_planned_trips(scene: Scene, schedule: Schedule) -> pl.DataFrame:
    """The updates of trips that the schedule has and that call where it says."""
    known = schedule.trips.select("trip_id", "trip_key", "exact_times", "loops")
    return (
        scene.updated_calls.filter(~says("trip_relationship", *CHANGED))
        .drop_nulls("trip_id")
        .join(known, on="trip_id", maintain_order="left")
        .with_columns(pl.col("stop_sequence").cast(planned_sequence(schedule)))
    )


def planned_sequence(schedule: Schedule) -> pl.DataType:
    """The type of the schedule's stop_sequence, so that the two can be joined."""
    return schedule.calls.schema["stop_sequence"]


def _of_numbered(numbered: pl.DataFrame, planned: pl.DataFrame) -> Iterator[Finding]:
    there = planned.select("trip_key", "stop_sequence")
    missing = numbered.join(there, on=["trip_key", "stop_sequence"], how="anti", maintain_order="left")
    shown = pl.format("{} of {}", "stop_sequence", "trip_id")
    yield from told("sequence_not_on_trip", missing, "stop_time_update.stop_sequence", shown)
    differ = numbered.filter(pl.col("stop_id") != pl.col("stop_id_planned"))
    both = pl.format("{} for {}", "stop_id", "stop_id_planned")
    yield from told("stop_and_sequence_differ", differ, "stop_time_update.stop_id", both)


def _unsorted(updates: pl.DataFrame) -> Iterator[Finding]:
    """Calls out of order, where one of two is told by its stop alone; numbers need no schedule to be compared."""
    placed = updates.with_columns(at=pl.coalesce("stop_sequence", "stop_sequence_planned")).drop_nulls("at")
    by_stop = pl.col("stop_sequence").is_null()
    wrong = _SAME & (pl.col("at") < pl.col("at").shift(1)) & (by_stop | by_stop.shift(1))
    yield from told("stop_sequence_unsorted", placed.filter(wrong), "stop_time_update.stop_id", _CALL)


def _times(scene: Scene, updates: pl.DataFrame, schedule: Schedule) -> Iterator[Finding]:
    """Predictions as instants: those that are given, and those that a delay makes of the schedule."""
    has_call = pl.col("stop_id_planned").is_not_null() | pl.col("departs_s").is_not_null()
    for event, planned in (("arrival", "arrives_s"), ("departure", "departs_s")):
        only_late = pl.col(f"{event}_delay_s").is_not_null() & pl.col(f"{event}_s").is_null()
        no_time = pl.col(planned).is_null() | pl.col("interpolated").fill_null(value=False)
        untimed = updates.filter(only_late & has_call & no_time)
        field = f"stop_time_update.{event}.delay"
        yield from told("delay_without_schedule", untimed, field, f"{event}_delay_s")
    yield from _backwards(updates)
    yield from _far_off(scene, updates, schedule)


def _backwards(updates: pl.DataFrame) -> Iterator[Finding]:
    """Delays that put a later call before an earlier one; given times are judged without a schedule."""
    predicted = updates.with_columns(
        comes=pl.col("arrives_s") + pl.coalesce("arrival_delay_s", "departure_delay_s"),
        leaves=pl.col("departs_s") + pl.coalesce("departure_delay_s", "arrival_delay_s"),
    ).drop_nulls(["comes", "leaves"])
    untold = pl.all_horizontal(pl.col("arrival_s", "departure_s").is_null())
    wrong = _SAME & (pl.col("comes") < pl.col("leaves").shift(1)) & (untold | untold.shift(1))
    yield from told("times_decreasing", predicted.filter(wrong), "stop_time_update.arrival.delay", "arrival_delay_s")


def _far_off(scene: Scene, updates: pl.DataFrame, schedule: Schedule) -> Iterator[Finding]:
    """Given times that are hours from the scheduled ones of their service day."""
    dated = updates.with_columns(date=day("start_date")).filter(pl.col("exact_times").is_null()).drop_nulls("date")
    starts = day_starts(dated["date"].unique(), schedule.timezone)
    dated = dated.join(starts, on="date", maintain_order="left")
    for event, planned in (("arrival", "arrives_s"), ("departure", "departs_s")):
        apart = pl.col(f"{event}_s") - pl.col("day_s") - pl.col(planned)
        far = dated.filter(is_posix(f"{event}_s") & (apart.abs() > scene.plausible.delay_s))
        yield from told("far_from_schedule", far, f"stop_time_update.{event}.time", pl.format("{} s", apart))


def day_starts(dates: Iterable[dt.date], timezone: str) -> pl.DataFrame:
    """``date, day_s``: when each service day starts, in seconds since 1970.

    A service day starts at noon minus 12 h: on days when clocks change that is not midnight (GTFS reference, Time).
    """
    zone = ZoneInfo(timezone)
    noons = [(date, dt.datetime.combine(date, dt.time(12), zone).astimezone(dt.UTC)) for date in dates]
    rows = {"date": [date for date, _ in noons], "day_s": [int((noon - _HALF_A_DAY).timestamp()) for _, noon in noons]}
    return pl.DataFrame(rows, schema={"date": pl.Date, "day_s": pl.Int64})
