"""Worlds of two partitions, drawn many at a time, and what they leave an attacker in doubt of."""

from __future__ import annotations

import numpy as np

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.atoms import Flags
from governance.disclosure.ledger.bounds import Bounds
from governance.disclosure.ledger.network import Network
from governance.disclosure.ledger.sides import Twofold
from governance.disclosure.linear.needs import Needs, View

#: In so many turns the order in which atoms are served goes round.
TURNS = 7


class Worlds:
    """Worlds of one attacker, and which of its needs they meet."""

    def __init__(self, two: Twofold, seen: View, told: tuple[Ints, Ints], wanted: Needs) -> None:
        self._two, self._others, self._wanted = two, seen.others, wanted
        self._told = (np.append(told[0], 0)[two.left], np.append(told[1], 0)[two.right])
        self._sums = (_sums(two.left, seen.others, len(told[0])), _sums(two.right, seen.others, len(told[1])))
        self._alone = np.append(np.bincount(two.right[two.right >= 0], minlength=1), 0)[two.right] == 1
        self._network = Network(two.left, two.right, total=seen.others)

    def drawn(self, left: Ints, turn: int) -> Ints:
        """A world for as many of the needs `left` as the sums allow, others first each turn; the truth, if none."""
        wanted = self._wanted
        need, low = np.zeros(len(self._others), np.int64), np.full(len(self._others), -1)
        upper = left[~wanted.lower[left]]
        spare = np.where(wanted.part[upper], np.maximum(*self._told)[wanted.target[upper]], 0)
        np.maximum.at(need, wanted.target[upper], wanted.value[upper] + spare)
        under = left[wanted.lower[left]]
        low[wanted.target[under]] = wanted.value[under]
        order = np.unique(wanted.target[upper])
        order = np.roll(order, -(turn * len(order) // TURNS))
        world = self._network.world(order, need, low=np.where(need > 0, -1, low))
        return world if self._network.holds(world) else self._others

    def in_doubt(self, need: int, bounds: Bounds) -> bool:
        """Whether a need is met by the largest (or the least) that an atom can be, or the new release changed nothing.

        Of the old rows alone an atom is known to be no more than its row, and all of it where the row is that atom.
        """
        wanted = self._wanted
        atom, value = int(wanted.target[need]), int(wanted.value[need])
        row = int(self._sums[1][atom])
        if wanted.lower[need]:
            reached = bounds.least(atom)
            return reached <= value or (self._alone[atom] and row <= reached)
        spare = int(max(self._told[0][atom], self._told[1][atom])) if wanted.part[need] else 0
        reached = bounds.most(atom)
        return reached - spare >= value or row <= reached

    def met(self, left: Ints, world: Ints) -> Flags:
        """Which of the needs `left` a world meets."""
        wanted = self._wanted
        forced = np.maximum(
            np.maximum(0, self._told[0] - (self._sums[0] - world)),
            np.maximum(0, self._told[1] - (self._sums[1] - world)),
        )
        target, value = wanted.target[left], wanted.value[left]
        reached = np.where(wanted.part[left], world[target] - forced[target], world[target])
        found: Flags = np.where(wanted.lower[left], reached <= value, reached >= value)
        return found


def _sums(side: Ints, values: Ints, many: int) -> Ints:
    """The sum of each atom's row on one side; plenty, where it lies in none."""
    sums = np.bincount(np.where(side < 0, many, side), weights=values, minlength=many + 1).astype(np.int64)
    sums[many] = np.iinfo(np.int32).max
    found: Ints = sums[side]
    return found
