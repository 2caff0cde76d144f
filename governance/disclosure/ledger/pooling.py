"""Coarser groups that can still be described: what is pooled grows to the smallest product of nodes that cuts no group.

A group of a partition names, for each dimension, nodes of one level. The union of two groups seldom is such a product.
So it is widened: to the product of all their nodes, then by every group that this product meets, until it cuts none.
It ends, with everything at the latest; and as all groups keep to the rules, so does their union.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.claims import Placed, Records
from governance.disclosure.ledger.membership import row_bits
from governance.disclosure.published import Published
from governance.disclosure.rules import coverage_class

#: Levels (one for each dimension) and nodes of a product.
Box: TypeAlias = tuple[npt.NDArray[np.int8], tuple[tuple[int, ...], ...]]


class Products:
    """The rows of a partition as products of nodes, ready to be widened."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._bits = [row_bits(published, d) for d in range(len(published.hierarchies))]
        self._bases: dict[tuple[int, int, tuple[int, ...]], Ints] = {}

    def closed(self, rows: frozenset[int], *, most: int | None = None) -> frozenset[int] | None:
        """The rows, and all others that the smallest product around them meets; None if more than `most`."""
        while most is None or len(rows) <= most:
            common = np.full(self._bits[0].shape[1], ~np.uint64(0))
            for d, bits in enumerate(self._bits):
                common &= np.bitwise_or.reduce(bits[self.bases(rows, d)], axis=0)
            found = frozenset(np.flatnonzero(np.unpackbits(common.view(np.uint8), bitorder="little")).tolist())
            if found == rows:
                return rows
            rows = found
        return None

    def bases(self, rows: Iterable[int], d: int) -> Ints:
        """The base nodes below the nodes that some rows name in one dimension, ascending."""
        named = {(int(self._published.level[row, d]), self._published.nodes[row][d]) for row in rows}
        return np.unique(np.concatenate([self._below(d, level, nodes) for level, nodes in sorted(named)]))

    def box(self, rows: Iterable[int]) -> Box:
        """Level and nodes of the product that some rows fill, as coarse as can be."""
        level, nodes = np.zeros(len(self._bits), np.int8), []
        for d, hierarchy in enumerate(self._published.hierarchies):
            bases = self.bases(rows, d)
            for depth, ancestors in enumerate(hierarchy.ancestors):
                named = np.unique(ancestors[bases])
                if int(np.isin(ancestors, named).sum()) == len(bases):
                    level[d] = depth
                    nodes.append(tuple(named.tolist()))
                    break
        return level, tuple(nodes)

    def _below(self, d: int, level: int, nodes: tuple[int, ...]) -> Ints:
        known = self._bases.get((d, level, nodes))
        if known is None:
            known = np.flatnonzero(np.isin(self._published.hierarchies[d].ancestors[level], nodes))
            self._bases[d, level, nodes] = known
        return known


def pooled(placed: Placed, records: Records, together: Iterable[Iterable[int]]) -> Placed:
    """The release with the rows of each set pooled, and whatever must be pooled with them.

    Numbers and classes of coverage are those of the records: exact, before any finishing.
    """
    products = Products(placed.published)
    sets = _closed([frozenset(one) for one in together], products)
    into = np.arange(len(placed.published))
    for one in sets:
        into[sorted(one)] = min(one)
    first, group = np.unique(into, return_inverse=True)
    made = {min(one): products.box(one) for one in sets}
    level = placed.published.level[first].copy()
    nodes = [tuple(placed.published.nodes[row]) for row in first.tolist()]
    for place, row in enumerate(first.tolist()):
        if row in made:
            level[place], nodes[place] = made[row]
    return _coarser(placed, records, group, level, nodes)


def _coarser(
    placed: Placed,
    records: Records,
    group: Ints,
    level: npt.NDArray[np.int8],
    nodes: Sequence[tuple[tuple[int, ...], ...]],
) -> Placed:
    """The release whose row i becomes a part of row `group[i]`."""
    each = np.arange(len(group))
    merge = sp.csr_array((np.ones(len(group), np.int64), (each, group)), shape=(len(group), len(nodes)))
    rows = sp.csr_array(placed.rows @ merge)
    secret = np.array([name not in placed.rules.known for name in records.holdings], bool)
    holding = np.where(records.holding < 0, len(secret), records.holding)
    by_holding = sp.csr_array(
        (records.value, (holding, np.arange(len(records)))), shape=(len(secret) + 1, len(records))
    )
    sums = np.asarray((by_holding @ rows).todense())[:-1]
    classes = [coverage_class(int(number))[1] for number in (sums[secret] > 0).sum(axis=0)]
    alone = np.bincount(group, minlength=len(nodes)) == 1
    value, coverage = sums.sum(axis=0), list(classes)
    # What was not pooled stays as it was told.
    for row in np.flatnonzero(alone[group]).tolist():
        value[group[row]] = placed.published.value[row]
        coverage[group[row]] = placed.published.coverage[row]
    published = replace(placed.published, level=level, nodes=nodes, value=value, coverage=tuple(coverage))
    return placed.pooled(published, rows)


def _closed(sets: Sequence[frozenset[int]], products: Products) -> list[frozenset[int]]:
    """The sets, grown until each is all of a product, those that came to overlap as one."""
    done: list[frozenset[int]] = []
    waiting = [one for one in sets if len(one) > 1]
    while waiting:
        grown = products.closed(waiting.pop())
        overlapping = [one for one in done if grown is not None and one & grown]
        if grown is not None and overlapping:
            done = [one for one in done if not one & grown]
            waiting.append(grown.union(*overlapping))
        elif grown is not None:
            done.append(grown)
    return sorted(done, key=min)
