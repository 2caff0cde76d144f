"""The steps of an agreement that holds: suspension and its end, withdrawal with notice, termination."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from governance.acts import Act, act_refused
from governance.agreement import State
from governance.negotiation.negotiation import Negotiation, Suspension
from governance.negotiation.refusals import no_step, stale, stranger
from governance.negotiation.states import HELD, SUSPENSION_CODES


def suspended(state: Negotiation, act: Act) -> Negotiation:
    """At once, whatever the version: an amendment that takes over meanwhile is suspended as well."""
    _possible(state, act)
    role, code = str(act.body["role"]), str(act.body["code"])
    if role not in SUSPENSION_CODES.get(code, ()):
        raise act_refused("suspension.code", "code", agreement=state.id, given=code, role=role)
    one = Suspension(act.by, role, code, act.why, act.at, _instant(act, "review_by"))
    if any(other.key == one.key for other in state.suspensions):
        raise act_refused("suspension.there", "suspension", agreement=state.id, actor=act.by)
    return replace(state, suspensions=(*state.suspensions, one))


def reviewed(state: Negotiation, act: Act) -> Negotiation:
    """Who suspended looked at it again, and keeps it."""
    _possible(state, act)
    one = _found(state, act)
    if not _own(one, act):
        raise stranger(state, act.by)
    kept = replace(one, why=act.why or one.why, review_by=_instant(act, "review_by"))
    return replace(state, suspensions=tuple(kept if other.key == one.key else other for other in state.suspensions))


def resumed(state: Negotiation, act: Act) -> Negotiation:
    """Lifted by who suspended; an authority's by both parties too. The hub's is lifted by the hub alone."""
    _possible(state, act)
    one = _found(state, act)
    others = tuple(other for other in state.suspensions if other.key != one.key)
    if _own(one, act):
        return replace(state, suspensions=others)
    if act.by not in state.parties or one.role != "authority":
        raise stranger(state, act.by)
    wanting = {*one.lifted_by, act.by}
    if wanting >= state.parties:
        return replace(state, suspensions=others)
    asked = replace(one, lifted_by=tuple(sorted(wanting)))
    return replace(state, suspensions=tuple(asked if other.key == one.key else other for other in state.suspensions))


def withdrew(state: Negotiation, act: Act) -> Negotiation:
    """The holder leaves when the notice has run out. What was being negotiated ends with it."""
    if act.by != state.holder:
        raise stranger(state, act.by)
    if state.leaves_at is not None:
        raise no_step(state, act)
    _possible(state, act)
    return replace(state, leaves_at=_instant(act, "leaves_at"), pending=None)


def asked_to_end(state: Negotiation, act: Act) -> Negotiation:
    """One party asks to end it at once; nothing changes until the other one agrees."""
    if act.by not in state.parties:
        raise stranger(state, act.by)
    _possible(state, act)
    return replace(state, asked=(act.by, _speaks_of(state, act)))


def terminated(state: Negotiation, act: Act) -> Negotiation:
    """Ended at once: by the party that was asked, or by the hub for a dispute's decision or a sanction."""
    _possible(state, act)
    if act.body.get("role") != "hub":
        if act.by not in state.parties:
            raise stranger(state, act.by)
        if state.asked != (state.other(act.by), _speaks_of(state, act)):
            raise no_step(state, act)
    return replace(state, ended=State.TERMINATED, pending=None)


def _possible(state: Negotiation, act: Act) -> None:
    if not state.spells or (state.state_at(act.at), act.what) not in HELD:
        raise no_step(state, act)


def _speaks_of(state: Negotiation, act: Act) -> str:
    """The hash of the version that holds: an old wish to end it does not concern an amended one."""
    held, given = state.held_at(act.at), str(act.body["hash"])
    if held is None or given != held.hash:
        raise stale(state, given)
    return given


def _found(state: Negotiation, act: Act) -> Suspension:
    found = [one for one in state.suspensions if one.key == act.body["key"]]
    if not found:
        raise act_refused("suspension.none", "suspension", agreement=state.id, key=act.body["key"])
    return found[0]


def _own(one: Suspension, act: Act) -> bool:
    role = str(act.body["role"])
    return role == one.role and (role == "hub" or act.by == one.by)


def _instant(act: Act, name: str) -> dt.datetime:
    return dt.datetime.fromisoformat(str(act.body[name]))
