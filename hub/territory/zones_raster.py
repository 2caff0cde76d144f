"""Which polygon holds a point, for millions of points: exact, and mostly by looking into a grid.

A grid is laid over the polygons. Where no border runs through a cell, all of the cell lies in the same polygon (or in
none), found once by the cell's centre. Only points in cells near a border are held against the polygons themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

#: The number of a point in no polygon.
NO_ZONE = -1

#: A cell near a border: its points are tested one by one.
_BORDER = -2

#: Cells along each side: more cells mean fewer points to test, and a longer building (2048: 16 MiB, about a second).
_SIDE = 2048

Numbers: TypeAlias = npt.NDArray[np.int32]
Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Polygons with their grid: `cells[row, column]` is the polygon's number, `NO_ZONE`, or a border."""

    shapes: npt.NDArray[Any]
    tree: shapely.STRtree
    origin: Floats
    step: Floats
    cells: Numbers

    @classmethod
    def of(cls, shapes: npt.NDArray[Any], side: int = _SIDE) -> Raster:
        """Lay a grid of `side` × `side` cells over polygons; where they overlap, the first one counts."""
        shapely.prepare(shapes)
        tree = shapely.STRtree(shapes)
        west, south, east, north = shapely.total_bounds(shapes)
        # Two cells of margin, so that no border is within a cell of the grid's own edge.
        step = np.maximum(np.array([east - west, north - south]), 1e-9) / (side - 4)
        raster = cls(shapes, tree, np.array([west, south]) - 2 * step, step, np.full((side, side), NO_ZONE, np.int32))
        raster._mark_borders()
        raster._fill()
        return raster

    def zone_numbers(self, x: Floats, y: Floats) -> Numbers:
        """The number of the polygon that holds each point, `NO_ZONE` for none and for NaN."""
        side = len(self.cells)
        column, row = (x - self.origin[0]) / self.step[0], (y - self.origin[1]) / self.step[1]
        inside = (column >= 0) & (row >= 0) & (column < side) & (row < side)
        numbers = np.full(x.shape, NO_ZONE, np.int32)
        numbers[inside] = self.cells[row[inside].astype(np.intp), column[inside].astype(np.intp)]
        near = np.flatnonzero(numbers == _BORDER)
        numbers[near] = self._test(x[near], y[near])
        return numbers

    def _test(self, x: Floats, y: Floats) -> Numbers:
        """The first polygon that holds each point or has it on its border, by geometry."""
        numbers = np.full(x.shape, NO_ZONE, np.int32)
        points, candidates = self.tree.query(shapely.points(x, y))
        order = np.argsort(candidates, kind="stable")
        zones, starts = np.unique(candidates[order], return_index=True)
        groups = np.split(points[order], starts[1:])
        # From the last polygon to the first, so that the first of several keeps the point.
        for zone, group in zip(zones[::-1], groups[::-1], strict=False):
            numbers[group[shapely.intersects_xy(self.shapes[zone], x[group], y[group])]] = zone
        return numbers

    def _mark_borders(self) -> None:
        """Mark the cells that a border runs through, and their neighbours.

        Borders are cut to pieces of at most one cell. A point of a piece is within half a cell of one of its ends, so
        its cell is that end's or a neighbour of it: no border escapes, whatever the rounding.
        """
        borders = shapely.transform(shapely.boundary(self.shapes), lambda xy: (xy - self.origin) / self.step)
        ends = shapely.get_coordinates(shapely.segmentize(borders, 1.0)).astype(np.intp)
        for columns in (-1, 0, 1):
            for rows in (-1, 0, 1):
                self.cells[ends[:, 1] + rows, ends[:, 0] + columns] = _BORDER

    def _fill(self) -> None:
        """Find the polygon of all other cells: of each run of cells between two borders the first one tells."""
        free = self.cells != _BORDER
        first = free & ~np.pad(free, ((0, 0), (1, 0)))[:, :-1]
        row, column = np.nonzero(first)
        x, y = (np.stack([column, row], axis=1) + 0.5).T * self.step[:, None] + self.origin[:, None]
        found = self._test(x, y)
        run = np.cumsum(first.ravel()) - 1
        self.cells[free] = found[run[free.ravel()]]
