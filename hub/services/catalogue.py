"""What a reader may know of the feeds. A feed that is not open shows its name, holder and standard, and no number.

How many rows a sealed feed has, what was found in it and when it came *are* the operator's volumes; they are shown
to its holder alone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from governance.audiences import Audience, Tier
from governance.bilingual import Sentence
from governance.datasets import Dataset, Sensitivity, Standard
from governance.decide import decide
from governance.decision import Deny, Permit, Refusal, Step
from governance.request import Action, Request
from governance.verdicts import denied
from governance.world import World
from hub.errors import NotFound
from hub.records import feeds as feed_records
from hub.records import live as live_records
from hub.records import releases as release_records
from hub.records.models import Attempt, Feed, FindingRow, Release, Version
from hub.services import identified
from hub.services.commons import current_world
from hub.services.decisions import decided, refuse
from hub.services.front import Front
from hub.services.keys import Actor

#: The purpose of whoever reads what is open without saying why; open agreements grant it.
OPEN_PURPOSE = "open-reuse"
#: What the audit says of a purpose that is in no register: it can never be taken back, so it holds no reader's words.
UNKNOWN_PURPOSE: Final = "unknown"
_PAGE = 200
#: The part of a version that says what it changed (made by `hub.services.differences`).
DIFFERENCE: Final = "difference"
#: How many versions are told with a feed; a list of its own tells all.
_NEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A feed as everybody sees it in the catalogue."""

    slug: str
    title: Sentence
    standard: str
    holder: str
    holder_name: Sentence
    licence: str
    territory: tuple[str, ...]
    sensitivity: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """A feed with its current version, its files, the newest versions and attempts: for those who may see them.

    `changed` are those of `versions` with which it was published what they changed.
    """

    entry: Entry
    current: Version
    counts: Mapping[str, int]
    files: tuple[Release, ...]
    attempts: tuple[Attempt, ...]
    versions: tuple[Version, ...]
    changed: frozenset[int]


def entries(front: Front, world: World) -> list[Entry]:
    """Every feed of the commons, by slug. What the hub took in besides is told to nobody here."""
    now = front.clock()
    return [_entry(world, world.datasets[slug], now) for slug in sorted(world.datasets)]


def newest(front: Front, listed: Iterable[Entry]) -> dict[str, Version]:
    """The current version of each open feed among `listed`."""
    with front.records.read() as session:
        found = {one.slug: _current(session, one.slug) for one in listed if one.is_open}
        return {slug: version for slug, version in found.items() if version is not None}


def entry(front: Front, slug: str) -> Entry:
    """One feed as everybody sees it.

    Raises:
        NotFound: it is in no commons, whether the hub took it in or not.
    """
    world = current_world(front)
    if slug not in world.datasets:
        raise NotFound(f"no feed is called {slug!r}")
    return _entry(world, world.datasets[slug], front.clock())


def is_open(world: World, slug: str, at: dt.datetime) -> bool:
    """Whether everybody may read the dataset at this instant: what the one decision says of it."""
    dataset = world.datasets.get(slug)
    if dataset is None or dataset.sensitivity is not Sensitivity.OPEN or never_open(world, slug) is not None:
        return False
    return isinstance(decide(open_request(None, slug, at), world), Permit)


def never_open(world: World, slug: str) -> Refusal | None:
    """Why a dataset is sealed whatever it was classified as: records of single trips are never open."""
    dataset = world.datasets.get(slug)
    if dataset is None or dataset.standard is not Standard.MDS:
        return None
    return Refusal(Step.REGISTERED, denied("dataset.sensitive", "standard", subject=slug), slug)


def registered(world: World, purpose: str) -> str:
    """A purpose as it may be decided and written down: one of the register, or a word that is not in it."""
    if purpose in world.purposes:
        return purpose
    return UNKNOWN_PURPOSE if UNKNOWN_PURPOSE not in world.purposes else ""


def open_request(actor: str | None, slug: str, at: dt.datetime, purpose: str = OPEN_PURPOSE) -> Request:
    """To read a dataset as everybody may."""
    return Request(actor=actor, action=Action.READ, subject=slug, audience=Audience.OPEN, purpose=purpose, at=at)


def is_holder(world: World, slug: str, actor: Actor) -> bool:
    """Whether a reader holds the dataset and its key may read."""
    dataset = world.datasets.get(slug)
    return dataset is not None and dataset.holder == actor.member_id and "read" in actor.scopes


def must_see(front: Front, slug: str, actor: Actor) -> Entry:
    """The feed, if this reader may know more of it than the catalogue says.

    What is open is looked at freely; a look at a sealed feed is decided and written in the audit, denials included.

    Raises:
        NotFound: there is no such feed.
        Refused: it is sealed to this reader.
    """
    world, found, now = current_world(front), entry(front, slug), front.clock()
    if found.is_open:
        return found
    if is_holder(world, slug, actor):
        request = Request(
            actor=actor.member_id,
            action=Action.READ,
            subject=slug,
            audience=Audience.HOLDER,
            purpose=_any_purpose(world),
            at=now,
        )
    elif identified.may_read(world, slug, reading_as(actor), now):
        purpose = identified.purposes_of(world, slug, now)[0]
        request = identified.look(reading_as(actor), slug, now, purpose=purpose)
    else:
        request = open_request(reading_as(actor), slug, now, purpose=registered(world, OPEN_PURPOSE))
        if (sealed := never_open(world, slug)) is not None:
            refuse(front, request, Deny((sealed,)))
    decided(front, request)
    return found


def reading_as(actor: Actor) -> str | None:
    """Who reads: a key that is not for reading reads as the public does."""
    return actor.member_id if "read" in actor.scopes else None


def may_see(front: Front, slug: str, actor: Actor) -> bool:
    """Whether `must_see` would answer; asks nobody and writes nothing."""
    world, now = current_world(front), front.clock()
    if is_open(world, slug, now) or is_holder(world, slug, actor):
        return True
    return identified.may_read(world, slug, reading_as(actor), now)


def published_for(world: World, slug: str, at: dt.datetime) -> Audience:
    """For whom a feed's files are published at an instant: everybody, or whoever is identified."""
    is_identified = not is_open(world, slug, at) and bool(identified.purposes_of(world, slug, at))
    return Audience.IDENTIFIED if is_identified else Audience.OPEN


def _files(front: Front, session: Session, slug: str, version_id: int) -> tuple[Release, ...]:
    audience = published_for(current_world(front), slug, front.clock())
    found = release_records.releases(session, kind="open", version_id=version_id, audiences=[audience.value])
    return tuple(found)


def detail(front: Front, slug: str, actor: Actor) -> Detail | None:
    """A feed's current version with all that belongs to it; None while there is no good version.

    Raises:
        NotFound: there is no such feed.
        Refused: it is sealed to this reader.
    """
    seen = must_see(front, slug, actor)
    with front.records.read() as session:
        current = _current(session, slug)
        if current is None:
            return None
        _ = current.findings  # loaded while the session is open
        files = _files(front, session, slug, current.id)
        newest = tuple(feed_records.versions(session, slug, most=_NEWEST))
        return Detail(
            entry=seen,
            current=current,
            counts=severities(current.findings),
            files=files,
            attempts=tuple(feed_records.attempts(session, slug, most=5)),
            versions=newest,
            changed=_changed(front, session, slug, newest),
        )


def _changed(front: Front, session: Session, slug: str, among: tuple[Version, ...]) -> frozenset[int]:
    audience = published_for(current_world(front), slug, front.clock())
    told = release_records.versions_with(session, slug, DIFFERENCE, audience=audience.value)
    return frozenset(one.number for one in among if one.id in told)


def versions(front: Front, slug: str, actor: Actor, *, before: int | None, most: int) -> list[Version]:
    """A feed's versions, newest first.

    Raises:
        NotFound, Refused: as `must_see`.
    """
    must_see(front, slug, actor)
    with front.records.read() as session:
        return feed_records.versions(session, slug, before=before, most=most)


def version(front: Front, slug: str, number: int, actor: Actor) -> tuple[Version, tuple[Release, ...]]:
    """One version and its files.

    Raises:
        NotFound, Refused: as `must_see`; no such version.
    """
    must_see(front, slug, actor)
    with front.records.read() as session:
        found = feed_records.version(session, slug, number)
        _ = found.findings  # loaded while the session is open
        return found, _files(front, session, slug, found.id)


def file_of(
    front: Front, slug: str, part: str, *, actor: Actor, number: int | None = None, at: dt.date | None = None
) -> Release:
    """The release of one part of a feed: of the version `number`, else of the one kept at the end of the day `at`, else
    of the current one. Opening it is another question: see `hub.services.access`.

    Raises:
        NotFound: no such feed, version or part.
        Refused: the feed is sealed to this reader, who may not even learn which versions there are.
    """
    entry(front, slug)
    if not may_see(front, slug, actor):
        must_see(front, slug, actor)
    with front.records.read() as session:
        if number is not None:
            found: Version | None = feed_records.version(session, slug, number)
        else:
            found = _current(session, slug) if at is None else _as_of(front, session, slug, at)
        if found is None:
            raise NotFound(f"feed {slug!r} has no good version" + (f" of {at.isoformat()}" if at else ""))
        audience = published_for(current_world(front), slug, front.clock())
        return release_records.part_of_version(session, found.id, part, audience=audience.value)


def has_live(front: Front, slug: str) -> bool:
    """Whether anything of a feed is published live; for readers that may see the feed."""
    with front.records.read() as session:
        return live_records.live(session, slug) is not None


def severities(findings: Iterable[FindingRow]) -> dict[str, int]:
    """How often each severity was found, `error` first; severities that were not found count 0."""
    tally: Counter[str] = Counter()
    for finding in findings:
        tally[finding.severity] += finding.count
    return {name: tally[name] for name in ("error", "warning", "info")}


def tier_of(world: World, dataset: str, at: dt.datetime) -> Tier:
    """The most open tier that an agreement in force gives a dataset; sealed without any."""
    tiers = list(Tier)
    found = [one.tier for one in world.by_dataset.get(dataset, ()) if one.in_force(at)]
    return min(found, key=tiers.index, default=Tier.SEALED)


def cubes_with(world: World, slug: str) -> list[str]:
    """The registered cubes that a dataset is a part of, in any edition."""
    return sorted(
        cube.id for cube in world.cubes.values() if any(slug in edition.datasets for edition in cube.editions)
    )


def _any_purpose(world: World) -> str:
    # A holder needs no purpose to look at its own feed, but a request has to name one of the register.
    return OPEN_PURPOSE if OPEN_PURPOSE in world.purposes else min(world.purposes.purposes, default=OPEN_PURPOSE)


def _entry(world: World, dataset: Dataset, now: dt.datetime) -> Entry:
    return Entry(
        slug=dataset.id,
        title=dataset.title,
        standard=dataset.standard.value,
        holder=dataset.holder,
        holder_name=_name(world, dataset),
        licence=dataset.licence,
        territory=tuple(sorted(dataset.territory)),
        sensitivity=dataset.sensitivity.value,
        is_open=is_open(world, dataset.id, now),
    )


def _name(world: World, dataset: Dataset) -> Sentence:
    member = world.members.get(dataset.holder)
    return member.name if member else Sentence(dataset.holder, dataset.holder)


def _current(session: Session, slug: str) -> Version | None:
    feed = session.get(Feed, slug)
    return None if feed is None or feed.current_id is None else session.get(Version, feed.current_id)


def _as_of(front: Front, session: Session, slug: str, day: dt.date) -> Version | None:
    end, before = current_world(front).end_of(day + dt.timedelta(days=1)), None
    while batch := feed_records.versions(session, slug, before=before, most=_PAGE):
        for one in batch:
            if one.ingested_at < end:
                return one
        before = batch[-1].number
    return None
