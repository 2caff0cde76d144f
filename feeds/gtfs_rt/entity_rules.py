"""Rules that look at several records of a message: ids, order of calls, vehicles and their trips, alerts."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from feeds.findings import Finding
from feeds.gtfs_rt.geometry import distance_m
from feeds.gtfs_rt.scene import Scene, is_posix, says, told

_SAME = pl.col("entity") == pl.col("entity").shift(1)
_RUN = ("trip_id", "start_date", "start_time")


def ids(scene: Scene) -> Iterator[Finding]:
    """Ids that are given twice."""
    again = scene.frames["entities"].filter(~pl.col("entity_id").is_first_distinct())
    yield from told("duplicate_entity_id", again, "entity.id", "entity_id")
    updates = scene.frames["trip_updates"].filter(
        pl.col("trip_id").is_not_null() & ~says("trip_relationship", "DUPLICATED")
    )
    yield from told("duplicate_trip", updates.filter(~pl.struct(_RUN).is_first_distinct()), "trip.trip_id", "trip_id")
    positions = scene.frames["vehicle_positions"].filter(pl.col("vehicle_id").is_not_null())
    twice = positions.filter(~pl.col("vehicle_id").is_first_distinct())
    yield from told("vehicle_id_not_unique", twice, "vehicle.id", "vehicle_id")


def trips(scene: Scene) -> Iterator[Finding]:
    """Trips that run and are said nothing of."""
    updated = scene.frames["stop_time_updates"].select("entity").unique()
    running = scene.frames["trip_updates"].filter(~says("trip_relationship", "CANCELED", "DELETED", "DUPLICATED"))
    bare = running.join(updated, on="entity", how="anti", maintain_order="left")
    yield from told("trip_without_updates", bare, "trip_update.stop_time_update", "trip_id")


def calls(scene: Scene) -> Iterator[Finding]:
    """The order of a trip's stop time updates, and of their times."""
    frame = scene.frames["stop_time_updates"]
    sequence, last = pl.col("stop_sequence"), pl.col("stop_sequence").shift(1)
    field = "stop_time_update.stop_sequence"
    yield from told("stop_sequence_unsorted", frame.filter(_SAME & (sequence < last)), field, "stop_sequence")
    yield from told("stop_sequence_repeated", frame.filter(_SAME & (sequence == last)), field, "stop_sequence")
    # A trip that calls twice in a row at a stop tells the calls apart by their sequence.
    alike = _SAME & (pl.col("stop_id") == pl.col("stop_id").shift(1)) & ~(sequence != last).fill_null(value=False)
    yield from told("stop_id_repeated", frame.filter(alike), "stop_time_update.stop_id", "stop_id")
    timed = frame.select(
        "table",
        "entity",
        "entity_id",
        comes=pl.coalesce(pl.when(is_posix(name)).then(name) for name in ("arrival_s", "departure_s")),
        leaves=pl.coalesce(pl.when(is_posix(name)).then(name) for name in ("departure_s", "arrival_s")),
    ).drop_nulls("comes")
    backwards = timed.filter(_SAME & (pl.col("comes") < pl.col("leaves").shift(1)))
    yield from told("times_decreasing", backwards, "stop_time_update.arrival.time", "comes")


def pairs(scene: Scene) -> Iterator[Finding]:
    """Whether positions and updates of one message speak of the same vehicles and trips."""
    updates = scene.frames["trip_updates"].drop_nulls("trip_id")
    positions = scene.frames["vehicle_positions"].drop_nulls("trip_id")
    if updates.is_empty() or positions.is_empty():
        return
    alone = positions.join(updates, on="trip_id", how="anti", maintain_order="left")
    yield from told("vehicle_without_update", alone, "trip.trip_id", "trip_id")
    named = updates.drop_nulls("vehicle_id")
    other = (
        positions.drop_nulls("vehicle_id")
        .join(named, on="trip_id", how="semi", maintain_order="left")
        .join(named, on=["trip_id", "vehicle_id"], how="anti", maintain_order="left")
    )
    yield from told("vehicle_paired_otherwise", other, "vehicle.id", "vehicle_id")


def jumps(scene: Scene) -> Iterator[Finding]:
    """Vehicles that moved too fast since the message before."""
    if scene.before is None or scene.message.timestamp_s is None or scene.before.timestamp_s is None:
        return
    usual = scene.message.timestamp_s - scene.before.timestamp_s
    positions = scene.frames["vehicle_positions"].drop_nulls(["vehicle_id", "lat", "lon"])
    moved = positions.join(scene.before.positions, on="vehicle_id", suffix="_before", maintain_order="left")
    measured = pl.col("timestamp_s") - pl.col("timestamp_s_before")
    moved = moved.with_columns(
        way_m=distance_m("lat", "lon", "lat_before", "lon_before"), took_s=pl.coalesce(measured, usual).clip(1)
    )
    limits = scene.plausible
    jumped = (pl.col("way_m") > limits.jump_m) & (pl.col("way_m") > limits.speed_mps * pl.col("took_s"))
    shown = pl.format("{} m in {} s", pl.col("way_m").round().cast(pl.Int64), "took_s")
    yield from told("vehicle_jumped", moved.filter(jumped), "vehicle.position", shown)


def alerts(scene: Scene) -> Iterator[Finding]:
    """Alerts that inform nobody, say nothing, or are over."""
    frames = scene.frames
    every = frames["alerts"]
    blind = every.join(frames["informed_entities"], on="entity", how="anti", maintain_order="left")
    yield from told("alert_without_selector", blind, "alert.informed_entity")
    titles = frames["alert_texts"].filter((pl.col("field") == "header_text") & (pl.col("text") != ""))
    mute = every.join(titles, on="entity", how="anti", maintain_order="left")
    yield from told("alert_without_header_text", mute, "alert.header_text")
    unsaid = frames["alert_texts"].filter(pl.col("language").is_null())
    again = unsaid.filter(~pl.struct("entity", "field").is_first_distinct())
    yield from told("translation_without_language", again, "alert.header_text.translation.language", "text")
    ends = frames["alert_periods"].group_by("entity").agg(
        over=((pl.col("end_s") > 0) & (pl.col("end_s") < scene.at_s)).fill_null(value=False).all()
    )  # fmt: skip
    past = every.join(ends.filter("over"), on="entity", how="semi", maintain_order="left")
    yield from told("alert_over", past, "alert.active_period")
