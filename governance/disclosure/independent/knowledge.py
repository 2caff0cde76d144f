"""What one set of attackers knows of the parts of all others, and the worlds that it cannot tell apart.

A world gives each of the others a whole number of at least 0 in each base cell. It is possible when it says the same as
the release: the others' sums of each published key (less the attackers' own), and at least so many of them in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import LinearConstraint, OptimizeResult, milp
from scipy.sparse import block_array, csr_array, eye_array, kron

from governance.disclosure.contributions import LARGEST, Ints

#: What a solver's floating point may be off by.
TOLERANCE = 1e-6
#: The upper end of what is bounded by nothing.
UNBOUNDED = LARGEST
#: How long one question may take; then it is not proven.
LIMIT_S = 60.0
_OPTIMAL = 0
_INFEASIBLE = 2


@dataclass(frozen=True, eq=False)  # no slots: what is derived is kept
class Knowledge:
    """`rows` (s, n) are the keys of which something is known, over n base cells: the others' sum in each lies in
    [low, high] (s,) and at least `least` (s,) of the `others` are in it. `ceiling` is more than any number that
    matters: what is bounded by nothing is bounded by it.
    """

    rows: csr_array
    low: Ints
    high: Ints
    least: Ints
    others: int
    ceiling: int

    @cached_property
    def live(self) -> npt.NDArray[np.intp]:
        """The base cells in which the others may have something: in no key where they have nothing."""
        nothing = np.asarray(self.rows[self.high <= 0].sum(axis=0)).ravel()
        return np.flatnonzero(nothing == 0)

    @cached_property
    def _sums(self) -> csr_array:
        return csr_array(self.rows[:, self.live])

    @cached_property
    def _telling(self) -> npt.NDArray[np.intp]:
        """The keys whose number of holdings says more than that of a key within them."""
        asked = np.flatnonzero(self.least > 0)
        asked = asked[np.argsort(self.least[asked], kind="stable")]
        if not len(asked):
            return asked
        part = csr_array(self._sums[asked])
        common = (part @ part.T).tocoo()
        size = part.sum(axis=1)
        inner, outer = common.coords
        # Of two equal keys the first tells it.
        smaller = (size[inner] < size[outer]) | ((size[inner] == size[outer]) & (inner < outer))
        within = (common.data == size[inner]) & (inner != outer) & smaller
        implied = within & (self.least[asked[inner]] >= self.least[asked[outer]])
        return np.setdiff1d(asked, asked[outer[implied]])

    @cached_property
    def _constraint(self) -> LinearConstraint:
        """Over y[o, c], all cells of the first of the others, then of the next; then z[o, key], whether o is in it."""
        keys = csr_array(self._sums[self._telling])
        many = len(self._telling)
        each = np.ones((1, self.others))
        blocks = [[kron(each, self._sums), None]]
        low: list[npt.NDArray[np.number]] = [self.low]
        high: list[npt.NDArray[np.number]] = [np.where(self.high >= UNBOUNDED, np.inf, self.high)]
        if many:
            # Whoever is said to be in a key has 1 at least there, and enough of them are.
            blocks[0][1] = csr_array((len(self.low), self.others * many))
            blocks.append([kron(eye_array(self.others), keys), -eye_array(self.others * many)])
            blocks.append([None, kron(each, eye_array(many))])
            low += [np.zeros(self.others * many), self.least[self._telling]]
            high += [np.full(self.others * many + many, np.inf)]
        else:
            blocks[0].pop()
        return LinearConstraint(block_array(blocks, format="csc"), np.concatenate(low), np.concatenate(high))

    @cached_property
    def _upper(self) -> npt.NDArray[np.float64]:
        cells, keys = self.others * len(self.live), self.others * len(self._telling)
        return np.concatenate([np.full(cells, float(self.ceiling)), np.ones(keys)])

    def solve(self, goal: npt.NDArray[np.float64], *, whole: bool = False, at_least: float | None = None) -> Solved:
        """Maximise `goal` (others, n) over the possible worlds; in whole numbers, and above a bound, where asked."""
        if not len(self.live):
            nothing = np.zeros((self.others, self.rows.shape[1]), np.int64)
            return Solved(0.0, nothing) if self.possible(nothing) else Solved(np.nan, impossible=True)
        aim = np.concatenate([goal[:, self.live].ravel(), np.zeros(self.others * len(self._telling))])
        bounded = [] if at_least is None else [LinearConstraint(csr_array(aim[None, :]), at_least, np.inf)]
        answer = milp(
            -aim,
            integrality=int(whole),
            bounds=(0, self._upper),
            constraints=[self._constraint, *bounded],
            options={"time_limit": LIMIT_S},
        )
        return self._read(answer)

    def _read(self, answer: OptimizeResult) -> Solved:
        if answer.status != _OPTIMAL or answer.x is None:
            return Solved(np.nan, impossible=answer.status == _INFEASIBLE)
        parts = answer.x[: self.others * len(self.live)].reshape(self.others, len(self.live))
        rounded = np.rint(parts)
        world = np.zeros((self.others, self.rows.shape[1]), np.int64)
        world[:, self.live] = rounded
        exact = bool((np.abs(parts - rounded) < TOLERANCE).all()) and self.possible(world)
        return Solved(-float(answer.fun), world if exact else None)

    def possible(self, world: Ints) -> bool:
        """Whether a world (others, n) says the same as the release; in whole numbers, nothing is taken on trust."""
        parts = self.rows @ world.T
        total = parts.sum(axis=1)
        told = (total >= self.low) & (total <= self.high) & ((parts > 0).sum(axis=1) >= self.least)
        return bool((world >= 0).all() and told.all())

    def heaped(self, world: Ints) -> Iterator[Ints]:
        """From a possible world others with the same sums, in which nearly all is the first holding's.

        The rest keep 1 each where a key needs them; which cell they keep it in is chosen greedily, so that it may fail.
        """
        total = world.sum(axis=0)
        heap = np.zeros_like(world)
        order = np.argsort(np.asarray(self.rows.sum(axis=1)).ravel(), kind="stable")
        left = total.copy()
        for key in order[self.least[order] > 1].tolist():
            cells = self.rows.indices[self.rows.indptr[key] : self.rows.indptr[key + 1]]
            for other in range(1, int(self.least[key])):
                if not heap[other, cells].any():
                    fullest = cells[int(left[cells].argmax())]
                    heap[other, fullest] += 1
                    left[fullest] -= 1
        heap[0] = left
        if self.possible(heap):
            yield heap


@dataclass(frozen=True, eq=False, slots=True)
class Solved:
    """`bound` is the most that the goal can be (not a number: it was not found), `world` a possible one that reaches
    it, if the answer was one. `impossible`: it is proven that there is none.
    """

    bound: float
    world: Ints | None = None
    impossible: bool = False
