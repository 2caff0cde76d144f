"""The lines of routes on a map: from the feed's shapes by gtfs-kit, or straight from stop to stop where it has none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import duckdb
import geopandas as gpd
import gtfs_kit
import pandas as pd
import shapely

from feeds import statistics

_WGS84 = "EPSG:4326"
_DESCRIBED = ["route_id", "route_short_name", "route_long_name", "route_type", "route_color"]
#: pandas holds the points in memory; a feed with more is drawn from its stops.
MOST_POINTS = 3_000_000

# One trip stands for all that run the same way: geometry asks which shapes a route has, not how often.
_TRIPS = """SELECT min(trip_id) AS trip_id, any_value(service_id) AS service_id, route_id, direction_id, shape_id
FROM trips WHERE shape_id IN (SELECT shape_id FROM shapes) GROUP BY route_id, direction_id, shape_id ORDER BY 1"""
_POINTS = """SELECT shape_id, shape_pt_lat, shape_pt_lon, shape_pt_sequence FROM shapes
WHERE shape_id IN (SELECT shape_id FROM trips) ORDER BY shape_id, shape_pt_sequence"""
_LEGS = """SELECT s.route_id, a.stop_lon AS from_lon, a.stop_lat AS from_lat, b.stop_lon AS to_lon, b.stop_lat AS to_lat
FROM (SELECT DISTINCT t.route_id, c.stop_key, c.next_stop_key FROM stop_times c JOIN trips t ON t.trip_key = c.trip_key
      WHERE c.next_stop_key IS NOT NULL AND t.route_id IN (SELECT unnest($routes))) s
JOIN stops a ON a.stop_key = s.stop_key JOIN stops b ON b.stop_key = s.next_stop_key
WHERE a.stop_lon + a.stop_lat + b.stop_lon + b.stop_lat IS NOT NULL AND a.stop_key <> b.stop_key
ORDER BY ALL"""


def route_lines(
    tables: Mapping[str, Path], *, connection: duckdb.DuckDBPyConnection, tolerance_m: float = 10.0
) -> gpd.GeoDataFrame:
    """One line or bundle of lines a route (WGS 84), overlapping parts drawn once, simplified to `tolerance_m` metres.

    Columns: the route's id, names, type and colour, `geometry_source` (``shapes``, ``stops`` for straight lines from
    stop to stop) and `geometry`. Routes of which neither is known are left out.

    Args:
        tables: those of a `feeds.reading.Reading`.
    """
    names = [name for name in ("routes", "trips", "stops", "stop_times", "shapes") if name in tables]
    statistics.bind(connection, tables, names)
    routes = connection.execute(f"SELECT {', '.join(_DESCRIBED)} FROM routes ORDER BY route_id").df()  # noqa: S608
    drawn = _from_shapes(routes, connection) if "shapes" in tables else {}
    straight = _from_stops([route for route in routes["route_id"] if route not in drawn], connection)
    sources = ["shapes" if route in drawn else "stops" for route in routes["route_id"]]
    lines = gpd.GeoSeries([{**straight, **drawn}.get(route) for route in routes["route_id"]], crs=_WGS84)
    frame = gpd.GeoDataFrame(routes.assign(geometry_source=sources), geometry=lines)
    return _simplified(frame[frame.geometry.notna()].reset_index(drop=True), tolerance_m)


def to_geojson(lines: gpd.GeoDataFrame) -> dict[str, Any]:
    """The lines as a GeoJSON FeatureCollection, coordinates to six decimals (0.1 m)."""
    rounded = lines.assign(geometry=shapely.set_precision(lines.geometry.values, 1e-6))
    return cast(dict[str, Any], json.loads(rounded.to_json(drop_id=True)))


def _from_shapes(routes: pd.DataFrame, connection: duckdb.DuckDBPyConnection) -> dict[str, shapely.Geometry]:
    row = connection.execute(f"SELECT count(*) FROM ({_POINTS})").fetchone()  # noqa: S608 - a constant
    if row is None or not 0 < row[0] <= MOST_POINTS:
        return {}
    feed = gtfs_kit.Feed(
        dist_units="m",
        routes=routes,
        trips=connection.execute(_TRIPS).df(),
        shapes=connection.execute(_POINTS).df(),
    )
    found = gtfs_kit.get_routes(feed, as_gdf=True)
    return {route: _dissolved(line) for route, line in zip(found["route_id"], found.geometry, strict=True) if line}


def _from_stops(routes: Sequence[str], connection: duckdb.DuckDBPyConnection) -> dict[str, shapely.Geometry]:
    if not routes:
        return {}
    legs = connection.execute(_LEGS, {"routes": list(routes)}).df()
    ends = legs[["from_lon", "from_lat", "to_lon", "to_lat"]].to_numpy().reshape(-1, 2, 2)
    lines = gpd.GeoSeries(shapely.linestrings(ends), index=legs["route_id"])
    return {str(route): _dissolved(group.union_all()) for route, group in lines.groupby(level=0)}


def _dissolved(line: shapely.Geometry) -> shapely.Geometry:
    """Parts that lie on each other become one, parts that meet are joined."""
    return shapely.line_merge(shapely.union_all([line]))


def _simplified(lines: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    if lines.empty:
        return lines
    flat = lines.to_crs(lines.estimate_utm_crs())
    return lines.set_geometry(flat.geometry.simplify(tolerance_m).to_crs(_WGS84))
