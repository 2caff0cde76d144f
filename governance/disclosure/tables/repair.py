"""Which sums to hide next: the cheapest ones that let an attacker's world move as far as is needed.

For one breach: minimise the weighted size of all changes to published sums, over changes of the atoms that take the
target to its needed value and leave no atom below what the attacker knows; what changes is hidden. Changing what is
hidden already costs next to nothing. (The linear form of the cell suppression problem as in Kelly, Golden and Assad
1992, and Fischetti and Salazar 2001; here each attacker's atoms are what others than it add.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.attack import Timer
from governance.disclosure.linear.equations import Breach
from governance.disclosure.linear.model import Model, Reals
from governance.disclosure.linear.needs import Flags, P, view
from governance.disclosure.tables.watch import Table

#: What changing a hidden sum costs, beside the least of what is published: so that patterns stay short.
HIDDEN = 1e-3
#: A change smaller than this is the solver's.
MOVED = 1e-5


class Repair:
    """The changes that one attacker's view allows. Atoms have a variable up and one down, so have the sums of more."""

    def __init__(self, table: Table, attacker: tuple[int, ...]) -> None:
        sums = table.sums
        self._seen = view(sums.system(np.ones(len(sums), bool), zeros_shown=table.zeros_shown), table.rules, attacker)
        self._member = sums.member
        size = sums.size
        many, atoms = sums.member.shape
        self._wide = np.flatnonzero(size > 1)
        #: The variable of each sum's upward change; that of its downward change stands `half` further.
        self._half = atoms + len(self._wide)
        self._column = np.empty(many, np.int64)
        self._column[self._wide] = atoms + np.arange(len(self._wide))
        single = np.flatnonzero(size == 1)
        self._column[single] = sums.member.indices[sums.member.indptr[single]]
        self._high = np.full(2 * self._half, 4.0 * float(self._seen.others.sum() + 1))
        self._high[self._half : self._half + atoms] = self._seen.others - self._seen.least
        change = sp.hstack([sums.member[self._wide], -sp.eye_array(len(self._wide))])
        zero = np.zeros(len(self._wide))
        self._model = Model(
            sp.hstack([change, -change]).tocsr(), rows=(zero, zero), bounds=(np.zeros(2 * self._half), self._high)
        )

    def hides(self, breach: Breach, cost: Reals, *, spare: int, seconds: float) -> Ints | None:
        """The sums (any, also hidden ones) that change for one breach; None when no change was found in time.

        `cost` (s,) is what it costs to hide each sum, `spare` what must be reached beyond the need.
        """
        others = int((self._member[[breach.target]] @ self._seen.others)[0])
        by = math.ceil(breach.needed) + spare - others if not breach.lower else others - math.floor(breach.needed)
        column = int(self._column[breach.target])
        forward, backward = (column + self._half, column) if breach.lower else (column, column + self._half)
        self._model.bound(forward, float(by), float(max(by, self._high[forward])))
        self._model.bound(backward, 0.0, 0.0)
        weight = np.full(self._half, cost[cost > 0].min(initial=1.0) * HIDDEN)
        weight[self._column] = np.maximum(cost, weight[self._column])
        found = self._model.maximise(-np.concatenate([weight, weight]), seconds=seconds)
        self._model.bound(forward, 0.0, float(self._high[forward]))
        self._model.bound(backward, 0.0, float(self._high[backward]))
        if found is None:
            return None
        moved = np.abs(found.x[: self._half] - found.x[self._half :]) > MOVED
        return np.flatnonzero(moved[self._column])


def repaired(table: Table, shown: Flags, breaches: Sequence[Breach], *, timer: Timer) -> Flags:
    """What is still shown when the breaches are repaired, one after another: of each target the worst.

    At least one sum more is hidden, whatever the solver says: hiding comes to an end.
    """
    left = shown.copy()
    views: dict[tuple[int, ...], Repair] = {}
    for breach in _worst(breaches):
        if timer.left <= 0:
            break
        if breach.attacker not in views:
            views[breach.attacker] = Repair(table, breach.attacker)
        cost = np.where(left, table.sums.weight, 0.0)
        spare = _spare(table, breach, left) if breach.rule == P else 0
        found = views[breach.attacker].hides(breach, cost, spare=spare, seconds=timer.left)
        if found is not None:
            left[found] = False
    if np.array_equal(left, shown) and breaches:
        for breach in breaches:
            left[_cheapest(table, shown, breach)] = False
    return left


def _worst(breaches: Iterable[Breach]) -> list[Breach]:
    """For each target and side the breach that lacks most; the largest first."""
    lacking: dict[tuple[int, bool], Breach] = {}
    for breach in breaches:
        key = (breach.target, breach.lower)
        if key not in lacking or _lack(breach) > _lack(lacking[key]):
            lacking[key] = breach
    return sorted(lacking.values(), key=lambda one: (-_lack(one), one.target, one.lower))


def _lack(breach: Breach) -> float:
    return math.inf if math.isnan(breach.bound) else round(abs(breach.needed - breach.bound), 3)


def _spare(table: Table, breach: Breach, shown: Flags) -> int:
    """What the rest, whom coverage tells of, may take of the target: in each published atom of it, and once more."""
    sums = table.sums
    start, end = sums.member.indptr[breach.target : breach.target + 2]
    single = np.flatnonzero((sums.size == 1) & shown)
    told = np.zeros(sums.member.shape[1], np.int64)
    told[sums.member.indices[sums.member.indptr[single]]] = np.maximum(0, sums.told[single] - 1)
    return int(told[sums.member.indices[start:end]].sum() + max(0, sums.told.max(initial=1) - 1))


def _cheapest(table: Table, shown: Flags, breach: Breach) -> int:
    """Of the published sums that a bound follows from the cheapest; of all, where the solver gave no bound."""
    rows = np.flatnonzero(shown)
    blamed = rows[list(breach.blame)] if breach.blame else rows
    return int(blamed[np.argmin(table.sums.weight[blamed])])
