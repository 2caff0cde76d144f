"""Which facts break the promise: for whoever knows the truth (a test, or a holder that has all data), nobody else.

The promise, for a place with true parts x of the holdings other than the attacker's, and t their trips together:

* an upper bound for a holding's part must reach ceil((1 + p) x): below it the part is known within p %;
* where one holding is more than the share of the whole, an upper bound of the whole must reach x1 / share, else the
  dominating figure is estimated too well (Handbook on SDC, 2nd ed., section 4.2: 300, 20, 10 and 85 % → 352.94);
* with 0 < t < k the bounds of t must leave k above and half of t below open: nothing is recovered exactly;
* how many others are in a place must stay open, unless the whole edition has no more than must be everywhere;
* a traveller's membership must not be guessed better than with an area under the ROC curve of 0.6;
* no chain of a traveller's trips, no p within a fifth of its value, no vehicle that alone made a figure, no open door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from governance.disclosure.attacks.atoms import Arrangement, Ints
from governance.disclosure.attacks.attack import Fact, Secret

#: What counts as guessing a traveller's membership (area under the ROC curve; 0.5 is chance).
MOST_AUC = 0.6
#: The exact p is as good as told when it is known within this part of its value.
P_WITHIN = 0.2


@dataclass(frozen=True, eq=False, slots=True)
class Truth:
    """All contributions, with a column for each attribute, ``holding`` and the measure; and what was promised of them:
    p in percent, the largest share, k, the exact p where it must stay secret. `me` are the attacker's own holdings,
    `known` the public ones, `named` those that waived: none of them is a target.
    """

    table: pa.Table
    measure: str = "trips"
    p_percent: int = 0
    max_share_percent: int = 100
    min_trips: int = 0
    min_vehicles: int = 0
    min_holders: int = 0
    me: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


def judged(facts: Iterable[Fact], truth: Truth) -> tuple[Fact, ...]:
    """The facts that break the promise, in the order given."""
    sums = _Sums(truth)
    return tuple(fact for fact in facts if _breaks(fact, truth, sums))


class _Sums:
    """The true sums of places, each arrangement added up once."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._found: dict[int, tuple[Arrangement, Mapping[str, Ints]]] = {}

    def of(self, fact: Fact) -> dict[str, int]:
        """What each holding, the public ones left out, truly adds to the fact's place."""
        if fact.place is None:
            return {}
        arrangement = fact.place.arrangement
        if id(arrangement) not in self._found:
            self._found[id(arrangement)] = arrangement, arrangement.sums(self._truth.table, self._truth.measure)
        found = self._found[id(arrangement)][1]
        return {
            name: int(values[fact.place.atoms].sum()) for name, values in found.items() if name not in self._truth.known
        }


def _breaks(fact: Fact, truth: Truth, sums: _Sums) -> bool:
    with_a_place = {Secret.PART: _part, Secret.TRIPS: _trips, Secret.PRESENCE: _presence}
    if fact.secret in with_a_place:
        return with_a_place[fact.secret](fact, truth, sums.of(fact))
    if fact.secret is Secret.VEHICLES:
        return fact.high is not None and fact.high < truth.min_vehicles
    if fact.secret is Secret.RULE:
        return fact.high is not None and fact.low > 0 and fact.high - fact.low <= P_WITHIN * fact.high
    # A chain, a door: that it was found is the breach.
    return fact.low > MOST_AUC if fact.secret is Secret.GUESS else True


def _part(fact: Fact, truth: Truth, parts: Mapping[str, int]) -> bool:
    targets = {
        name: x
        for name, x in parts.items()
        if x > 0 and name not in truth.me | truth.named and fact.whose in ("", name)
    }
    return fact.high is not None and any(fact.high < -(-(100 + truth.p_percent) * x // 100) for x in targets.values())


def _trips(fact: Fact, truth: Truth, parts: Mapping[str, int]) -> bool:
    others = sum(x for name, x in parts.items() if name not in truth.me)
    if 0 < others < truth.min_trips and fact.high is not None:
        return fact.high < truth.min_trips or fact.low > others // 2
    whole = sum(parts.values())
    largest = max((x for name, x in parts.items() if name not in truth.named), default=0)
    dominated = 100 * largest > truth.max_share_percent * whole and not truth.me
    return dominated and fact.high is not None and truth.max_share_percent * fact.high < 100 * largest


def _presence(fact: Fact, truth: Truth, parts: Mapping[str, int]) -> bool:
    """The number of others is told, where fewer than all are there or fewer could be."""
    there = sum(x > 0 for name, x in parts.items() if name not in truth.me)
    edition = len(set(truth.table["holding"].to_pylist()) - truth.known)
    everybody_must_be = edition <= truth.min_holders and there == edition - len(truth.me)
    return fact.exact and not everybody_must_be


def least_slack(facts: Iterable[Fact], truth: Truth) -> float:
    """How far the upper bounds of parts are from what was promised: 1 is just enough, below it is a breach."""
    sums = _Sums(truth)
    slack = [
        fact.high / -(-(100 + truth.p_percent) * x // 100)
        for fact in facts
        if fact.secret is Secret.PART and fact.high is not None
        for name, x in sums.of(fact).items()
        if x > 0 and name not in truth.me | truth.named and fact.whose in ("", name)
    ]
    return min(slack, default=float("inf"))
