"""Routes of sanction cases: for the member concerned, whoever brought it, the secretariat and the authorities."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from governance.sanctions.case import Case
from hub.api.acting import ActingMember, ReadingMember, SeenRevision, private
from hub.api.ids import CaseId
from hub.api.reader import FrontOffice
from hub.api.shapes_sanctions import (
    CaseClosing,
    CaseDoc,
    CaseList,
    ChargeText,
    EndorsementItem,
    LiftingText,
    StatementText,
    StepItem,
    StepText,
)
from hub.services import sanctions
from hub.services.front import Front
from hub.services.sanctions import Charge

router = APIRouter(tags=["sanctions"])


@router.get("/sanctions", response_model=CaseList, name="list_sanctions")
def list_cases(front: FrontOffice, member: ReadingMember, response: Response) -> CaseList:
    """One's own cases and those that one brought; secretariat and authorities see all."""
    private(response)
    return CaseList(cases=[_doc(front, one.state) for one in sanctions.seen_by(front, member)])


@router.get("/sanctions/{case_id}", response_model=CaseDoc, name="show_sanction")
def show_case(front: FrontOffice, member: ReadingMember, case_id: CaseId, response: Response) -> CaseDoc:
    """One case."""
    return _seen(front, case_id, member, response)


@router.post("/sanctions", response_model=CaseDoc, status_code=201, name="propose_sanction")
def propose(front: FrontOffice, member: ActingMember, body: ChargeText, response: Response) -> CaseDoc:
    """Bring a case; the member it is about has the ruleset's days to be heard."""
    charge = Charge(body.member, body.facts, tuple(body.entries), body.level, body.emergency)
    return _seen(front, sanctions.open_case(front, charge, by=member).id, member, response)


@router.post("/sanctions/{case_id}/statement", response_model=CaseDoc, name="answer_sanction")
def state(
    front: FrontOffice,
    member: ActingMember,
    case_id: CaseId,
    body: StatementText,
    seen: SeenRevision,
    response: Response,
) -> CaseDoc:
    """The member's statement; the last one before the hearing ends counts."""
    sanctions.one_seen_by(front, case_id, member)
    sanctions.state(front, case_id, by=member, text=body.text, revision=seen)
    return _seen(front, case_id, member, response)


@router.post("/sanctions/{case_id}/decision", response_model=CaseDoc, name="decide_sanction")
def decide(
    front: FrontOffice, member: ActingMember, case_id: CaseId, body: StepText, seen: SeenRevision, response: Response
) -> CaseDoc:
    """Decide on the next step. From level 3 on secretariat and an authority both do; level 6 takes a vote."""
    sanctions.one_seen_by(front, case_id, member)
    sanctions.decide(front, case_id, by=member, to=body.level, why=body.why, vote=body.vote, revision=seen)
    return _seen(front, case_id, member, response)


@router.post("/sanctions/{case_id}/close", response_model=CaseDoc, name="close_sanction")
def close(
    front: FrontOffice, member: ActingMember, case_id: CaseId, body: CaseClosing, seen: SeenRevision, response: Response
) -> CaseDoc:
    """End a case without a step."""
    sanctions.one_seen_by(front, case_id, member)
    sanctions.close(front, case_id, by=member, why=body.why, notice=body.notice, revision=seen)
    return _seen(front, case_id, member, response)


@router.post("/sanctions/{case_id}/lift", response_model=CaseDoc, name="lift_sanction")
def lift(
    front: FrontOffice, member: ActingMember, case_id: CaseId, body: LiftingText, seen: SeenRevision, response: Response
) -> CaseDoc:
    """End a step before it decays; it takes the deciders that the step took."""
    sanctions.one_seen_by(front, case_id, member)
    sanctions.lift(front, case_id, by=member, why=body.why, vote=body.vote, revision=seen)
    return _seen(front, case_id, member, response)


def _seen(front: Front, case_id: str, member: str, response: Response) -> CaseDoc:
    # Whoever may not see a case is told the same as when there is none.
    found = sanctions.one_seen_by(front, case_id, member)
    private(response, revision=found.revision)
    return _doc(front, found.state)


def _doc(front: Front, one: Case) -> CaseDoc:
    step, first = one.step, one.endorsed
    return CaseDoc(
        id=one.id,
        member=one.member,
        state=one.shown_state(front.clock()),
        opened_by=one.opened_by,
        opened_at=one.opened_at,
        origin=one.origin,
        facts=one.facts,
        entries=list(one.entries),
        proposed=one.proposed,
        hearing_ends=one.hearing_ends,
        provisional_until=one.provisional_until,
        statement=one.statement,
        endorsed=EndorsementItem(**first.plain()) if first else None,
        step=StepItem(level=step.level, rise=step.rise, since=step.from_, until=step.until, by=step.by, vote=step.vote)
        if step
        else None,
        ended_at=one.ended_at,
        ended_why=one.ended_why,
    )
