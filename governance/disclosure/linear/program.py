"""The linear program of one component for one attacker, and the worlds that it finds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.model import Model, Reals, Solved
from governance.disclosure.linear.needs import Flags, View
from governance.disclosure.linear.presence import Tie
from governance.disclosure.linear.structure import Component

#: A solver's number is whole when it is nearer than this to one.
NEAR = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class World:
    """Totals of the others that all published sums allow, in whole numbers, and what one target can have of each."""

    total: Ints
    part: Ints


class Program:
    """Variables: the others' total t in each of n atoms; where coverage ties them, each numbered one of the rest."""

    def __init__(
        self, component: Component, seen: View, *, ties: tuple[Tie, ...], target_may: Flags, rest_may: Flags, cap: int
    ) -> None:
        self.component = component
        atoms = component.atoms
        self._may = target_may[atoms].astype(np.int64)
        self._least = seen.least[atoms]
        self._told: Ints = component.matrix @ seen.others[atoms]
        high = np.where(target_may[atoms] | rest_may[atoms], cap, 0)
        place = {int(atom): index for index, atom in enumerate(atoms)}
        self.ties = tuple(tie for tie in ties if tie.atoms[0] in place)
        self._tied = np.unique([place[atom] for tie in self.ties for atom in tie.atoms]).astype(np.int64)
        self._numbers = max((tie.upto for tie in self.ties), default=0)
        rest_high = np.tile(np.where(rest_may[atoms][self._tied], cap, 0), self._numbers)
        self._made: Model | None = None
        self._limits = np.concatenate([np.maximum(high, self._least), rest_high]).astype(np.float64)

    @property
    def _model(self) -> Model:
        """Made when it is first needed: often worlds that are known already will do."""
        if self._made is None:
            least = np.concatenate([self._least, np.zeros(len(self._limits) - len(self._least))]).astype(np.float64)
            matrix, rows = self._constraints()
            self._made = Model(matrix, rows=rows, bounds=(least, self._limits))
        return self._made

    @property
    def tie_rows(self) -> tuple[int, ...]:
        """The published row of each constraint of coverage, in the order of their dual values."""
        return tuple(tie.row for tie in self.ties for _ in range(tie.after, tie.upto))

    def _constraints(self) -> tuple[sp.csr_array, tuple[Reals, Reals]]:
        """The equations; each numbered one somewhere in its row; the rest within the total of each atom."""
        many, tied = self.component.matrix.shape[1], len(self._tied)
        where = {int(self.component.atoms[atom]): index for index, atom in enumerate(self._tied)}
        told = self._told.astype(np.float64)
        if not self._numbers:
            return self.component.matrix, (told, told)
        row, column = [], []
        count = 0
        for tie in self.ties:
            for number in range(tie.after, tie.upto):
                column += [number * tied + where[atom] for atom in tie.atoms]
                row += [count] * len(tie.atoms)
                count += 1
        there = sp.coo_array((np.ones(len(row)), (row, column)), shape=(count, tied * self._numbers))
        within = sp.hstack([sp.eye_array(tied)] * self._numbers)
        minus = sp.coo_array((-np.ones(tied), (np.arange(tied), self._tied)), shape=(tied, many))
        matrix = sp.block_array([[self.component.matrix, None], [None, there], [minus, within]]).tocsr()
        low = np.concatenate([told, np.ones(count), np.full(tied, -np.inf)])
        high = np.concatenate([told, np.full(count, np.inf), np.zeros(tied)])
        return matrix, (low, high)

    def cost(self, wanted: Ints, *, part: bool, lower: bool) -> Reals:
        """The objective for a target's atoms (0/1 over the component's)."""
        rest = np.zeros(len(self._tied) * self._numbers)
        if not part:
            return np.concatenate([-wanted if lower else wanted, rest]).astype(np.float64)
        reached = (wanted * self._may).astype(np.float64)
        return np.concatenate([reached, -np.tile(reached[self._tied], self._numbers)])

    def maximise(self, cost: Reals, *, seconds: float) -> Solved | None:
        """The optimum over all worlds and what lies between them."""
        return self._model.maximise(cost, seconds=seconds)

    def whole(self, cost: Reals, *, least: int, seconds: float) -> World | None:
        """A world that reaches `least`, by branching."""
        found = self._model.whole(cost, least=least, seconds=seconds)
        return None if found is None else self.world(found)

    def world(self, x: Reals) -> World | None:
        """The variables as a world, checked in whole numbers; None when they are none."""
        rounded = np.rint(x)
        if np.abs(rounded - x).max(initial=0) > NEAR:
            return None
        many = len(self._least)
        total = rounded[:many].astype(np.int64)
        if (self.component.matrix @ total != self._told).any() or (total < self._least).any():
            return None
        rest = np.zeros(many, np.int64)
        rest[self._tied] = rounded[many:].astype(np.int64).reshape(self._numbers, len(self._tied)).sum(axis=0)
        return World(total, (total - rest) * self._may)

    def truth(self, others: Ints) -> World | None:
        """What really is, where coverage ties nothing."""
        total = others[self.component.atoms]
        return None if self._numbers else World(total, total * self._may)
