"""Happenings, as rows: what happened to a feed, numbered from 1 within the feed, each told once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.records.feed_models import Happening
from hub.records.text import storable_facts

#: How long a key may be: as its column is.
LONGEST_KEY = 200


def add(
    session: Session, slug: str, kind: str, *, at: dt.datetime, key: str, facts: Mapping[str, Any]
) -> Happening | None:
    """Write down that something happened to a feed; None where the same was told before.

    What is the same is said by feed, kind and `key` (at most 200 characters). Needs the session of a writer: writers
    come one after the other, so that numbers have no gaps.

    Raises:
        ValueError: the key is empty or longer than its column.
    """
    if not key or len(key) > LONGEST_KEY:
        raise ValueError(f"a happening's key has 1 to {LONGEST_KEY} characters")
    if is_told(session, slug, kind, key):
        return None
    last = session.scalar(select(func.max(Happening.number)).where(Happening.slug == slug))
    added = Happening(slug=slug, number=(last or 0) + 1, kind=kind, at=at, key=key, facts=storable_facts(dict(facts)))
    session.add(added)
    session.flush()
    return added


def is_told(session: Session, slug: str, kind: str, key: str) -> bool:
    """Whether `add` would find that the same was told before."""
    same = select(Happening.id).where(Happening.slug == slug, Happening.kind == kind, Happening.key == key)
    return session.scalar(same.limit(1)) is not None


def of_feed(session: Session, slug: str, number: int) -> Happening:
    """One happening of a feed by its number.

    Raises:
        NotFound: there is none.
    """
    found = session.scalar(select(Happening).where(Happening.slug == slug, Happening.number == number))
    if found is None:
        raise NotFound(f"feed {slug!r} has no notice {number}")
    return found


def last(session: Session, slug: str, kind: str) -> Happening | None:
    """The newest happening of a kind of one feed."""
    query = select(Happening).where(Happening.slug == slug, Happening.kind == kind)
    return session.scalar(query.order_by(Happening.number.desc()).limit(1))


def newest(session: Session, slugs: Iterable[str], *, most: int, after: int = 0) -> list[Happening]:
    """The newest happenings of some feeds, newest first, leaving out the `after` newest."""
    query = select(Happening).where(Happening.slug.in_(sorted(slugs)))
    ordered = query.order_by(Happening.at.desc(), Happening.id.desc())
    return list(session.scalars(ordered.offset(after).limit(most)))
