"""Routes of disputes: for the parties, the mediator and the secretariat; decisions without names for everybody."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from governance.disputes.case import Dispute, Ruling
from hub.api.acting import ActingMember, ReadingMember, SeenRevision, private
from hub.api.files import reader_cache
from hub.api.ids import DisputeId, MeasureId
from hub.api.present import said
from hub.api.reader import Asker, FrontOffice
from hub.api.shapes_disputes import (
    AnswerText,
    ClaimText,
    DisputeDecision,
    DisputeDecisionList,
    DisputeDoc,
    DisputeList,
    DisputeReason,
    EffectItem,
    MeasureItem,
    MeasureText,
    RulingText,
)
from hub.services import dispute_views, disputes
from hub.services.disputes import Claim
from hub.services.front import Front

router = APIRouter(tags=["disputes"])


@router.get("/disputes", response_model=DisputeList, name="list_disputes")
def list_disputes(front: FrontOffice, member: ReadingMember, response: Response) -> DisputeList:
    """One's own disputes and those that one mediates; the secretariat sees all."""
    private(response)
    return DisputeList(disputes=[_doc(front, one.state) for one in dispute_views.seen_by(front, member)])


@router.get("/disputes/decisions", response_model=DisputeDecisionList, name="list_dispute_decisions")
def list_decisions(front: FrontOffice, reader: Asker, response: Response) -> DisputeDecisionList:
    """How disputes ended, for everybody: roles instead of names."""
    response.headers.update(reader_cache(reader.is_public))
    found: list[dict[str, Any]] = [dict(one) for one in dispute_views.published(front)]
    return DisputeDecisionList(decisions=[DisputeDecision(**one) for one in found])


@router.get("/disputes/{dispute_id}", response_model=DisputeDoc, name="show_dispute")
def show_dispute(front: FrontOffice, member: ReadingMember, dispute_id: DisputeId, response: Response) -> DisputeDoc:
    """One dispute."""
    return _seen(front, dispute_id, member, response)


@router.post("/disputes", response_model=DisputeDoc, status_code=201, name="open_dispute")
def open_dispute(front: FrontOffice, member: ActingMember, body: ClaimText, response: Response) -> DisputeDoc:
    """Open a dispute; its mediator is drawn by lot at once."""
    claim = Claim(body.claimant or member, body.respondent, body.about, body.claim)
    return _seen(front, disputes.open_dispute(front, claim, by=member).id, member, response)


@router.post("/disputes/{dispute_id}/accept", response_model=DisputeDoc, name="accept_dispute")
def accept(
    front: FrontOffice, member: ActingMember, dispute_id: DisputeId, seen: SeenRevision, response: Response
) -> DisputeDoc:
    """The mediator takes the dispute up."""
    dispute_views.one_seen_by(front, dispute_id, member)
    disputes.accept(front, dispute_id, by=member, revision=seen)
    return _seen(front, dispute_id, member, response)


@router.post("/disputes/{dispute_id}/refuse", response_model=DisputeDoc, name="refuse_mediator")
def refuse(
    front: FrontOffice,
    member: ActingMember,
    dispute_id: DisputeId,
    body: DisputeReason,
    seen: SeenRevision,
    response: Response,
) -> DisputeDoc:
    """Refuse the mediator that was drawn; another one is drawn at once."""
    dispute_views.one_seen_by(front, dispute_id, member)
    done = disputes.refuse_mediator(front, dispute_id, by=member, why=body.why, revision=seen)
    return _answer(front, done, response)


@router.post("/disputes/{dispute_id}/measures", response_model=DisputeDoc, name="take_dispute_measure")
def measure(
    front: FrontOffice,
    member: ActingMember,
    dispute_id: DisputeId,
    body: MeasureText,
    seen: SeenRevision,
    response: Response,
) -> DisputeDoc:
    """Forbid something while the dispute goes on."""
    dispute_views.one_seen_by(front, dispute_id, member)
    disputes.measure(
        front,
        dispute_id,
        by=member,
        subject=body.subject,
        recipients=body.recipients,
        until=body.until,
        why=body.why,
        revision=seen,
    )
    return _seen(front, dispute_id, member, response)


@router.post("/disputes/{dispute_id}/measures/{measure_id}/end", response_model=DisputeDoc, name="end_dispute_measure")
def relieve(
    front: FrontOffice,
    member: ActingMember,
    dispute_id: DisputeId,
    measure_id: MeasureId,
    body: DisputeReason,
    seen: SeenRevision,
    response: Response,
) -> DisputeDoc:
    """End a provisional measure."""
    dispute_views.one_seen_by(front, dispute_id, member)
    disputes.relieve(front, dispute_id, measure_id, by=member, why=body.why, revision=seen)
    return _seen(front, dispute_id, member, response)


@router.post("/disputes/{dispute_id}/proposal", response_model=DisputeDoc, name="propose_ruling")
def propose(
    front: FrontOffice,
    member: ActingMember,
    dispute_id: DisputeId,
    body: RulingText,
    seen: SeenRevision,
    response: Response,
) -> DisputeDoc:
    """The mediator proposes a decision."""
    dispute_views.one_seen_by(front, dispute_id, member)
    disputes.propose(front, dispute_id, _ruling(body), by=member, revision=seen)
    return _seen(front, dispute_id, member, response)


@router.post("/disputes/{dispute_id}/answer", response_model=DisputeDoc, name="answer_ruling")
def answer(
    front: FrontOffice,
    member: ActingMember,
    dispute_id: DisputeId,
    body: AnswerText,
    seen: SeenRevision,
    response: Response,
) -> DisputeDoc:
    """A party agrees to the proposal or declines it."""
    dispute_views.one_seen_by(front, dispute_id, member)
    disputes.answer(front, dispute_id, by=member, agrees=body.agrees, why=body.why, revision=seen)
    return _seen(front, dispute_id, member, response)


@router.post("/disputes/{dispute_id}/decision", response_model=DisputeDoc, name="impose_ruling")
def impose(
    front: FrontOffice,
    member: ActingMember,
    dispute_id: DisputeId,
    body: RulingText,
    seen: SeenRevision,
    response: Response,
) -> DisputeDoc:
    """The mediator decides: after a refusal, or when the days of mediation are over."""
    dispute_views.one_seen_by(front, dispute_id, member)
    disputes.impose(front, dispute_id, _ruling(body), by=member, revision=seen)
    return _seen(front, dispute_id, member, response)


@router.post("/disputes/{dispute_id}/withdraw", response_model=DisputeDoc, name="withdraw_dispute")
def withdraw(
    front: FrontOffice,
    member: ActingMember,
    dispute_id: DisputeId,
    body: DisputeReason,
    seen: SeenRevision,
    response: Response,
) -> DisputeDoc:
    """The claimant withdraws; measures end with it."""
    dispute_views.one_seen_by(front, dispute_id, member)
    disputes.withdraw(front, dispute_id, by=member, why=body.why, revision=seen)
    return _seen(front, dispute_id, member, response)


def _ruling(body: RulingText) -> Ruling:
    effects = [{"what": one.what, "thing": one.thing} for one in body.effects]
    return disputes.ruling_of(body.text, {"fr": body.summary.fr, "en": body.summary.en}, effects)


def _seen(front: Front, dispute_id: str, member: str, response: Response) -> DisputeDoc:
    # Whoever may not see a dispute is told the same as when there is none.
    found = dispute_views.one_seen_by(front, dispute_id, member)
    private(response, revision=found.revision)
    return _doc(front, found.state)


def _answer(front: Front, done: Dispute, response: Response) -> DisputeDoc:
    # A mediator that refused is no part of the dispute any more, but is told what became of its own act.
    private(response, revision=dispute_views.shown(front, done.id).revision)
    return _doc(front, done)


def _doc(front: Front, one: Dispute) -> DisputeDoc:
    ruling = one.ruling
    return DisputeDoc(
        id=one.id,
        state=one.shown_state(front.clock()),
        claimant=one.claimant,
        respondent=one.respondent,
        about=one.about.value,
        claim=one.claim,
        opened_at=one.opened_at,
        mediator=one.mediator,
        draws=[dict(draw) for draw in one.draws],
        refusals=[list(pair) for pair in one.refusals],
        answer_by=one.answer_by,
        mediation_ends=one.mediation_ends,
        lapses_at=one.lapses_at,
        measures=[
            MeasureItem(
                id=item.id, subject=item.subject, recipients=list(item.recipients), since=item.from_, until=item.until
            )
            for item in one.measures
        ],
        ruling=RulingText(
            text=ruling.text,
            summary=said(ruling.summary),
            effects=[EffectItem(what=what.value, thing=thing) for what, thing in ruling.effects],
        )
        if ruling
        else None,
        agreed=list(one.agreed),
        ended_at=one.ended_at,
    )
