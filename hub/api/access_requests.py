"""Routes of requests for access: for the applicant, the holders that are asked, and the secretariat."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from governance.requests.drafts import draft_agreement
from hub.api.acting import ActingMember, ReadingMember, SeenRevision, private
from hub.api.ids import RequestId
from hub.api.reader import FrontOffice
from hub.api.shapes_requests import (
    AccessRequestDoc,
    AccessRequestList,
    Closing,
    OfferList,
    Reasoned,
    RenewalAsk,
    RequestDecision,
    RequestText,
    Resubmission,
)
from hub.services import requests
from hub.services.front import Front
from hub.services.request_views import described, listed, shown
from hub.services.turn import Seen

router = APIRouter(tags=["requests"])


@router.get("/requests", response_model=AccessRequestList, name="list_access_requests")
def list_requests(front: FrontOffice, member: ReadingMember, response: Response) -> AccessRequestList:
    """One's own requests, those on one's own data; the secretariat sees all that were submitted."""
    private(response)
    return AccessRequestList(requests=[_doc(front, one) for one in listed(front, by=member)])


@router.get("/requests/{request_id}", response_model=AccessRequestDoc, name="show_access_request")
def show_request(
    front: FrontOffice, member: ReadingMember, request_id: RequestId, response: Response
) -> AccessRequestDoc:
    """One request, its parts, and the agreements that came of them."""
    return _answer(front, shown(front, request_id, by=member), response)


@router.get("/requests/{request_id}/offers", response_model=OfferList, name="list_request_offers")
def list_offers(front: FrontOffice, member: ReadingMember, request_id: RequestId, response: Response) -> OfferList:
    """The draft agreements that the approved parts became."""
    private(response)
    state = shown(front, request_id, by=member).state
    granted = [(part, name) for part in state.parts.values() if part.grant for name in sorted(part.grant.datasets)]
    return OfferList(offers=[dict(draft_agreement(state, part, name)) for part, name in granted])


@router.post("/requests", response_model=AccessRequestDoc, status_code=201, name="draft_access_request")
def draft(front: FrontOffice, member: ActingMember, text: RequestText, response: Response) -> AccessRequestDoc:
    """Write a request down; nobody else sees it until it is submitted."""
    return _acted(front, member, requests.draft(front, _plain(text), by=member), response)


@router.post("/requests/{request_id}/text", response_model=AccessRequestDoc, name="redraft_access_request")
def redraft(
    front: FrontOffice,
    member: ActingMember,
    request_id: RequestId,
    text: RequestText,
    seen: SeenRevision,
    response: Response,
) -> AccessRequestDoc:
    """Write a draft anew."""
    done = requests.redraft(front, request_id, _plain(text), by=member, revision=seen)
    return _acted(front, member, done, response)


@router.post("/requests/{request_id}/submit", response_model=AccessRequestDoc, name="submit_access_request")
def submit(
    front: FrontOffice, member: ActingMember, request_id: RequestId, seen: SeenRevision, response: Response
) -> AccessRequestDoc:
    """Hand a draft to the holders; their deadline begins to run, and silence refuses."""
    return _acted(front, member, requests.submit(front, request_id, by=member, revision=seen), response)


@router.post("/requests/{request_id}/return", response_model=AccessRequestDoc, name="return_access_request")
def send_back(
    front: FrontOffice,
    member: ActingMember,
    request_id: RequestId,
    body: Reasoned,
    seen: SeenRevision,
    response: Response,
) -> AccessRequestDoc:
    """Send a request back to its applicant, saying what is to be changed."""
    done = requests.send_back(front, request_id, by=member, why=body.why, revision=seen)
    return _acted(front, member, done, response)


@router.post("/requests/{request_id}/resubmit", response_model=AccessRequestDoc, name="resubmit_access_request")
def resubmit(
    front: FrontOffice,
    member: ActingMember,
    request_id: RequestId,
    body: Resubmission,
    seen: SeenRevision,
    response: Response,
) -> AccessRequestDoc:
    """Hand a returned request in again, with another text if there is one."""
    text = _plain(body.text) if body.text else None
    done = requests.resubmit(front, request_id, by=member, text=text, revision=seen)
    return _acted(front, member, done, response)


@router.post("/requests/{request_id}/decide", response_model=AccessRequestDoc, name="decide_access_request")
def decide(
    front: FrontOffice,
    member: ActingMember,
    request_id: RequestId,
    body: RequestDecision,
    seen: SeenRevision,
    response: Response,
) -> AccessRequestDoc:
    """Decide on one's own part, or on its renewal. What is granted becomes a draft agreement."""
    answer = requests.Answer(
        approved=body.approved,
        datasets=tuple(body.datasets) if body.datasets is not None else None,
        terms=body.terms,
        validity=(body.validity[0].isoformat(), body.validity[1].isoformat()) if body.validity else None,
    )
    done = requests.decide(front, request_id, answer, by=member, why=body.why, revision=seen)
    return _acted(front, member, done, response)


@router.post("/requests/{request_id}/renew", response_model=AccessRequestDoc, name="renew_access_request")
def renew(
    front: FrontOffice,
    member: ActingMember,
    request_id: RequestId,
    body: RenewalAsk,
    seen: SeenRevision,
    response: Response,
) -> AccessRequestDoc:
    """Ask for access until later; each holder answers before its part ends, or its end stays."""
    done = requests.renew(front, request_id, body.to, by=member, why=body.why, revision=seen)
    return _acted(front, member, done, response)


@router.post("/requests/{request_id}/close", response_model=AccessRequestDoc, name="close_access_request")
def close(
    front: FrontOffice,
    member: ActingMember,
    request_id: RequestId,
    body: Closing,
    seen: SeenRevision,
    response: Response,
) -> AccessRequestDoc:
    """Give a request up, and the access that came of it."""
    return _acted(front, member, requests.close(front, request_id, by=member, why=body.why, revision=seen), response)


@router.post("/requests/{request_id}/revoke", response_model=AccessRequestDoc, name="revoke_access_request")
def revoke(
    front: FrontOffice,
    member: ActingMember,
    request_id: RequestId,
    body: Reasoned,
    seen: SeenRevision,
    response: Response,
) -> AccessRequestDoc:
    """Take back one's own part, at once."""
    return _acted(front, member, requests.revoke(front, request_id, by=member, why=body.why, revision=seen), response)


def _plain(text: RequestText) -> dict[str, Any]:
    plain = text.model_dump(exclude_none=True)
    return {**plain, "validity": [end.isoformat() for end in text.validity]}


def _acted(front: Front, member: str, done: Seen, response: Response) -> AccessRequestDoc:
    """What the one who acted may see of the new state: a holder its own part."""
    return _answer(front, shown(front, done.state.id, by=member), response)


def _answer(front: Front, found: Seen, response: Response) -> AccessRequestDoc:
    private(response, revision=found.revision)
    return _doc(front, found)


def _doc(front: Front, found: Seen) -> AccessRequestDoc:
    return AccessRequestDoc.model_validate(described(front, found))
