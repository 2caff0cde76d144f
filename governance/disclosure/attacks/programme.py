"""One linear programme: the atoms that hang together, and what rows say of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import linprog

from governance.disclosure.attacks.atoms import Ints

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Programme:
    """For each of some atoms a part u of the target and a part r of the rest, both at least 0."""

    atoms: Ints
    rows: sp.csr_array
    low: Floats
    high: Floats
    rest: Floats
    u_least: Floats
    u_most: Floats
    r_least: Floats

    def most(self, wanted: Floats) -> float:
        """The maximum of a sum over u and r; infinite where there is none or none was found."""
        return self._solved(-wanted)

    def least(self, wanted: Floats) -> float:
        """The minimum of a sum over u and r; 0 where none was found."""
        found = self._solved(wanted)
        return -found if math.isfinite(found) else 0.0

    def _solved(self, cost: Floats) -> float:
        if not cost.any():
            return 0.0
        limits, right = self._inequalities
        answer = linprog(cost, A_ub=limits, b_ub=right, bounds=self._bounds, method="highs")
        return float(-answer.fun) if answer.status == 0 else math.inf

    @cached_property
    def _inequalities(self) -> tuple[sp.csr_array | None, Floats | None]:
        both = sp.hstack([self.rows, self.rows], format="csr")
        alone = sp.hstack([sp.csr_array(self.rows.shape), self.rows], format="csr")
        upper, lower, rest = np.isfinite(self.high), self.low > 0, self.rest > 0
        stacked = sp.vstack([both[upper], -both[lower], -alone[rest]], format="csr")
        return stacked, np.concatenate([self.high[upper], -self.low[lower], -self.rest[rest]])

    @cached_property
    def _bounds(self) -> Sequence[tuple[float, float]]:
        u = list(zip(self.u_least.tolist(), self.u_most.tolist(), strict=True))
        return [*u, *((float(one), math.inf) for one in self.r_least)]
