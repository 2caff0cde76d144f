"""Where vehicles are, against where the schedule says that trips go. Plausibility all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import shapely

from feeds.findings import Finding
from feeds.gtfs_rt.across_trips import matched
from feeds.gtfs_rt.plausible import ROAD_TYPES
from feeds.gtfs_rt.scene import CHANGED, Scene, says, told
from feeds.gtfs_rt.schedule import Schedule

_PLACED = pl.col("lat").is_between(-90, 90) & pl.col("lon").is_between(-180, 180)
_SOMEWHERE = (pl.col("lat").abs() >= 0.01) | (pl.col("lon").abs() >= 0.01)
_AWAY = pl.format("{} m", pl.col("away_m").round().cast(pl.Int64))


def places(scene: Scene, schedule: Schedule) -> Iterator[Finding]:
    """Vehicles far from the network, and far from their own trip where no detour is told."""
    limits = scene.plausible
    vehicles = scene.frames["vehicle_positions"].filter(_PLACED & _SOMEWHERE)
    away = schedule.lines.away_from_network(vehicles)
    vehicles = vehicles.with_columns(away_m=pl.Series(away, dtype=pl.Float64))
    lost = (pl.col("away_m") > limits.network_m) & pl.col("away_m").is_finite()
    yield from told("outside_network", vehicles.filter(lost), "vehicle.position", _AWAY)
    near = vehicles.filter(~lost & ~says("trip_relationship", *CHANGED)).drop("away_m")
    assigned = matched(near, schedule).drop_nulls("trip_key")
    assigned = _not_diverted(scene, assigned)
    by_shape = assigned.filter(pl.col("shape_id").is_in(list(schedule.lines.shapes)))
    yield from _far(by_shape, schedule, schedule.lines.shapes, "shape_id", limits.trip_m)
    rest = assigned.join(by_shape, on="entity", how="anti", maintain_order="left")
    calls = schedule.calls.join(rest.select("trip_key").unique(), on="trip_key", how="semi", maintain_order="left")
    yield from _far(rest, schedule, schedule.lines.stop_lines(calls, "trip_key"), "trip_key", limits.stop_line_m)


def _far(
    vehicles: pl.DataFrame, schedule: Schedule, lines: dict[Any, Any], key: str, most_m: float
) -> Iterator[Finding]:
    vehicles = vehicles.filter(pl.col(key).is_in(list(lines)))
    if vehicles.is_empty():
        return
    ways = np.array([lines[one] for one in vehicles[key]], dtype=object)
    away = shapely.distance(ways, shapely.points(schedule.lines.plane(vehicles)))
    vehicles = vehicles.with_columns(away_m=pl.Series(away, dtype=pl.Float64))
    shown = pl.format("{} m from {}", pl.col("away_m").round().cast(pl.Int64), "trip_id")
    yield from told("far_from_trip", vehicles.filter(pl.col("away_m") > most_m), "vehicle.position", shown)


def _not_diverted(scene: Scene, vehicles: pl.DataFrame) -> pl.DataFrame:
    """The vehicles for whose trip and route no alert tells a detour."""
    detours = scene.frames["alerts"].filter(says("effect", "DETOUR", "MODIFIED_SERVICE")).select("entity")
    told_of = scene.frames["informed_entities"].join(detours, on="entity", how="semi")
    whole = told_of.filter(pl.col("trip_id").is_null())
    routes = pl.concat([whole["selector_route_id"], whole["route_id"]]).drop_nulls()
    trips = told_of["trip_id"].drop_nulls()
    return vehicles.filter(
        ~pl.col("trip_id").is_in(trips.to_list()) & ~pl.col("route_id_planned").is_in(routes.to_list())
    )


def speeds(scene: Scene, schedule: Schedule) -> Iterator[Finding]:
    """Speeds that trains reach, of vehicles that are none."""
    limits = scene.plausible
    quick = scene.frames["vehicle_positions"].filter(pl.col("speed_mps").is_between(limits.road_mps, limits.speed_mps))
    roads = schedule.routes.filter(pl.col("route_type").is_in(ROAD_TYPES)).select("route_id")
    known = matched(quick, schedule).join(roads, left_on="route_id_planned", right_on="route_id", how="semi")
    yield from told("speed_unbelievable", known, "vehicle.position.speed", "speed_mps")
