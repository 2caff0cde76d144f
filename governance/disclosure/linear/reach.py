"""What the worlds found so far reach for every target, kept up to date as they are found."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.needs import Flags, Needs, View
from governance.disclosure.linear.program import Program, World
from governance.disclosure.linear.structure import Structure


class Open:
    """A component, the targets that have atoms in it (`at`, with `wanted` (at, n) 0/1), and what they reach there."""

    def __init__(self, program: Program, targets: sp.csr_array) -> None:
        self.program = program
        inside = targets[:, program.component.atoms]
        self.at: Ints = np.flatnonzero(np.diff(inside.indptr))
        self.wanted: sp.csr_array = inside[self.at]
        self._place = {int(target): index for index, target in enumerate(self.at)}
        self.part: Ints = np.zeros(len(self.at), np.int64)
        self.high: Ints = np.zeros(len(self.at), np.int64)
        self.low: Ints | None = None

    def atoms_of(self, target: int) -> Ints:
        """A target's atoms, as 0/1 over the component's; nothing, where it has none here."""
        found = np.zeros(self.wanted.shape[1], np.int64)
        place = self._place.get(target)
        if place is not None:
            found[self.wanted.indices[self.wanted.indptr[place] : self.wanted.indptr[place + 1]]] = 1
        return found

    def here(self, target: int) -> bool:
        """Whether a target has atoms here."""
        return target in self._place


class Reach:
    """`part`, `high` and `low` (t,): the largest part of a target, the highest and the lowest total that a world has.

    Components do not bear upon one another, so the best worlds of each add up.
    """

    def __init__(
        self, targets: sp.csr_array, seen: View, known: Structure, *, sure: Ints, may: Flags, cap: int
    ) -> None:
        constant = known.alone >= 0
        others = np.where(constant, seen.others, 0)
        high, low = others.copy(), others.copy()
        high[known.loose] = cap
        low[known.loose] = seen.least[known.loose]
        self.part: Ints = targets @ (np.where(constant, others - sure, high) * may)
        self.high: Ints = targets @ high
        self.low: Ints = targets @ low

    def add(self, one: Open, world: World, *, part: bool = True) -> None:
        """Take a world of a component in."""
        total = one.wanted @ world.total
        self._raise(self.high, one.at, one.high, total)
        if part:
            self._raise(self.part, one.at, one.part, one.wanted @ world.part)
        better = total if one.low is None else np.minimum(one.low, total)
        self.low[one.at] += better - (0 if one.low is None else one.low)
        one.low = better

    def add_many(self, one: Open, totals: Ints, parts: Ints) -> None:
        """Take w worlds in at once, both (w, n) over the component's atoms."""
        if len(totals):
            reached = one.wanted @ totals.T
            self._raise(self.high, one.at, one.high, reached.max(axis=1))
            self._raise(self.part, one.at, one.part, (one.wanted @ parts.T).max(axis=1))
            lowest = reached.min(axis=1)
            better = lowest if one.low is None else np.minimum(one.low, lowest)
            self.low[one.at] += better - (0 if one.low is None else one.low)
            one.low = better

    @staticmethod
    def _raise(reached: Ints, at: Ints, best: Ints, found: Ints) -> None:
        better = np.maximum(best, found)
        reached[at] += better - best
        best[:] = better

    def short(self, asked: Needs) -> Ints:
        """By how much each need is missed; 0 or less where it is met."""
        reached = np.where(asked.part, self.part[asked.target], self.high[asked.target])
        found: Ints = np.where(asked.lower, self.low[asked.target] - asked.value, asked.value - reached)
        return found
