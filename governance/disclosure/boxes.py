"""What a tree's groups pool: for each dimension a level and a list of its nodes, all groups at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from governance.disclosure.contributions import Ints
from governance.disclosure.extent import Extent, nodes_below
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.tree import Flags, Tree


@dataclass(frozen=True, eq=False, slots=True)
class Lists:
    """Lists of nodes of one dimension, one after the other in `node`; list i begins at `start[i]`."""

    start: Ints
    node: Ints

    def __len__(self) -> int:
        return len(self.start) - 1

    def taken(self, lists: Ints) -> tuple[Ints, Ints]:
        """All nodes of some of the lists, and for each node the place of its list among those asked for."""
        length = self.start[lists + 1] - self.start[lists]
        which = np.repeat(np.arange(len(lists)), length)
        ends = np.cumsum(length)
        at = np.arange(len(which)) - np.repeat(ends - length, length) + self.start[lists][which]
        return self.node[at], which

    def with_more(self, node: Ints, which: Ints, *, many: int) -> Lists:
        """With `many` lists more: `which`, ascending, says to which of them each node belongs."""
        ends = np.cumsum(np.bincount(which, minlength=many)) + len(self.node)
        return Lists(np.concatenate([self.start, ends]), np.concatenate([self.node, node]))


@dataclass(frozen=True, eq=False, slots=True)
class Boxes:
    """g groups: `level` is (g, d), `place` (g, d) the number, in `lists[d]`, of the list of nodes on that level."""

    hierarchies: tuple[Hierarchy, ...]
    level: Ints
    place: Ints
    lists: tuple[Lists, ...]

    def nodes(self) -> list[tuple[tuple[int, ...], ...]]:
        """For each group and dimension its nodes, ascending."""
        known: dict[tuple[int, ...], tuple[int, ...]] = {}
        columns = []
        for d, lists in enumerate(self.lists):
            used, which = np.unique(self.place[:, d], return_inverse=True)
            flat = lists.node.tolist()
            ends = lists.start.tolist()
            named = [tuple(flat[ends[one] : ends[one + 1]]) for one in used.tolist()]
            named = [known.setdefault(one, one) for one in named]
            columns.append([named[one] for one in which.tolist()])
        return list(zip(*columns, strict=True))

    def first_cells(self) -> Ints:
        """One base cell of each group: (g, d)."""
        found = np.empty_like(self.level)
        for d, hierarchy in enumerate(self.hierarchies):
            first = self.lists[d].node[self.lists[d].start[self.place[:, d]]]
            for level in range(hierarchy.base + 1):
                _, base = np.unique(hierarchy.ancestors[level], return_index=True)
                here = self.level[:, d] == level
                found[here, d] = base[first[here]]
        return found

    def widths(self, d: int) -> Ints:
        """How many base nodes each group pools in one dimension: (g,)."""
        used, which = np.unique(self.place[:, d], return_inverse=True)
        first = np.unique(which, return_index=True)[1]
        _, at = self.bases(d, first)
        return np.bincount(at, minlength=len(used))[which]

    def bases(self, d: int, group: Ints) -> tuple[Ints, Ints]:
        """All base nodes of some groups in one dimension, and for each the place of its group among those asked for."""
        node, which = self.lists[d].taken(self.place[group, d])
        hierarchy = self.hierarchies[d]
        return _down(hierarchy, hierarchy.base, node, which, level=self.level[group, d])


def boxes(tree: Tree) -> Boxes:
    """The groups that a tree ends with."""
    extent = Extent.whole(tree.hierarchies)
    place = np.zeros((1, len(tree.hierarchies)), np.int64)
    lists = [Lists(np.array([0, 1]), np.array([0])) for _ in tree.hierarchies]
    for split in tree.splits:
        d, level = tree.placed(split.step)
        hierarchy = tree.hierarchies[d]
        sliding, before = np.flatnonzero(extent.sliding(d, level)), extent.level[:, d]
        extent = extent.after(split, d=d, level=level, below=nodes_below(hierarchy, level))
        source = np.arange(len(extent.level))
        source[split.part] = split.group
        place = place[source]
        cut = np.union1d(np.unique(split.group), sliding)
        child, which = _down(hierarchy, level, *lists[d].taken(place[cut, d]), level=before[cut])
        group = split.leaving(cut[which], child, nodes=len(hierarchy.nodes[level]))
        order = np.lexsort((child, group))
        made, which = np.unique(group[order], return_inverse=True)
        place[made, d] = len(lists[d]) + np.arange(len(made))
        lists[d] = lists[d].with_more(child[order], which, many=len(made))
    return Boxes(tree.hierarchies, extent.level, place, tuple(lists))


def _down(hierarchy: Hierarchy, to: int, node: Ints, which: Ints, *, level: Ints) -> tuple[Ints, Ints]:
    """The nodes of the level `to` below these; `level` is where each of those numbered by `which` stands."""
    for deeper in range(1, to + 1):
        coarser = level[which] < deeper
        child, at = _children(hierarchy, deeper, node[coarser], which[coarser])
        node, which = np.concatenate([node[~coarser], child]), np.concatenate([which[~coarser], at])
    return node, which


def _children(hierarchy: Hierarchy, level: int, node: Ints, which: Ints) -> tuple[Ints, Ints]:
    """The nodes of a level below these nodes of the level above."""
    order = np.argsort(hierarchy.parents[level], kind="stable")
    many = np.bincount(hierarchy.parents[level], minlength=len(hierarchy.nodes[level - 1]))
    below = Lists(np.concatenate([[0], np.cumsum(many)]), order)
    child, at = below.taken(node)
    return child, which[at]


def lie_in(fine: Boxes, coarse: Boxes, of: Ints) -> Flags:
    """Whether each group of `fine` lies wholly in the group `of` it (g,) of `coarse`."""
    found = np.ones(len(of), np.bool_)
    for d, hierarchy in enumerate(fine.hierarchies):
        pairs = np.stack([fine.place[:, d], coarse.place[of, d]], axis=1)
        _, first, which = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
        held, at = coarse.bases(d, of[first])
        kept = np.sort(at * hierarchy.size + held)
        node, at = fine.bases(d, first)
        key = at * hierarchy.size + node
        place = np.minimum(np.searchsorted(kept, key), len(kept) - 1)
        found &= (np.bincount(at, kept[place] != key, minlength=len(first)) == 0)[which]
    return found
