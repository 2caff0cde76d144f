"""Coarsening an earlier tree: its splits are the only ones, and those that fail now are taken back.

The parts of an earlier split are the only children. Those that fail are pooled, and the pool absorbs others in the
order of the tree, which owes nothing to the new data; a pool is split no further. With a wider audience's tree to be
refined, parts that lie in different groups of it are never pooled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from governance.disclosure.boxes import boxes, lie_in
from governance.disclosure.contributions import Ints
from governance.disclosure.growing import Growing, rows_of
from governance.disclosure.settle import settle
from governance.disclosure.steps import PartitionError
from governance.disclosure.tree import Flags, Split, Tree, locate


@dataclass(frozen=True, eq=False, slots=True)
class _Children:
    """The parts of the splits of one step that are still to be done, sorted by group and block: `old` is the part's
    group in the earlier tree, `group` the new one to be split; only children of one `block` may be pooled.
    `of` has the child of each old group, -1 where there is none.
    """

    old: Ints
    group: Ints
    block: Ints
    of: Ints

    def __len__(self) -> int:
        return len(self.old)


def follow(growing: Growing, earlier: Tree, *, under: Tree | None) -> None:
    """Cut everything as the earlier tree did, as far as the rules allow it now.

    Raises:
        PartitionError: the earlier tree does not refine the wider audience's.
    """
    holds = _held(earlier, under) if under is not None else [None] * len(earlier.splits)
    # For each new group the group of the earlier tree that it is at this point, -1 once it is a pool.
    same = np.zeros(1, np.int64)
    for split, held in zip(earlier.splits, holds, strict=True):
        same = _again(growing, split, same=same, held=held, size=earlier.size)


def _again(growing: Growing, split: Split, *, same: Ints, held: Ints | None, size: int) -> Ints:
    """Do one earlier split again; the answer is `same` after it."""
    now = np.full(size, -1, np.int64)
    now[same[same >= 0]] = np.flatnonzero(same >= 0)
    lives = now[split.group] >= 0
    split = Split(split.step, split.group[lives], split.node[lives], split.part[lives])
    children = _children(split, now, held)
    rows = np.flatnonzero(np.isin(growing.group, children.group))
    old = split.leaving(same[growing.group[rows]], growing.nodes(split.step, rows), nodes=growing.width(split.step))
    child = children.of[old]
    short = np.zeros(int(children.block.max(initial=-1)) + 1, np.bool_)
    taken = rows_of(growing.contributions, rows)
    apart = settle(taken, child, block=children.block, order=children.old, short=short, rules=growing.rules)
    part = _parts(children, apart, same=same, size=growing.size)
    growing.group[rows] = part[child]
    group, to = now[split.group], part[children.of[split.part]]
    # The earlier tree's nodes are in another order than the new groups.
    moved = np.flatnonzero(to != group)
    moved = moved[np.lexsort((split.node[moved], group[moved]))]
    growing.split(Split(split.step, group[moved], split.node[moved], to[moved]))
    return _same(same, children, part, size=growing.size)


def _children(split: Split, now: Ints, held: Ints | None) -> _Children:
    """The children of the splits; `now` has the new group of each old one."""
    parts, first = np.unique(split.part, return_index=True)
    kept = np.unique(split.group)
    old = np.concatenate([kept, parts])
    group = now[np.concatenate([kept, split.group[first]])]
    # What lies in several groups of the wider audience is pooled with nothing.
    holder = np.zeros(len(old), np.int64) if held is None else held[old]
    key = np.where(holder < 0, 1 + holder.max(initial=0) + old, holder)
    order = np.lexsort((old, key, group))
    old, group, key = old[order], group[order], key[order]
    begins = np.ones(len(old), np.bool_)
    begins[1:] = (group[1:] != group[:-1]) | (key[1:] != key[:-1])
    of = np.full(len(now), -1, np.int64)
    of[old] = np.arange(len(old))
    return _Children(old, group, np.cumsum(begins) - 1, of)


def _parts(children: _Children, apart: Flags, *, same: Ints, size: int) -> Ints:
    """The new group of each child: those of a pool share one. The part that has what the earlier split left in the
    group stays in it; the others are numbered from `size` on.
    """
    label = np.arange(len(children))
    pooled = np.flatnonzero(~apart)
    _, first, which = np.unique(children.block[pooled], return_index=True, return_inverse=True)
    label[pooled] = pooled[first][which]
    leaves = label != label[children.of[same[children.group]]]
    part = children.group.copy()
    part[leaves] = size + np.unique(label[leaves], return_inverse=True)[1]
    return part


def _same(same: Ints, children: _Children, part: Ints, *, size: int) -> Ints:
    """Which old group each new one is after a split: a pool of several is none."""
    found = np.concatenate([same, np.full(size - len(same), -1, np.int64)])
    many = np.bincount(part, minlength=size)
    found[part] = np.where(many[part] == 1, children.old, -1)
    return found


def _held(earlier: Tree, under: Tree) -> list[Ints]:
    """For each split of the earlier tree, once it is done, the group of the wider audience's that holds each group
    (-1: it lies in several).
    """
    fine, coarse = boxes(earlier), boxes(under)
    held = locate(under, fine.first_cells())
    if not lie_in(fine, coarse, held).all():
        raise PartitionError("the earlier partition does not refine that of the wider audience")
    found = []
    for split in reversed(earlier.splits):
        found.append(held.copy())
        # A group before the split lies where all its parts lie.
        differs = np.unique(split.group[held[split.part] != held[split.group]])
        held[differs] = -1
    return found[::-1]
