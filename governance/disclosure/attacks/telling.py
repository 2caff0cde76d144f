"""Which facts tell something beyond what is printed, most telling first: for whoever does not know the truth."""

from __future__ import annotations

from collections.abc import Iterable

from governance.disclosure.attacks.attack import Fact, Secret
from governance.disclosure.attacks.truth import MOST_AUC, P_WITHIN

#: These are certain: that they were found at all is the finding.
_CERTAIN = frozenset({Secret.DOOR, Secret.CHAIN})


def telling(facts: Iterable[Fact]) -> list[Fact]:
    """Without the numbers that stand in a release anyway and the bounds that were not found; the closest first."""
    kept = [fact for fact in facts if fact.high is not None and not _printed(fact)]
    return sorted(kept, key=lambda fact: (not certain(fact), fact.secret is Secret.PART, fact.width, fact.high or 0))


def certain(fact: Fact) -> bool:
    """Whether an attacker knows something for sure that is printed nowhere."""
    if fact.secret is Secret.GUESS:
        return fact.low > MOST_AUC
    if fact.secret is Secret.RULE:
        return fact.high is not None and fact.low > 0 and fact.high - fact.low <= P_WITHIN * fact.high
    if fact.secret is Secret.TRIPS:
        return fact.exact and fact.low > 0 and not _printed(fact)
    return fact.secret in _CERTAIN or (fact.secret is Secret.PART and fact.exact and fact.low > 0)


def _printed(fact: Fact) -> bool:
    return fact.secret is Secret.TRIPS and fact.place is not None and fact.place.printed
