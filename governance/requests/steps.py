"""How each act changes a request: the fold that makes it, with the guards that need nothing but the request itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from governance.acts import Act, ActRefused, Kind, act_refused
from governance.agreement import State as AgreementState
from governance.errors import TermError
from governance.parts import Parts
from governance.requests.access_request import STEPS, AccessRequest, State, read_request
from governance.requests.asked import Asked, read_asked
from governance.requests.drafts import agreement_ids
from governance.requests.parts import LIVE, Decision, Grant, Part, PartState, Renewal, read_grant
from governance.terms.scope import Validity

Step: TypeAlias = Callable[[AccessRequest, Act], AccessRequest]

#: Steps for which a reason in words is owed.
REASON_OWED: Final = frozenset({"decided", "renewed", "returned", "revoked"})
#: Steps that the applicant alone takes.
APPLICANTS: Final = frozenset({"drafted", "submitted", "resubmitted", "renewed", "closed"})


def _apply(state: AccessRequest | None, act: Act) -> AccessRequest:
    now = state.state_at(act.at) if state is not None else None
    stored = STEPS.get((now, act.what))
    if stored is None:
        raise act_refused("request.step", "state", request=act.thing, state=now or "–", what=act.what)
    if act.what in REASON_OWED and not act.why.strip():
        raise act_refused("request.reason_owed", "why", what=act.what)
    if state is None:
        asked = read_asked(_mapping(act.body["asked"]))
        return AccessRequest(act.thing, act.by, asked, stored, act.at)
    if act.what in APPLICANTS and act.by != state.applicant:
        raise act_refused("request.not_applicant", "applicant", applicant=state.applicant)
    return replace(_DO[act.what](state, act), stored=stored)


def _drafted(state: AccessRequest, act: Act) -> AccessRequest:
    return replace(state, asked=read_asked(_mapping(act.body["asked"])), drafted_at=act.at)


def _submitted(state: AccessRequest, act: Act) -> AccessRequest:
    """Body: the text, the deadline, and the datasets by holder as the world had them."""
    asked = read_asked(_mapping(act.body["asked"]))
    parts = {holder: Part(holder, frozenset(names)) for holder, names in _mapping(act.body["parts"]).items()}
    return replace(state, asked=asked, submitted_at=act.at, deadline=_instant(act.body["deadline"]), parts=parts)


def _returned(state: AccessRequest, act: Act) -> AccessRequest:
    if any(part.decisions for part in state.parts.values()):
        raise act_refused("request.under_decision", "decisions")
    return replace(state, returned_why=act.why, returned_by=act.by)


def _decided(state: AccessRequest, act: Act) -> AccessRequest:
    """Body: `approved`, and of an approval the `grant` (of a renewal: its new end, `to`)."""
    part = _own(state, act)
    answer = Decision(act.at, act.body["approved"] is True, act.why)
    now = part.state_at(act.at, _deadline(state))
    if now is PartState.OPEN:
        grant = narrowed(read_grant(_mapping(act.body["grant"])), state.asked, part) if answer.approved else None
        return _with(state, replace(part, decisions=(answer,), grant=grant))
    if part.awaits_renewal(act.at) and part.grant is not None and part.renewal is not None:
        grant = _prolonged(part.grant, part.renewal, act) if answer.approved else part.grant
        return _with(state, replace(part, decisions=(*part.decisions, answer), grant=grant, renewal=None))
    raise act_refused("request.decided", "decisions", actor=act.by, state=now)


def _revoked(state: AccessRequest, act: Act) -> AccessRequest:
    part = _own(state, act)
    if part.state_at(act.at, _deadline(state)) not in LIVE:
        raise act_refused("request.nothing_granted", "grant", actor=act.by)
    return _with(state, replace(part, revoked=Decision(act.at, False, act.why), renewal=None))


def _renewed(state: AccessRequest, act: Act) -> AccessRequest:
    """Body: the new end wanted, `to`, and the `deadline`; no holder may answer after its part has ended."""
    to, deadline = _instant(act.body["to"]), _instant(act.body["deadline"])
    parts = dict(state.parts)
    for holder, part in state.parts.items():
        grant = part.grant
        if grant is not None and part.state_at(act.at, _deadline(state)) in LIVE and grant.validity.to < to:
            parts[holder] = replace(part, renewal=Renewal(to, min(deadline, grant.validity.to)))
    if parts == state.parts:
        raise act_refused("request.nothing_to_renew", "validity", to=to.isoformat())
    return replace(state, parts=parts)


def _closed(state: AccessRequest, act: Act) -> AccessRequest:
    return replace(state, ended_at=act.at)


_DO: Final[Mapping[str, Step]] = MappingProxyType(
    {
        "drafted": _drafted,
        "submitted": _submitted,
        "resubmitted": _submitted,
        "returned": _returned,
        "decided": _decided,
        "revoked": _revoked,
        "renewed": _renewed,
        "closed": _closed,
    }
)


def narrowed(grant: Grant, asked: Asked, part: Part) -> Grant:
    """The grant, if it goes nowhere beyond what was asked of the part; terms that were not asked for only bind more.

    Raises:
        ActRefused: it does; names the clause.
    """
    if not grant.datasets or not grant.datasets <= part.datasets:
        raise _wider("datasets", ", ".join(sorted(part.datasets)))
    within = asked.validity.from_ <= grant.validity.from_ < grant.validity.to <= asked.validity.to
    if not within:
        raise _wider("validity", asked.validity.shown())
    for name, term in asked.terms.items():
        given = grant.terms.get(name)
        if given is None or not given.at_least_as_strict(term):
            raise _wider(name, term.shown())
    return grant


def _prolonged(grant: Grant, renewal: Renewal, act: Act) -> Grant:
    to = _instant(act.body.get("to") or renewal.to.isoformat())
    if not grant.validity.to < to <= renewal.to:
        raise _wider("validity", renewal.to.isoformat())
    return replace(grant, validity=Validity(grant.validity.from_, to))


def _wider(clause: str, asked: object) -> ActRefused:
    return act_refused("request.wider", clause, asked=asked)


def _own(state: AccessRequest, act: Act) -> Part:
    if act.by not in state.parts:
        raise act_refused("request.not_holder", "holder", actor=act.by)
    return state.parts[act.by]


def _with(state: AccessRequest, part: Part) -> AccessRequest:
    return replace(state, parts={**state.parts, part.holder: part})


def _deadline(state: AccessRequest) -> dt.datetime:
    return state.deadline or state.drafted_at


def _instant(value: object) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise TermError(f"{value!r} is not an instant in ISO 8601") from None
    if found.tzinfo is None:
        raise TermError(f"{value!r} has no zone")
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TermError("a mapping was expected")
    return value


def _overlay(parts: Parts, states: Sequence[AccessRequest], at: dt.datetime) -> Iterable[dt.datetime]:
    """An agreement that came of a part that was revoked, or of a request that was closed, binds no more.

    Only agreements between these two parties are touched, whatever others are called.
    """
    ended = {
        (name, part.holder): request.applicant
        for request in states
        for part in request.parts.values()
        if part.revoked is not None or request.stored is State.CLOSED
        for name in agreement_ids(request, part)
    }
    for key, agreement in parts.agreements.items():
        applicant = ended.get((agreement.id, agreement.holder))
        if applicant is not None and agreement.recipient.values == {f"member:{applicant}"}:
            parts.agreements[key] = replace(agreement, state=AgreementState.TERMINATED)
    return ()


#: The thing's id is the request's.
ACCESS_REQUEST: Kind[AccessRequest] = Kind("request", _apply, AccessRequest.plain, read_request, _overlay)
