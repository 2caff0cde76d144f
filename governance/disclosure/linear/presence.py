"""What coverage tells: in a published sum so many holdings contribute, each with 1 at least.

Of one holding an attacker therefore knows that it has not everything: the *rest*, the other holdings beside it and the
attacker, are there too. They are numbered 1, 2, …, and where a row's coverage tells of i of them, the first i are in
it. (Which of the rest are where is free; numbering them alike everywhere leaves fewer worlds than there are, so that a
world found is always one of the attacker's.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.equations import System
from governance.disclosure.linear.needs import Flags, View
from governance.disclosure.linear.structure import Structure, contained


@dataclass(frozen=True, slots=True)
class Tie:
    """The rest numbered `after` + 1 … `upto` must each be in one of the open `atoms` of a published `row`."""

    row: int
    atoms: tuple[int, ...]
    after: int
    upto: int


@dataclass(frozen=True, eq=False, slots=True)
class Presence:
    """`sure` (a,): how much of each constant is of the rest for sure. `ties` bind the open atoms. In `barred` atoms
    (a,) there is no target at all.
    """

    sure: Ints
    ties: tuple[Tie, ...]
    barred: Flags


def presence(system: System, seen: View, known: Structure, largest: Ints) -> Presence:
    """What coverage tells one attacker. `largest` (a,) is what the most exposed part of each atom needs."""
    rows = system.rows
    told = _told(system, seen)
    barred = np.zeros(rows.shape[1], bool)
    if system.waived is not None and system.waived.any():
        barred[rows[np.flatnonzero(system.waived)].indices] = True
        told[np.asarray(rows @ barred.astype(np.int64)) > 0] = 0
    sure = np.zeros(rows.shape[1], np.int64)
    sizes = np.diff(rows.indptr)
    single = np.flatnonzero(sizes == 1)
    np.maximum.at(sure, rows.indices[rows.indptr[single]], told[single])
    sure = np.minimum(sure, seen.others)
    open_atoms = known.alone < 0
    ties = []
    for row in np.flatnonzero((sizes > 1) & (told > contained(rows, sure))):
        atoms = rows.indices[rows.indptr[row] : rows.indptr[row + 1]]
        tie = _placed(
            int(row), atoms, int(told[row]), sure=sure, spare=seen.others - largest, seen=seen, free=open_atoms
        )
        ties += [] if tie is None else [tie]
    sure[barred & ~open_atoms] = seen.others[barred & ~open_atoms]
    return Presence(sure, tuple(ties), barred)


def _told(system: System, seen: View) -> Ints:
    """How many of the rest each row's coverage tells of; never more than there is to share."""
    own = system.rows @ (system.values[:, list(seen.attacker)] > 0).astype(np.int64)
    told = system.holders - 1 - (own > 0).sum(axis=1)
    found: Ints = np.clip(told, 0, system.rows @ seen.others)
    return found


def _placed(
    row: int, atoms: npt.NDArray[np.int32], told: int, *, sure: Ints, spare: Ints, seen: View, free: Flags
) -> Tie | None:
    """Put the rest of a row where it costs least: in a constant with room to spare, else in what is open.

    `sure` grows in place.
    """
    already = int(sure[atoms].max())
    if already >= told:
        return None
    constant, left = atoms[~free[atoms]], atoms[free[atoms]]
    ranked = constant[np.argsort(-spare[constant], kind="stable")]
    roomy = len(ranked) and spare[ranked[0]] >= told
    if not roomy and int(seen.others[left].sum()) >= told - already:
        return Tie(row, tuple(int(atom) for atom in left), already, told)
    placed = 0
    for atom in ranked:
        sure[atom] = max(sure[atom], min(told, seen.others[atom]))
        placed += int(sure[atom])
        if placed >= told:
            break
    return None
