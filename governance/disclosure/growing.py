"""A partition while it grows: the rows and the group each is in, refined step by step or along an earlier tree."""

from __future__ import annotations

import numpy as np

from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.extent import extent_of, nodes_below
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.rules import Rules
from governance.disclosure.settle import settle
from governance.disclosure.steps import Step, placed
from governance.disclosure.tree import Flags, Split, Tree, locate


class Growing:
    """Begins with the groups of `tree` (mostly one, that is everything) and is cut further."""

    def __init__(self, contributions: Contributions, rules: Rules, *, tree: Tree | None = None) -> None:
        begun = tree if tree is not None else Tree.of(contributions.hierarchies)
        self.contributions = contributions
        self.rules = rules
        self.splits = list(begun.splits)
        self.group = locate(begun, contributions.cell)
        self.extent = extent_of(begun)

    @property
    def hierarchies(self) -> tuple[Hierarchy, ...]:
        """Those of the contributions."""
        return self.contributions.hierarchies

    @property
    def tree(self) -> Tree:
        """What has been split up to now."""
        return Tree.of(self.hierarchies, self.splits)

    @property
    def size(self) -> int:
        """How many groups there are."""
        return len(self.extent.level)

    def width(self, step: Step) -> int:
        """How many nodes the step's level has."""
        d, level = placed(self.hierarchies, step)
        return len(self.hierarchies[d].nodes[level])

    def nodes(self, step: Step, rows: Ints) -> Ints:
        """The node of the step's level below which each of these rows lies."""
        d, level = placed(self.hierarchies, step)
        found: Ints = self.hierarchies[d].ancestors[level][self.contributions.cell[rows, d]].astype(np.int64)
        return found

    def refine(self, step: Step) -> None:
        """Split every group along a step, where its parts can stand alone."""
        d, level = placed(self.hierarchies, step)
        width = self.extent.width[d][:, level]
        tried = (self.extent.level[:, d] < level) & (width > 1) & self._hopeful()
        rows = np.flatnonzero(tried[self.group])
        nodes = self.width(step)
        keys, child = np.unique(self.group[rows] * nodes + self.nodes(step, rows), return_inverse=True)
        of, node = keys // nodes, keys % nodes
        groups, block = np.unique(of, return_inverse=True)
        listed = np.bincount(block, minlength=len(groups))
        short = width[groups] > listed
        apart = settle(rows_of(self.contributions, rows), child, block=block, order=None, short=short, rules=self.rules)
        # Without a pool the first child keeps the group's number.
        pool = short | (np.bincount(block, ~apart, minlength=len(groups)) > 0)
        first = np.searchsorted(block, np.arange(len(groups)))
        leaves = apart.copy()
        leaves[first[~pool]] = False
        part = np.where(leaves, self.size + np.cumsum(leaves) - 1, of)
        self.group[rows] = part[child]
        self.split(Split(step, of[leaves], node[leaves], part[leaves]))

    def split(self, split: Split) -> None:
        """Keep a split that the rows have gone through already."""
        d, level = placed(self.hierarchies, split.step)
        below = nodes_below(self.hierarchies[d], level)
        self.extent = self.extent.after(split, d=d, level=level, below=below)
        self.splits.append(split)

    def _hopeful(self) -> Flags:
        """Which groups have trips for two: any split makes at least two groups that keep to the thresholds."""
        hopeful = np.ones(self.size, np.bool_)
        secret = np.array([name not in self.rules.known for name in self.contributions.holdings], np.bool_)
        for name, least in self.rules.thresholds().items():
            if name in self.contributions.added:
                counts = self.contributions.added[name] * secret[self.contributions.holding]
                hopeful &= np.bincount(self.group, weights=counts, minlength=self.size) >= 2 * least
        return hopeful


def rows_of(contributions: Contributions, rows: Ints) -> Contributions:
    """Some of the rows, by their numbers; the base cells, which nobody looks at any more, are left out."""
    return Contributions(
        contributions.hierarchies,
        contributions.holdings,
        np.empty((len(rows), 0), np.int32),
        contributions.holding[rows],
        contributions.value[rows],
        {name: values[rows] for name, values in contributions.added.items()},
        {name: values[rows] for name, values in contributions.distinct.items()},
    )
