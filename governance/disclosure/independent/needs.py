"""What attackers must remain unsure of, key by key, for the true numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.independent.counting import Counted
from governance.disclosure.independent.saying import secret
from governance.disclosure.rules import Rules, colluding
from governance.terms.floors import MinTrips

Attackers = tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Needs:
    """For each of r keys: how high attackers must be able to think another's part (`part`, of which `whose` is the
    largest) and the others' total (`total`, for the reason `why`), and how low the total (`low`); 0, 0 and -1 where
    nothing is asked.
    """

    part: Ints
    whose: Ints
    total: Ints
    why: tuple[str, ...]
    low: Ints

    @property
    def any(self) -> bool:
        """Whether anything is asked."""
        return bool((self.part > 0).any() or (self.total > 0).any() or (self.low >= 0).any())

    @property
    def most(self) -> int:
        """The largest number that is asked for."""
        return max(int(self.part.max(initial=0)), int(self.total.max(initial=0)))


def readers(found: Counted, rules: Rules) -> Iterator[Attackers]:
    """Who reads a release: an outsider; with contributors among the readers each alone, and as many as may collude.

    Whoever's numbers are public elsewhere knows nothing that an outsider does not.
    """
    for many in range(rules.coalition + 1):
        yield from combinations(secret(found, rules).tolist(), many)


def counts_travellers(contributions: Contributions) -> bool:
    """Whether the measure is itself what the threshold on trips counts."""
    trips = contributions.added.get(MinTrips.name)
    return trips is not None and bool(np.array_equal(trips, contributions.value))


def needs(
    found: Counted, attackers: Attackers, *, hidden: npt.NDArray[np.bool_], sure: Ints, travellers: bool, rules: Rules
) -> Needs:
    """What these attackers must not come to know of each row.

    `hidden` are the rows that are suppressed, `sure` is what everybody knows the others to have in each at least, where
    the `travellers` are what is measured.
    """
    places = secret(found, rules)
    others = np.setdiff1d(places, attackers)
    holders = (found.values[:, places] > 0).sum(axis=1)
    # A set of colluders is withstood where enough holdings are; one attacker and an outsider everywhere.
    concerned = np.array([len(attackers) <= max(1, colluding(rules, holders=int(one))) for one in holders], dtype=bool)
    targets = [place for place in others.tolist() if found.holdings[place] not in rules.named]
    largest, whose = _largest(found.values, targets)
    part = -(-(100 + rules.p_percent) * largest // 100)
    rest = found.values[:, others].sum(axis=1)
    share = _share(found, largest, places, attackers, rules) * hidden
    few = (rest > 0) & (rest < (rules.min_trips or 0)) & travellers
    # Travellers are withstood from any coalition anywhere: a few of them are as few wherever holdings are many.
    total = np.maximum(share * concerned, np.where(few, rules.min_trips or 0, 0))
    why = tuple("share" if one else "travellers" for one in (share * concerned == total).tolist())
    return Needs(part * concerned, whose, total, why, np.where(few, np.maximum(rest // 2, sure), -1))


def _largest(values: Ints, targets: Sequence[int]) -> tuple[Ints, Ints]:
    if not targets:
        none = np.zeros(len(values), np.int64)
        return none, none - 1
    return values[:, targets].max(axis=1), np.array(targets, np.int64)[values[:, targets].argmax(axis=1)]


def _share(found: Counted, largest: Ints, places: npt.NDArray[np.intp], attackers: Attackers, rules: Rules) -> Ints:
    """What attackers must be able to think the others add up to, so that the largest keeps within its share."""
    whole = found.values[:, places].sum(axis=1)
    own = found.values[:, list(attackers)].sum(axis=1)
    dominated = 100 * largest > rules.max_share_percent * whole
    feasible = -(-100 * largest // rules.max_share_percent) - own
    needed: Ints = np.where(dominated, np.maximum(feasible, 0), 0)
    return needed
