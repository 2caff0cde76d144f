"""What the registry says of one feed, as values, and how it is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from feeds.catalogues import Name
from feeds.catalogues.addresses import fault_of
from feeds.catalogues.licences import licence_of
from governance.world import World
from hub.errors import BadRequest, Conflict
from hub.records import sources as records
from hub.records.feed_models import Source
from hub.records.models import Feed
from hub.records.text import storable
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.polling.rhythm import GBFS_S, REALTIME_S

#: Bounds of a rhythm, in seconds, by standard: those that a poll keeps to, and of other standards a month at most.
RHYTHMS_S: Final = {"gtfs-rt": REALTIME_S, "gbfs": GBFS_S}
OTHER_RHYTHMS_S: Final = (5, 2_678_400)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written down of a feed; None leaves what is there (or the usual, of a new feed)."""

    url: str | None = None
    standard: str | None = None
    title: str | None = None
    holder: str | None = None
    licence: str | None = None
    territory: str | None = None
    schedule: str | None = None
    every_s: int | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A feed of the registry, without its credential. `every_s` None: the usual rhythm of its standard."""

    slug: str
    standard: str
    url: str
    title: str = ""
    holder: str = ""
    licence: str = ""
    territory: str = ""
    schedule: str | None = None
    every_s: int | None = None
    active: bool = True
    has_credential: bool = False
    names: tuple[Name, ...] = ()
    superseded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """External names by slug, and where superseded slugs lead."""

    names: Mapping[str, tuple[Name, ...]]
    steps: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, slug: str | None = None) -> Book:
        """As written down now: for one feed, or for all."""
        session.flush()
        steps = records.redirects(session)
        if slug is not None:
            return cls({slug: records.names(session, slug)}, steps)
        gathered: dict[str, list[Name]] = {}
        for name, stands_for in sorted(records.all_names(session).items()):
            gathered.setdefault(stands_for, []).append(name)
        return cls({one: tuple(names) for one, names in gathered.items()}, steps)

    def superseded_by(self, slug: str) -> tuple[str, ...]:
        """The slugs that lead to this one in the end."""
        return tuple(sorted(old for old in self.steps if records.last_of(self.steps, old) == slug))

    def entry(self, source: Source) -> Registered:
        """A registered feed as a value, without its credential."""
        return Registered(
            slug=source.slug,
            standard=source.standard,
            url=source.url,
            title=source.title,
            holder=source.holder,
            licence=source.licence,
            territory=source.territory,
            schedule=source.schedule,
            every_s=source.every_s,
            active=source.active,
            has_credential=source.secret is not None,
            names=self.names.get(source.slug, ()),
            superseded=self.superseded_by(source.slug),
        )

    def read_through(self, feed: Feed) -> Registered:
        """A feed that was once taken in from an address and never registered."""
        names = self.names.get(feed.slug, ())
        return Registered(feed.slug, feed.standard, feed.url or "", names=names)


def blank(slug: str, standard: str, *, at: dt.datetime) -> Source:
    """A registered feed of which nothing is said yet."""
    return Source(
        slug=slug,
        standard=standard,
        title="",
        url="",
        holder="",
        licence="",
        territory="",
        auth={},
        active=True,
        registered_at=at,
        failures=0,
    )


def write_down(session: Session, source: Source, wanted: Wanted) -> None:
    """Let what is wanted be so. A feed whose address or rhythm changes is looked at as soon as may be.

    Raises:
        BadRequest: an address, rhythm or schedule that cannot be.
    """
    if wanted.url is not None and wanted.url != source.url:
        if fault := fault_of(wanted.url):
            raise BadRequest(f"the address of {source.slug!r}: {fault}")
        source.url, source.due_at, source.failures = wanted.url, None, 0
    if wanted.every_s is not None:
        source.every_s, source.due_at = _rhythm(source.standard, wanted.every_s), None
    if wanted.schedule is not None:
        source.schedule = _schedule(session, source, wanted.schedule)
    if wanted.active is not None and wanted.active != source.active:
        source.active, source.due_at, source.failures = wanted.active, None, 0
    licence = None if wanted.licence is None else licence_of(wanted.licence)
    told = {"title": wanted.title, "holder": wanted.holder, "territory": wanted.territory, "licence": licence}
    for name, text in told.items():
        if text is not None:
            setattr(source, name, storable(text.strip()))


def _rhythm(standard: str, every_s: int) -> int | None:
    fastest_s, slowest_s = RHYTHMS_S.get(standard, OTHER_RHYTHMS_S)
    if every_s and not fastest_s <= every_s <= slowest_s:
        raise BadRequest(f"a rhythm of {standard.upper()} is {fastest_s} to {slowest_s} seconds, or 0 for the usual")
    return every_s or None


def _schedule(session: Session, source: Source, schedule: str) -> str | None:
    if not schedule:
        return None
    if source.standard != "gtfs-rt":
        raise BadRequest(f"{source.slug!r} is {source.standard.upper()}: only GTFS-RT speaks of a schedule")
    there = session.get(Source, schedule) or session.get(Feed, schedule)
    if there is None or there.standard != "gtfs":
        raise BadRequest(f"the schedule {schedule!r} is no GTFS feed that the hub knows")
    return schedule


def must_agree(world: World | None, feed: Feed | None, slug: str, standard: str | None) -> None:
    """A slug has one standard: in the registry, among what was kept, and in the commons.

    Raises:
        Conflict: it has another one elsewhere.
    """
    dataset = world.datasets.get(slug) if world is not None else None
    told = [("kept", feed.standard)] if feed is not None else []
    if dataset is not None:
        told.append(("in the commons' documents", dataset.standard.value))
    for place, other in told:
        if standard is not None and other != standard:
            raise Conflict(f"feed {slug!r} is {other.upper()} {place}, not {standard.upper()}")


def world_or_none(front: Front) -> World | None:
    """The commons, or None before its documents were loaded: feeds may be registered before."""
    try:
        return current_world(front)
    except Conflict:
        return None
