"""Where the trips of a schedule go on the ground, in metres on a plane around the middle of its stops.

The plane keeps distances within a few per cent over a country; what is asked of it is whether a vehicle is far away.
"""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

_METRES_A_DEGREE = 111_195.0
_SHAPES = ("shape_id", "shape_pt_sequence", "shape_pt_lat", "shape_pt_lon")
_Array = np.ndarray[Any, np.dtype[Any]]


class Lines:
    """The shapes of a schedule and its stops, made into geometries when they are asked for: few messages need them."""

    def __init__(self, shapes: Path | None, stops: pl.DataFrame) -> None:
        self._path = shapes
        self._stops = stops.filter(pl.col("lat").is_not_null() & pl.col("lon").is_not_null())
        middle = self._stops["lat"].median()
        self._narrowing = math.cos(math.radians(middle)) if isinstance(middle, float) else 1.0

    def plane(self, places: pl.DataFrame) -> _Array:
        """``lat, lon`` as x and y in metres, one row each."""
        x, y = places["lon"].cast(pl.Float64).to_numpy(), places["lat"].cast(pl.Float64).to_numpy()
        return np.column_stack((x * self._narrowing, y)) * _METRES_A_DEGREE

    @cached_property
    def shapes(self) -> dict[str, Any]:
        """A line by shape_id; shapes of a single point are none."""
        if self._path is None:
            return {}
        read = pl.read_parquet(self._path, columns=list(_SHAPES)).sort("shape_id", "shape_pt_sequence")
        read = read.filter(pl.len().over("shape_id") > 1)
        return self._lines(read.rename({"shape_pt_lat": "lat", "shape_pt_lon": "lon"}), "shape_id")

    @cached_property
    def _network(self) -> Any:
        stops = np.atleast_1d(np.asarray(shapely.points(self.plane(self._stops)), dtype=object))
        return shapely.STRtree(np.concatenate((stops, np.array(list(self.shapes.values()), dtype=object))))

    def stop_lines(self, calls: pl.DataFrame, key: str) -> dict[Any, Any]:
        """Straight lines from stop to stop, by `key`; `calls` has ``key, stop_id`` in the order of travel."""
        placed = calls.join(self._stops, on="stop_id", maintain_order="left").filter(pl.len().over(key) > 1)
        return self._lines(placed.sort(key, maintain_order=True), key)

    def away_from_network(self, places: pl.DataFrame) -> _Array:
        """How far each place is from the nearest shape or stop, in metres; infinite for a network without any."""
        away = np.full(len(places), np.inf)
        if len(places) and len(self._network):
            (found, _), distances = self._network.query_nearest(
                shapely.points(self.plane(places)), return_distance=True, all_matches=False
            )
            away[found] = distances
        return away

    def _lines(self, points: pl.DataFrame, key: str) -> dict[Any, Any]:
        if points.is_empty():
            return {}
        numbers = points[key].rle_id().to_numpy().astype(np.intp)
        lines: Any = shapely.linestrings(self.plane(points), indices=numbers)
        return dict(zip(points[key].unique(maintain_order=True), lines, strict=True))
