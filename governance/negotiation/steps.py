"""What each act makes of an agreement. Only the act and the state before it are looked at; the clock is the act's own.

What needs the world (floors, purposes, who is active, in which role somebody suspends) was checked before, by
`governance.negotiation.guards`, and is said in the act's body.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from governance.acts import Act, Kind, act_refused
from governance.agreement import State
from governance.negotiation import bargaining, holding, signatures
from governance.negotiation.negotiation import Negotiation, Pending, Spell, Suspension, read_negotiation
from governance.negotiation.overlay import overlay
from governance.negotiation.refusals import no_step, stranger
from governance.negotiation.states import TERMINAL
from governance.negotiation.text import read_text
from governance.negotiation.version import Version

_STEPS: Mapping[str, Callable[[Negotiation, Act], Negotiation]] = MappingProxyType(
    {
        "revised": bargaining.revised,
        "amended": bargaining.amended,
        "proposed": bargaining.proposed,
        "countered": bargaining.countered,
        "accepted": bargaining.accepted,
        "rejected": bargaining.rejected,
        "signed": signatures.signed,
        "verified": bargaining.verified,
        "suspended": holding.suspended,
        "reviewed": holding.reviewed,
        "resumed": holding.resumed,
        "withdrew": holding.withdrew,
        "asked_to_end": holding.asked_to_end,
        "terminated": holding.terminated,
    }
)


def apply(state: Negotiation | None, act: Act) -> Negotiation:
    """The agreement after an act.

    Raises:
        ActRefused: it is not possible in this state, not this member's turn, or speaks of another version.
    """
    if state is None:
        return _first(act)
    step = _STEPS.get(act.what)
    if step is None or state.state_at(act.at) in TERMINAL:
        raise no_step(state, act)
    return step(state, act)


def _first(act: Act) -> Negotiation:
    if act.what == "adopted":
        return _adopted(act)
    if act.what != "drafted":
        raise act_refused("negotiation.none", "agreement", agreement=act.thing)
    empty = Negotiation(act.thing, str(act.body["holder"]), str(act.body["counterparty"]), ())
    if act.by not in empty.parties or len(empty.parties) < 2:
        raise stranger(empty, act.by)
    return bargaining.drafted(empty, act)


#: Whose turn it is in an agreement that was loaded while it was negotiated: who wrote it last is not known, so the
#: holder is taken to have done so.
_LOADED_TURN: Mapping[State, str] = MappingProxyType(
    {
        State.DRAFT: "holder",
        State.PROPOSED: "counterparty",
        State.COUNTERED: "counterparty",
        State.ACCEPTED: "",
        State.AGREED: "",
    }
)


def _adopted(act: Act) -> Negotiation:
    """An agreement of the documents as it stands there; from now on it changes by acts alone."""
    loaded, text = State(str(act.body["state"])), read_text(act.body["text"])
    holder, counterparty = str(act.body["holder"]), str(act.body["counterparty"])
    first = Version(text, "", holder, act.at, act.why, offered_at=act.at)
    state = Negotiation(act.thing, holder, counterparty, (first,), adopted=True)
    if loaded in TERMINAL or len(state.parties) < 2:
        raise no_step(state, act)
    if loaded in _LOADED_TURN:
        turn = {"holder": holder, "counterparty": counterparty}.get(_LOADED_TURN[loaded], "")
        return replace(state, pending=Pending(loaded, turn))
    held = replace(state, spells=(Spell(text.version, text.validity.from_),))
    if loaded is State.SUSPENDED:
        review_by = dt.datetime.fromisoformat(str(act.body["review_by"]))
        one = Suspension(holder, "holder", "holder_decision", act.why, act.at, review_by)
        return replace(held, suspensions=(one,))
    return replace(held, leaves_at=text.validity.to) if loaded is State.WITHDRAWING else held


#: The thing's id is the agreement's.
AGREEMENT: Kind[Negotiation] = Kind("agreement", apply, Negotiation.plain, read_negotiation, overlay)
