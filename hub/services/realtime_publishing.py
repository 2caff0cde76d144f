"""Let readers have a feed's newest message, after a decision.

The same question as for a version of the feed is asked with each message. A permit goes into the log when it is the
first, or for others or under other agreements than before: that the same still holds each half minute is no news.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from governance.audiences import Audience
from governance.datasets import Standard
from governance.decide import decide
from governance.decision import Decision, Deny, Permit
from governance.request import Action, Request
from governance.world import World
from hub.errors import Conflict, NotFound
from hub.records import live as live_records
from hub.released import Stored
from hub.services.back import Back
from hub.services.catalogue import OPEN_PURPOSE, published_for
from hub.services.commons import world_at
from hub.services.decisions import note, refused
from hub.services.identified import purposes_of
from hub.services.live_place import packs, remove_old
from hub.services.publish import SECRETARIAT
from hub.services.realtime_pack import MESSAGE


def publish(back: Back, slug: str, content: bytes, *, at: dt.datetime, fresh_s: float) -> None:
    """Publish an object in the place of the one before; it is what holds until `fresh_s` after `at`.

    Raises:
        NotFound: no such feed in the commons.
        Conflict: it is registered there as another standard.
        Refused: the decision denied it; what was published before is withdrawn, and that is in the log.
    """
    front = back.front
    with front.records.read() as session:
        world, before = world_at(front, session, at), live_records.live(session, slug)
    # Only what may leave is laid where readers are served from: asked before it is written, and again with the row.
    decision = decide(_question(world, slug, at), world)
    if isinstance(decision, Permit):
        stored = packs(front, slug).put(content)
        decision = _let_out(back, slug, stored, at=at, fresh={MESSAGE: at.timestamp() + fresh_s})
        remove_old(front, slug, keep={stored.digest, before.digest if before is not None else ""})
    if isinstance(decision, Deny):
        _withdraw(back, slug, at, decision)
        raise refused(decision)


def prolong(back: Back, slug: str, *, at: dt.datetime, fresh_s: float) -> bool:
    """Say that what is published holds until `fresh_s` after `at`; answers whether anything is.

    Raises:
        NotFound, Conflict, Refused: as `publish`.
    """
    with back.front.records.read() as session:
        row = live_records.live(session, slug)
    if row is None:
        return False
    fresh = {MESSAGE: at.timestamp() + fresh_s}
    decision = _let_out(back, slug, Stored(row.digest, row.size), at=at, fresh=fresh)
    if isinstance(decision, Deny):
        _withdraw(back, slug, at, decision)
        raise refused(decision)
    return True


def _let_out(back: Back, slug: str, stored: Stored, *, at: dt.datetime, fresh: Mapping[str, float]) -> Decision:
    """Write the row that readers follow, if the decision of this very instant permits it."""
    with back.front.records.write() as session:
        world = world_at(back.front, session, at)
        request = _question(world, slug, at)
        decision = decide(request, world)
        if isinstance(decision, Permit):
            agreements, audience = sorted(decision.grants.values()), request.audience.value
            before = live_records.live(session, slug)
            if before is None or (before.audience, before.agreements) != (audience, agreements):
                note(session, request, decision, world=world)
            live_records.keep(
                session,
                slug,
                digest=stored.digest,
                size=stored.size,
                inputs=stored.digest,
                at=at,
                fresh=fresh,
                audience=audience,
                agreements=agreements,
            )
        return decision


def _question(world: World, slug: str, at: dt.datetime) -> Request:
    dataset = world.datasets.get(slug)
    if dataset is None:
        raise NotFound(f"no feed of the commons is called {slug!r}")
    if dataset.standard is not Standard.GTFS_RT:
        raise Conflict(f"{slug} is no GTFS Realtime feed in the commons: it is {dataset.standard}")
    audience = published_for(world, slug, at)
    purposes = [OPEN_PURPOSE] if audience is Audience.OPEN else purposes_of(world, slug, at)
    return Request(
        actor=SECRETARIAT,
        action=Action.PUBLISH_OPEN,
        subject=slug,
        audience=audience,
        purpose=purposes[0],
        at=at,
    )


def _withdraw(back: Back, slug: str, at: dt.datetime, denial: Deny) -> None:
    """Serve nothing any more. That is written down when something was served: of a feed that is sealed, the answer is
    the same with each message.
    """
    with back.front.records.write() as session:
        if live_records.withdraw(session, slug):
            world = world_at(back.front, session, at)
            note(session, _question(world, slug, at), denial, world=world)
    remove_old(back.front, slug, keep=set())
