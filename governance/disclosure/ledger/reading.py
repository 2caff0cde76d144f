"""Who reads the new release, what else they read, and which rules protect others from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from governance.audiences import JOINT, Audience, knows
from governance.disclosure.ledger.claims import Placed
from governance.disclosure.rules import Rules


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """An audience, everything that it reads (the new release first), and the rules that hold against it."""

    audience: Audience
    read: tuple[Placed, ...]
    rules: Rules


def readings(new: Placed, out: Sequence[Placed]) -> list[Reading]:
    """The audience of the new release, and each narrower one for which something is out.

    A narrower audience without a release of its own knows what a wider one knows, so nothing new comes of it.
    """
    found = []
    for audience in Audience:
        own = [one for one in out if one.claim.audience is audience]
        if audience not in JOINT or not knows(audience, new.claim.audience):
            continue
        if audience is new.claim.audience or own:
            read = [new, *(one for one in out if knows(audience, one.claim.audience))]
            first = [new] if audience is new.claim.audience else []
            found.append(Reading(audience, tuple(read), _rules([*first, *own])))
    return found


def _rules(releases: Sequence[Placed]) -> Rules:
    """The strictest of the audience's rules, in numbers; the waivers of the newest, everything that is public."""
    rules = [one.rules for one in releases]
    first = rules[0]
    return replace(
        first,
        min_trips=_largest([one.min_trips for one in rules]),
        min_vehicles=_largest([one.min_vehicles for one in rules]),
        min_users=_largest([one.min_users for one in rules]),
        min_holders=max(one.min_holders for one in rules),
        max_share_percent=min(one.max_share_percent for one in rules),
        p_percent=max(one.p_percent for one in rules),
        coalition=max(one.coalition for one in rules),
        named=first.named,
        known=frozenset().union(*(one.known for one in rules)),
        everywhere=any(one.everywhere for one in rules),
    )


def _largest(numbers: Sequence[int | None]) -> int | None:
    return max((one for one in numbers if one is not None), default=None)
