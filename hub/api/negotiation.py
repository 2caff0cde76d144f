"""Routes of negotiating agreements: for their parties, and for the secretariat. Others read those in force."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import Response

from governance.agreement import Agreement
from governance.negotiation.negotiation import Suspension
from governance.negotiation.states import WORDS
from governance.negotiation.text import read_text
from governance.negotiation.version import Version
from governance.terms.base import Term
from hub.api.acting import ActingMember, SeenRevision, private
from hub.api.ids import AgreementId
from hub.api.present import said
from hub.api.reader import Asker, FrontOffice
from hub.api.shapes_commons import ClauseItem
from hub.api.shapes_negotiation import (
    Acceptance,
    ActItem,
    ChangeItem,
    ChangeList,
    FirstText,
    NegotiatedVersion,
    NegotiationDoc,
    NegotiationList,
    OtherText,
    Reason,
    Resumption,
    SignatureText,
    SuspensionItem,
    SuspensionText,
)
from hub.errors import BadRequest
from hub.services import negotiate, negotiate_holding, negotiate_signing
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.negotiate_reading import Look, look, look_after, own
from hub.services.negotiate_signing import Handed
from hub.services.publicity import apart, public_sentence
from hub.services.turn import Seen

router = APIRouter(tags=["agreements"])

Number = Annotated[int | None, Query(description="Number of a version.", ge=0)]


@router.get("/negotiations", response_model=NegotiationList, name="list_negotiations")
def negotiations(front: FrontOffice, reader: Asker, response: Response) -> NegotiationList:
    """Your agreements, with where each stands and what comes next."""
    private(response)
    return NegotiationList(agreements=[_doc(one) for one in own(front, actor=reader.actor)])


@router.get("/agreements/{agreement_id}/history", response_model=NegotiationDoc, name="agreement_history")
def history(front: FrontOffice, reader: Asker, agreement_id: AgreementId, response: Response) -> NegotiationDoc:
    """All versions, who did what when and why. For its parties; the secretariat sees it without exact p."""
    found = look(front, agreement_id, actor=reader.actor)
    private(response, revision=found.revision)
    return _doc(found)


@router.get("/agreements/{agreement_id}/diff", response_model=ChangeList, name="agreement_difference")
def difference(
    front: FrontOffice,
    reader: Asker,
    agreement_id: AgreementId,
    response: Response,
    before: Number = None,
    after: Number = None,
) -> ChangeList:
    """What changed from one version to another; else of the newest and the one that it answers."""
    private(response)
    changes = look(front, agreement_id, actor=reader.actor).changes(before, after)
    return ChangeList(
        changes=[
            ChangeItem(clause=one.clause, direction=one.direction.value, sentence=said(one.sentence()))
            for one in changes
        ]
    )


@router.post("/agreements", response_model=NegotiationDoc, status_code=201, name="draft_agreement")
def draft(front: FrontOffice, member: ActingMember, body: FirstText, response: Response) -> NegotiationDoc:
    """Write an agreement down, or revise one's own draft. Nobody else sees it before it is proposed."""
    text = _text(front, body.text)
    done = negotiate.draft(front, text, by=member, why=body.why, counterparty=body.counterparty)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/amend", response_model=NegotiationDoc, name="amend_agreement")
def amend(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: OtherText,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Draft what shall hold instead of what holds."""
    text = _text(front, body.text)
    done = negotiate.amend(front, agreement_id, text, by=member, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/propose", response_model=NegotiationDoc, name="propose_agreement")
def propose(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: Reason,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Show one's draft to the other party."""
    done = negotiate.propose(front, agreement_id, by=member, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/counter", response_model=NegotiationDoc, name="counter_agreement")
def counter(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: OtherText,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Answer the last version with one's own, strictly in turn."""
    text = _text(front, body.text)
    done = negotiate.counter(front, agreement_id, text, by=member, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/accept", response_model=NegotiationDoc, name="accept_agreement")
def accept(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: Acceptance,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Take the last version as it is, named by its hash."""
    done = negotiate.accept(front, agreement_id, body.hash, by=member, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/reject", response_model=NegotiationDoc, name="reject_agreement")
def reject(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: Reason,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """End what is being negotiated; what holds goes on."""
    done = negotiate.reject(front, agreement_id, by=member, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/signatures", response_model=NegotiationDoc, name="sign_agreement")
def sign(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: SignatureText,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Hand your own signature in, or sign with your key that is sealed in the hub."""
    if body.passphrase is not None and body.signature is None:
        done = negotiate_signing.sign_here(front, agreement_id, by=member, passphrase=body.passphrase, revision=seen)
        return _answer(front, member, done, response)
    if body.passphrase is not None or body.signature is None or body.version is None or body.hash is None:
        raise BadRequest("send version, hash and signature; or the passphrase of a key in the hub")
    handed = Handed(agreement_id, body.version, body.hash, member, body.signature)
    return _answer(front, member, negotiate_signing.submit(front, handed, revision=seen), response)


@router.post("/agreements/{agreement_id}/verify", response_model=NegotiationDoc, name="verify_agreement")
def verify(
    front: FrontOffice, member: ActingMember, agreement_id: AgreementId, seen: SeenRevision, response: Response
) -> NegotiationDoc:
    """Let the hub look again at an agreement that both have signed."""
    done = negotiate_signing.verify(front, agreement_id, by=member, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/suspend", response_model=NegotiationDoc, name="suspend_agreement")
def suspend(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: SuspensionText,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Suspend at once: the next decision denies. By the holder, the secretariat or an authority."""
    done = negotiate_holding.suspend(front, agreement_id, by=member, code=body.reason, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/review", response_model=NegotiationDoc, name="review_agreement_suspension")
def review(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: Reason,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Keep your suspension for as long once more, and say why."""
    done = negotiate_holding.review(front, agreement_id, by=member, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/resume", response_model=NegotiationDoc, name="resume_agreement")
def resume(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: Resumption,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Lift a suspension: your own; or, as a party, an authority's, together with the other party."""
    done = negotiate_holding.resume(front, agreement_id, by=member, whose=body.whose, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/withdraw", response_model=NegotiationDoc, name="withdraw_agreement")
def withdraw(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: Reason,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Leave, as its holder, when the notice has run out."""
    done = negotiate_holding.withdraw(front, agreement_id, by=member, why=body.why, revision=seen)
    return _answer(front, member, done, response)


@router.post("/agreements/{agreement_id}/terminate", response_model=NegotiationDoc, name="terminate_agreement")
def terminate(
    front: FrontOffice,
    member: ActingMember,
    agreement_id: AgreementId,
    body: Reason,
    seen: SeenRevision,
    response: Response,
) -> NegotiationDoc:
    """Ask to end it at once, or confirm what the other party asked; the secretariat ends it with a reason."""
    done = negotiate_holding.terminate(front, agreement_id, by=member, why=body.why, revision=seen)
    return _answer(front, member, done, response)


def _text(front: Front, plain: dict[str, object]) -> Agreement:
    return read_text(plain, zone=ZoneInfo(current_world(front).basin.time_zone))


def _answer(front: Front, member: str, done: Seen, response: Response) -> NegotiationDoc:
    """Where the agreement stands now, as the member that acted sees it."""
    found = look_after(front, done.state.id, by=member)
    private(response, revision=found.revision)
    return _doc(found)


def _doc(found: Look) -> NegotiationDoc:
    state, held, pending = found.state, found.state.held_at(found.at), found.state.pending
    stands = state.state_at(found.at)
    return NegotiationDoc(
        id=state.id,
        revision=found.revision,
        state=stands.value,
        state_name=said(WORDS[stands]),
        holder=state.holder,
        counterparty=state.counterparty,
        dataset=state.versions[0].text.dataset,
        in_force=held.number if held else None,
        negotiated=pending.state.value if pending else None,
        turn=pending.turn or None if pending else None,
        suspensions=[_suspension(one) for one in state.suspensions],
        leaves_at=state.leaves_at,
        next_steps=[said(one) for one in found.missing],
        versions=[_version(one, found.is_whole) for one in found.versions],
        acts=[ActItem(at=one.at, by=one.by, what=one.what, why=one.why) for one in found.acts],
    )


def _suspension(one: Suspension) -> SuspensionItem:
    return SuspensionItem(
        by=one.by,
        role=one.role,
        reason=one.code,
        why=one.why,
        at=one.at,
        review_by=one.review_by,
        lifted_by=list(one.lifted_by),
    )


def _version(one: Version, is_whole: bool) -> NegotiatedVersion:
    enforced, promised = apart(one.text.clauses())
    return NegotiatedVersion(
        number=one.number,
        author=one.author,
        at=one.at,
        why=one.why,
        offered_at=one.offered_at,
        hash=one.hash if is_whole else None,
        parent=one.parent if is_whole else None,
        signed_by=sorted(one.signers),
        enforced=[_clause(term, is_whole) for term in enforced],
        promised=[_clause(term, is_whole) for term in promised],
        text=dict(one.text.plain()) if is_whole else None,
    )


def _clause(term: Term, is_whole: bool) -> ClauseItem:
    sentence = term.sentence() if is_whole else public_sentence(term)
    return ClauseItem(name=term.name, enforcement=term.enforcement.value, sentence=said(sentence))
