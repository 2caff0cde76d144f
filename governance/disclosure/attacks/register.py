"""All attacks by number. The list is the design's; a test holds that none is missing."""

from __future__ import annotations

from collections.abc import Mapping

from governance.disclosure.attacks import (
    averaging,
    differencing,
    flags,
    majority,
    membership,
    permits,
    presence,
    solving,
    subtraction,
    tampering,
    trackers,
    travellers,
)
from governance.disclosure.attacks.attack import Attack, Learnt, by_number
from governance.disclosure.attacks.knowledge import Knowledge

_FAMILIES = (
    subtraction,
    solving,
    differencing,
    trackers,
    averaging,
    presence,
    membership,
    travellers,
    permits,
    flags,
    tampering,
    majority,
)
ATTACKS: Mapping[int, Attack] = by_number(*(attack for family in _FAMILIES for attack in family.ATTACKS))


def run_all(knowledge: Knowledge) -> dict[int, Learnt]:
    """Every attack, by number; those that lack something say so."""
    return {number: attack.run(knowledge) for number, attack in ATTACKS.items()}
