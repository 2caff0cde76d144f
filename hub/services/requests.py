"""Requests for access: asked, sent back, decided by each holder for itself, renewed, closed, revoked.

An approval gives no right: it becomes a draft agreement of the holder's in the same turn, and rights come from
agreements alone. Who may see what is said in `hub.services.request_views`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.canonical import Plain
from governance.negotiation.steps import AGREEMENT
from governance.requests.access_request import AccessRequest, State
from governance.requests.asked import Asked, must_be_short, read_text
from governance.requests.checks import (
    check_actor,
    check_asked,
    check_may_approve,
    check_may_ask,
    check_may_return,
    check_stranger,
)
from governance.requests.drafts import agreement_ids, drafts
from governance.requests.parts import Grant, read_grant
from governance.requests.steps import ACCESS_REQUEST
from governance.terms.scope import in_utc
from hub.errors import Conflict, NotFound
from hub.services.front import Front
from hub.services.negotiate import write_draft
from hub.services.negotiate_holding import end_by_hub
from hub.services.request_views import as_seen
from hub.services.turn import Seen, Turn, seen, turn

#: Drafts that a member may have open at once: each is kept and looked at whenever the commons is put together.
MOST_DRAFTS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a holder decides. Of an approval, whatever is left out (None) is granted as it was asked for."""

    approved: bool
    datasets: tuple[str, ...] | None = None
    terms: Mapping[str, Any] | None = None
    validity: tuple[str, str] | None = None


def draft(front: Front, text: Mapping[str, Any], *, by: str) -> Seen:
    """Write a request down; the same text again, while it is a draft, is the same request.

    Raises:
        TermError: the text is not that of a request, or too long for one.
        Refused: the member may not ask.
        Conflict: the member has as many drafts open as it may.
    """
    asked = read_text(text)
    with turn(front) as now:
        check_may_ask(by, now.world)
        own = [one for one in now.all(ACCESS_REQUEST) if one.applicant == by]
        open_ = [one for one in own if one.stored is State.DRAFT]
        same = next((one.id for one in open_ if one.asked == asked), None)
        if same is None and len(open_) >= MOST_DRAFTS:
            raise Conflict(f"{by} has {MOST_DRAFTS} open drafts, as many as it may: submit or close one first")
        name = same or f"req-{by}-{len(own) + 1}"
        if same is None:
            now.do(ACCESS_REQUEST, name, "drafted", by=by, body={"asked": asked.plain()})
    return seen(front, ACCESS_REQUEST, name)


def redraft(front: Front, request: str, text: Mapping[str, Any], *, by: str, revision: int | None = None) -> Seen:
    """Write a draft anew.

    Raises:
        TermError: the text is not that of a request.
        NotFound, Conflict, Refused: no such request of one's own, overtaken, or it is no draft any more.
    """
    asked = read_text(text)
    with turn(front) as now:
        check_may_ask(by, now.world)
        _visible(now, request, by, revision)
        now.do(ACCESS_REQUEST, request, "drafted", by=by, body={"asked": asked.plain()})
    return seen(front, ACCESS_REQUEST, request)


def submit(front: Front, request: str, *, by: str, revision: int | None = None) -> Seen:
    """Hand a draft to the holders; the deadline of their decisions begins to run.

    Raises:
        NotFound, Conflict, Refused: see `redraft`; or something that is asked for does not exist.
    """
    with turn(front) as now:
        state = _visible(now, request, by, revision)
        _put_before_holders(now, state, state.asked, what="submitted", by=by)
    return seen(front, ACCESS_REQUEST, request)


def resubmit(
    front: Front, request: str, *, by: str, text: Mapping[str, Any] | None = None, revision: int | None = None
) -> Seen:
    """Hand a returned request in again, with its text as it was or another one; a new deadline runs.

    Raises:
        TermError, NotFound, Conflict, Refused: see `submit`.
    """
    with turn(front) as now:
        state = _visible(now, request, by, revision)
        asked = read_text(text) if text is not None else state.asked
        _put_before_holders(now, state, asked, what="resubmitted", by=by)
    return seen(front, ACCESS_REQUEST, request)


def _put_before_holders(now: Turn, state: AccessRequest, asked: Asked, *, what: str, by: str) -> None:
    check_may_ask(by, now.world)
    parts = check_asked(asked, state.applicant, now.world, at=now.at)
    body: dict[str, Plain] = {"asked": asked.plain(), "deadline": _deadline(now).isoformat(), "parts": parts}
    now.do(ACCESS_REQUEST, state.id, what, by=by, body=body, parties=parts)


def send_back(front: Front, request: str, *, by: str, why: str, revision: int | None = None) -> Seen:
    """Return a request to its applicant, saying what is to be changed, while no holder has decided.

    Raises:
        NotFound, Conflict, Refused: not one's to see, overtaken, or not to be returned (by this member).
    """
    with turn(front) as now:
        state = _visible(now, request, by, revision)
        check_may_return(state, by, now.world)
        now.do(ACCESS_REQUEST, request, "returned", by=by, body={}, why=why, parties={state.applicant, *state.parts})
    return seen(front, ACCESS_REQUEST, request)


def decide(front: Front, request: str, answer: Answer, *, by: str, why: str, revision: int | None = None) -> Seen:
    """A holder decides on its part, or on its renewal, whatever the others do.

    Raises:
        TermError: a term of the approval is not of the vocabulary.
        NotFound, Conflict, Refused: not one's to see, overtaken, one's own holding's request, too late, or more than
            was asked for.
    """
    with turn(front) as now:
        state = _visible(now, request, by, revision)
        check_actor(by, now.world)
        check_stranger(state, by, now.world)
        if answer.approved:
            check_may_approve(by, now.world)
        now.do(
            ACCESS_REQUEST,
            request,
            "decided",
            by=by,
            body=_body(state, by, answer, at=now.at),
            why=why,
            parties={state.applicant},
        )
        _draft_agreements(now, request, by)
    return seen(front, ACCESS_REQUEST, request)


def _draft_agreements(now: Turn, request: str, holder: str) -> None:
    """What was approved is the holder's draft agreement, to complete, to propose and to sign: rights come of that."""
    state = now.must(ACCESS_REQUEST, request)
    for text in drafts(state, state.parts[holder]):
        if now.get(AGREEMENT, text.id) is None:
            write_draft(
                now,
                text,
                by=holder,
                why=f"Approved on request {request}.",
                counterparty=state.applicant,
                of_request=True,
            )


def _end_agreements(now: Turn, request: str, holders: Iterable[str]) -> None:
    state = now.must(ACCESS_REQUEST, request)
    for holder in holders:
        for agreement in agreement_ids(state, state.parts[holder]):
            end_by_hub(now, agreement, why=f"Request {request} ended.")


def _body(state: AccessRequest, by: str, answer: Answer, *, at: dt.datetime) -> dict[str, Plain]:
    """The act's body: a grant for a first decision; the new end for a renewal."""
    part = state.parts.get(by)
    if not answer.approved or part is None or part.awaits_renewal(at):
        return {"approved": answer.approved, "grant": None, "to": answer.validity[1] if answer.validity else None}
    grant = Grant(part.datasets, state.asked.terms, state.asked.validity).plain()
    given: dict[str, Plain] = {
        "datasets": list(answer.datasets) if answer.datasets is not None else grant["datasets"],
        "terms": {**{name: term.plain() for name, term in state.asked.terms.items()}, **(answer.terms or {})},
        "validity": list(answer.validity) if answer.validity is not None else grant["validity"],
    }
    granted = read_grant(given).plain()
    must_be_short(granted)
    return {"approved": True, "grant": granted, "to": None}


def renew(front: Front, request: str, to: dt.datetime, *, by: str, why: str, revision: int | None = None) -> Seen:
    """Ask for access until a later instant; each holder answers before its part ends, or its end stays.

    Raises:
        TermError: `to` is outside the years that UTC counts.
        NotFound, Conflict, Refused: not one's own, overtaken, or no running part that ends before `to`.
    """
    until = in_utc(to).isoformat()
    with turn(front) as now:
        state = _visible(now, request, by, revision)
        check_may_ask(by, now.world)
        body: dict[str, Plain] = {"deadline": _deadline(now).isoformat(), "to": until}
        now.do(ACCESS_REQUEST, request, "renewed", by=by, body=body, why=why, parties=state.parts)
    return seen(front, ACCESS_REQUEST, request)


def close(front: Front, request: str, *, by: str, why: str = "", revision: int | None = None) -> Seen:
    """The applicant gives the request up, and with it every agreement that came of it; at once.

    Raises:
        NotFound, Conflict, Refused: not one's own, overtaken, or at its end already.
    """
    with turn(front) as now:
        state = _visible(now, request, by, revision)
        check_actor(by, now.world)
        now.do(ACCESS_REQUEST, request, "closed", by=by, body={}, why=why, parties=state.parts)
        _end_agreements(now, request, state.parts)
    return seen(front, ACCESS_REQUEST, request)


def revoke(front: Front, request: str, *, by: str, why: str, revision: int | None = None) -> Seen:
    """A holder takes back its part, at once: the agreements that came of it bind no more at the next decision.

    Raises:
        NotFound, Conflict, Refused: not one's to see, overtaken, or nothing of the holder's is running.
    """
    with turn(front) as now:
        state = _visible(now, request, by, revision)
        check_actor(by, now.world)
        now.do(ACCESS_REQUEST, request, "revoked", by=by, body={}, why=why, parties={state.applicant})
        _end_agreements(now, request, [by])
    return seen(front, ACCESS_REQUEST, request)


def _visible(now: Turn, request: str, by: str, revision: int | None) -> AccessRequest:
    """The whole request, for an act of a member that may see it.

    Raises:
        NotFound: no such request, or not the member's to see.
        ActRefused: the member is unknown or not active.
        Conflict: somebody acted on it since.
    """
    check_actor(by, now.world)
    state = now.get(ACCESS_REQUEST, request)
    if state is None or as_seen(state, by, now.world) is None:
        raise NotFound(f"no request is called {request!r}")
    return now.must(ACCESS_REQUEST, request, revision=revision)


def _deadline(now: Turn) -> dt.datetime:
    return now.at + dt.timedelta(days=now.world.ruleset.deadlines.request_days)
