"""The record of single requests for feeds: one row each, whatever came of it, kept for some months."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from hub.records.feed_models import Fetch
from hub.records.text import storable

#: What may have come of a request.
FULL, NOT_MODIFIED, REFUSED, FAILED = "full", "not_modified", "refused", "failed"


def add(session: Session, row: Fetch) -> None:
    """Write a request down; what the server said is made storable first."""
    for name in ("url", "etag", "last_modified", "error"):
        setattr(row, name, storable(getattr(row, name) or ""))
    session.add(row)


def fetches(session: Session, slug: str, *, since: dt.datetime | None = None, most: int | None = 100) -> list[Fetch]:
    """A feed's requests, newest first: those from `since` on where it is given; all with `most` None."""
    query = select(Fetch).where(Fetch.slug == slug).order_by(Fetch.at.desc(), Fetch.id.desc()).limit(most)
    return list(session.scalars(query if since is None else query.where(Fetch.at >= since)))


def prune(session: Session, *, before: dt.datetime) -> int:
    """Forget what was asked before an instant; answers how many rows."""
    done = session.execute(delete(Fetch).where(Fetch.at < before))
    return done.rowcount if isinstance(done, CursorResult) else 0
