"""Linear programs around single targets: everything farther away keeps its true value.

A world in which far atoms are as they are is one of the attacker's worlds, so what a patch leaves in doubt is in
doubt. The other way round a patch may call something unsafe that is not: that errs on the safe side.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints

#: How many neighbours of a row are taken in after it, and how many of the first rows are the midst of a patch.
WIDTH = 24
MIDST = 6
#: How many rows a patch has at most.
ROWS = 64


def patches(rows: sp.csr_array, targets: Ints, *, size: int) -> Iterator[tuple[Ints, Ints]]:
    """Pieces of a component: the atoms left free and the targets in their midst; each target is in one piece.

    `rows` (r, n) are the component's. Rows are taken in, nearest first, until about `size` atoms lie in them alone.
    """
    of_atom = sp.csr_array(rows.T.tocsr())
    waiting = dict.fromkeys(targets.tolist())
    while waiting:
        first = next(iter(waiting))
        chosen = _grown(rows, of_atom, first, size=size)
        midst = set(_within(rows, of_atom, chosen[:MIDST]).tolist())
        served = [first, *(atom for atom in waiting if atom != first and atom in midst)]
        for atom in served:
            del waiting[atom]
        yield np.union1d(_within(rows, of_atom, chosen), [first]), np.array(sorted(served), np.int64)


def around(rows: sp.csr_array, of_atom: sp.csr_array, atom: int, *, size: int) -> Ints:
    """The atoms around one, itself among them: about `size` that lie in the nearest rows alone."""
    found: Ints = np.union1d(_within(rows, of_atom, _grown(rows, of_atom, atom, size=size)), [atom])
    return found


def _grown(rows: sp.csr_array, of_atom: sp.csr_array, atom: int, *, size: int) -> list[int]:
    """The rows around an atom, nearest first; of a row's neighbours those that share most atoms with it."""
    degree = np.diff(of_atom.indptr)
    count = np.zeros(len(degree), np.int64)
    queue = _row(of_atom, atom).tolist()
    first, seen = len(queue), set(queue)
    chosen: list[int] = []
    whole = 0
    while queue and ((whole <= size and len(chosen) < ROWS) or len(chosen) < first):
        row = queue.pop(0)
        chosen.append(row)
        inside = _row(rows, row)
        count[inside] += 1
        whole += int((count[inside] == degree[inside]).sum())
        beside, shared = np.unique(gathered(of_atom, inside), return_counts=True)
        near = [other for other in beside[np.argsort(-shared, kind="stable")].tolist() if other not in seen][:WIDTH]
        seen.update(near)
        queue += near
    return chosen


def _row(matrix: sp.csr_array, row: int) -> Ints:
    found: Ints = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    return found


def gathered(matrix: sp.csr_array, rows: Ints) -> Ints:
    """The columns of some rows, one row after the other (scipy would build a matrix for them)."""
    start = matrix.indptr[rows].astype(np.int64)
    many = matrix.indptr[rows + 1] - start
    ends = np.cumsum(many)
    at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(start - (ends - many), many)
    found: Ints = matrix.indices[at]
    return found


def _within(rows: sp.csr_array, of_atom: sp.csr_array, chosen: list[int]) -> Ints:
    """The atoms that lie in no other rows than these."""
    touched, count = np.unique(gathered(rows, np.array(chosen, np.int64)), return_counts=True)
    found: Ints = touched[count == np.diff(of_atom.indptr)[touched]]
    return found
