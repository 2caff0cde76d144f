"""One set of attackers against one table: is there a world far enough from the truth for each protected number?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from governance.disclosure.contributions import Ints
from governance.disclosure.independent.knowledge import TOLERANCE, Knowledge, Solved
from governance.disclosure.independent.needs import Needs

Goal: TypeAlias = npt.NDArray[np.float64]


@dataclass(eq=False, slots=True)
class Attack:
    """What the attackers know, what they must not learn of the `keys` (r, n), and how far the worlds seen reach.

    `truth` (others, n) is the true world, the first to be seen. `part`, `total` and `low` are the most that one of the
    others, and the most and the least that all of them, have in each key in any world seen.
    """

    keys: csr_array
    knowledge: Knowledge
    truth: Ints
    asked: Needs
    part: Ints = field(init=False)
    total: Ints = field(init=False)
    low: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.part = np.zeros(self.keys.shape[0], np.int64)
        self.total = np.zeros(self.keys.shape[0], np.int64)
        self.low = np.full(self.keys.shape[0], np.iinfo(np.int64).max)

    def run(self) -> Iterator[tuple[str, int, float]]:
        """Try to learn each protected number: the rule that is broken, the key, and what is known of it."""
        self._see(self.truth)
        for heap in self.knowledge.heaped(self.truth):
            self._see(heap)
        self._look_around()
        yield from self._press()

    def slacks(self) -> Iterator[float]:
        """What was found possible over what is needed, for every number that was asked for."""
        asked = self.asked
        for found, needed in ((self.part, asked.part), (self.total, asked.total)):
            yield from (found[needed > 0] / needed[needed > 0]).tolist()
        rest = self.keys @ self.truth.sum(axis=0)
        few = (asked.low >= 0) & (asked.low < rest)
        yield from ((rest - self.low)[few] / (rest - asked.low)[few]).tolist()

    def _see(self, world: Ints) -> None:
        """Take a possible world into account.

        Attackers know nothing that tells the others apart, so that in each key the largest part may be anybody's.
        """
        parts = self.keys @ world.T
        total = parts.sum(axis=1)
        self.part = np.maximum(self.part, parts.max(axis=1))
        self.total = np.maximum(self.total, total)
        self.low = np.minimum(self.low, total)

    def _open(self) -> tuple[Ints, Ints, Ints]:
        """The keys for which no world seen so far is far enough: by part, by total, by low total."""
        asked = self.asked
        return (
            np.flatnonzero(self.part < asked.part),
            np.flatnonzero(self.total < asked.total),
            np.flatnonzero((asked.low >= 0) & (self.low > asked.low)),
        )

    def _look_around(self) -> None:
        """Worlds that settle many questions at once, as long as they do."""
        before = -1
        while (left := sum(map(len, self._open()))) and left != before:
            before = left
            part, total, low = self._open()
            # What is heaped on one of the others raises the total too.
            for rows, first, sign in ((np.union1d(part, total), True, 1), (low, False, -1)):
                if len(rows):
                    self._take(self.knowledge.solve(self._goal(rows, first=first, sign=sign)))

    def _press(self) -> Iterator[tuple[str, int, float]]:
        """Ask for each number that is still open by itself."""
        asked = self.asked
        for row in self._open()[0].tolist():
            if self.part[row] < asked.part[row]:
                bound = self._reach(row, first=True, sign=1, needed=int(asked.part[row]))
                if self.part[row] < asked.part[row]:
                    yield "p_percent", row, bound
        for row in self._open()[1].tolist():
            if self.total[row] < asked.total[row]:
                bound = self._reach(row, first=False, sign=1, needed=int(asked.total[row]))
                if self.total[row] < asked.total[row]:
                    yield asked.why[row], row, bound
        for row in self._open()[2].tolist():
            if self.low[row] > asked.low[row]:
                bound = -self._reach(row, first=False, sign=-1, needed=-int(asked.low[row]))
                if self.low[row] > asked.low[row]:
                    yield "travellers_low", row, bound

    def _reach(self, row: int, *, first: bool, sign: int, needed: int) -> float:
        """Look for a world that reaches what is needed; else the most that can be reached, if that is known."""
        goal = self._goal(np.array([row]), first=first, sign=sign)
        relaxed = self.knowledge.solve(goal)
        self._take(relaxed)
        if relaxed.world is not None or relaxed.bound + TOLERANCE < needed:
            return relaxed.bound
        # The relaxed bound may be out of reach in whole numbers: a world must be found that is not.
        whole = self.knowledge.solve(goal, whole=True, at_least=float(needed))
        self._take(whole)
        return float(needed - 1) if whole.impossible else np.nan

    def _goal(self, rows: Ints, *, first: bool, sign: int) -> Goal:
        """To maximise the first other's part of these keys, or the sum of all parts, small keys weighing more."""
        size = np.asarray(self.keys[rows].sum(axis=1)).ravel()
        weight = 1.0 / size if len(rows) > 1 else np.ones(1)
        goal = np.zeros((self.knowledge.others, self.keys.shape[1]))
        goal[: 1 if first else None] = sign * np.asarray(weight @ self.keys[rows]).ravel()
        return goal

    def _take(self, solved: Solved) -> None:
        if solved.world is not None:
            self._see(solved.world)
