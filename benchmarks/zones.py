"""Zones of points: ours against geopandas and against a loop of h3, on the same random points in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeAlias, cast

import geopandas
import h3
import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.row import Row
from hub.territory.zones import H3, Polygons, assign
from hub.territory.zones_reading import polygons

Degrees: TypeAlias = npt.NDArray[np.float64]

_BOX = (4.9, 44.7, 6.1, 45.5)
_REPEATS = 3


def run(points: int = 1_000_000, zones: int = 1_300) -> list[Row]:
    """Two rows: points in polygons (the grid is built anew each time), and points in cells of H3 at resolution 8."""
    random = np.random.default_rng(20)
    lat, lon = random.uniform(_BOX[1], _BOX[3], points), random.uniform(_BOX[0], _BOX[2], points)
    frame = _territory(zones)
    return [_in_polygons(frame, lat, lon), _in_cells(lat, lon)]


def _in_polygons(frame: geopandas.GeoDataFrame, lat: Degrees, lon: Degrees) -> Row:
    def ours() -> list[str | None]:
        system: Polygons = polygons(frame, system_id="z", id_field="id")
        return cast("list[str | None]", assign(lat, lon, [system])["zone_z"].to_pylist())

    def peer() -> list[str | None]:
        places = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat), crs=4326)
        # Random points lie on no border, so that each has one zone and its row.
        joined = geopandas.sjoin(places, frame, how="left", predicate="intersects")
        return cast("list[str | None]", joined["id"].tolist())

    return _row(f"{len(lat):,} points in {len(frame):,} polygons, against geopandas.sjoin", ours, peer)


def _in_cells(lat: Degrees, lon: Degrees) -> Row:
    def ours() -> list[int]:
        return cast("list[int]", assign(lat, lon, [H3(8)])["h3_8"].to_pylist())

    def peer() -> list[int]:
        places = zip(lat.tolist(), lon.tolist(), strict=True)
        return [h3.str_to_int(h3.latlng_to_cell(y, x, 8)) for y, x in places]

    return _row(f"{len(lat):,} points in H3 cells, against a loop of h3", ours, peer)


def _row(name: str, ours: Callable[[], Sequence[object]], peer: Callable[[], Sequence[object]]) -> Row:
    same = ours() == peer()
    note = "same answers" if same else "ANSWERS DIFFER"
    return Row(name=name, ours_s=_seconds(ours), peer_s=_seconds(peer), note=note)


def _seconds(work: Callable[[], Sequence[object]]) -> float:
    taken = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


def _territory(zones: int) -> geopandas.GeoDataFrame:
    """A box cut into random polygons that share their borders."""
    random = np.random.default_rng(21)
    seeds = shapely.MultiPoint(random.uniform(_BOX[:2], _BOX[2:], (zones, 2)))
    box = shapely.box(*_BOX)
    cells = [cell.intersection(box) for cell in shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=box))]
    ids = [f"z{number:05}" for number in range(len(cells))]
    return geopandas.GeoDataFrame({"id": ids}, geometry=cells, crs=4326)
