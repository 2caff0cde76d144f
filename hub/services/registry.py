"""The registry: which feeds the hub fetches, from where and how often. What it may do with them is said elsewhere.

A registered feed (`Source`) wins over an address that a feed was once taken in from (`Feed.url`); a superseded slug is
fetched no more. A feed that is registered and that no document of the commons names is fetched, and shown to nobody.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from feeds.catalogues import STANDARDS
from feeds.catalogues.slugs import SLUG_RULE, is_slug
from hub.errors import BadRequest, Conflict, NotFound
from hub.records import sources as records
from hub.records.feed_models import Source
from hub.records.models import Feed
from hub.services.front import Front
from hub.services.registry_entries import Book, Registered, Wanted, blank, must_agree, world_or_none, write_down


def add(front: Front, slug: str, wanted: Wanted) -> Registered:
    """Register a feed; it is fetched as soon as may be.

    Raises:
        BadRequest: a slug, standard, address, rhythm or schedule that cannot be.
        Conflict: it is registered already, was superseded, or is a feed of another standard.
    """
    if not is_slug(slug):
        raise BadRequest(f"{slug!r} is no slug: {SLUG_RULE}")
    if wanted.standard not in STANDARDS:
        raise BadRequest(f"a standard is wanted, one of {', '.join(STANDARDS)}")
    if wanted.url is None:
        raise BadRequest("an address is wanted")
    world = world_or_none(front)
    with front.records.write() as session:
        _must_be_free(session, slug)
        must_agree(world, session.get(Feed, slug), slug, wanted.standard)
        source = blank(slug, wanted.standard, at=front.clock())
        session.add(source)
        write_down(session, source, wanted)
        return Book.of(session, slug).entry(source)


def change(front: Front, slug: str, wanted: Wanted) -> Registered:
    """Change what is registered of a feed. One that was only ever taken in from an address is registered by this.

    Raises:
        NotFound: the hub fetches no such feed.
        BadRequest: an address, rhythm or schedule that cannot be.
        Conflict: the standard would change: that is another feed.
    """
    with front.records.write() as session:
        source = _adopted(session, slug, at=front.clock())
        if wanted.standard not in (None, source.standard):
            raise Conflict(f"feed {slug!r} is {source.standard.upper()}: one of another standard is another feed")
        write_down(session, source, wanted)
        return Book.of(session, slug).entry(source)


def remove(front: Front, slug: str) -> Registered:
    """Fetch a feed no more. Its versions, history, names and credential stay; `change` takes it up again.

    Raises:
        NotFound: the hub fetches no such feed.
    """
    return change(front, slug, Wanted(active=False))


def listed(session: Session) -> list[Registered]:
    """Every feed that has an address, by slug: registered ones, and those once taken in from an address."""
    book = Book.of(session)
    once = [book.read_through(feed) for slug, feed in records.addressed(session).items() if slug not in book.steps]
    return sorted([*once, *map(book.entry, records.sources(session))], key=lambda one: one.slug)


def fetched(session: Session) -> list[Registered]:
    """Every feed that is to be fetched now and then: the one answer to where, and how often."""
    steps = records.redirects(session)
    return [one for one in listed(session) if one.active and one.slug not in steps]


def where(session: Session, slug: str) -> Registered | None:
    """Where one feed is fetched; None where it is not."""
    book = Book.of(session, slug)
    if slug in book.steps:
        return None
    source = session.get(Source, slug)
    if source is not None:
        return book.entry(source) if source.active else None
    feed = session.get(Feed, slug)
    return book.read_through(feed) if feed is not None and feed.url is not None else None


def _must_be_free(session: Session, slug: str) -> None:
    if session.get(Source, slug) is not None:
        raise Conflict(f"feed {slug!r} is registered already: `hub feeds set {slug}` changes it")
    steps = records.redirects(session)
    if slug in steps:
        raise Conflict(f"{slug!r} was superseded: it leads to {records.last_of(steps, slug)!r}")


def _adopted(session: Session, slug: str, *, at: dt.datetime) -> Source:
    source = session.get(Source, slug)
    if source is None:
        feed = records.addressed(session).get(slug)
        if feed is None or slug in records.redirects(session):
            raise NotFound(f"the hub fetches no feed {slug!r}: `hub feeds add` registers one")
        source = blank(slug, feed.standard, at=at)
        source.url = feed.url or ""
        session.add(source)
    return source
