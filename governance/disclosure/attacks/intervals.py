"""Intervals by linear programming: what the equations, the attacker's own figures and the coverage leave open.

For one other holding o, variables u[a] >= 0 (o's part of atom a) and r[a] >= 0 (everybody else's but the attacker's).
Each published row: low <= sum of (u + r) + own <= high. Where its coverage tells of m holdings, the rest are at least
m - 1 less those of the attacker's own that are there, each with 1: sum of r >= that. All numbers are whole, so bounds
are rounded inwards. A solver that finds no optimum has taught the attacker nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from governance.disclosure.attacks.atoms import Arrangement, Ints
from governance.disclosure.attacks.programme import Floats, Programme

_EPS = 1e-6
#: From so many atoms on, those that are printed by themselves are taken out of the other equations.
LARGE = 400


@dataclass(frozen=True, eq=False)  # no slots: what is derived is kept
class Insight:
    """What one attacker knows about an arrangement: `own` by holding and atom (public holdings' figures among them,
    which are told by `public`), and for each other holding the `least` and `most` that open data lets it estimate.
    """

    arrangement: Arrangement
    own: Mapping[str, Ints] = field(default_factory=dict)
    public: frozenset[str] = frozenset()
    least: Mapping[str, Ints] = field(default_factory=dict)
    most: Mapping[str, Ints] = field(default_factory=dict)

    @cached_property
    def known(self) -> Ints:
        """What the attacker knows of each atom, all holdings together."""
        return sum(self.own.values(), start=np.zeros(self.arrangement.atoms, np.int64))

    @cached_property
    def inside(self) -> Ints:
        """How many of its own holdings are in each row; those whose figures are public are in no class of coverage."""
        member = self.arrangement.member
        mine = [(member @ values > 0).astype(np.int64) for name, values in self.own.items() if name not in self.public]
        return sum(mine, start=np.zeros(member.shape[0], np.int64))

    @cached_property
    def low(self) -> Floats:
        """The least that all others together are in each row."""
        told = np.array([row.low or 0 for row in self.arrangement.rows], np.float64)
        found: Floats = np.maximum(0.0, told - self.arrangement.member @ self.known)
        return found

    @cached_property
    def high(self) -> Floats:
        """The most that all others together are in each row; infinite where nothing is said."""
        told = np.array([math.inf if row.high is None else row.high for row in self.arrangement.rows], np.float64)
        found: Floats = np.maximum(0.0, told - self.arrangement.member @ self.known)
        return found

    @cached_property
    def rest(self) -> Floats:
        """How many of the others, one of them left out, are in each row at least; each adds 1."""
        fewest = np.array([row.fewest for row in self.arrangement.rows])
        return np.maximum(0, fewest - 1 - self.inside).astype(np.float64)

    @cached_property
    def telling(self) -> npt.NDArray[np.bool_]:
        """The rows that say anything of others."""
        return np.isfinite(self.high) | (self.low > 0)

    @cached_property
    def fixed(self) -> npt.NDArray[np.bool_]:
        """Atoms whose sum is printed by itself; in a large arrangement they are taken out of the other rows. What the
        other rows' coverage says of them is then left aside, by which the attacker knows less.
        """
        found = np.zeros(self.arrangement.atoms, dtype=bool)
        if self.arrangement.atoms > LARGE:
            alone = (np.diff(self.arrangement.member.indptr) == 1) & (self.low == self.high)
            found[self.arrangement.member[np.flatnonzero(alone)].indices] = True
        return found

    @cached_property
    def parts(self) -> Ints:
        """Atoms that some row ties together have the same number."""
        member = self.arrangement.member[np.flatnonzero(self.telling)]
        free = sp.csr_array(member @ sp.diags_array((~self.fixed).astype(np.float64)))
        free.eliminate_zeros()
        part: Ints = connected_components(free.T @ free, directed=False)[1].astype(np.int64)
        return part

    def others(self, atoms: Ints) -> tuple[int, int | None]:
        """The interval of what all others together are in these atoms."""
        low, high = 0.0, 0.0
        for part in np.unique(self.parts[atoms]):
            model = self._model(int(part), "")
            wanted = np.isin(model.atoms, atoms).astype(np.float64)
            both = np.concatenate([wanted, wanted])
            low += model.least(both)
            high += model.most(both)
        return max(0, math.ceil(low - _EPS)), _floor(high)

    def part(self, atoms: Ints, whose: str = "") -> int | None:
        """The most that one other holding's part of these atoms can be; None: no limit."""
        high = 0.0
        for part in np.unique(self.parts[atoms]):
            model = self._model(int(part), whose)
            wanted = np.isin(model.atoms, atoms).astype(np.float64)
            high += model.most(np.concatenate([wanted, np.zeros_like(wanted)]))
        return _floor(high)

    def _model(self, part: int, whose: str) -> Programme:
        if (part, whose) not in self._models:
            self._models[part, whose] = self._built(part, whose)
        return self._models[part, whose]

    @cached_property
    def _models(self) -> dict[tuple[int, str], Programme]:
        return {}

    def _built(self, part: int, whose: str) -> Programme:
        atoms = np.flatnonzero(self.parts == part)
        columns = self.arrangement.columns[:, atoms].tocsr()
        touched = (np.diff(columns.indptr) > 0) & self.telling
        if self.fixed[atoms].all():
            touched &= np.diff(self.arrangement.member.indptr) == 1
            known = np.zeros(len(touched))
        else:
            known = self._taken_out
        rows = np.flatnonzero(touched)
        low, high, rest = (np.maximum(0.0, one[rows] - known[rows]) for one in (self.low, self.high, self.rest))
        return Programme(atoms, columns[rows], low, high, rest, *self._limits(atoms, whose))

    @cached_property
    def _taken_out(self) -> Floats:
        """What the fixed atoms make of each row."""
        member = self.arrangement.member
        alone = np.flatnonzero((np.diff(member.indptr) == 1) & (self.low == self.high))
        value = np.zeros(self.arrangement.atoms)
        value[member[alone].indices] = self.low[alone]
        found: Floats = member @ np.where(self.fixed, value, 0.0)
        return found

    def _limits(self, atoms: Ints, whose: str) -> tuple[Floats, Floats, Floats]:
        """For u its least and most, for r its least: what open data tells of the one and of the others."""
        none: Floats = np.zeros(len(atoms), np.float64)
        others = [values[atoms] for name, values in self.least.items() if whose and name != whose]
        rest = np.asarray(sum(others, start=none), np.float64)
        least = self.least[whose][atoms].astype(np.float64) if whose in self.least else none
        most = self.most[whose][atoms].astype(np.float64) if whose in self.most else np.full(len(atoms), math.inf)
        return least, most, rest


def _floor(number: float) -> int | None:
    return math.floor(number + _EPS) if math.isfinite(number) else None
