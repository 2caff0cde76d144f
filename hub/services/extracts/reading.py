"""The one way to an extract: `open_extract`. Every asking is decided anew and is one entry of the log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from governance.audiences import Audience
from governance.decision import Deny, Refusal, Step
from governance.parties import Kind
from governance.request import Action, Request
from governance.verdicts import Denied, denied
from governance.world import World
from hub.errors import Refused
from hub.records import extracts as extract_records
from hub.records.models import Extract, Release
from hub.services.access import Access
from hub.services.catalogue import OPEN_PURPOSE, is_holder, reading_as, registered
from hub.services.commons import current_world
from hub.services.decisions import decided, decided_counting, refuse
from hub.services.extracts.ended import SENTENCES, Why, read_request
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.trail import used
from hub.services.turn import told


@dataclass(frozen=True, slots=True)
class Listed:
    """An extract as it is told to one of its two parties. Its size is told to whoever holds the data."""

    extract: Extract
    sized: bool


def open_extract(front: Front, extract_id: str, *, actor: Actor, purpose: str | None = None) -> Access:
    """Decide whether `actor` may read an extract for `purpose`, write that down once, and hand out its path.

    Raises:
        NotFound: no such extract.
        Refused: the decision denied it; the reasons say what could be done.
        StorageError: what it was built under is not understood.
    """
    world, reader = current_world(front), reading_as(actor)
    with front.records.read() as session:
        row = extract_records.extract(session, extract_id)
    asked = registered(world, purpose or OPEN_PURPOSE)
    request = read_request(row, reader=reader, purpose=asked, at=front.clock())
    barred = _barred(world, row, request) if reader == row.recipient else None
    if barred is not None:
        refuse(front, request, Deny((Refusal(Step.AGREEMENT, barred, row.dataset),)))

    def counted(session: Session) -> Request:
        now = front.clock()
        taken = used(session, world, reader, row.dataset, at=now) if reader is not None else None
        return replace(request, at=now, used=taken)

    outcome = decided_counting(front, counted)
    dataset = world.datasets.get(row.dataset)
    return Access(
        release=as_release(row),
        path=front.released.path(row.digest),
        permit=outcome.permit,
        decision=outcome.id,
        purpose=request.purpose,
        licence=dataset.licence if dataset else "",
    )


def listed(front: Front, actor: Actor) -> list[Listed]:
    """The extracts that were prepared for a member, or of the datasets that it holds; all of them for the secretariat.

    Raises:
        Refused: without a key that may read, or for whoever is no active member.
    """
    world = current_world(front)
    member = party(world, actor)
    held = {one.id for one in world.datasets.values() if one.holder == member}
    with front.records.read() as session:
        if world.members[member].kind is Kind.SECRETARIAT:
            rows = extract_records.extracts(session)
        else:
            rows = extract_records.extracts(session, recipient=member, datasets=held)
    return [Listed(row, row.dataset in held) for row in rows]


def described(front: Front, extract_id: str, *, actor: Actor) -> Listed:
    """What an extract is. For the holder that is a look at its own data, with its size, and written down as such.

    Raises:
        NotFound: no such extract.
        Refused: it is neither for this reader nor of its data; that is written down.
    """
    world = current_world(front)
    with front.records.read() as session:
        row = extract_records.extract(session, extract_id)
    if is_holder(world, row.dataset, actor):
        decided(front, _own(world, row, actor, at=front.clock()))
        return Listed(row, True)
    reader = reading_as(actor)
    member = world.members.get(reader or "")
    if member is not None and member.active and (member.id == row.recipient or member.kind is Kind.SECRETARIAT):
        return Listed(row, False)
    decided(front, read_request(row, reader=reader, purpose=OPEN_PURPOSE, at=front.clock()))
    return Listed(row, False)


def party(world: World, actor: Actor) -> str:
    """The active member behind a key that may read.

    Raises:
        Refused: there is none.
    """
    member = world.members.get(reading_as(actor) or "")
    if member is not None and member.active:
        return member.id
    verdict = denied("actor.anonymous", "member")
    raise Refused(verdict.reason.en, [told(verdict)])


def as_release(row: Extract) -> Release:
    """An extract as the doors serve released objects. It is in no table of releases."""
    return Release(
        id=row.id,
        kind="extract",
        subject=row.dataset,
        part=row.table,
        audience=Audience.BILATERAL.value,
        period_from=row.period_from,
        period_to=row.period_to,
        edition={},
        digest=row.digest,
        size=row.size,
        media_type=row.media_type,
        file_name=row.file_name,
        created_at=row.prepared_at,
        agreements=[f"{row.agreement}@{row.agreement_version}"],
        obligations=row.obligations,
        facts={},
    )


def _barred(world: World, row: Extract, request: Request) -> Denied | None:
    """Why an extract is read no more, whatever else its agreement's id grants today."""
    key = f"{row.agreement}@{row.agreement_version}"
    current = [one.key for one in world.agreements if one.id == row.agreement and one.in_force(request.at)]
    if current and key not in current:
        return denied("extract.ended", "agreement", agreement=key)
    if row.removed_at is not None and current:
        return denied("extract.removed", "extract", why=SENTENCES[Why(row.removed_why)])
    return None


def _own(world: World, row: Extract, actor: Actor, *, at: dt.datetime) -> Request:
    return Request(
        actor=actor.member_id,
        action=Action.READ,
        subject=row.dataset,
        audience=Audience.HOLDER,
        purpose=min(world.purposes.purposes),  # to look at one's own data needs none
        at=at,
    )
