"""What needs no audit: rows that follow from others, and components in which old and new do not meet.

A row that is the union of rows of one other family of disjoint rows adds nothing to them (commune totals beside their
own H3 cells, a year beside its months). It is left out of the equations; what remains decides. A component of what
remains needs an audit only where rows of the new release meet rows that are out already.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.atoms import Flags, Sheet


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """One component: its atoms and its rows, by their numbers in the sheet."""

    atoms: Ints
    rows: Ints


def layers(sheet: Sheet, family: Ints) -> list[Ints]:
    """The shown rows as families of disjoint ones: `family` (r,) numbers the families of each release."""
    keys = np.stack([~sheet.new, sheet.release, family])
    found = []
    for key in np.unique(keys[:, sheet.shown], axis=1).T:
        found.append(np.flatnonzero((keys == key[:, None]).all(axis=0) & sheet.shown))
    return found


def independent(sheet: Sheet, found: list[Ints]) -> Flags:
    """Which shown rows remain when those that are unions of others are left out, the new release's first: (r,)."""
    kept: Flags = sheet.shown & (np.diff(sheet.rows.indptr) > 0)
    for one in found:
        for other in found:
            if other is not one:
                kept[_unions(sheet, one[kept[one]], other[kept[other]])] = False
    return kept


def _unions(sheet: Sheet, rows: Ints, parts: Ints) -> Ints:
    """Those of `rows` that are unions of some of `parts` (both disjoint among themselves)."""
    if not len(rows) or not len(parts):
        return rows[:0]
    whole, part = _labels(sheet, rows), _labels(sheet, parts)
    inside = part >= 0
    # A part lies wholly in one row when the least and the largest label of its atoms are the same.
    least, most = np.full(len(parts), len(rows)), np.full(len(parts), -2)
    np.minimum.at(least, part[inside], whole[inside])
    np.maximum.at(most, part[inside], whole[inside])
    straddles = least != most
    covered = np.zeros(len(whole), bool)
    covered[inside] = ~straddles[part[inside]]
    broken = np.bincount(whole[(whole >= 0) & ~covered], minlength=len(rows)) > 0
    found: Ints = rows[~broken]
    return found


def _labels(sheet: Sheet, rows: Ints) -> Ints:
    """Which of some disjoint rows each atom lies in, -1 in none."""
    label = np.full(sheet.rows.shape[1], -1, np.int64)
    chosen = sheet.rows[rows]
    label[chosen.indices] = np.repeat(np.arange(len(rows)), np.diff(chosen.indptr))
    return label


def nested(wide: sp.csr_array, narrow: sp.csr_array) -> bool:
    """Whether no row of `narrow` (n, r) has records in two rows of `wide` (n, s): both are partitions."""
    meets = sp.csr_array(narrow.T @ wide)
    return bool((np.diff(meets.indptr) <= 1).all())


def parts(sheet: Sheet, kept: Flags) -> list[Part]:
    """The components in which kept rows of the new release meet kept rows of others, in the order of their atoms."""
    rows = np.flatnonzero(kept)
    chosen = sheet.rows[rows]
    many, of_row, of_atom = components(chosen)
    new = np.bincount(of_row[sheet.new[rows]], minlength=many) > 0
    old = np.bincount(of_row[~sheet.new[rows]], minlength=many) > 0
    order_rows, order_atoms = np.argsort(of_row, kind="stable"), np.argsort(of_atom, kind="stable")
    cut_rows = np.searchsorted(of_row[order_rows], np.arange(many + 1))
    cut_atoms = np.searchsorted(of_atom[order_atoms], np.arange(many + 1))
    found = [
        Part(
            np.sort(order_atoms[cut_atoms[one] : cut_atoms[one + 1]]),
            rows[np.sort(order_rows[cut_rows[one] : cut_rows[one + 1]])],
        )
        for one in np.flatnonzero(new & old)
    ]
    return sorted(found, key=lambda part: int(part.atoms[0]))


def components(rows: sp.csr_array) -> tuple[int, Ints, Ints]:
    """The number of components of rows and atoms as the two sides of a graph, and that of each row and each atom."""
    edges = rows.tocoo()
    size = sum(rows.shape)
    graph = sp.coo_array((np.ones(edges.nnz, np.int8), (edges.row, edges.col + rows.shape[0])), shape=(size, size))
    many, label = connected_components(graph.tocsr(), directed=False)
    return many, label[: rows.shape[0]], label[rows.shape[0] :]
