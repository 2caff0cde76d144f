"""The two sides of a joint audit: the new release's groups and those that are out, when both are disjoint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.atoms import Sheet
from governance.disclosure.ledger.network import Network
from governance.disclosure.linear.equations import System
from governance.disclosure.linear.needs import View

#: Shares are reckoned in hundredths, so that p is a whole number.
CENT = 100


@dataclass(frozen=True, eq=False, slots=True)
class Twofold:
    """n atoms (`atoms`, numbers in the sheet) with the kept row of either side, renumbered from 0; -1 for none.

    `new_rows` and `old_rows` are the sheet's rows of those numbers.
    """

    atoms: Ints
    left: Ints
    right: Ints
    new_rows: Ints
    old_rows: Ints


def twofold(sheet: Sheet, rows: Ints, atoms: Ints) -> Twofold | None:
    """The two sides of some components; None where an atom lies in two rows of a side, or numbers are too large."""
    new_rows, old_rows = rows[sheet.new[rows]], rows[~sheet.new[rows]]
    sides = []
    for side in (new_rows, old_rows):
        chosen = sheet.rows[side]
        if np.bincount(chosen.indices, minlength=sheet.rows.shape[1]).max(initial=0) > 1:
            return None
        label = np.full(sheet.rows.shape[1], -1, np.int64)
        label[chosen.indices] = np.repeat(np.arange(len(side)), np.diff(chosen.indptr))
        sides.append(label[atoms])
    total = CENT * sheet.values[atoms].sum(axis=1)
    if not Network.fits(sides[0], sides[1], total=total):
        return None
    return Twofold(atoms, sides[0], sides[1], new_rows, old_rows)


def system_of(sheet: Sheet, two: Twofold) -> System:
    """The equations of both sides over their atoms, the new release's rows first."""
    rows = sheet.rows[np.concatenate([two.new_rows, two.old_rows])][:, two.atoms]
    holders = sheet.holders[np.concatenate([two.new_rows, two.old_rows])]
    trips = None if sheet.trips is None else sheet.trips[two.atoms]
    return System(sheet.holdings, sheet.values[two.atoms], trips, sp.csr_array(rows), holders)


def told_of(sheet: Sheet, two: Twofold, seen: View) -> tuple[Ints, Ints]:
    """How many of the rest must be in each row of either side besides a target, as the coverage tells."""
    sides = []
    for rows in (two.new_rows, two.old_rows):
        chosen = sheet.rows[rows][:, two.atoms]
        own = (chosen @ sheet.values[two.atoms][:, list(seen.attacker)] > 0).sum(axis=1)
        sides.append(np.clip(sheet.holders[rows] - 1 - own, 0, chosen @ seen.others))
    return sides[0], sides[1]
