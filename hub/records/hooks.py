"""Hooks and their deliveries, as rows: who wants to be told, what is on its way, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.records.feed_models import Delivery, Happening, Hook
from hub.records.sources import last_of, redirects

WAITING: Final = "waiting"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
#: Not sent, for its member may not know of it. Listed to nobody.
WITHHELD: Final = "withheld"


def hook(session: Session, hook_id: str, *, member: str | None = None) -> Hook:
    """A hook by its id, of this member where one is given.

    Raises:
        NotFound: there is none, or it is another member's.
    """
    found = session.get(Hook, hook_id)
    if found is None or (member is not None and found.member != member):
        raise NotFound("no hook of yours has this id")
    return found


def hooks(session: Session, *, member: str | None = None, live: bool = False) -> list[Hook]:
    """Hooks, oldest first: of one member, only those that have not ended."""
    query = select(Hook).order_by(Hook.created_at, Hook.id)
    if member is not None:
        query = query.where(Hook.member == member)
    return list(session.scalars(query.where(Hook.ended_at.is_(None)) if live else query))


def end(session: Session, found: Hook, *, at: dt.datetime, why: str) -> None:
    """Stop telling a hook anything; what was waiting for it fails."""
    if found.ended_at is None:
        found.ended_at, found.ended_why = at, why
    waiting = select(Delivery).where(Delivery.hook == found.id, Delivery.state == WAITING)
    for row in session.scalars(waiting):
        row.state, row.error = FAILED, why


def untold(session: Session, found: Hook, *, since: dt.datetime, most: int | None = None) -> list[Happening]:
    """Happenings that a hook asked for since it exists, and after `since`, with no delivery yet; oldest first."""
    has_one = exists().where(Delivery.hook == found.id, Delivery.happening == Happening.id)
    query = select(Happening).where(Happening.at >= max(since, found.created_at), ~has_one)
    if found.slugs:
        # Whoever follows a feed follows it under the name that it was given since.
        steps = redirects(session)
        query = query.where(Happening.slug.in_({*found.slugs, *(last_of(steps, one) for one in found.slugs)}))
    if found.kinds:
        query = query.where(Happening.kind.in_(found.kinds))
    return list(session.scalars(query.order_by(Happening.id).limit(most)))


def add(session: Session, hook_id: str, happening: int, *, at: dt.datetime, state: str = WAITING) -> Delivery:
    """One more round of a happening for a hook, due at `at`."""
    same = (Delivery.hook == hook_id, Delivery.happening == happening)
    last = session.scalar(select(func.max(Delivery.round)).where(*same)) or 0
    added = Delivery(hook=hook_id, happening=happening, round=last + 1, state=state, tries=0, next_at=at, error="")
    session.add(added)
    session.flush()
    return added


def claim(session: Session, *, now: dt.datetime, lease: dt.timedelta, apart: Collection[str] = ()) -> Delivery | None:
    """Take the delivery that is due for longest, leaving out hooks `apart`, and put off its next try by `lease`.

    Its tries are counted here, so that a worker that dies while it sends has used one. PostgreSQL skips rows that
    another worker is claiming; SQLite has one writer at a time.
    """
    due = select(Delivery).where(Delivery.state == WAITING, Delivery.next_at <= now)
    if apart:
        due = due.where(Delivery.hook.not_in(sorted(apart)))
    query = due.order_by(Delivery.next_at, Delivery.id).limit(1)
    found = session.scalar(query.with_for_update(skip_locked=True))
    if found is not None:
        found.tries, found.next_at = found.tries + 1, now + lease
        session.flush()
    return found


def is_due(session: Session, *, now: dt.datetime, since: dt.datetime) -> bool:
    """Whether a delivery is due, or a happening after `since` is to be put on its way."""
    query = select(Delivery.id).where(Delivery.state == WAITING, Delivery.next_at <= now)
    if session.scalar(query.limit(1)) is not None:
        return True
    return any(untold(session, one, since=since, most=1) for one in hooks(session, live=True))


def slugs_of_hook(session: Session, hook_id: str) -> list[str]:
    """The feeds of which anything was told to a hook or is on its way."""
    joined = select(Happening.slug).join(Delivery, Delivery.happening == Happening.id)
    query = joined.where(Delivery.hook == hook_id, Delivery.state != WITHHELD)
    return list(session.scalars(query.distinct().order_by(Happening.slug)))


def of_hook(
    session: Session, hook_id: str, slugs: Collection[str], *, most: int, after: int = 0
) -> list[tuple[Delivery, Happening]]:
    """What was told to a hook of these feeds or is on its way, newest first, with the happening; nothing that was
    withheld. What is left out is not counted by `after` either.
    """
    told = _told(hook_id).where(Happening.slug.in_(sorted(slugs)))
    ordered = told.order_by(Delivery.id.desc()).offset(after).limit(most)
    return [(row[0], row[1]) for row in session.execute(ordered)]


def of_message(session: Session, hook_id: str, slug: str, number: int) -> Happening:
    """The happening of a message that was told to a hook, or was to be.

    Raises:
        NotFound: nothing of that name was on its way to this hook.
    """
    query = _told(hook_id).where(Happening.slug == slug, Happening.number == number)
    row = session.execute(query.order_by(Delivery.id.desc()).limit(1)).first()
    if row is None:
        raise NotFound("no such message was sent to this hook")
    found: Happening = row[1]
    return found


def is_waiting(session: Session, hook_id: str, happening: int) -> bool:
    """Whether a happening is on its way to a hook already."""
    query = select(Delivery.id).where(
        Delivery.hook == hook_id, Delivery.happening == happening, Delivery.state == WAITING
    )
    return session.scalar(query.limit(1)) is not None


def failing_since(session: Session, hook_id: str) -> dt.datetime | None:
    """Since when nothing reached a hook: the instant of the first happening that failed after the last that arrived."""
    arrived = select(func.max(Delivery.at)).where(Delivery.hook == hook_id, Delivery.state == DELIVERED)
    last = session.scalar(arrived)
    failed = (
        select(func.min(Happening.at))
        .join(Delivery, Delivery.happening == Happening.id)
        .where(Delivery.hook == hook_id, Delivery.round == 1, Delivery.state == FAILED)
    )
    return session.scalar(failed if last is None else failed.where(Delivery.at > last))


def _told(hook_id: str) -> Select[Delivery, Happening]:
    joined = select(Delivery, Happening).join(Happening, Happening.id == Delivery.happening)
    return joined.where(Delivery.hook == hook_id, Delivery.state != WITHHELD)
