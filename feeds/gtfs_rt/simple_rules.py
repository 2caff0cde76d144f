"""Rules that look at one record at a time, as data: which rows are wrong, in which field, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from feeds.findings import Finding
from feeds.gtfs_rt.plausible import POSIX
from feeds.gtfs_rt.scene import Scene, says, told

_c = pl.col
#: Times of a service day go beyond 24 h: 25:15:35 is a quarter past one at night.
_TIME = r"^\d{1,2}:[0-5]\d:[0-5]\d$"
_DATE = r"^\d{8}$"
_OTHERWISE_NAMED = pl.all_horizontal(_c("route_id", "direction_id", "start_time", "start_date").is_not_null())
_HAS_TRIP = pl.any_horizontal(_c("trip_id", "route_id", "start_date").is_not_null())
_UNTIMED = _c("timestamp_s").is_null() | (_c("timestamp_s") == 0)
_LEFT_OUT = says("relationship", "SKIPPED", "NO_DATA")
_OFF_THE_GLOBE = ~(_c("lat").is_between(-90, 90) & _c("lon").is_between(-180, 180))


@dataclass(frozen=True, slots=True)
class Rule:
    """A code, the table it looks at, when a row is wrong, in which field, and the value that shows it."""

    name: str
    table: str
    field: str
    when: pl.Expr
    value: str | pl.Expr | None = None


def _empty_event(event: str) -> Rule:
    nothing = pl.all_horizontal(_c(f"{event}_s", f"{event}_delay_s").is_null())
    return Rule(
        "empty_stop_time_event", "stop_time_updates", f"stop_time_update.{event}", ~_LEFT_OUT & _c(event) & nothing
    )


RULES: tuple[Rule, ...] = (
    Rule("trip_id_missing", "trip_updates", "trip.trip_id",
         _c("trip_id").is_null() & _c("modified_trip_id").is_null() & ~_OTHERWISE_NAMED),
    Rule("trip_id_missing", "vehicle_positions", "trip.trip_id",
         _HAS_TRIP & _c("trip_id").is_null() & _c("modified_trip_id").is_null() & ~_OTHERWISE_NAMED),
    Rule("relationship_missing", "trip_updates", "trip.schedule_relationship", _c("trip_relationship").is_null()),
    Rule("relationship_missing", "vehicle_positions", "trip.schedule_relationship",
         _HAS_TRIP & _c("trip_relationship").is_null()),
    Rule("relationship_missing", "stop_time_updates", "stop_time_update.schedule_relationship",
         _c("relationship").is_null()),
    Rule("vehicle_id_missing", "trip_updates", "vehicle.id",
         _c("vehicle_id").is_null() & ~says("trip_relationship", "CANCELED", "DELETED")),
    Rule("vehicle_id_missing", "vehicle_positions", "vehicle.id", _c("vehicle_id").is_null()),
    Rule("timestamp_missing", "trip_updates", "trip_update.timestamp", _UNTIMED),
    Rule("timestamp_missing", "vehicle_positions", "vehicle.timestamp", _UNTIMED),
    Rule("no_stop_selector", "stop_time_updates", "stop_time_update.stop_id",
         _c("stop_id").is_null() & _c("stop_sequence").is_null()),
    Rule("no_data_with_times", "stop_time_updates", "stop_time_update.schedule_relationship",
         says("relationship", "NO_DATA") & (_c("arrival") | _c("departure")), "relationship"),
    Rule("no_arrival_or_departure", "stop_time_updates", "stop_time_update.arrival",
         ~_LEFT_OUT & ~_c("arrival") & ~_c("departure")),
    _empty_event("arrival"),
    _empty_event("departure"),
    Rule("departure_before_arrival", "stop_time_updates", "stop_time_update.departure.time",
         _c("departure_s") < _c("arrival_s"), "departure_s"),
    Rule("position_out_of_range", "vehicle_positions", "vehicle.position", _OFF_THE_GLOBE,
         pl.format("{}, {}", "lat", "lon")),
    Rule("bearing_out_of_range", "vehicle_positions", "vehicle.position.bearing", ~_c("bearing").is_between(0, 360),
         "bearing"),
    Rule("null_island", "vehicle_positions", "vehicle.position",
         (_c("lat").abs() < 0.01) & (_c("lon").abs() < 0.01), pl.format("{}, {}", "lat", "lon")),
    Rule("selector_route_differs", "informed_entities", "informed_entity.route_id",
         _c("selector_route_id") != _c("route_id"), "selector_route_id"),
    Rule("selector_empty", "informed_entities", "alert.informed_entity",
         pl.all_horizontal(_c("agency_id", "selector_route_id", "route_type", "stop_id", "trip_id", "route_id",
                              "start_date", "modified_trip_id").is_null())),
    Rule("alert_period_reversed", "alert_periods", "alert.active_period", (_c("start_s") > 0) & (_c("end_s") > 0)
         & (_c("end_s") < _c("start_s")), "end_s"),
)  # fmt: skip


def simple(scene: Scene) -> Iterator[Finding]:
    """What the rules above find."""
    for rule in RULES:
        yield from told(rule.name, scene.frames[rule.table].filter(rule.when), rule.field, rule.value)


def formats(scene: Scene) -> Iterator[Finding]:
    """How start times and dates are written, wherever a trip is named."""
    date = pl.col("start_date")
    no_day = date.is_not_null() & (~date.str.contains(_DATE) | date.str.to_date("%Y%m%d", strict=False).is_null())
    for name, field, wrong in (
        ("start_time_format", "start_time", ~pl.col("start_time").str.contains(_TIME)),
        ("start_date_format", "start_date", no_day),
    ):
        yield from told(name, scene.mentions.filter(wrong), f"trip.{field}", field)


def beyond_belief(scene: Scene) -> Iterator[Finding]:
    """Speeds, delays, predictions and positions that are hard to believe."""
    limits = scene.plausible
    positions, calls = scene.frames["vehicle_positions"], scene.frames["stop_time_updates"]
    speed = pl.col("speed_mps")
    field = "vehicle.position.speed"
    yield from told(
        "speed_unbelievable", positions.filter((speed < 0) | (speed > limits.speed_mps)), field, "speed_mps"
    )
    for event in ("arrival", "departure"):
        field, late = f"stop_time_update.{event}.delay", f"{event}_delay_s"
        yield from told("delay_unbelievable", calls.filter(pl.col(late).abs() > limits.delay_s), field, late)
    now = scene.message.timestamp_s
    if now is None or not POSIX[0] <= now <= POSIX[1]:
        return
    for event in ("arrival", "departure"):
        time = f"{event}_s"
        far = pl.col(time).is_between(*POSIX) & ((pl.col(time) - now).abs() > limits.prediction_s)
        yield from told("prediction_far_off", calls.filter(far), f"stop_time_update.{event}.time", time)
    old = pl.col("timestamp_s").is_between(POSIX[0], now - limits.old_position_s - 1)
    yield from told("old_position", positions.filter(old), "vehicle.timestamp", "timestamp_s")
