"""A uniform grid of a cube: every combination of nodes at one level of each dimension, those without anything included.

Which keys there are owes nothing to the data, so that their being there tells nothing. Only how coarse the grid is may
be chosen: on what is out already, or where nothing is, on the data itself (see `governance.disclosure.noise`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from governance.disclosure.cells import Cells, safe, tally
from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import Published
from governance.disclosure.rules import Rules

#: A level of each dimension, by its number in the hierarchy.
Grid: TypeAlias = tuple[int, ...]


def keys_of(grid: Grid, hierarchies: Sequence[Hierarchy]) -> int:
    """How many keys a grid has."""
    return math.prod(len(one.nodes[level]) for one, level in zip(hierarchies, grid, strict=True))


def coarsenings(hierarchies: Sequence[Hierarchy], *, start: Grid | None = None) -> tuple[Grid, ...]:
    """Grids from `start` (else the base) to the whole: each makes the dimension with the most nodes one level coarser.

    Of dimensions with equally many the first, so that origin and destination follow one another.
    """
    grid = start if start is not None else tuple(one.base for one in hierarchies)
    found = [grid]
    while any(grid):
        sizes = [len(one.nodes[level]) if level else 0 for one, level in zip(hierarchies, grid, strict=True)]
        widest = sizes.index(max(sizes))
        grid = tuple(level - (place == widest) for place, level in enumerate(grid))
        found.append(grid)
    return tuple(found)


def placed(contributions: Contributions, grid: Grid) -> Ints:
    """The key of each row: keys count through the nodes, the last dimension fastest."""
    key = np.zeros(len(contributions), np.int64)
    for d, (hierarchy, level) in enumerate(zip(contributions.hierarchies, grid, strict=True)):
        key = key * len(hierarchy.nodes[level]) + hierarchy.ancestors[level][contributions.cell[:, d]]
    return key


def nodes_of(grid: Grid, hierarchies: Sequence[Hierarchy]) -> list[tuple[tuple[int, ...], ...]]:
    """For each key, in their order, its one node in each dimension, as `Published` has it."""
    ranges = [range(len(one.nodes[level])) for one, level in zip(hierarchies, grid, strict=True)]
    return [tuple((node,) for node in key) for key in itertools.product(*ranges)]


def grid_of(published: Published) -> Grid:
    """The grid of a release that is uniform.

    Raises:
        ValueError: its rows are of several levels.
    """
    if not len(published) or (published.level != published.level[0]).any():
        raise ValueError(f"{published.about.cube}: this release is no uniform grid")
    return tuple(int(level) for level in published.level[0])


def keeps_holdings(contributions: Contributions, grid: Grid, rules: Rules) -> bool:
    """Whether each key in which a secret holding has anything keeps to the rules that protect holdings.

    Those that protect travellers are the noise's.
    """
    cells = tally(contributions, placed(contributions, grid), size=keys_of(grid, contributions.hierarchies))
    secret = np.array([name not in rules.known for name in cells.holdings], dtype=bool)
    kept = (cells.values * secret).sum(axis=1) > 0
    there = Cells(cells.holdings, cells.values[kept], {})
    return bool(safe(there, on_holdings(rules)).all())


def on_holdings(rules: Rules) -> Rules:
    """The rules without the thresholds on travellers."""
    return replace(rules, min_trips=None, min_vehicles=None, min_users=None)


def first_that_keeps(contributions: Contributions, rules: Rules, grids: Iterable[Grid], *, most: int) -> Grid | None:
    """The first of the grids, of at most so many keys, that `keeps_holdings`; None when none does."""
    small = (grid for grid in grids if keys_of(grid, contributions.hierarchies) <= most)
    return next((grid for grid in small if keeps_holdings(contributions, grid, rules)), None)
