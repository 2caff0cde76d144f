"""Trips, routes, stops and agencies that a message names, against its schedule."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from feeds.findings import Finding
from feeds.gtfs_rt.scene import CHANGED, NOT_PLANNED, Scene, says, told
from feeds.gtfs_rt.schedule import Schedule

_STOPS = (
    ("stop_time_updates", "stop_id", "stop_time_update.stop_id"),
    ("stop_time_updates", "assigned_stop_id", "stop_time_update.stop_time_properties.assigned_stop_id"),
    ("vehicle_positions", "stop_id", "vehicle.stop_id"),
    ("informed_entities", "stop_id", "informed_entity.stop_id"),
)
_ROUTES = (
    ("trip_updates", "route_id", "trip.route_id"),
    ("vehicle_positions", "route_id", "trip.route_id"),
    ("informed_entities", "route_id", "informed_entity.trip.route_id"),
    ("informed_entities", "selector_route_id", "informed_entity.route_id"),
)
_MATCHED = "trip_key"
_BY_HEADWAY = pl.col("exact_times") == 0


def ids(scene: Scene, schedule: Schedule) -> Iterator[Finding]:
    """Ids that the schedule does not have; stops that are no stops."""
    routes = schedule.routes.select(known="route_id")
    for table, column, field in _ROUTES:
        frame = scene.frames[table].drop_nulls(column)
        unknown = frame.join(routes, left_on=column, right_on="known", how="anti", maintain_order="left")
        yield from told("unknown_route", unknown, field, column)
    # Stops may also be made by the message itself.
    stops = pl.concat([schedule.stops.select("stop_id"), scene.frames["new_stops"].select("stop_id")])
    for table, column, field in _STOPS:
        frame = scene.frames[table].drop_nulls(column)
        unknown = frame.join(stops, left_on=column, right_on="stop_id", how="anti", maintain_order="left")
        yield from told("unknown_stop", unknown, field, column)
        if table != "informed_entities":
            no_platform = schedule.stops.filter(pl.col("location_type") > 0)
            wrong = frame.join(no_platform, left_on=column, right_on="stop_id", how="semi", maintain_order="left")
            yield from told("stop_is_no_platform", wrong, field, column)
    if schedule.agencies:
        informed = scene.frames["informed_entities"]
        foreign = informed.filter(~pl.col("agency_id").is_in(list(schedule.agencies)))
        yield from told("unknown_agency", foreign, "informed_entity.agency_id", "agency_id")


def matched(frame: pl.DataFrame, schedule: Schedule) -> pl.DataFrame:
    """Rows that name a trip, each with what the schedule says of it (null where it has no such trip)."""
    return frame.drop_nulls("trip_id").join(
        schedule.trips, on="trip_id", how="left", suffix="_planned", maintain_order="left"
    )


def trips(scene: Scene, schedule: Schedule) -> Iterator[Finding]:
    """Trips that the schedule does not have, or has otherwise."""
    named = matched(scene.mentions, schedule)
    is_known, is_new = pl.col(_MATCHED).is_not_null(), says("trip_relationship", *NOT_PLANNED)
    yield from told("unknown_trip", named.filter(~is_known & ~is_new), "trip.trip_id", "trip_id")
    added = named.filter(is_known & says("trip_relationship", "ADDED"))
    yield from told("added_trip_in_schedule", added, "trip.trip_id", "trip_id")
    named = named.filter(is_known & ~is_new)
    # Of a route that the schedule does not have, that alone is said (`ids`).
    is_route = pl.col("route_id").is_in(schedule.routes["route_id"].drop_nulls().to_list())
    other_route = is_route & (pl.col("route_id") != pl.col("route_id_planned"))
    in_alert = pl.col("table") == "informed_entities"
    yield from told("trip_not_of_route", named.filter(other_route & ~in_alert), "trip.route_id", "route_id")
    selected = matched(scene.frames["informed_entities"], schedule)
    elsewhere = pl.coalesce("selector_route_id", "route_id") != pl.col("route_id_planned")
    yield from told("selector_trip_not_of_route", selected.filter(elsewhere), "informed_entity.route_id", "trip_id")
    turned = named.filter(pl.col("direction_id") != pl.col("direction_id_planned"))
    yield from told("direction_differs", turned, "trip.direction_id", "direction_id")


def starts(scene: Scene, schedule: Schedule) -> Iterator[Finding]:
    """Start times and dates, of ordinary trips and of those that run by headway."""
    named = matched(scene.mentions, schedule).filter(
        pl.col(_MATCHED).is_not_null() & ~says("trip_relationship", *NOT_PLANNED)
    )
    named = named.with_columns(starts_s=seconds("start_time"), date=day("start_date"))
    planned = named.filter(pl.col("exact_times").is_null() & ~says("trip_relationship", *CHANGED))
    late = (pl.col("starts_s") != pl.col("first_s")) & (pl.col("starts_s") != pl.col("left_s"))
    yield from told("start_time_differs", planned.filter(late), "trip.start_time", "start_time")
    # A run is told from the next by its start; an alert may be about all of them.
    unnamed = pl.col("start_time").is_null() & (pl.col("table") != "informed_entities")
    exact = named.filter((pl.col("exact_times") == 1) & (unnamed | pl.col("starts_s").is_not_null()))
    yield from told("frequency_start_time", _off_beat(exact, schedule), "trip.start_time", "start_time")
    running = named.filter(~says("trip_relationship", "DUPLICATED")).drop_nulls("date")
    idle = running.join(schedule.days, on=["service_key", "date"], how="anti", maintain_order="left")
    yield from told("trip_not_running", idle, "trip.start_date", pl.format("{} on {}", "trip_id", "start_date"))


def headways(scene: Scene, schedule: Schedule) -> Iterator[Finding]:
    """What trips that run by headway (exact_times 0) need so that one run is told from the next."""
    named = matched(scene.mentions, schedule).filter(_BY_HEADWAY)
    bare = pl.col("start_time").is_null() | pl.col("start_date").is_null()
    rides = named.filter(pl.col("table") != "informed_entities")
    yield from told("frequency_fields_missing", rides.filter(bare), "trip.start_time", "trip_id")
    other = (pl.col("trip_relationship") != "UNSCHEDULED").fill_null(value=False)
    yield from told("frequency_relationship", rides.filter(other), "trip.schedule_relationship", "trip_relationship")
    for table in ("trip_updates", "vehicle_positions"):
        nameless = matched(scene.frames[table], schedule).filter(_BY_HEADWAY & pl.col("vehicle_id").is_null())
        yield from told("frequency_vehicle_missing", nameless, "vehicle.id", "trip_id")


def _off_beat(exact: pl.DataFrame, schedule: Schedule) -> pl.DataFrame:
    """Runs that start at none of the times that frequencies.txt gives."""
    numbered = exact.with_row_index("run")
    beats = numbered.join(schedule.frequencies, on="trip_key", suffix="_of")
    since = pl.col("starts_s") - pl.col("start_s")
    on_beat = beats.filter(
        (since >= 0) & (pl.col("starts_s") < pl.col("end_s")) & (since % pl.col("headway_secs") == 0)
    )
    return numbered.join(on_beat.select("run"), on="run", how="anti", maintain_order="left")


def seconds(column: str) -> pl.Expr:
    """HH:MM:SS as seconds of the service day; null where it is written otherwise."""
    parts = pl.col(column).str.extract_groups(r"^(\d{1,2}):([0-5]\d):([0-5]\d)$").struct
    hours, minutes, rest = (parts.field(str(number)).cast(pl.Int32) for number in (1, 2, 3))
    return hours * 3600 + minutes * 60 + rest


def day(column: str) -> pl.Expr:
    """YYYYMMDD as a date; null where it is written otherwise."""
    return pl.col(column).str.to_date("%Y%m%d", strict=False)
