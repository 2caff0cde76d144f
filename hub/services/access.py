"""The one way to a released object: `open_release`. Whoever wants a path asks here, and every asking is decided.

An answer that says "you have it already" (304) is an answer too: it comes after the decision like any other, so that
an agreement that has expired answers nothing more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.decision import Deny, Permit, Refusal, Step
from governance.errors import TermError
from governance.obligations import Obligations, read_obligations
from governance.parties import Kind
from governance.periods import Period
from governance.request import Action, Request
from governance.verdicts import denied
from governance.world import World
from hub.errors import NotFound, StorageError
from hub.records import releases as release_records
from hub.records.models import Release
from hub.services import identified
from hub.services.catalogue import OPEN_PURPOSE, is_open, never_open, reading_as, registered
from hub.services.commons import current_world
from hub.services.decisions import decided_counting, refuse
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.trail import used

#: The kind of a release that joins several holders; the other is ``open``, a file of an open feed.
CUBE: Final = "cube"
#: … or several open feeds merged into one, which is read at its own address as its inputs are (`hub.services.basins`).
MERGED: Final = "merged"
_PAGE: Final = 500
#: What says who may see a release in a list.
_GROUP: Final = (Release.kind, Release.audience, Release.subject)


@dataclass(frozen=True, slots=True)
class Access:
    """A release that this reader may open now, and the decision that says so."""

    release: Release
    path: Path
    permit: Permit
    decision: str
    purpose: str
    licence: str
    beside: Mapping[str, Path] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether everybody may read it, so that caches may keep it."""
        return self.release.audience == Audience.OPEN.value and self.release.kind in ("open", MERGED)

    @property
    def is_for_everybody(self) -> bool:
        """Whether no key is needed: what is told of it names no single access."""
        return self.release.audience == Audience.OPEN.value

    @property
    def promises(self) -> tuple[Sentence, ...]:
        """What the reader promises by taking it."""
        return tuple(term.sentence() for term in self.permit.obligations.promises())


def open_release(
    front: Front, release_id: str, *, actor: Actor, purpose: str | None = None, beside: tuple[str, ...] = ()
) -> Access:
    """Decide whether `actor` may read a release for `purpose`, write that down once, and hand out its path.

    `beside` names other parts of the same version that are read along with it (the calendar that says which day
    follows which timetable): they are of the same dataset, version and audience, so the one decision is about them too.

    Raises:
        NotFound: no such release, or its object is not kept here.
        Refused: the decision denied it; the reasons say what could be done.
    """
    world, reader = current_world(front), reading_as(actor)
    with front.records.read() as session:
        release = release_records.release(session, release_id)
    if release.audience == Audience.OPEN and not _is_active(world, reader):
        reader = None  # what is open is lost by nobody: a member that left reads it as the public does
    request = _request(release, reader=reader, purpose=registered(world, purpose or OPEN_PURPOSE), at=front.clock())
    if (barred := _barred(world, release)) is not None:
        refuse(front, request, Deny((barred,)))

    def counted(session: Session) -> Request:
        # Quotas and rates are counted for members; the public is not told apart. The clock is read when it is this
        # reader's turn, so that the minute ends where the record says.
        now = front.clock()
        taken = used(session, world, reader, release.subject, at=now) if reader is not None else None
        return replace(request, at=now, used=taken)

    outcome = decided_counting(front, counted)
    return Access(
        release=release,
        path=front.released.path(release.digest),
        permit=outcome.permit,
        decision=outcome.id,
        purpose=request.purpose,
        licence=_licence(world, release),
        beside=_beside(front, release, beside),
    )


def readable(world: World, release: Release, actor: Actor, *, at: dt.datetime) -> bool:
    """Whether a reader is in a release's audience. A list of names is no access: nothing is decided or written.

    A file of a feed that its holder has closed since is in nobody's list.
    """
    if release.kind == MERGED:
        return False  # opened by `hub.services.basins` alone, with every one of its inputs
    if release.kind == "open" and release.audience == Audience.IDENTIFIED:
        return identified.may_read(world, release.subject, reading_as(actor), at)
    if release.kind == "open" and not is_open(world, release.subject, at):
        return False
    return Audience(release.audience) in audiences_of(world, release, actor)


def audiences_of(world: World, release: Release, actor: Actor) -> frozenset[Audience]:
    """The audiences that a reader belongs to, as far as this release is concerned."""
    member = world.members.get(reading_as(actor) or "")
    if member is None or not member.active:
        return frozenset({Audience.OPEN})
    found = {Audience.OPEN, Audience.IDENTIFIED, Audience.MEMBERS}
    cube = world.cubes.get(release.subject)
    holdings = {world.holding_of(name) for edition in cube.editions for name in edition.datasets} if cube else set()
    if member.kind is Kind.AUTHORITY and member.holding not in holdings:
        found.add(Audience.AUTHORITY)
    dataset = world.datasets.get(release.subject)
    if dataset is not None and dataset.holder == member.id:
        found.add(Audience.HOLDER)
    return frozenset(found)


def listed(front: Front, actor: Actor, *, kind: str | None = None, subject: str | None = None) -> list[Release]:
    """All releases whose audience the reader is in, newest first."""
    found, following = listed_page(front, actor, kind=kind, subject=subject, most=_PAGE)
    while following is not None:
        more, following = listed_page(front, actor, kind=kind, subject=subject, after=following, most=_PAGE)
        found += more
    return found


def listed_page(
    front: Front, actor: Actor, *, kind: str | None = None, subject: str | None = None, after: int = 0, most: int = 100
) -> tuple[list[Release], int | None]:
    """The releases whose audience the reader is in, newest first: `most` of them from the place `after` on, and the
    place where the next ones begin.

    Places count what this reader may see: how many there are for others is not told by them.
    """
    query = select(Release).order_by(Release.created_at.desc(), Release.part, Release.id)
    with front.records.read() as session:
        groups = _readable_groups(front, session, actor, kind, subject)
        page = query.where(tuple_(*_GROUP).in_(groups)).offset(after).limit(most + 1)
        found = list(session.scalars(page)) if groups else []
    return found[:most], (after + most if len(found) > most else None)


def _readable_groups(
    front: Front, session: Session, actor: Actor, kind: str | None, subject: str | None
) -> list[tuple[str, str, str]]:
    """Kind, audience and subject of the releases that a reader may see; `readable` asks for no more of a release."""
    world, now = current_world(front), front.clock()
    query = select(*_GROUP).distinct()
    for column, wanted in ((Release.kind, kind), (Release.subject, subject)):
        query = query if wanted is None else query.where(column == wanted)
    groups = [(row[0], row[1], row[2]) for row in session.execute(query)]
    return [
        one for one in groups if readable(world, Release(kind=one[0], audience=one[1], subject=one[2]), actor, at=now)
    ]


def described(front: Front, release_id: str, *, actor: Actor, purpose: str | None = None) -> Release:
    """What a release is, without its content. Of a joint release that is an access: its size tells how many cells
    were protected, so it is decided and written down like reading it. A file of an open feed is described freely.

    Raises:
        NotFound: no such release.
        Refused: the decision denied it; that is written down once.
    """
    with front.records.read() as session:
        release = release_records.release(session, release_id)
    if release.kind == CUBE or not readable(current_world(front), release, actor, at=front.clock()):
        open_release(front, release_id, actor=actor, purpose=purpose)
    return release


def period_of(release: Release) -> Period | None:
    """The local days that a release is about."""
    if release.period_from is None or release.period_to is None:
        return None
    return Period(release.period_from, release.period_to)


def applied_to(release: Release) -> Obligations | None:
    """The rules to which a release was built; None where it says nothing of them.

    Raises:
        StorageError: what it says is not understood.
    """
    if not release.obligations:
        return None
    try:
        return read_obligations(release.obligations)
    except (KeyError, TermError, TypeError, ValueError) as fault:
        raise StorageError("the rules to which this release was built cannot be read; it is not served") from fault


def _request(release: Release, *, reader: str | None, purpose: str, at: dt.datetime) -> Request:
    # What was built as joint statistics stays so, whatever the register calls by its name today.
    is_cube = release.kind == CUBE
    return Request(
        actor=reader,
        action=Action.READ,
        subject=release.subject,
        audience=Audience(release.audience),
        purpose=purpose,
        at=at,
        period=period_of(release) if is_cube else None,
        applied=applied_to(release) if is_cube else None,
    )


def _is_active(world: World, member: str | None) -> bool:
    found = world.members.get(member or "")
    return found is not None and found.active


def _barred(world: World, release: Release) -> Refusal | None:
    """Why a release is read by nobody any more, whatever the agreements say."""
    if release.kind != CUBE:
        return never_open(world, release.subject)
    if release.subject in world.cubes:
        return None
    return Refusal(Step.REGISTERED, denied("cube.unknown", "subject", subject=release.subject))


def _licence(world: World, release: Release) -> str:
    cube = world.cubes.get(release.subject)
    joined = {name for edition in cube.editions for name in edition.datasets} if cube else {release.subject}
    return ", ".join(sorted({world.datasets[name].licence for name in joined if name in world.datasets}))


def _beside(front: Front, release: Release, parts: tuple[str, ...]) -> dict[str, Path]:
    if not parts or release.version_id is None:
        return {}
    found: dict[str, Path] = {}
    with front.records.read() as session:
        for part in parts:
            try:
                other = release_records.part_of_version(session, release.version_id, part, audience=release.audience)
            except NotFound:
                continue
            if (other.subject, other.audience, other.kind) == (release.subject, release.audience, release.kind):
                found[part] = front.released.path(other.digest)
    return found
