"""What a release still tells: the share of trips that it shows at each grain, and how much its groups pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from governance.disclosure.boxes import boxes
from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.partition import Partitioned
from governance.disclosure.published import Published

#: The threshold's name under which trips are counted.
_TRIPS = "min_trips"


@dataclass(frozen=True, slots=True)
class Usefulness:
    """Of the protected measure (trips): `total`; `shown` at each grain, a level for each dimension, finest first.

    `pooled` is, by dimension, how many base nodes (zones, bands) the group of a trip pools in the mean over all trips
    that are shown. The grains of a partition add up; those of a table with margins show the same trips several times.
    """

    dimensions: tuple[str, ...]
    total: int
    groups: int
    shown: Mapping[tuple[str, ...], int]
    pooled: Mapping[str, float]

    def share(self, grain: tuple[str, ...]) -> float:
        """The share of all trips that is shown at exactly this grain."""
        return self.shown.get(grain, 0) / self.total if self.total else 0.0

    def by_level(self, dimension: str) -> Mapping[str, float]:
        """The share of all trips that is shown at each level of one dimension, whatever the others'."""
        at = self.dimensions.index(dimension)
        found: dict[str, float] = {}
        for grain in self.shown:
            found[grain[at]] = found.get(grain[at], 0.0) + self.share(grain)
        return found


def usefulness(release: Partitioned | Published, contributions: Contributions) -> Usefulness:
    """What a release shows of all that there was."""
    names = tuple(one.dimension for one in release.hierarchies)
    if isinstance(release, Partitioned):
        if not len(release):
            return Usefulness(names, contributions.total, 0, {}, {})
        found = boxes(release.tree)
        many = np.stack([found.widths(d) for d in range(len(release.hierarchies))], axis=1)
        return _measured(release.hierarchies, found.level, many, release.cells.total, contributions.total)
    shown = np.flatnonzero(release.shown)
    level = release.level[shown].astype(np.int64)
    return _measured(release.hierarchies, level, _pooled(release, shown), release.value[shown], contributions.total)


def kept_by_threshold(contributions: Contributions, k: int) -> Usefulness:
    """What a plain threshold of k trips on every base cell shows, for comparison: nothing else protects anybody."""
    _, cell = np.unique(contributions.cell, axis=0, return_inverse=True)
    trips = np.bincount(cell, weights=contributions.added[_TRIPS])
    value = np.bincount(cell, weights=contributions.value).astype(np.int64)[trips >= k]
    grain = tuple(one.levels[-1] for one in contributions.hierarchies)
    names = tuple(one.dimension for one in contributions.hierarchies)
    if not len(value):
        return Usefulness(names, contributions.total, 0, {}, {})
    return Usefulness(names, contributions.total, len(value), {grain: int(value.sum())}, dict.fromkeys(names, 1.0))


def _pooled(release: Published, rows: Ints) -> Ints:
    """How many base nodes each row pools: (rows, dimensions)."""
    found = np.empty((len(rows), len(release.hierarchies)), np.int64)
    for d, hierarchy in enumerate(release.hierarchies):
        below = [np.bincount(ancestors).tolist() for ancestors in hierarchy.ancestors]
        levels = release.level[rows, d].tolist()
        found[:, d] = [
            sum(below[level][node] for node in release.nodes[row][d])
            for row, level in zip(rows.tolist(), levels, strict=True)
        ]
    return found


def _measured(hierarchies: tuple[Hierarchy, ...], level: Ints, many: Ints, value: Ints, total: int) -> Usefulness:
    grains, which = np.unique(level, axis=0, return_inverse=True)
    sums = np.bincount(which, weights=value, minlength=len(grains)).astype(np.int64)
    shown = {
        tuple(one.levels[at] for one, at in zip(hierarchies, grain, strict=True)): int(trips)
        for grain, trips in zip(grains[::-1].tolist(), sums[::-1].tolist(), strict=True)
    }
    trips = max(1, int(value.sum()))
    names = tuple(one.dimension for one in hierarchies)
    pooled = {name: float((many[:, d] * value).sum() / trips) for d, name in enumerate(names)}
    return Usefulness(names, total, len(value), shown, pooled)
