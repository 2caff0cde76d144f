"""The order of floors: which are stricter, and the loosest that are at least as strict as two.

Floors form a lattice. Its top is None, an audience without floors, for which nothing leaves; every floor is ordered
as its term is, and a grain is stricter the coarser it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from governance.grain import ZONE_RANK, Grain
from governance.ruleset import Floors
from governance.terms.floors import Prior
from governance.terms.vocabulary import strictest

#: The name of the floor that is no term: the finest grains that may leave.
FINEST = "finest"


def looser_in(one: Floors | None, than: Floors | None) -> tuple[str, ...]:
    """Which floors `one` has looser than `than`, by name; none: `one` is at least as strict."""
    if one is None:
        return ()
    if than is None:
        return (*one.terms, FINEST)
    names = []
    for name, term in than.terms.items():
        mine = one.terms.get(name)
        if mine is None or not mine.at_least_as_strict(term):
            names.append(name)
    if than.prior_percent is not None and (one.prior_percent is None or one.prior_percent > than.prior_percent):
        names.append(Prior.name)
    if not all(than.allows(grain) for grain in one.finest):
        names.append(FINEST)
    return tuple(names)


def meet(one: Floors | None, other: Floors | None) -> Floors | None:
    """The loosest floors that are at least as strict as both."""
    if one is None or other is None:
        return None
    priors = [prior for prior in (one.prior_percent, other.prior_percent) if prior is not None]
    grains = {_coarsest(mine, theirs) for mine in one.finest for theirs in other.finest}
    return Floors(strictest([one.terms, other.terms]), _finest(grains), min(priors, default=None))


def _coarsest(one: Grain, other: Grain) -> Grain:
    zones = min(one.zone_system, other.zone_system, key=lambda name: ZONE_RANK[name])
    return Grain(zones, one.time.coarsest(other.time))


def _finest(grains: Iterable[Grain]) -> tuple[Grain, ...]:
    """Those that are not covered by another, in the order of their spelling."""
    found = set(grains)
    covered = {one for one in found for other in found if one != other and one.no_finer_than(other)}
    return tuple(sorted(found - covered, key=str))
