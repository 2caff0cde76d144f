"""Which feeds are due: each becomes one job, and is not looked at again until that job said when the next is."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from hub.records import jobs as job_records
from hub.records import sources as source_records
from hub.records.feed_models import FeedRedirect, Source
from hub.records.models import Feed
from hub.services.front import Front
from hub.services.polling.rhythm import FARTHEST
from hub.services.registry_entries import blank

#: How long a poll may take before its feed is due again whatever became of it: the job's own lease, and some more.
_AGAIN: Final = job_records.LEASE + dt.timedelta(minutes=5)
_MOST: Final = 1_000


def enqueue_due(front: Front) -> int:
    """Enqueue a poll for each feed that is due; answers for how many."""
    now = front.clock()
    with front.records.read() as session:  # most looks find nothing, and hold no writer up
        if session.scalar(_due(now).limit(1)) is None and not _unregistered(session):
            return 0
    with front.records.write() as session:
        for feed in _unregistered(session):
            source = blank(feed.slug, feed.standard, at=now)
            source.url = feed.url or ""
            session.add(source)
        session.flush()
        found = list(session.scalars(_due(now).limit(_MOST)))
        for source in found:
            job_records.add(session, job_records.POLL, {"slug": source.slug}, at=source.due_at or now)
            source.due_at = now + _AGAIN
    return len(found)


def _due(now: dt.datetime) -> Select[Source]:
    by_standard = [and_(Source.standard == kind, Source.due_at > now + most) for kind, most in FARTHEST.items()]
    due = or_(Source.due_at.is_(None), Source.due_at <= now, *by_standard)
    superseded = Source.slug.in_(select(FeedRedirect.old))
    return select(Source).where(Source.active, due, ~superseded).order_by(Source.due_at, Source.slug)


def _unregistered(session: Session) -> list[Feed]:
    """Feeds that were once taken in from an address: they are registered now, and from then on there is one list."""
    steps = source_records.redirects(session)
    return [feed for slug, feed in source_records.addressed(session).items() if slug not in steps]
