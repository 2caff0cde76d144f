"""How much and how little one atom can be, where old and new are two partitions: by a largest flow around it.

Raising an atom (A, B) takes something from another atom of A and of B, and so on until it closes: as many units as flow
from B back to A over what may be raised (every atom) and lowered (down to nothing). Atoms farther away than `size` keep
their true value: what is in doubt with them is in doubt without.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import maximum_flow

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.nesting import components
from governance.disclosure.ledger.patches import around

#: More than any sum that is asked about; flows have 32 bits.
PLENTY = 2**29


class Bounds:
    """n atoms between groups `left` (n,) and `right` (n,), -1 for none; `total` (n,) is what they truly are."""

    def __init__(self, left: Ints, right: Ints, total: Ints, *, size: int) -> None:
        self._left, self._right, self._total, self._size = left, right, total, size
        lefts, many = int(left.max(initial=-1)) + 1, len(left)
        tied_left, tied_right = np.flatnonzero(left >= 0), np.flatnonzero(right >= 0)
        row = np.concatenate([left[tied_left], right[tied_right] + lefts])
        atom = np.concatenate([tied_left, tied_right])
        shape = (lefts + int(right.max(initial=-1)) + 1, many)
        self._rows = sp.csr_array(sp.coo_array((np.ones(len(row), np.int64), (row, atom)), shape=shape).tocsr())
        self._of_atom = sp.csr_array(self._rows.T.tocsr())
        _, _, self._piece = components(self._rows)
        self._order = np.argsort(self._piece, kind="stable")
        self._cut = np.searchsorted(self._piece[self._order], np.arange(int(self._piece.max(initial=-1)) + 2))

    def most(self, atom: int) -> int:
        """The most that an atom can be."""
        return int(self._total[atom]) + self._moved(atom, up=True)

    def least(self, atom: int) -> int:
        """The least that an atom can be."""
        return int(self._total[atom]) - min(int(self._total[atom]), self._moved(atom, up=False))

    def _moved(self, atom: int, *, up: bool) -> int:
        """How many units can go round by which the atom is raised (or lowered)."""
        atoms = self._near(atom)
        atoms = atoms[atoms != atom]
        groups, place = np.unique(
            np.concatenate([self._ends(self._left, atoms, atom, -1), self._ends(self._right, atoms, atom, -2)]),
            return_inverse=True,
        )
        many = len(atoms) + 1
        tail, head = place[:many], place[many:]
        start, end = (head[-1], tail[-1]) if up else (tail[-1], head[-1])
        rows = np.concatenate([tail[:-1], head[:-1]])
        columns = np.concatenate([head[:-1], tail[:-1]])
        room = np.concatenate([np.full(len(atoms), PLENTY), self._total[atoms]])
        free = np.flatnonzero(groups < 0)
        if len(free) == 2:
            # What lies in no group of either side is free: the two free groups are tied by nothing.
            rows, columns = np.append(rows, [free[0], free[1]]), np.append(columns, [free[1], free[0]])
            room = np.append(room, [PLENTY, PLENTY])
        graph = sp.csr_array((np.minimum(room, PLENTY).astype(np.int32), (rows, columns)), shape=(len(groups),) * 2)
        return int(maximum_flow(graph, int(start), int(end), method="dinic").flow_value)

    def _near(self, atom: int) -> Ints:
        """The atom's component, or what of it is near."""
        first, last = self._cut[self._piece[atom]], self._cut[self._piece[atom] + 1]
        if last - first <= self._size:
            return self._order[first:last]
        return around(self._rows, self._of_atom, atom, size=self._size)

    @staticmethod
    def _ends(side: Ints, atoms: Ints, atom: int, free: int) -> Ints:
        """The group of each atom on one side, the one asked about last; groups of the right are numbered apart."""
        ends = np.append(side[atoms], side[atom])
        # Even numbers are groups of the left, odd ones of the right; the free groups are negative.
        return np.where(ends < 0, free, 2 * ends + (free == -2))
