"""The privacy budget: what noisy releases cost together, as epsilon at a fixed delta.

Reckoned with the privacy loss distribution of the discrete Gaussian itself (`dp-accounting`; Koskela, Jälkö, Honkela,
*Computing Tight Differential Privacy Guarantees Using FFT*, 2020), whose answers are upper bounds. A unit that counts
in m keys, c times in each, is m mechanisms of sensitivity c: the worst of all that it can change.

All releases of a calendar year add up, though one trip is in one month only: so the sum also holds for somebody of whom
each release has one unit. Rényi differential privacy, which is older and better known, would say 2.83 where this
says 2.64 (twelve releases at σ/Δ₂ = 6).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache, reduce
from importlib import import_module
from typing import Any

from governance.disclosure.noise import Noise
from governance.periods import Period
from governance.terms.floors import EpsilonBudget
from governance.verdicts import ALLOWED, Verdict, denied

#: How often the promise may fail: far less than one in the number of trips that a territory sees in a year.
DELTA = 1e-6


def spent(releases: Iterable[Noise], *, delta: float = DELTA) -> float:
    """The epsilon of releases together, at `delta`."""
    mechanisms = Counter[tuple[float, int]]()
    for one in releases:
        mechanisms[one.sigma, one.per_key] += one.keys
    return _epsilon(tuple(sorted(mechanisms.items())), delta)


def milli(epsilon: float) -> int:
    """In thousandths, rounded up: a budget is never overdrawn by a fraction."""
    # What dp-accounting says is exact to far less than this; 2.641 is 2641, not 2642.
    return math.ceil(round(epsilon * 1000, 6))


def may_spend(before: Iterable[Noise], new: Noise, *, dataset: str, year: int, budget: EpsilonBudget | None) -> Verdict:
    """Whether a dataset's budget of a year bears one more release. Without an agreed budget there is none to spend."""
    if budget is None:
        return denied("budget.none", EpsilonBudget.name, dataset=dataset)
    earlier = list(before)
    used, after = milli(spent(earlier)), milli(spent([*earlier, new]))
    if after <= budget.value:
        return ALLOWED
    left = max(0, budget.value - used)
    return denied("budget.spent", EpsilonBudget.name, dataset=dataset, year=year, left=left, needed=after - used)


def years_of(period: Period) -> tuple[int, ...]:
    """The calendar years of which a period has days; it is charged to each."""
    return tuple(range(period.from_.year, (period.to - period.to.resolution).year + 1))


@lru_cache(maxsize=256)
def _epsilon(mechanisms: tuple[tuple[tuple[float, int], int], ...], delta: float) -> float:
    if not mechanisms:
        return 0.0
    # Imported when a budget is reckoned: it takes longer than all that a page needs.
    losses = import_module("dp_accounting.pld.privacy_loss_distribution")
    parts = [
        losses.from_discrete_gaussian_mechanism(sigma, sensitivity=per_key).self_compose(times)
        for (sigma, per_key), times in mechanisms
    ]
    together: Any = reduce(lambda one, other: one.compose(other), parts)
    return float(together.get_epsilon_for_delta(delta))
