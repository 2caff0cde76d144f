"""Every kind of thing that the commons is made of, in the order in which they are laid over its documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from governance.acts import Kind
from governance.choice.charter import CHARTER
from governance.choice.history import RULESET
from governance.choice.membership import MEMBERSHIP
from governance.choice.proposal import PROPOSAL
from governance.disputes.kind import DISPUTE
from governance.documents import DOCUMENTS
from governance.issued import ISSUED
from governance.joint_releases import JOINT_RELEASE
from governance.member_keys import MEMBER_KEY
from governance.negotiation.steps import AGREEMENT
from governance.parts import Parts
from governance.registers.editions import REGISTER
from governance.requests.steps import ACCESS_REQUEST
from governance.sanctions.kind import SANCTION
from governance.world import World

_KINDS: tuple[Kind[Any], ...] = (
    DOCUMENTS,
    MEMBER_KEY,
    RULESET,
    MEMBERSHIP,
    AGREEMENT,
    CHARTER,
    PROPOSAL,
    ACCESS_REQUEST,
    ISSUED,
    SANCTION,
    DISPUTE,
    REGISTER,
    JOINT_RELEASE,
)

KINDS: Mapping[str, Kind[Any]] = MappingProxyType({kind.name: kind for kind in _KINDS})


def put_together(
    base: World, states: Mapping[str, Sequence[Any]], *, at: dt.datetime
) -> tuple[World, dt.datetime | None]:
    """The world at an instant, and the first later instant at which it is another one (None: it stays).

    `states` are the states of all things, by kind. Between the two instants nothing changes but by an act.
    """
    parts = Parts.of(base)
    later = [
        instant
        for kind in KINDS.values()
        for instant in kind.overlay(parts, states.get(kind.name, ()), at)
        if instant > at
    ]
    return parts.world(), min(later, default=None)
