"""How much of the holder's own trips and cells a release would tell, by size of zone and by hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.canonical import Plain
from governance.cube_parts import DIMENSIONS, Kind
from governance.disclosure.boxes import Boxes, boxes
from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.grid import Grid
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.partition import Partitioned
from governance.disclosure.published import Published

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Told:
    """n rows of contributions, each told in r ways: `reach` (n, d, r) is the finest level of each dimension of which
    one single node holds all that the row is pooled with; -1 where it is not told.
    """

    hierarchies: tuple[Hierarchy, ...]
    reach: Ints


@dataclass(frozen=True, slots=True)
class Share:
    """What is told for single nodes of `levels` (by dimension) or within them, in whole percent of the holder's own."""

    levels: Mapping[str, str]
    trips_percent: int
    cells_percent: int

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "cells_percent": self.cells_percent,
            "levels": dict(self.levels),
            "trips_percent": self.trips_percent,
        }


def told_by_partition(partitioned: Partitioned, rows: Flags) -> Told:
    """How some rows of the contributions are told by a partition: each in one group."""
    shape = (int(rows.sum()), len(partitioned.hierarchies))
    if not len(partitioned):
        return Told(partitioned.hierarchies, np.full((*shape, 1), -1, np.int64))
    found = boxes(partitioned.tree)
    reach = np.stack([_reach(found, d) for d in range(shape[1])], axis=1)
    return Told(partitioned.hierarchies, reach[partitioned.group[rows]][:, :, None])


def told_by_grid(hierarchies: tuple[Hierarchy, ...], grid: Grid | None, rows: int) -> Told:
    """How rows are told by a uniform grid: all alike, each key by itself; not at all where there is no grid."""
    levels = np.array(grid if grid is not None else [-1] * len(hierarchies), np.int64)
    return Told(hierarchies, np.broadcast_to(levels[None, :, None], (rows, len(hierarchies), 1)))


def told_by_table(published: Published, contributions: Contributions, rows: Flags) -> Told:
    """How some rows are told by a table: at each combination of levels whose key is printed."""
    hierarchies = published.hierarchies
    shown = {
        (tuple(level), tuple(one[0] for one in nodes))
        for level, nodes, is_shown in zip(published.level.tolist(), published.nodes, published.shown, strict=True)
        if is_shown
    }
    combinations = np.unique(published.level, axis=0).astype(np.int64)
    cells, which = np.unique(contributions.cell[rows], axis=0, return_inverse=True)
    reach = np.full((len(cells), len(hierarchies), len(combinations)), -1, np.int64)
    for place, combination in enumerate(combinations.tolist()):
        keys = [
            one.ancestors[at][cells[:, d]] for d, (one, at) in enumerate(zip(hierarchies, combination, strict=True))
        ]
        told = [(tuple(combination), tuple(key)) in shown for key in np.stack(keys, axis=1).tolist()]
        reach[np.array(told, bool), :, place] = combination
    return Told(hierarchies, reach[which.reshape(-1)])


def shares(told: Told, own: Contributions) -> tuple[Share, ...]:
    """By size of zone and by hours, coarse to fine: every level of the places with every level of the bands.

    A dimension that is neither may be told at any level. `own` are the rows that `told` is about.
    """
    _, first = np.unique(own.cell, axis=0, return_index=True)
    found = []
    for grain in _grains(told.hierarchies):
        least = np.array([_number(one, grain) for one in told.hierarchies])
        reached: Flags = np.any(np.all(told.reach >= least[None, :, None], axis=1), axis=1)
        of_trips = _percent(int(own.value[reached].sum()), own.total)
        found.append(Share(grain, of_trips, _percent(int(reached[first].sum()), len(first))))
    return tuple(found)


def _reach(found: Boxes, d: int) -> Ints:
    """For each group the finest level of a dimension of which one node holds all of the group: (g,)."""
    hierarchy, lists = found.hierarchies[d], found.lists[d]
    used, group, which = np.unique(found.place[:, d], return_index=True, return_inverse=True)
    node, at = lists.taken(used)
    level = found.level[group, d]
    base = np.empty_like(node)
    for depth in range(hierarchy.base + 1):
        _, first = np.unique(hierarchy.ancestors[depth], return_index=True)
        here = level[at] == depth
        base[here] = first[node[here]]
    begins = np.searchsorted(at, np.arange(len(used)))
    reach = np.zeros(len(used), np.int64)
    for depth in range(1, hierarchy.base + 1):
        above = hierarchy.ancestors[depth][base]
        is_one = np.minimum.reduceat(above, begins) == np.maximum.reduceat(above, begins)
        reach[is_one & (depth <= level)] = depth
    return reach[which.reshape(-1)]


def _grains(hierarchies: Sequence[Hierarchy]) -> list[dict[str, str]]:
    """Combinations of a level of place (the same for origin and destination) and one of the hours."""
    places = [one for one in hierarchies if DIMENSIONS.get(one.dimension) is Kind.PLACE]
    bands = [one for one in hierarchies if DIMENSIONS.get(one.dimension) is Kind.BAND]
    return [
        {one.dimension: one.levels[min(place, one.base)] for one in places}
        | {one.dimension: one.levels[min(band, one.base)] for one in bands}
        for place in range(max((one.base for one in places), default=0) + 1)
        for band in range(max((one.base for one in bands), default=0) + 1)
    ]


def _number(hierarchy: Hierarchy, grain: Mapping[str, str]) -> int:
    return hierarchy.levels.index(grain[hierarchy.dimension]) if hierarchy.dimension in grain else 0


def _percent(part: int, whole: int) -> int:
    """Rounded down: nobody is promised more than there is."""
    return 100 * part // whole if whole else 0
