"""Until when what the hub received is kept, and which clause says so (`governance.retention`): asked, never acted on.

Counted from the day on which a source last said that this is its content. Days are UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.bilingual import Sentence
from governance.datasets import Standard
from governance.retention import Limit, held_by, limit
from governance.world import World
from hub.records import feeds as feed_records
from hub.records import sources as source_records
from hub.records.models import Attempt, Version
from hub.services.front import Front
from hub.services.registry_entries import world_or_none

_UNLIMITED: Final = Sentence(
    "Aucun accord ne limite la conservation, et aucune licence non plus.",
    "No agreement limits how long it is kept, and no licence does.",
)
_LIMITED: Final = Sentence(
    "L'accord {agreement} fixe une conservation de {value}.", "Agreement {agreement} sets a retention of {value}."
)
_SEALED: Final = Sentence(
    "L'accord {agreement} fixe une conservation de {value} : les fichiers reçus partent ; les relevés restent, car "
    "tout chiffre commun est vérifié sur eux.",
    "Agreement {agreement} sets a retention of {value}: the files that came go; the records stay, because every joint "
    "number is audited over them.",
)
_HELD: Final = Sentence(
    "Rien n'est supprimé tant que l'interdiction {prohibition} dure : c'est peut-être une preuve.",
    "Nothing is removed while the prohibition {prohibition} lasts: it may be evidence.",
)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Until when one version's content is kept (`until` is the first day without it; None: for good), and why."""

    until: dt.date | None
    why: Sentence

    def is_over(self, now: dt.datetime) -> bool:
        """Whether it is to go."""
        return self.until is not None and self.until <= now.astimezone(dt.UTC).date()


@dataclass(frozen=True, slots=True)
class Days:
    """For how many days back the polls of feeds are kept, where that is limited; and the feeds that lose nothing."""

    shortest: Mapping[str, int]
    held: frozenset[str]


def of_versions(front: Front, session: Session, slug: str) -> dict[int, Keeping]:
    """The newest versions of a feed, by number. For those who may see the feed: days and clauses tell of it."""
    world, now = world_or_none(front), front.clock()
    received, found = last_received(session, slug), feed_records.versions(session, slug)
    return {one.number: keeping(world, slug, received.get(one.id, one.ingested_at), now) for one in found}


def keeping(world: World | None, slug: str, received: dt.datetime, now: dt.datetime) -> Keeping:
    """How long what a feed last gave at an instant is kept."""
    if world is None or slug not in world.datasets:
        return Keeping(None, _UNLIMITED)
    if (held := held_by(world, slug, now)) is not None:
        return Keeping(None, _HELD.filled(prohibition=held.id))
    found = limit(world, slug, received=received, at=now)
    if found is None:
        return Keeping(None, _UNLIMITED)
    said = _SEALED if world.datasets[slug].standard is Standard.MDS else _LIMITED
    until = found.until(received.astimezone(dt.UTC).date())
    return Keeping(until, said.filled(agreement=found.agreement, value=found.term.value))


def last_received(session: Session, slug: str) -> dict[int, dt.datetime]:
    """When each version's content last came, or was last said to be the answer still, by the version's id."""
    query = select(Attempt.version_id, func.max(Attempt.at)).where(Attempt.feed_slug == slug)
    rows = session.execute(query.group_by(Attempt.version_id))
    return {version: at for version, at in rows if version is not None}


def days_of(front: Front, slugs: Iterable[str], now: dt.datetime) -> Days:
    """What the agreements say of the polls of some feeds, under their own name and the one that it leads to."""
    world = world_or_none(front)
    if world is None:
        return Days({}, frozenset())
    with front.records.read() as session:
        steps = source_records.redirects(session)
    named = {slug: {slug, source_records.last_of(steps, slug)} for slug in slugs}
    # Polls of many days lie together, so every agreement counts that ever bound.
    found = {slug: [_ever(world, name, now) for name in names] for slug, names in named.items()}
    today = now.astimezone(dt.UTC).date()
    days = {slug: [one.days(today) for one in limits if one is not None] for slug, limits in found.items()}
    held = {slug for slug, names in named.items() if any(held_by(world, name, now) for name in names)}
    return Days({slug: min(some) for slug, some in days.items() if some}, frozenset(held))


def _ever(world: World, slug: str, now: dt.datetime) -> Limit | None:
    return limit(world, slug, received=dt.datetime.min.replace(tzinfo=dt.UTC), at=now)


def over(front: Front, session: Session, slug: str, now: dt.datetime) -> list[Version]:
    """The versions of a feed whose content is to go."""
    world = world_or_none(front)
    if world is None or _ever(world, slug, now) is None:
        return []
    received, found = last_received(session, slug), feed_records.versions(session, slug, most=None)
    return [one for one in found if keeping(world, slug, received.get(one.id, one.ingested_at), now).is_over(now)]
