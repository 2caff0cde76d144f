"""The last good answer of each address of a feed: what the next question is asked with, and what it is held against."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.records.feed_models import Held
from hub.records.text import storable


def held(session: Session, slug: str) -> dict[str, Held]:
    """What is held of a feed, by the name of the file; of a feed of one file the name is empty."""
    return {row.name: row for row in session.scalars(select(Held).where(Held.slug == slug))}


def keep(
    session: Session,
    slug: str,
    name: str,
    *,
    at: dt.datetime,
    url: str,
    digest: str,
    size: int,
    etag: str = "",
    last_modified: str = "",
    fresh_until: dt.datetime | None = None,
) -> Held:
    """A whole answer came and was taken: it is what is held from now on."""
    row = session.get(Held, (slug, name))
    if row is None:
        row = Held(slug=slug, name=name)
        session.add(row)
    row.url, row.etag, row.last_modified = storable(url), storable(etag), storable(last_modified)
    row.digest, row.size = digest, size
    row.asked_at = row.full_at = at
    row.fresh_until = fresh_until
    return row


def still(session: Session, slug: str, name: str, *, at: dt.datetime, fresh_until: dt.datetime | None = None) -> None:
    """The server said that what is held is still its answer."""
    row = session.get(Held, (slug, name))
    if row is not None:
        row.asked_at, row.fresh_until = at, fresh_until


def forget(session: Session, slug: str) -> None:
    """Hold nothing of a feed: it is asked for whole next time."""
    for row in held(session, slug).values():
        session.delete(row)
