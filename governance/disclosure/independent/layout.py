"""Which base cells a row of a release pools, taken from the nodes that it lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.independent.audited import NotAudited
from governance.disclosure.published import Published

#: How many base cells are looked at in one go: 256 MB of row numbers.
AT_ONCE = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Placed:
    """`row` is the row of each contribution (-1: of none). Rows `twice` share a base cell with an earlier one;
    `missing` counts the base cells that lie in no row.
    """

    row: Ints
    twice: frozenset[int]
    missing: int


def domain(published: Published) -> tuple[int, ...]:
    """How many base nodes each dimension has."""
    return tuple(one.size for one in published.hierarchies)


def same_domain(published: Published, contributions: Contributions) -> None:
    """Make sure that both speak of the same cells.

    Raises:
        NotAudited: they do not.
    """
    told = [(one.dimension, one.levels, one.nodes) for one in published.hierarchies]
    if told != [(one.dimension, one.levels, one.nodes) for one in contributions.hierarchies]:
        raise NotAudited("the release and the contributions have other dimensions")


def base_nodes(published: Published, rows: Sequence[int]) -> dict[int, list[npt.NDArray[np.intp]]]:
    """The base nodes of each of these rows in each dimension; what many rows list is looked up once."""
    seen: dict[tuple[int, int, tuple[int, ...]], npt.NDArray[np.intp]] = {}

    def below(d: int, level: int, nodes: tuple[int, ...]) -> npt.NDArray[np.intp]:
        if (d, level, nodes) not in seen:
            above = published.hierarchies[d].ancestors[level]
            seen[d, level, nodes] = np.flatnonzero(np.isin(above, nodes))
        return seen[d, level, nodes]

    levels = published.level.tolist()
    return {
        row: [below(d, levels[row][d], tuple(nodes)) for d, nodes in enumerate(published.nodes[row])] for row in rows
    }


def placed(published: Published, rows: Sequence[int], cells: npt.NDArray[np.int32]) -> Placed:
    """Lay rows that ought to be disjoint and complete over the domain; find the row of each of `cells` (n, d)."""
    shape = domain(published)
    nodes = base_nodes(published, rows)
    row_of = np.full(len(cells), -1, np.int64)
    twice: set[int] = set()
    missing = 0
    for begin, end in _blocks(shape):
        laid = np.full((end - begin, *shape[1:]), -1, np.int32)
        for row in rows:
            first = nodes[row][0]
            within = first[(first >= begin) & (first < end)] - begin
            place = np.ix_(within, *nodes[row][1:])
            if (laid[place] >= 0).any():
                twice.add(row)
            laid[place] = row
        missing += int((laid < 0).sum())
        here = (cells[:, 0] >= begin) & (cells[:, 0] < end)
        index = [cells[here, d].astype(np.intp) - (begin if d == 0 else 0) for d in range(len(shape))]
        row_of[here] = laid[tuple(index)]
    return Placed(row_of, frozenset(twice), missing)


def _blocks(shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    step = max(1, AT_ONCE // prod(shape[1:]))
    for begin in range(0, shape[0], step):
        yield begin, min(shape[0], begin + step)


def members(published: Published) -> csr_array:
    """Rows by base cells, 1 where the cell lies in the row: (r, number of base cells)."""
    shape = domain(published)
    nodes = base_nodes(published, range(len(published)))
    columns = [np.ravel_multi_index(np.ix_(*nodes[row]), shape).ravel() for row in range(len(published))]
    pointer = np.cumsum([0, *map(len, columns)])
    cells = np.concatenate(columns) if columns else np.empty(0, np.intp)
    return csr_array((np.ones(len(cells), np.int64), cells, pointer), shape=(len(published), prod(shape)))


def named(published: Published, row: int) -> str:
    """A row in words: ``zone=A, band=am+pm``."""
    words = []
    for d, hierarchy in enumerate(published.hierarchies):
        ids = hierarchy.nodes[int(published.level[row, d])]
        words.append(f"{hierarchy.dimension}={'+'.join(ids[node] for node in published.nodes[row][d])}")
    return ", ".join(words)
