"""Hand a feed's newest message to a reader, after a decision. Asks no operator: the worker alone does (`realtime`)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache

import orjson
from sqlalchemy.orm import Session

from feeds.gtfs_rt.plain import plain
from feeds.gtfs_rt.plausible import POSIX
from governance.audiences import Audience
from governance.datasets import Standard
from governance.decision import Permit
from governance.request import Action, Request
from hub.errors import FetchError, NotFound
from hub.records import live as live_records
from hub.records.feed_models import Live
from hub.services import catalogue, identified
from hub.services.commons import current_world
from hub.services.decisions import decided_counting
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.live_place import packs
from hub.services.realtime_pack import MESSAGE, Against, Opened, unpacked
from hub.services.trail import used


@dataclass(frozen=True, slots=True)
class Served:
    """A message for a reader.

    `digest` is the SHA-256 of its bytes, `made_at` what its header says, else when it was fetched, `fresh_s` how many
    seconds until the next one is expected. `against` is None where the reader may not know the schedule, or where
    there was none.
    """

    content: bytes
    digest: str
    made_at: dt.datetime
    fresh_s: float
    against: Against | None
    verdict: str
    audience: Audience
    permit: Permit
    decision: str
    purpose: str
    licence: str

    @property
    def is_open(self) -> bool:
        """Whether everybody may read it, so that caches may keep it."""
        return self.audience is Audience.OPEN


def open_message(front: Front, slug: str, *, actor: Actor, purpose: str | None = None) -> Served:
    """Decide whether `actor` may read the newest message of a feed, write that down once, and hand it out.

    Raises:
        NotFound: no such feed, or none of GTFS Realtime.
        Refused: it is sealed to this reader, who may not even learn whether there is a message.
        FetchError: the feed is declared, and no good message of it was ever got.
    """
    found = catalogue.entry(front, slug)
    if found.standard != Standard.GTFS_RT:
        raise NotFound(f"{slug} is no GTFS Realtime feed: it is {found.standard}")
    if not catalogue.may_see(front, slug, actor):
        catalogue.must_see(front, slug, actor)
    with front.records.read() as session:
        row = live_records.live(session, slug)
    if row is None:
        raise FetchError(f"{slug} is declared here, and no good message of it was ever got")
    request = _question(front, slug, row, actor, purpose)

    def counted(session: Session) -> Request:
        now, member = front.clock(), request.actor
        taken = used(session, current_world(front), member, slug, at=now) if member is not None else None
        return replace(request, at=now, used=taken)

    outcome = decided_counting(front, counted)
    row, opened = _opened(front, row)
    return Served(
        content=opened.content,
        digest=opened.digest,
        made_at=_made_at(opened.timestamp_s, row.at),
        fresh_s=max(0.0, float(row.fresh[MESSAGE]) - front.clock().timestamp()),
        against=_visible(front, opened.against, actor),
        verdict=opened.verdict,
        audience=request.audience,
        permit=outcome.permit,
        decision=outcome.id,
        purpose=request.purpose,
        licence=found.licence,
    )


def as_json(served: Served) -> bytes:
    """The message as JSON, made once for all its readers (see `feeds.gtfs_rt.plain`)."""
    return _json(served.digest, served.content)


@lru_cache(maxsize=4)
def _json(_digest: str, content: bytes) -> bytes:
    return orjson.dumps(plain(content))


def _question(front: Front, slug: str, row: Live, actor: Actor, purpose: str | None) -> Request:
    world = current_world(front)
    reader = catalogue.reading_as(actor)
    audience, at = Audience(row.audience), front.clock()
    named = [purpose] if purpose else identified.purposes_of(world, slug, at)
    if audience is Audience.OPEN:
        named = [purpose or catalogue.OPEN_PURPOSE]
    member = world.members.get(reader or "")
    if audience is Audience.OPEN and (member is None or not member.active):
        reader = None  # what is open is lost by nobody: a member that left reads it as the public does
    return Request(
        actor=reader,
        action=Action.READ,
        subject=slug,
        audience=audience,
        purpose=catalogue.registered(world, next(iter(named), catalogue.OPEN_PURPOSE)),
        at=at,
    )


def _opened(front: Front, row: Live) -> tuple[Live, Opened]:
    """The message of a row, or of the one that took its place meanwhile for the same readers."""
    try:
        return row, unpacked(packs(front, row.slug).read(row.digest))
    except NotFound:
        with front.records.read() as session:
            newer = live_records.live(session, row.slug)
        if newer is None or newer.audience != row.audience:
            raise
        return newer, unpacked(packs(front, row.slug).read(newer.digest))


def _made_at(timestamp_s: int | None, fetched: dt.datetime) -> dt.datetime:
    if timestamp_s is None or not POSIX[0] <= timestamp_s <= fetched.timestamp():
        return fetched
    return dt.datetime.fromtimestamp(timestamp_s, dt.UTC)


def _visible(front: Front, against: Against | None, actor: Actor) -> Against | None:
    """The schedule, if this reader may know which versions it has."""
    if against is None or against.slug not in current_world(front).datasets:
        return None
    return against if catalogue.may_see(front, against.slug, actor) else None
