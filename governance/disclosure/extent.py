"""How far the groups of a partition reach, without listing what they pool: enough to know what can be split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from governance.disclosure.contributions import Ints
from governance.disclosure.hierarchy import Hierarchy, Index
from governance.disclosure.tree import Flags, Split, Tree


@dataclass(frozen=True, eq=False, slots=True)
class Extent:
    """How far g groups reach: `level` is (g, d), and `width[d]` (g, levels of d) counts their nodes on each level."""

    level: Ints
    width: tuple[Ints, ...]

    @classmethod
    def whole(cls, hierarchies: Sequence[Hierarchy]) -> Extent:
        """Of the one group that is everything."""
        width = tuple(np.array([[len(ids) for ids in one.nodes]], np.int64) for one in hierarchies)
        return cls(np.zeros((1, len(hierarchies)), np.int64), width)

    def sliding(self, d: int, level: int) -> Flags:
        """Which coarser groups lie below one single node of a level: they are on it without a split."""
        found: Flags = (self.level[:, d] < level) & (self.width[d][:, level] == 1)
        return found

    def after(self, split: Split, *, d: int, level: int, below: Ints) -> Extent:
        """Of the groups once a split is done, the new ones last; `below` (nodes, levels) is `nodes_below(…)`."""
        source = np.arange(1 + max(len(self.level) - 1, int(split.part.max(initial=0))))
        source[split.part] = split.group
        levels, width = self.level[source], [one[source] for one in self.width]
        taken = np.zeros_like(width[d])
        np.add.at(taken, split.part, below[split.node])
        old = len(self.level)
        width[d][old:] = taken[old:]
        np.subtract.at(width[d], split.group, below[split.node])
        levels[:old, d][self.sliding(d, level)] = level
        levels[split.group, d] = level
        levels[split.part, d] = level
        return Extent(levels, tuple(width))


def nodes_below(hierarchy: Hierarchy, level: int) -> Ints:
    """How many nodes of each level lie below each node of this one (levels above: 0): (nodes, levels)."""
    found = np.zeros((len(hierarchy.nodes[level]), hierarchy.base + 1), np.int64)
    up: Index = np.arange(len(hierarchy.nodes[level]), dtype=np.int32)
    for deeper in range(level, hierarchy.base + 1):
        up = up if deeper == level else up[hierarchy.parents[deeper]]
        found[:, deeper] = np.bincount(up, minlength=len(found))
    return found


def extent_of(tree: Tree) -> Extent:
    """Of the groups that a tree ends with."""
    extent = Extent.whole(tree.hierarchies)
    for split in tree.splits:
        d, level = tree.placed(split.step)
        extent = extent.after(split, d=d, level=level, below=nodes_below(tree.hierarchies[d], level))
    return extent
