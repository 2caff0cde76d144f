"""Which published rows each cell lies in, read off the nodes that a release names: `membership(published, cells)`.

For each base node of each dimension the rows that hold it are kept as a string of bits; the rows of a cell are the
bits that its nodes have in common. Cells are worked through by common prefixes, so that the long strings are read once
for each node of the first dimension and only what is left of them later: 500,000 cells among 20,000 rows take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from governance.disclosure.contributions import Codes, Ints
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import Published, Shape

Words = npt.NDArray[np.uint64]

#: How many candidate words are looked at in one go (8 bytes each, three arrays).
AT_ONCE = 4_000_000
_BITS = 64


class NotCovered(ValueError):
    """A partition in which a cell lies in no group, or in several."""


def membership(published: Published, cells: Codes) -> sp.csr_array:
    """The rows in which each of n cells lies: (n, r), 0/1. `cells` (n, d) are indices of base nodes.

    Raises:
        NotCovered: see there.
    """
    unique, back = dense(cells)
    order = sorted(range(cells.shape[1]), key=lambda d: -published.hierarchies[d].size)
    bits = [row_bits(published, d) for d in order]
    found = _rows(_candidates(unique[:, order], bits), cells=len(unique), rows=len(published))
    if published.about.shape is Shape.PARTITION and not np.array_equal(np.diff(found.indptr), np.ones(len(unique))):
        raise NotCovered(f"{published.about.cube}: a cell lies in no group of the partition, or in several")
    return sp.csr_array(found[back])


def dense(rows: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Ints]:
    """The different rows of a matrix of numbers from -1 on, in ascending order, and the place of each row's own."""
    code = np.zeros(len(rows), np.int64)
    for d in range(rows.shape[1]):
        column = rows[:, d].astype(np.int64) + 1
        # Made dense after each column, so the product stays below (number of rows) x (largest number).
        code = np.unique(code * (int(column.max(initial=0)) + 1) + column, return_inverse=True)[1]
    first = np.full(int(code.max(initial=-1)) + 1, len(rows), np.int64)
    np.minimum.at(first, code, np.arange(len(rows)))
    return rows[first], code


def row_bits(published: Published, dimension: int) -> Words:
    """For each base node of a dimension the rows that hold it, as bits: (size, words)."""
    hierarchy = published.hierarchies[dimension]
    words = -(-len(published) // _BITS)
    found = np.zeros((hierarchy.size, words), np.uint64)
    for level in np.unique(published.level[:, dimension]):
        rows = np.flatnonzero(published.level[:, dimension] == level)
        found |= _at_level(published, dimension, rows, hierarchy=hierarchy, level=int(level), words=words)
    return found


def _at_level(
    published: Published, dimension: int, rows: Ints, *, hierarchy: Hierarchy, level: int, words: int
) -> Words:
    lists = [published.nodes[row][dimension] for row in rows.tolist()]
    lengths = np.fromiter((len(one) for one in lists), np.int64, len(lists))
    node = np.fromiter(chain.from_iterable(lists), np.int64, int(lengths.sum()))
    row = np.repeat(rows, lengths)
    found = np.zeros((len(hierarchy.nodes[level]), words), np.uint64)
    np.bitwise_or.at(found, (node, row // _BITS), np.uint64(1) << (row % _BITS).astype(np.uint64))
    of_base: Words = found[hierarchy.ancestors[level]]
    return of_base


@dataclass(frozen=True, eq=False, slots=True)
class _Sparse:
    """Words that are not zero: word number `word` of prefix `prefix` is `bits`; sorted by prefix."""

    prefix: Ints
    word: Ints
    bits: Words


def _candidates(cells: npt.NDArray[Any], bits: list[Words]) -> _Sparse:
    """The common bits of each cell's nodes. `cells` are all different and sorted by their first column first."""
    prefixes, of_cell = dense(cells[:, :1])
    rows, words = np.nonzero(bits[0][prefixes[:, 0]])
    found = _Sparse(rows, words, bits[0][prefixes[rows, 0], words])
    for d in range(1, cells.shape[1]):
        longer, of_longer = dense(np.column_stack([of_cell, cells[:, d]]))
        found = _narrowed(found, longer, bits[d], shorter=len(prefixes))
        prefixes, of_cell = longer, of_longer
    # The last prefixes are the cells themselves, numbered by their own order.
    cell_of = np.empty(len(cells), np.int64)
    cell_of[of_cell] = np.arange(len(cells))
    return _Sparse(cell_of[found.prefix], found.word, found.bits)


def _narrowed(found: _Sparse, longer: npt.NDArray[Any], bits: Words, *, shorter: int) -> _Sparse:
    """One dimension more: `longer` has for each longer prefix the shorter one and the node."""
    start = np.searchsorted(found.prefix, np.arange(shorter + 1))
    many = np.diff(start)[longer[:, 0]]
    parts = []
    for cut in np.split(np.arange(len(longer)), _cuts(many)):
        which = np.repeat(cut, many[cut])
        offset = np.arange(len(which)) - np.repeat(np.cumsum(many[cut]) - many[cut], many[cut])
        at = start[longer[which, 0]] + offset
        common = found.bits[at] & bits[longer[which, 1], found.word[at]]
        kept = np.flatnonzero(common)
        parts.append((which[kept], found.word[at[kept]], common[kept]))
    return _Sparse(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _cuts(many: Ints) -> Ints:
    """Where to cut a list so that each piece needs about `AT_ONCE`."""
    piece = np.cumsum(many) // AT_ONCE
    cuts: Ints = np.flatnonzero(np.diff(piece)) + 1
    return cuts


def _rows(found: _Sparse, *, cells: int, rows: int) -> sp.csr_array:
    single = np.unpackbits(found.bits.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    at, bit = np.nonzero(single)
    cell, row = found.prefix[at], found.word[at] * _BITS + bit
    return sp.coo_array((np.ones(len(cell), np.int64), (cell, row)), shape=(cells, rows)).tocsr()
