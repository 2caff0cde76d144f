"""What taking in a catalogue would do to the registry: which feed each entry is, and what would be written of it.

A feed is known again by its external names, so the hub's own slug of it never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.catalogues import FeedList, Listed, Name
from feeds.catalogues.slugs import free_slug
from governance.world import World
from hub.errors import Conflict
from hub.records import sources as records
from hub.records.feed_models import Source
from hub.records.models import Feed
from hub.records.text import storable
from hub.services.registry_entries import Wanted, must_agree

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
_COMPARED = ("url", "title", "holder", "licence", "territory", "schedule")


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry of a catalogue does to the registry. `row` and `field` say where it stands in the file."""

    kind: str
    slug: str
    name: str
    row: int
    field: str = ""
    #: Of what changed: the fields. Of what was refused: why. Of what is new: what a person has to do yet.
    what: str = ""


@dataclass(slots=True)
class Step:
    """An entry, the feed that it is about, and what would be written."""

    listed: Listed
    slug: str
    wanted: Wanted
    changed: tuple[str, ...] = ()
    is_new: bool = False
    supersedes: tuple[str, ...] = ()
    #: Its name, and older ones that stood for nothing yet.
    names: tuple[Name, ...] = ()
    #: The dataset of the commons that is called as the list calls this feed: only a person can say that it is the same.
    namesake: str = ""

    def told(self) -> Change:
        """Its line in the table that a person reads."""
        changed = [*self.changed, *(f"supersedes {old}" for old in self.supersedes)]
        kind = NEW if self.is_new else CHANGED if changed else UNCHANGED
        what = "; ".join(self._to_do()) if self.is_new else ", ".join(changed)
        return Change(kind, self.slug, str(self.listed.name), self.listed.row, self.listed.field, what)

    def _to_do(self) -> Iterator[str]:
        if self.listed.needs_key:
            yield f"needs a key: `hub feeds credentials set {self.slug}`, then `hub feeds set {self.slug} --active`"
        if self.namesake:
            yield f"if it is the dataset {self.namesake}: `hub feeds rename {self.slug} {self.namesake}`"


class Plan:
    """What an import would do, from what is registered now; writes nothing."""

    def __init__(self, session: Session, world: World | None) -> None:
        self.session, self.world = session, world
        self.redirects = records.redirects(session)
        self.known = {name: records.last_of(self.redirects, slug) for name, slug in records.all_names(session).items()}
        self.sources = {one.slug: one for one in records.sources(session)}
        self.taken = {*self.sources, *self.redirects, *session.scalars(select(Feed.slug))}
        self.staying = set(world.datasets) if world is not None else set()
        self.taken |= self.staying
        self.schedules = {slug for slug, one in self.sources.items() if one.standard == "gtfs"}
        self.schedules |= set(session.scalars(select(Feed.slug).where(Feed.standard == "gtfs")))
        self.steps: list[Step] = []
        self.refused: list[Change] = []

    def make(self, catalogue: FeedList) -> None:
        """Plan each entry: first which feed it is, then, all of them being known, what would be written of it."""
        for bad in catalogue.refused:
            told = f"{bad.reason} ({bad.value})" if bad.value else bad.reason
            self.refused.append(Change(REFUSED, "", "", bad.row, bad.field, told))
        feeds = _with_older_names_once(catalogue.feeds)
        slugs = {one.name: self._slug_of(one) for one in feeds}
        # A feed that this list holds is superseded by nobody, and a dataset of the commons by a person alone.
        self.staying |= set(slugs.values())
        met: set[str] = set()
        # Real-time feeds last: the schedules that they speak of are there then.
        for one in sorted(feeds, key=lambda one: one.standard == "gtfs-rt"):
            slug = slugs[one.name]
            if slug in met:
                self._refuse(one, slug, f"feed {slug!r} is listed before")
            elif (step := self._step(one, slug, slugs)) is not None:
                self.steps.append(step)
                self.schedules |= {slug} if one.standard == "gtfs" else set()
            met.add(slug)

    def changes(self) -> tuple[Change, ...]:
        """Each entry's line, in the order of the file."""
        told = [*self.refused, *(step.told() for step in self.steps)]
        return tuple(sorted(told, key=lambda one: (one.row, one.field)))

    def hidden(self) -> list[str]:
        """Active feeds that would be fetched elsewhere or no more, and where: what a person would have to agree to."""
        moved = [
            f"{step.slug} → {step.listed.url}"
            for step in self.steps
            if "url" in step.changed and self.sources[step.slug].active
        ]
        gone = [f"{old} → {step.slug}" for step in self.steps for old in step.supersedes if self._is_active(old)]
        return [*moved, *gone]

    def _slug_of(self, one: Listed) -> str:
        names = (one.name, *one.supersedes)
        slug = next((self.known[name] for name in names if name in self.known), None)
        if slug is None:
            slug = free_slug(one.slug, self.taken)
        self.taken.add(slug)
        return slug

    def _step(self, one: Listed, slug: str, slugs: Mapping[Name, str]) -> Step | None:
        source = self.sources.get(slug)
        older = {self.known[name] for name in one.supersedes if name in self.known} & set(self.sources) - self.staying
        self.staying |= older
        try:
            must_agree(self.world, self.session.get(Feed, slug), slug, one.standard)
            for there in filter(None, (source, *(self.sources.get(old) for old in older))):
                _must_be(there, one.standard)
        except Conflict as fault:
            self._refuse(one, slug, str(fault))
            return None
        wanted = self._wanted(one, slugs)
        names = tuple(name for name in one.supersedes if name not in self.known and name.is_plain())
        step = Step(one, slug, wanted, names=(one.name, *names), supersedes=tuple(sorted(older)))
        if source is None:
            wanted = replace(wanted, active=not one.needs_key)
            return replace(step, wanted=wanted, is_new=True, namesake=self._namesake(one, slug))
        return replace(step, changed=_changed(source, wanted))

    def _wanted(self, one: Listed, slugs: Mapping[Name, str]) -> Wanted:
        # What a catalogue does not say is left as it is.
        return Wanted(
            url=one.url,
            title=_text(one.title),
            holder=_text(one.holder),
            licence=_text(one.licence),
            territory=_text(one.territory),
            schedule=self._schedule(one, slugs),
        )

    def _schedule(self, one: Listed, slugs: Mapping[Name, str]) -> str | None:
        if one.schedule is None:
            return None
        slug = slugs.get(one.schedule) or self.known.get(one.schedule)
        return slug if slug in self.schedules else None

    def _namesake(self, one: Listed, slug: str) -> str:
        dataset = self.world.datasets.get(one.slug) if self.world is not None else None
        same = dataset is not None and one.slug not in (slug, *self.sources) and dataset.standard == one.standard
        return one.slug if same else ""

    def _is_active(self, slug: str) -> bool:
        return slug in self.sources and self.sources[slug].active

    def _refuse(self, one: Listed, slug: str, why: str) -> None:
        self.refused.append(Change(REFUSED, slug, str(one.name), one.row, one.field, why))


def _must_be(source: Source, standard: str) -> None:
    if source.standard != standard:
        raise Conflict(f"feed {source.slug!r} is {source.standard.upper()}, not {standard.upper()}")


def _changed(source: Source, wanted: Wanted) -> tuple[str, ...]:
    told = {name: getattr(wanted, name) for name in _COMPARED}
    return tuple(name for name, value in told.items() if value is not None and value != getattr(source, name))


def _with_older_names_once(feeds: Sequence[Listed]) -> list[Listed]:
    # Of a name that the list still holds, or that an entry before it superseded, an entry is not the successor.
    spoken = {one.name for one in feeds}
    found = []
    for one in feeds:
        older = tuple(name for name in one.supersedes if name not in spoken)
        spoken.update(older)
        found.append(replace(one, supersedes=older))
    return found


def _text(told: str) -> str | None:
    return storable(told.strip()) or None
