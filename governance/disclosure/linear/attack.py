"""One attacker against all targets: each need is met by a world that is found, or it is a breach.

Let t be the total of all holdings that the attacker neither is nor knows, in each atom. How t is split among them is
free wherever any of them may be; so one largest t decides for every holding at once, and no variable for each holding
is needed. Constants and components add up. Every world that is found serves all targets, so few programs are solved.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.equations import Breach, System
from governance.disclosure.linear.model import Reals
from governance.disclosure.linear.needs import Flags, Needs, View
from governance.disclosure.linear.presence import presence
from governance.disclosure.linear.program import NEAR, Program, World
from governance.disclosure.linear.reach import Open, Reach
from governance.disclosure.linear.structure import Structure

#: How often, and by how much, an objective is turned to find a corner in whole numbers.
TURNS = 4
TURN = 0.05
#: The longest that one program may take, in seconds; then its target counts as unsafe.
LONGEST_S = 20.0


Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Timer:
    """A clock and when it is over."""

    clock: Clock = time.monotonic
    deadline: float | None = None

    @property
    def left(self) -> float:
        """Seconds that the next program may take; none, when time is up."""
        return LONGEST_S if self.deadline is None else min(LONGEST_S, self.deadline - self.clock())


@dataclass(frozen=True, eq=False, slots=True)
class _Bound:
    """An optimum in one component: its value, the dual values of its equations, the objective it is of."""

    one: Open
    cost: Reals
    value: float
    dual: Reals
    whole: bool


class Attack:
    """`reach` is what the worlds found so far reach; `solved` how many programs were."""

    def __init__(
        self,
        system: System,
        targets: sp.csr_array,
        seen: View,
        *,
        known: Structure,
        asked: Needs,
        target_may: Flags,
        rest_may: Flags,
        timer: Timer,
    ) -> None:
        self._system, self._targets, self._seen = system, targets, seen
        self.known, self.asked, self._timer = known, asked, timer
        self.solved = 0
        self.found: list[tuple[Open, World]] = []
        coverage = presence(system, seen, known, _largest_need(targets, asked))
        may = target_may & ~coverage.barred
        self.sure = coverage.sure
        cap = int(2 * asked.value.max(initial=1) + seen.others.sum())
        self.reach = Reach(targets, seen, known, sure=coverage.sure, may=may, cap=cap)
        self.opened = [
            Open(Program(one, seen, ties=coverage.ties, target_may=may, rest_may=rest_may, cap=cap), targets)
            for one in known.components
        ]
        for one in self.opened:
            truth = World(seen.others[one.program.component.atoms], np.empty(0, np.int64))
            real = one.program.truth(seen.others)
            self.reach.add(one, real or truth, part=real is not None)

    @property
    def others(self) -> Ints:
        """The true total of the others in each atom: (a,)."""
        return self._seen.others

    def breaches(
        self, *, first: bool = False, ignored: frozenset[tuple[int, str, bool]] = frozenset()
    ) -> Sequence[Breach]:
        """All needs that cannot be met (or only the first found); not asked for are those `ignored` by target, rule and
        side.
        """
        found = []
        short = self.reach.short(self.asked)
        wanting = np.flatnonzero(short > 0)
        # What lacks most is tried first: it is the likeliest breach, and its worlds serve most others.
        for index in wanting[np.argsort(-(short / np.maximum(1, self.asked.value))[wanting], kind="stable")]:
            if self._short(int(index)) > 0 and self._named(int(index)) not in ignored:
                breach = self._tried(int(index))
                found += [] if breach is None else [breach]
                if found and first:
                    break
        return found

    def _named(self, index: int) -> tuple[int, str, bool]:
        asked = self.asked
        return int(asked.target[index]), asked.rule[index], bool(asked.lower[index])

    def interval(self, target: int) -> tuple[float, float]:
        """The lowest and the highest total of the others in a target; not a number, where the solver fails."""
        atoms = self._targets.indices[self._targets.indptr[target] : self._targets.indptr[target + 1]]
        constant = atoms[self.known.alone[atoms] >= 0]
        loose = np.isin(atoms, self.known.loose)
        low = float(self.others[constant].sum() + self._seen.least[atoms[loose]].sum())
        high = float(self.others[constant].sum()) if not loose.any() else math.inf
        for one in (each for each in self.opened if each.here(target)):
            for lower in (True, False):
                cost = one.program.cost(one.atoms_of(target), part=False, lower=lower)
                solved = one.program.maximise(cost, seconds=self._timer.left) if self._timer.left > 0 else None
                self.solved += 1
                value = math.nan if solved is None else solved.value
                low, high = (low - value, high) if lower else (low, high + value)
        return low, high

    def _take(self, one: Open, world: World | None) -> None:
        if world is not None:
            self.found.append((one, world))
            self.reach.add(one, world)

    def _short(self, index: int) -> int:
        asked, target = self.asked, self.asked.target[index]
        if asked.lower[index]:
            return int(self.reach.low[target] - asked.value[index])
        reached = self.reach.part if asked.part[index] else self.reach.high
        return int(asked.value[index] - reached[target])

    def _tried(self, index: int) -> Breach | None:
        """Solve for one need, component by component, until it is met; else say what bounds it."""
        target, part, lower = int(self.asked.target[index]), bool(self.asked.part[index]), bool(self.asked.lower[index])
        missing = self._short(index)
        bounds: list[_Bound] = []
        gain = 0.0
        for one in (each for each in self.opened if each.here(target)):
            cost = one.program.cost(one.atoms_of(target), part=part, lower=lower)
            before = self._reached(one, target, part=part, lower=lower)
            solved = one.program.maximise(cost, seconds=self._timer.left) if self._timer.left > 0 else None
            self.solved += 1
            if solved is None:
                return self._breach(index, math.nan, ())
            world = one.program.world(solved.x)
            self._take(one, world)
            if self._short(index) <= 0:
                return None
            gain += solved.value - before
            bounds.append(_Bound(one, cost, solved.value, solved.dual, world is not None))
        if math.floor(gain + NEAR) >= missing and self._branched(index, bounds):
            return None
        value = float(self.asked.value[index])
        bound = value - missing + gain
        return self._breach(index, 2 * value - bound if lower else bound, bounds)

    def _branched(self, index: int, bounds: Sequence[_Bound]) -> bool:
        """Whether whole numbers reach what the optima, which are not whole, promise."""
        target, part, lower = int(self.asked.target[index]), bool(self.asked.part[index]), bool(self.asked.lower[index])
        for bound in (each for each in bounds if not each.whole):
            if self._turned(index, bound):
                return True
            left = self._timer.left
            if left <= 0:
                return False
            most = math.floor(bound.value + NEAR)
            least = self._reached(bound.one, target, part=part, lower=lower) + self._short(index)
            world = bound.one.program.whole(bound.cost, least=min(least, most), seconds=left)
            self.solved += 1
            self._take(bound.one, world)
            if self._short(index) <= 0:
                return True
        return False

    def _turned(self, index: int, bound: _Bound) -> bool:
        """Whether a corner nearby is whole: the objective is turned a little, each time in another way."""
        program = bound.one.program
        for seed in range(TURNS):
            left = self._timer.left
            turned = bound.cost + TURN * np.random.default_rng(seed).random(len(bound.cost))
            solved = program.maximise(turned, seconds=left) if left > 0 else None
            self.solved += 1
            self._take(bound.one, None if solved is None else program.world(solved.x))
            if self._short(index) <= 0:
                return True
        return False

    @staticmethod
    def _reached(one: Open, target: int, *, part: bool, lower: bool) -> int:
        place = int(np.searchsorted(one.at, target))
        if lower:
            return 0 if one.low is None else -int(one.low[place])
        return int((one.part if part else one.high)[place])

    def _breach(self, index: int, bound: float, bounds: Sequence[_Bound]) -> Breach:
        asked = self.asked
        holding = int(asked.holding[index])
        return Breach(
            self._seen.attacker,
            int(asked.target[index]),
            asked.rule[index],
            None if holding < 0 else holding,
            bound,
            float(asked.value[index]),
            self._blame(int(asked.target[index]), bounds),
            bool(asked.lower[index]),
        )

    def _blame(self, target: int, bounds: Sequence[_Bound]) -> dict[int, float]:
        """The published rows that the bound follows from: of the equations, and those published alone in them."""
        rows = self._system.rows
        weight = np.zeros(rows.shape[0])
        blamed: dict[int, float] = {}
        for bound in bounds:
            program = bound.one.program
            for same, dual in zip(program.component.rows, bound.dual, strict=False):
                if abs(dual) > NEAR:
                    weight[same[0]] = dual
                    blamed.update(dict.fromkeys(same, abs(float(dual))))
            ties = bound.dual[len(program.component.rows) :]
            blamed.update({row: abs(float(dual)) for row, dual in zip(program.tie_rows, ties, strict=False) if dual})
        wanted = np.zeros(rows.shape[1])
        wanted[self._targets.indices[self._targets.indptr[target] : self._targets.indptr[target + 1]]] = 1
        alone = np.flatnonzero(self.known.alone >= 0)
        left = np.abs(wanted - rows.T @ weight)[alone]
        blamed.update(
            {int(self.known.alone[atom]): float(size) for atom, size in zip(alone, left, strict=True) if size > NEAR}
        )
        return dict(sorted(blamed.items()))


def _largest_need(targets: sp.csr_array, asked: Needs) -> Ints:
    """For each atom what the most exposed part of it needs, where the atom is a target by itself; else 0."""
    found = np.zeros(targets.shape[1], np.int64)
    alone = np.diff(targets.indptr)[asked.target] == 1
    single = alone & asked.part
    np.maximum.at(found, targets.indices[targets.indptr[asked.target[single]]], asked.value[single])
    return found
