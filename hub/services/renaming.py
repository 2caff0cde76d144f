"""Slugs that are superseded, and what other catalogues call a feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from feeds.catalogues import NAMERS, Name
from feeds.catalogues.slugs import is_slug
from governance.datasets import Standard
from hub.errors import BadRequest, Conflict, NotFound
from hub.records import jobs, succession
from hub.records import sources as records
from hub.records.feed_models import FeedRedirect, Source
from hub.records.models import Feed
from hub.records.text import storable
from hub.services import memory
from hub.services.front import Front
from hub.services.registry_entries import blank, must_agree, world_or_none

_MOVED = ("title", "url", "holder", "licence", "territory", "schedule", "every_s", "auth", "secret", "active")


def rename(front: Front, old: str, new: str, *, why: str = "") -> str:
    """Supersede a slug: it leads on to `new` from now on, with whatever led to it. Answers where it leads in the end.

    What is registered under `old` moves to `new`; where `new` is registered already, `old` is fetched no more. The
    feed's life (`hub.records.succession`) moves too, its history in the vault when the worker comes by. Versions that
    were kept under `old` stay where they are: a permanent address never changes.

    Raises:
        BadRequest: no slug, or the same one.
        NotFound: nothing is registered or kept as `old`.
        Conflict: `old` leads somewhere already, `new` leads back to it, or their standards differ; or batches of
            operator data were kept under `old`.
    """
    if not is_slug(new) or old == new:
        raise BadRequest(f"{new!r} cannot take the place of {old!r}: another slug is wanted")
    world = world_or_none(front)
    with front.records.write() as session:
        _must_not_be_spoken_for(session, old)
        last = supersede(session, old, new, at=front.clock(), why=why)
        source = session.get(Source, last)
        must_agree(world, session.get(Feed, last), last, source.standard if source else None)
    return last


def supersede(session: Session, old: str, new: str, *, at: dt.datetime, why: str = "") -> str:
    """As `rename`, within a writer's session."""
    steps = records.redirects(session)
    if old in steps:
        raise Conflict(f"{old!r} was superseded already: it leads to {records.last_of(steps, old)!r}")
    last = records.last_of(steps, new)
    if last == old:
        raise Conflict(f"{new!r} leads to {old!r}: each would lead to the other")
    moved = session.get(Source, old) or records.addressed(session).get(old) or session.get(Feed, old)
    if moved is None:
        raise NotFound(f"no feed is registered or kept as {old!r}")
    there = session.get(Source, last) or session.get(Feed, last)
    if there is not None and there.standard != moved.standard:
        raise Conflict(f"{old!r} is {moved.standard.upper()} and {last!r} is {there.standard.upper()}")
    session.add(FeedRedirect(old=old, slug=new, at=at, why=storable(why)))
    _move(session, old, last, at=at)
    succession.hand_over(session, old, last, at=at)
    jobs.add(session, memory.JOB, {}, at=at)
    for name in records.names(session, old):
        records.put_name(session, name, last)
    for other in records.sources(session, standard="gtfs-rt"):
        if other.schedule == old:
            other.schedule = last
    session.flush()
    return last


def identify(front: Front, slug: str, *, add: Iterable[Name] = (), drop: Iterable[Name] = ()) -> tuple[Name, ...]:
    """What other catalogues call a feed, after names were added and dropped.

    Raises:
        NotFound: no feed of that slug, or it has no such name.
        BadRequest: a name of nobody that we know, or an empty one.
        Conflict: the name stands for another feed.
    """
    added, dropped, world = list(add), list(drop), world_or_none(front)
    with front.records.write() as session:
        is_dataset = world is not None and slug in world.datasets
        if not is_dataset and session.get(Source, slug) is None and session.get(Feed, slug) is None:
            raise NotFound(f"no feed is called {slug!r}")
        known = records.all_names(session)
        for name in added:
            _must_be_nameable(name, known.get(name), slug)
            records.put_name(session, name, slug)
        for name in dropped:
            if known.get(name) != slug:
                raise NotFound(f"{slug!r} is not called {name}")
            records.drop_name(session, name)
        session.flush()
        return records.names(session, slug)


def _must_not_be_spoken_for(session: Session, old: str) -> None:
    # A provider speaks through one dataset, and its batches, agreements and joint numbers are under that name: nothing
    # more of it could ever be taken in under another.
    feed = session.get(Feed, old)
    if feed is not None and feed.standard == Standard.MDS and feed.current_id is not None:
        raise Conflict(f"batches of operator data were kept as {old!r}, so it keeps its name")


def _must_be_nameable(name: Name, known: str | None, slug: str) -> None:
    if name.by not in NAMERS or not name.is_plain():
        raise BadRequest(f"{name} is no name: WHO:ID is wanted, WHO one of {', '.join(NAMERS)}")
    if known not in (None, slug):
        raise Conflict(f"{name} stands for feed {known!r}")


def _move(session: Session, old: str, new: str, *, at: dt.datetime) -> None:
    source = session.get(Source, old)
    if session.get(Source, new) is not None:
        if source is not None:
            source.active = False
        return
    if source is None:
        feed = session.get(Feed, old)
        if feed is None or feed.url is None:
            return
        source = blank(old, feed.standard, at=at)
        source.url = feed.url
    else:
        session.delete(source)
        session.flush()
    moved = blank(new, source.standard, at=source.registered_at)
    for name in _MOVED:
        setattr(moved, name, getattr(source, name))
    session.add(moved)
