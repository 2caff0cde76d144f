"""The registry of feeds in the records: where each is fetched, what others call it, and which slugs were superseded."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.catalogues import Name
from hub.errors import NotFound
from hub.records.feed_models import ExternalId, FeedRedirect, Source
from hub.records.models import Feed


def source(session: Session, slug: str) -> Source:
    """The registered feed of that slug.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Source, slug)
    if found is None:
        raise NotFound(f"no feed is registered as {slug!r}")
    return found


def sources(session: Session, *, standard: str | None = None) -> list[Source]:
    """All registered feeds, or those of one standard, by slug; those that are not fetched too."""
    query = select(Source).order_by(Source.slug)
    return list(session.scalars(query if standard is None else query.where(Source.standard == standard)))


def names(session: Session, slug: str) -> tuple[Name, ...]:
    """What other catalogues call a feed, in order."""
    rows = session.scalars(select(ExternalId).where(ExternalId.slug == slug))
    return tuple(sorted(Name(row.source, row.id) for row in rows))


def all_names(session: Session) -> dict[Name, str]:
    """Every external name with the slug that it stands for."""
    return {Name(row.source, row.id): row.slug for row in session.scalars(select(ExternalId))}


def called(session: Session, identifier: str) -> list[str]:
    """The slugs of the feeds that any catalogue calls by this id, each once, in order."""
    found = select(ExternalId.slug).where(ExternalId.id == identifier).distinct()
    return sorted(session.scalars(found))


def put_name(session: Session, name: Name, slug: str) -> None:
    """Let an external name stand for a feed, whatever it stood for before."""
    row = session.get(ExternalId, (name.by, name.id))
    if row is None:
        session.add(ExternalId(source=name.by, id=name.id, slug=slug))
    else:
        row.slug = slug


def redirects(session: Session) -> dict[str, str]:
    """Every superseded slug with the slug that it leads to, one step."""
    return {row.old: row.slug for row in session.scalars(select(FeedRedirect))}


def last_of(steps: Mapping[str, str], slug: str) -> str:
    """Where a slug leads in the end; itself where it was never superseded. A circle, which is never written, ends."""
    seen = {slug}
    while (following := steps.get(slug)) is not None and following not in seen:
        seen.add(following)
        slug = following
    return slug


def addressed(session: Session) -> dict[str, Feed]:
    """Feeds that were taken in from an address and were never registered, by slug."""
    query = select(Feed).where(Feed.url.is_not(None), Feed.slug.not_in(select(Source.slug)))
    return {feed.slug: feed for feed in session.scalars(query.order_by(Feed.slug))}


def drop_name(session: Session, name: Name) -> None:
    """Let an external name stand for nothing."""
    row = session.get(ExternalId, (name.by, name.id))
    if row is not None:
        session.delete(row)
