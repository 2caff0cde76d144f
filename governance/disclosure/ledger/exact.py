"""What sums of rows give away to the unit: what lies in their row space? In whole numbers, modulo a prime.

A vector that is a rational combination of the rows is one modulo the prime too, unless the prime divides one of its
denominators, which are determinants of 0/1 matrices. The other way round a chance of one in two thousand million
remains for each that a vector is taken for a combination which is none: that errs on the safe side.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints

#: 2^31 - 1: products of two residues fit 64 bits.
PRIME = 2**31 - 1


def reduced(rows: sp.csr_array, order: Ints) -> tuple[Ints, Ints]:
    """The reduced row echelon form with pivots looked for in this order of columns, and each row's pivot column."""
    matrix = np.asarray(rows.todense(), np.int64) % PRIME
    rank, pivots = 0, []
    for column in order.tolist():
        at = np.flatnonzero(matrix[rank:, column])
        if not len(at):
            continue
        matrix[[rank, rank + at[0]]] = matrix[[rank + at[0], rank]]
        matrix[rank] = matrix[rank] * pow(int(matrix[rank, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(matrix[:, column])
        others = others[others != rank]
        matrix[others] = (matrix[others] - matrix[others, column][:, None] * matrix[rank]) % PRIME
        pivots.append(column)
        rank += 1
        if rank == len(matrix):
            break
    return matrix[:rank], np.array(pivots, np.int64)


def told_sums(rows: sp.csr_array) -> sp.csr_array:
    """Sums over sets of atoms that follow from the rows and are none: what is left of a commune beside its cells.

    There can be too many to list. Those are found that make the simplest basis, looked for from both ends.
    """
    forward = np.arange(rows.shape[1])
    found = np.concatenate([reduced(rows, order)[0] for order in (forward, forward[::-1])])
    sets = np.unique(found[(found <= 1).all(axis=1)], axis=0)
    known = {row.tobytes() for row in np.asarray(rows.todense(), np.int64)}
    fresh = [one for one in sets if one.tobytes() not in known]
    return sp.csr_array(np.array(fresh, np.int64).reshape(-1, rows.shape[1]))
