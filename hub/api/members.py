"""Routes of belonging: members and candidates, applying, leaving, holdings; the charter and its signatures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from governance.bilingual import Sentence
from governance.choice.candidate import Candidate
from governance.parties import Kind, Status
from governance.verdicts import denied
from hub.api.acting import ActingMember, SeenRevision, private
from hub.api.files import reader_cache
from hub.api.ids import MemberId
from hub.api.present import said
from hub.api.reader import Asker, FrontOffice, actor_of
from hub.api.shapes_members import (
    ApplicationIn,
    CharterDoc,
    CharterItem,
    CharterSignatureIn,
    CharterStanding,
    HoldingIn,
    MandateItem,
    MemberDoc,
    MemberList,
    SaidIn,
    SignerItem,
    SignerList,
    WhyIn,
)
from hub.errors import BadRequest, Refused
from hub.services import admission, charter, member_views
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.turn import told

router = APIRouter(tags=["members"])


@router.get("/members", response_model=MemberList)
def list_members(front: FrontOffice, reader: Asker, response: Response) -> MemberList:
    """Members and candidates. All of it is public."""
    response.headers.update(reader_cache(reader.is_public))
    return MemberList(members=[MemberDoc.model_validate(one) for one in member_views.listed(front)])


@router.get("/members/{member}", response_model=MemberDoc)
def read_member(front: FrontOffice, response: Response, member: MemberId) -> MemberDoc:
    """One member or candidate."""
    return _doc(front, response, member)


@router.post("/members", response_model=MemberDoc, status_code=201)
def apply_for(front: FrontOffice, acting: ActingMember, response: Response, body: ApplicationIn) -> MemberDoc:
    """Bring a candidate's application, which opens the vote on it."""
    candidate = Candidate(
        name=_sentence(body.name),
        kind=_kind(body.kind),
        college=body.college,
        holding=body.holding,
        holding_name=_sentence(body.holding_name) if body.holding_name else None,
        siren=body.siren,
    )
    admission.apply(front, body.id, candidate, by=acting, why=body.why)
    return _doc(front, response, body.id)


@router.post("/members/{member}/leaving", response_model=MemberDoc)
def leave_commons(
    front: FrontOffice, acting: ActingMember, seen: SeenRevision, response: Response, member: MemberId, body: WhyIn
) -> MemberDoc:
    """Leave after the notice; only you can do it for yourself."""
    admission.leave(front, member, by=acting, why=body.why, revision=seen)
    return _doc(front, response, member)


@router.post("/members/{member}/staying", response_model=MemberDoc)
def stay_in_commons(
    front: FrontOffice, acting: ActingMember, seen: SeenRevision, response: Response, member: MemberId, body: WhyIn
) -> MemberDoc:
    """Call your leaving off while the notice runs."""
    admission.stay(front, member, by=acting, why=body.why, revision=seen)
    return _doc(front, response, member)


@router.post("/members/{member}/holding", response_model=MemberDoc)
def change_holding(
    front: FrontOffice, acting: ActingMember, seen: SeenRevision, response: Response, member: MemberId, body: HoldingIn
) -> MemberDoc:
    """Declare your new holding; it holds once the secretariat, which calls this too, has recorded it."""
    name = _sentence(body.name) if body.name else None
    admission.regroup(front, member, body.holding, by=acting, why=body.why, name=name, revision=seen)
    return _doc(front, response, member)


def _doc(front: Front, response: Response, member: str) -> MemberDoc:
    found, revision = member_views.one(front, member)
    private(response, revision=revision)
    return MemberDoc.model_validate(found)


def _sentence(text: SaidIn) -> Sentence:
    return Sentence(fr=text.fr, en=text.en)


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise BadRequest(f"a member is of one of these kinds: {', '.join(Kind)}") from None


@router.get("/charter", response_model=CharterDoc)
def read_charter(front: FrontOffice, reader: Asker, response: Response) -> CharterDoc:
    """The charter, who recognises the commons and until when, and the rules of the commons above. All is public."""
    response.headers.update(reader_cache(reader.is_public))
    basin, at = current_world(front).basin, front.clock()
    warning = basin.mandate.warning(at) if basin.mandate else None
    return CharterDoc(
        charter=CharterItem(
            version=basin.charter.version,
            title=said(basin.charter.title),
            text=said(basin.charter.text),
            digest=basin.charter.digest(),
            sign_by=basin.charter.sign_by,
        )
        if basin.charter
        else None,
        mandate=MandateItem(
            by=said(basin.mandate.by),
            basis=said(basin.mandate.basis),
            until=basin.mandate.until,
            ended=basin.mandate.ended(at),
        )
        if basin.mandate
        else None,
        parent=basin.parent.id if basin.parent else None,
        warnings=[said(warning)] if warning else [],
    )


@router.get("/charter/signatures", response_model=SignerList)
def charter_signatures(front: FrontOffice, reader: Asker, response: Response) -> SignerList:
    """Who signed which version of the charter, and who still should."""
    response.headers.update(reader_cache(reader.is_public))
    return SignerList(signatures=[_signer(one) for one in charter.standings(front)])


def _signer(one: charter.Standing) -> SignerItem:
    return SignerItem(
        member=one.member,
        charter=CharterStanding(
            signed_version=one.signed.version if one.signed else None,
            signed_at=one.signed.at if one.signed else None,
            current=one.current,
            overdue=one.overdue,
        ),
    )


def signing_member(front: FrontOffice, actor: Annotated[Actor, Depends(actor_of)]) -> str:
    """A member whose key may govern, or an admitted candidate: signing is how it becomes active.

    Raises:
        Refused: no key, a key without that scope, or a member that has left.
    """
    member = current_world(front).members.get(actor.member_id or "")
    if member is None:
        verdict = denied("actor.anonymous", "member")
    elif member.status is Status.LEFT:
        verdict = denied("actor.inactive", "status", actor=member.id)
    elif "govern" not in actor.scopes:
        verdict = denied("actor.scope", "scope", scope="govern")
    else:
        return member.id
    raise Refused(verdict.reason.en, [told(verdict)])


@router.post("/charter/signatures", response_model=MemberDoc)
def sign_charter(
    front: FrontOffice,
    signer: Annotated[str, Depends(signing_member)],
    response: Response,
    body: CharterSignatureIn,
) -> MemberDoc:
    """Hand in your signature of the charter's present version, made with a registered key."""
    charter.submit(front, signer, body.signature)
    return _doc(front, response, signer)
