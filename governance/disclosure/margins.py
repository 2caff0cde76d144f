"""All keys of a table: one node in each dimension, at any level. A key is the set of the base cells below it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.hierarchy import Hierarchy


@dataclass(frozen=True, eq=False, slots=True)
class Keys:
    """k keys over a base cells. `level` and `node` (k, d) name each key; `cells` (a,) are the base cells' numbers in
    the whole domain (row-major over the hierarchies' base nodes), ascending; `member` (k, a) is 0/1.
    """

    hierarchies: tuple[Hierarchy, ...]
    level: npt.NDArray[np.int8]
    node: Ints
    cells: Ints
    member: sp.csr_array

    def __len__(self) -> int:
        return len(self.level)


def flat_cells(cell: npt.NDArray[np.integer], hierarchies: Sequence[Hierarchy]) -> Ints:
    """The number of each base cell in the domain: (n,) from (n, d)."""
    found: Ints = np.ravel_multi_index(tuple(cell.T), [one.size for one in hierarchies]).astype(np.int64)
    return found


def groups(cell: npt.NDArray[np.integer], hierarchies: Sequence[Hierarchy], levels: Sequence[int]) -> Ints:
    """For each cell (n, d) of base nodes the number of the key above it at these levels, among the keys there: (n,)."""
    above = [one.ancestors[level][cell[:, d]] for d, (one, level) in enumerate(zip(hierarchies, levels, strict=True))]
    counts = [len(one.nodes[level]) for one, level in zip(hierarchies, levels, strict=True)]
    found: Ints = np.ravel_multi_index(tuple(above), counts).astype(np.int64)
    return found


def all_keys(hierarchies: Sequence[Hierarchy], cells: Ints) -> Keys:
    """Every key of the product of the hierarchies, those that have none of `cells` included.

    `cells` are the base cells that may hold something: with zeros hidden all of the domain, with zeros shown those
    that do (an empty one is printed, and so a constant).
    """
    shape = [one.size for one in hierarchies]
    base = np.column_stack(np.unravel_index(cells, shape)).astype(np.int64)
    levels, nodes, rows, columns = [], [], [], []
    begun = 0
    for combination in itertools.product(*(range(len(one.levels)) for one in hierarchies)):
        counts = [len(one.nodes[level]) for one, level in zip(hierarchies, combination, strict=True)]
        many = int(np.prod(counts))
        levels.append(np.tile(np.array(combination, np.int8), (many, 1)))
        nodes.append(np.column_stack(np.unravel_index(np.arange(many), counts)).astype(np.int64))
        above = [
            one.ancestors[level][base[:, d]]
            for d, (one, level) in enumerate(zip(hierarchies, combination, strict=True))
        ]
        rows.append(begun + np.ravel_multi_index(above, counts))
        columns.append(np.arange(len(cells)))
        begun += many
    place = (np.concatenate(rows), np.concatenate(columns))
    member = sp.coo_array((np.ones(len(place[0]), np.int64), place), shape=(begun, len(cells))).tocsr()
    member.sort_indices()
    return Keys(tuple(hierarchies), np.concatenate(levels), np.concatenate(nodes), cells, member)


def same_sets(member: sp.csr_array) -> Ints:
    """For each key the number of its set of cells: keys of the same cells are one number under several names (k,)."""
    seen: dict[bytes, int] = {}
    cuts = member.indptr
    texts = (member.indices[cuts[row] : cuts[row + 1]].tobytes() for row in range(member.shape[0]))
    return np.array([seen.setdefault(text, len(seen)) for text in texts], np.int64)
