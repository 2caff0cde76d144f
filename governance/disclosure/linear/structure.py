"""What the published sums leave open: atoms that are published alone are constants, the rest falls into components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from governance.disclosure.contributions import Ints


@dataclass(frozen=True, eq=False, slots=True)
class Component:
    """Atoms that equations tie together: no equation ties them to others.

    `matrix` (e, n) has the different equations over `atoms` (n,); `rows[e]` are the published rows that say equation e
    (several do, when they differ in constants alone).
    """

    atoms: Ints
    matrix: sp.csr_array
    rows: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False, slots=True)
class Structure:
    """`alone` (a,) is a row that publishes the atom by itself, -1 where none does. `loose` are in no row at all."""

    alone: Ints
    loose: Ints
    components: tuple[Component, ...]


def structure(rows: sp.csr_array) -> Structure:
    """Substitute what is published alone out, and decompose what remains (scipy's connected components)."""
    sizes = np.diff(rows.indptr)
    alone = np.full(rows.shape[1], -1, np.int64)
    single = np.flatnonzero(sizes == 1)[::-1]  # the first row wins
    alone[rows.indices[rows.indptr[single]]] = single
    free = np.flatnonzero(alone < 0)
    left = rows[:, free]
    equations = _different(left)
    touched = np.zeros(len(free), bool)
    touched[left.indices] = True
    return Structure(alone, free[~touched], _components(left, free, equations))


def _different(left: sp.csr_array) -> dict[bytes, list[int]]:
    """The published rows by what they say of the atoms left: equal ones are one equation."""
    found: dict[bytes, list[int]] = {}
    left.sort_indices()
    for row in np.flatnonzero(np.diff(left.indptr)):
        found.setdefault(left.indices[left.indptr[row] : left.indptr[row + 1]].tobytes(), []).append(int(row))
    return found


def _components(left: sp.csr_array, free: Ints, equations: dict[bytes, list[int]]) -> tuple[Component, ...]:
    if not equations:
        return ()
    first = np.array([same[0] for same in equations.values()])
    same = list(equations.values())
    matrix = left[first]
    many, label = _labelled(matrix)
    of_row = label[matrix.indices[matrix.indptr[:-1]]]
    order_rows, order_atoms = np.argsort(of_row, kind="stable"), np.argsort(label, kind="stable")
    cut_rows = np.searchsorted(of_row[order_rows], np.arange(many + 1))
    cut_atoms = np.searchsorted(label[order_atoms], np.arange(many + 1))
    found = []
    for number in range(many):
        own = order_rows[cut_rows[number] : cut_rows[number + 1]]
        atoms = order_atoms[cut_atoms[number] : cut_atoms[number + 1]]
        if len(own):
            found.append(Component(free[atoms], matrix[own][:, atoms], tuple(tuple(same[row]) for row in own)))
    return tuple(found)


def _labelled(matrix: sp.csr_array) -> tuple[int, Ints]:
    """The number of components, and that of each atom: rows and atoms are the two sides of a graph."""
    rows, atoms = matrix.shape
    edges = matrix.tocoo()
    graph = sp.coo_array((np.ones(edges.nnz, np.int8), (edges.row, edges.col + rows)), shape=(rows + atoms,) * 2)
    many, label = connected_components(graph.tocsr(), directed=False)
    return many, label[rows:]


def contained(rows: sp.csr_array, values: npt.NDArray[np.int64]) -> Ints:
    """The largest value of an atom in each row, 0 for none (values are not negative)."""
    weighted = sp.csr_array((values[rows.indices], rows.indices, rows.indptr), shape=rows.shape)
    found: Ints = np.zeros(rows.shape[0], np.int64)
    full = np.diff(rows.indptr) > 0
    found[full] = np.maximum.reduceat(weighted.data, rows.indptr[:-1][full]) if full.any() else 0
    return found
