"""Letting out what is live of a feed: decided with each snapshot or message, told in the log when the answer changes.

The question is that of publishing a version. A permit goes into the log when it is the first, or for others or under
other agreements than before, a denial when something was served until then: that the same still holds each half minute
is no news.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from governance.audiences import Audience
from governance.datasets import Standard
from governance.decide import decide
from governance.decision import Decision, Deny, Permit
from governance.request import Action, Request
from governance.world import World
from hub.errors import Conflict, NotFound
from hub.records import live as live_records
from hub.records.feed_models import FeedRedirect
from hub.released import Stored
from hub.services.back import Back
from hub.services.catalogue import OPEN_PURPOSE, never_open, published_for
from hub.services.commons import world_at
from hub.services.decisions import SECRETARIAT, note, refused
from hub.services.identified import purposes_of
from hub.services.live_place import remove_old

#: What was published so far ahead of now was published by a clock that was wrong.
_AHEAD: Final = dt.timedelta(minutes=10)


def question(world: World, slug: str, at: dt.datetime, standard: Standard) -> Request:
    """To publish a feed for whom its agreements open it.

    Raises:
        NotFound: no such feed in the commons.
        Conflict: it is of another standard there.
    """
    dataset = world.datasets.get(slug)
    if dataset is None:
        raise NotFound(f"no feed of the commons is called {slug!r}")
    if dataset.standard is not standard:
        raise Conflict(f"{slug} is no {standard.upper()} feed in the commons: it is {dataset.standard.upper()}")
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


def decided(request: Request, world: World) -> Decision:
    """What the one decision point says; records of single trips are never open, whatever was agreed."""
    sealed = never_open(world, request.subject)
    return decide(request, world) if sealed is None else Deny((sealed,))


def must_be_permitted(back: Back, slug: str, at: dt.datetime, standard: Standard) -> None:
    """Asked before anything is laid where readers are served from; `let_out` asks again, with the row.

    Raises:
        NotFound, Conflict: as `question`.
        Refused: denied; what was published is withdrawn.
    """
    with back.front.records.read() as session:
        world = world_at(back.front, session, at)
    request = question(world, slug, at, standard)
    _must_not_be(back, request, decided(request, world))


def let_out(
    back: Back,
    slug: str,
    stored: Stored,
    *,
    inputs: str,
    at: dt.datetime,
    fresh: Mapping[str, float],
    standard: Standard,
) -> None:
    """Write the row that readers follow, after the decision of this very instant. A slower worker does not undo what a
    faster one did.

    Raises:
        NotFound, Conflict, Refused: as `must_be_permitted`.
    """
    with back.front.records.write() as session:
        if session.get(FeedRedirect, slug) is not None:  # renamed while its operator was asked
            raise NotFound(f"{slug} leads on to another name: nothing is published under this one")
        world = world_at(back.front, session, at)
        request = question(world, slug, at, standard)
        decision = decided(request, world)
        if isinstance(decision, Permit):
            agreements, audience = sorted(decision.grants.values()), request.audience.value
            before = live_records.live(session, slug)
            if before is None or (before.audience, before.agreements) != (audience, agreements):
                note(session, request, decision, world=world)
            if before is None or before.at <= at or before.at > at + _AHEAD:
                live_records.keep(
                    session,
                    slug,
                    digest=stored.digest,
                    size=stored.size,
                    inputs=inputs,
                    at=at,
                    fresh=fresh,
                    audience=audience,
                    agreements=agreements,
                )
    _must_not_be(back, request, decision)


def withdraw(back: Back, slug: str, request: Request | None = None, denial: Decision | None = None) -> None:
    """Publish nothing more of a feed. Where nothing was published nothing was asked to leave: no entry of the log."""
    with back.front.records.write() as session:
        was_there = live_records.withdraw(session, slug)
        if was_there and request is not None and denial is not None:
            note(session, request, denial, world=world_at(back.front, session, request.at))
    remove_old(back.front, slug, keep=set())


def _must_not_be(back: Back, request: Request, decision: Decision) -> None:
    if isinstance(decision, Deny):
        withdraw(back, request.subject, request, decision)
        raise refused(decision)
