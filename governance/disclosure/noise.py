"""The discrete Gaussian mechanism on a data-independent set of keys: open statistics under differential privacy.

Canonne, Kamath, Steinke, *The Discrete Gaussian for Differential Privacy*, 2020. To the count of every key of a uniform
grid, empty ones included, a draw of the discrete Gaussian is added. What may be one *unit* more or less in the data
changes at most `keys` counts, each by at most `per_key`: trips beyond are left out beforehand, by a rule that looks at
nothing but the unit itself. So the sensitivity in the Euclidean norm is per_key · √keys.

**What is protected.** One trip; or, where the contributions tell them apart, all trips of one vehicle on one day, or
in the whole period. Nobody's *journeys over a year*: MDS has no id of users, so that a person who rents five times is
five trips. Neighbouring data differ in one unit that is there or not.

**What is not.** Noise small enough to plan with hides no company. Therefore the rules that protect holdings hold for
each key with anything secret in it before noise is drawn, and the grid is coarser until they do. That the grid is as
coarse as it is tells of the holdings' data what these rules allow, and is no part of the privacy budget; it starts from
the grid of the release before, if there is one.

**What is done afterwards** looks at the noisy counts alone and costs nothing: counts below 0 become 0, then the
smallest counts become 0 until the sum is again that of the counts before. Else thousands of empty keys, each of them
never below 0, would add thousands of trips that nobody made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from governance.cube_parts import Finishing, Mechanism
from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.grid import Grid, coarsenings, first_that_keeps, keys_of, nodes_of, placed
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules, UnenforceableRules
from governance.terms.floors import MinTrips, MinVehicles

#: Adds noise of a standard deviation to counts. The one in use draws from the operating system; tests bring their own.
Sampler: TypeAlias = Callable[[Ints, float], Ints]

MECHANISM = Mechanism.DISCRETE_GAUSSIAN.value
#: A release is read by people and drawn on maps.
MOST_KEYS = 200_000


class Unit(StrEnum):
    """What differential privacy hides: whether one such is in the data."""

    TRIP = "trip"
    VEHICLE_DAY = "vehicle_day"
    VEHICLE = "vehicle"


#: Under which name contributions tell units apart; trips need none.
VEHICLE_DAYS = "vehicle_days"
_IDS: Mapping[Unit, str] = MappingProxyType({Unit.VEHICLE_DAY: VEHICLE_DAYS, Unit.VEHICLE: MinVehicles.name})


@dataclass(frozen=True, slots=True)
class Noise:
    """How much noise, for which unit. `ratio_milli` is the scale over the sensitivity (σ/Δ₂), in thousandths.

    A unit counts in at most `keys` keys, at most `per_key` times in each.

    Raises:
        ValueError: no positive number, or a trip that is to count more than once.
    """

    ratio_milli: int
    unit: Unit = Unit.TRIP
    keys: int = 1
    per_key: int = 1

    def __post_init__(self) -> None:
        if self.ratio_milli < 1 or self.keys < 1 or self.per_key < 1:
            raise ValueError("the ratio and the bounds of noise must be positive")
        if self.unit is Unit.TRIP and (self.keys, self.per_key) != (1, 1):
            raise ValueError("a trip is in one key, once")

    @property
    def sensitivity(self) -> float:
        """By how much one unit changes the counts, in the Euclidean norm: trips."""
        return float(self.per_key * self.keys**0.5)

    @property
    def sigma(self) -> float:
        """The scale of the discrete Gaussian: trips."""
        return self.ratio_milli / 1000 * self.sensitivity

    def plain(self) -> dict[str, Any]:
        """What everybody may read of it, in a release and in the ledger of budgets."""
        return {
            "keys": self.keys,
            "mechanism": MECHANISM,
            "per_key": self.per_key,
            "ratio_milli": self.ratio_milli,
            "unit": self.unit.value,
        }


def read_noise(plain: Mapping[str, Any]) -> Noise:
    """Read noise as `Noise.plain` spells it.

    Raises:
        KeyError, ValueError: a part is missing or is none.
    """
    if plain["mechanism"] != MECHANISM:
        raise ValueError(f"no mechanism is called {plain['mechanism']!r}")
    return Noise(int(plain["ratio_milli"]), Unit(plain["unit"]), int(plain["keys"]), int(plain["per_key"]))


def noise_of(finishing: Finishing) -> Noise | None:
    """The noise that a cube is finished with: of a unit at most `most` trips count, in as many keys. None: without."""
    if finishing.mechanism is not Mechanism.DISCRETE_GAUSSIAN:
        return None
    return Noise(finishing.sigma * 1000, Unit(finishing.unit.value), keys=finishing.most)


def noisy(
    contributions: Contributions,
    rules: Rules,
    noise: Noise,
    *,
    about: About,
    start: Grid | None = None,
    sample: Sampler | None = None,
) -> Published:
    """Draw a noisy release: a group for each key of the grid, none of them hidden, coverage never told.

    `start` is the grid of the release before (`grid_of`): this one is no finer. Whoever calls keeps what was drawn and
    answers with it whenever it is asked for again: the average of many draws is the truth.

    Raises:
        UnenforceableRules: the measure is no count of trips, vehicles are not told apart, or even the coarsest grid
            breaks the rules that protect holdings.
    """
    _must_count_trips(contributions, noise, about)
    grids = coarsenings(contributions.hierarchies, start=start)
    grid = first_that_keeps(contributions, rules, grids, most=MOST_KEYS)
    if grid is None:
        raise UnenforceableRules(f"{about.cube}: no grid is so coarse that noise would hide all that must be hidden")
    counts = bounded(contributions, grid, noise)
    drawn = (sample or from_the_system)(counts, noise.sigma)
    level = np.broadcast_to(np.array(grid, np.int8), (len(counts), len(grid))).copy()
    return Published(
        replace(about, shape=Shape.PARTITION, zeros_shown=True, noise=noise.plain()),
        contributions.hierarchies,
        level,
        nodes_of(grid, contributions.hierarchies),
        tidied(drawn),
        ("",) * len(counts),
    )


def bounded(contributions: Contributions, grid: Grid, noise: Noise) -> Ints:
    """The counts of a grid's keys, with no unit above its bounds.

    Of a unit in too many keys those stay in which it has the most trips; among equals a fixed mixture of the keys
    decides, so that no part of the territory always comes first.
    """
    key, size = placed(contributions, grid), keys_of(grid, contributions.hierarchies)
    if noise.unit is Unit.TRIP:
        return _summed(key, contributions.value, size)
    ids = contributions.distinct[_IDS[noise.unit]]
    unit = contributions.holding.astype(np.int64) * (int(ids.max(initial=0)) + 1) + ids
    pairs, inverse = np.unique(np.column_stack([unit, key]), axis=0, return_inverse=True)
    trips = np.minimum(_summed(inverse.reshape(-1), contributions.value, len(pairs)), noise.per_key)
    order = np.lexsort((_mixed(pairs[:, 1]), -trips, pairs[:, 0]))
    first = np.searchsorted(pairs[order, 0], pairs[order, 0])
    kept = order[np.arange(len(order)) - first < noise.keys]
    return _summed(pairs[kept, 1], trips[kept], size)


def tidied(drawn: Ints) -> Ints:
    """Counts of which none is below 0: the largest of those drawn, so many that their sum comes nearest to all's."""
    total = max(int(drawn.sum()), 0)
    counts = np.maximum(drawn, 0)
    # Of equal counts no part of the territory is always the first to go.
    order = np.lexsort((_mixed(np.arange(len(counts))), -counts))
    sums = np.concatenate([[0], np.cumsum(counts[order])])
    left = order[: int(np.argmin(np.abs(sums - total)))]
    kept: Ints = np.zeros_like(counts)
    kept[left] = counts[left]
    return kept


def from_the_system(values: Ints, sigma: float) -> Ints:
    """Add discrete Gaussian noise, drawn exactly, from the randomness of the operating system (OpenDP)."""
    if not len(values):
        return values
    found: Ints = np.array(_gaussian(sigma)([int(value) for value in values]), np.int64)
    return found


@cache
def _gaussian(sigma: float) -> Callable[[list[int]], list[int]]:
    # Imported when noise is drawn: what reads releases waits for no library that makes them.
    opendp = import_module("opendp.prelude")
    opendp.enable_features("contrib")
    space = opendp.vector_domain(opendp.atom_domain(T="i64")), opendp.l2_distance(T="i64")
    made: Callable[[list[int]], list[int]] = opendp.m.make_gaussian(*space, scale=sigma)
    return made


def _must_count_trips(contributions: Contributions, noise: Noise, about: About) -> None:
    trips = contributions.added.get(MinTrips.name)
    if trips is None or not np.array_equal(trips, contributions.value):
        raise UnenforceableRules(f"{about.cube}: {about.measure} is no count of trips, which noise is measured for")
    if noise.unit in _IDS and _IDS[noise.unit] not in contributions.distinct:
        raise UnenforceableRules(f"{about.cube}: its contributions do not tell apart what noise hides ({noise.unit})")


def _summed(group: Ints, values: Ints, size: int) -> Ints:
    found: Ints = np.zeros(size, np.int64)
    np.add.at(found, group, values)
    return found


def _mixed(key: Ints) -> Ints:
    """Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4): an order that means nothing."""
    found: Ints = (key.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)).view(np.int64)
    return found
