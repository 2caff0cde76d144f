"""What the Dataspace Protocol 2025-1 calls the states of a negotiation (section Contract Negotiation Protocol)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from governance.agreement import State

STATES: Final = ("REQUESTED", "OFFERED", "ACCEPTED", "AGREED", "VERIFIED", "FINALIZED", "TERMINATED")

#: An offer has the name of who made it: see `negotiation_state`.
_BY_WHOM: Final = frozenset({State.PROPOSED, State.COUNTERED})
#: A draft is nobody else's yet. Once it is final the protocol has no further state: whatever befalls an agreement that
#: was in force leaves the negotiation final.
_NAMES: Final[Mapping[State, str | None]] = MappingProxyType(
    {
        State.DRAFT: None,
        State.ACCEPTED: "ACCEPTED",
        State.AGREED: "AGREED",
        State.VERIFIED: "VERIFIED",
        State.ACTIVE: "FINALIZED",
        State.SUSPENDED: "FINALIZED",
        State.WITHDRAWING: "FINALIZED",
        State.WITHDRAWN: "FINALIZED",
        State.EXPIRED: "FINALIZED",
        State.TERMINATED: "FINALIZED",
        State.REJECTED: "TERMINATED",
    }
)


def negotiation_state(state: State, *, by_holder: bool = True) -> str | None:
    """The protocol's name of a state; None before anything was offered.

    The holder is the protocol's provider: what it offers is OFFERED, what the other side asks for REQUESTED.
    """
    if state in _BY_WHOM:
        return "OFFERED" if by_holder else "REQUESTED"
    return _NAMES[state]
