"""Who reads a release, and on which tier of sharing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Audience(StrEnum):
    """Whoever may read a release is its attacker, and nobody else is."""

    OPEN = "open"
    IDENTIFIED = "identified"
    MEMBERS = "members"
    AUTHORITY = "authority"
    BILATERAL = "bilateral"
    HOLDER = "holder"


class Tier(StrEnum):
    """How far a holder shares a dataset. A dataset without an agreement in force is sealed."""

    OPEN = "open"
    IDENTIFIED = "identified"
    MEMBERS = "members"
    BILATERAL = "bilateral"
    SEALED = "sealed"


#: Audiences that each one contains: whoever belongs to a narrower one also knows everything of the wider ones.
WIDER: Mapping[Audience, frozenset[Audience]] = MappingProxyType(
    {
        Audience.OPEN: frozenset(),
        Audience.IDENTIFIED: frozenset({Audience.OPEN}),
        Audience.MEMBERS: frozenset({Audience.OPEN, Audience.IDENTIFIED}),
        Audience.AUTHORITY: frozenset({Audience.OPEN, Audience.IDENTIFIED, Audience.MEMBERS}),
        Audience.BILATERAL: frozenset({Audience.OPEN, Audience.IDENTIFIED, Audience.MEMBERS}),
        Audience.HOLDER: frozenset({Audience.OPEN, Audience.IDENTIFIED, Audience.MEMBERS}),
    }
)

#: Audiences for which numbers of several holders may be joined. The others read datasets: whole, or as an extract.
JOINT = frozenset({Audience.OPEN, Audience.MEMBERS, Audience.AUTHORITY})
#: Audiences that get nothing until floors were voted for them.
WITH_FLOORS = JOINT | {Audience.BILATERAL}

#: Audiences among which the contributing holdings themselves read (a competitor knows its own numbers exactly).
WITH_INSIDERS = frozenset({Audience.OPEN, Audience.MEMBERS})


def knows(reader: Audience, release: Audience) -> bool:
    """Whether somebody of the audience `reader` may read a release made for the audience `release`."""
    return reader is release or release in WIDER[reader]
