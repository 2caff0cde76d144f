"""Which children of a split may stand alone, and which are pooled: all splits of a step at once.

Children of a block that fail the rules are pooled, with those in which nothing happened. As long as the pool fails,
it absorbs the next child that would have passed. How far it must go is found without a loop: the pools of all lengths
are tallied together, as running sums; a vehicle counts from the first length on at which the pool holds it.
"""

from __future__ import annotations

import numpy as np

from governance.disclosure.cells import Cells, safe, tally
from governance.disclosure.contributions import Codes, Contributions, Ints
from governance.disclosure.rules import Rules
from governance.disclosure.steps import PartitionError
from governance.disclosure.tree import Flags


def settle(rows: Contributions, child: Ints, *, block: Ints, order: Ints | None, short: Flags, rules: Rules) -> Flags:
    """Which of c children stand alone (c,); the others of their block are its pool.

    `child` has the child of each row, `block` (ascending) the block of each child. `order` says which is absorbed first
    in a block; without it the smallest. `short` (blocks,): whether a block has children that are not listed, because
    they are empty. A block whose pool fails until one child is left has none that stands alone.
    """
    cells = tally(rows, child, size=len(block))
    passing = safe(cells, rules)
    pooling = short | (np.bincount(block, ~passing, minlength=len(short)) > 0)
    able = np.bincount(block, passing, minlength=len(short)).astype(np.int64)
    ahead = cells.total if order is None else order
    rank = _rank(ahead, block=block, passing=passing)
    lengths = np.where(pooling, able, 0)
    absorbed = _absorbed(rows, child, block=block, rank=rank, lengths=lengths, rules=rules)
    apart: Flags = passing & (~pooling[block] | (rank > absorbed[block]))
    return apart


def _rank(ahead: Ints, *, block: Ints, passing: Flags) -> Ints:
    """0 for what fails, else 1, 2, … within the block, in the order of `ahead`, then of the children."""
    rank = np.zeros(len(block), np.int64)
    kept = np.flatnonzero(passing)
    kept = kept[np.lexsort((kept, ahead[kept], block[kept]))]
    first = np.searchsorted(block[kept], block[kept])
    rank[kept] = 1 + np.arange(len(kept)) - first
    return rank


def _absorbed(rows: Contributions, child: Ints, *, block: Ints, rank: Ints, lengths: Ints, rules: Rules) -> Ints:
    """How many children the pool of each block absorbs: (blocks,). A block's `lengths` where no pool short of that is
    safe: then nothing is left to stand beside it.
    """
    start = np.concatenate([[0], np.cumsum(lengths)])
    # The last child is never absorbed: without it there is no split.
    inside = rank < lengths[block]
    slot = np.where(inside, start[block] + rank, -1)[child]
    kept = slot >= 0
    pools = _running(rows.where(kept), slot[kept], start=start)
    found = np.flatnonzero(safe(pools, rules))
    of, at = np.unique(np.searchsorted(start, found, side="right") - 1, return_index=True)
    absorbed = lengths.copy()
    absorbed[of] = found[at] - start[of]
    return absorbed


def _running(rows: Contributions, slot: Ints, *, start: Ints) -> Cells:
    """The tally of the pools: slot s holds its rows and those of all slots before it from `start` of its block on."""
    size, many = int(start[-1]), len(rows.holdings)
    first = start[np.searchsorted(start, np.arange(size), side="right") - 1]

    def running(counts: Ints) -> Ints:
        sums = np.concatenate([np.zeros((1, many), np.int64), counts.cumsum(axis=0)])
        found: Ints = sums[1:] - sums[first]
        return found

    plain = Contributions(rows.hierarchies, rows.holdings, rows.cell, rows.holding, rows.value, rows.added, {})
    cells = tally(plain, slot, size=size)
    counts = {name: running(one) for name, one in cells.counts.items()}
    for name, ids in rows.distinct.items():
        counts[name] = running(_newcomers(slot, first[slot], rows.holding, ids, size=size, many=many))
    return Cells(rows.holdings, running(cells.values), counts)


def _newcomers(slot: Ints, first: Ints, holding: Codes, ids: Ints, *, size: int, many: int) -> Ints:
    """How many ids each slot has that none before it in its block has: (slots, holdings)."""
    width = int(ids.max(initial=0)) + 1
    depth = int((slot - first).max(initial=0)) + 1
    if size * many * width * depth >= 2**63:
        raise PartitionError("too many cells and ids to be counted together")
    key = (first * many + holding) * width + ids
    key = np.sort(key * depth + (slot - first))
    whose = key // depth
    new = key[np.flatnonzero(np.diff(whose, prepend=-1))]
    pair, rank = new // depth // width, new % depth
    at = (pair // many + rank) * many + pair % many
    found: Ints = np.bincount(at, minlength=size * many).astype(np.int64).reshape(size, many)
    return found
