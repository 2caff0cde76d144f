"""Where superseded slugs and names of other catalogues lead, as far as everybody may be told."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.catalogues import Name
from governance.world import World
from hub.errors import Conflict, NotFound
from hub.records import sources as records
from hub.services.catalogue import is_open, may_see
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a superseded slug leads in the end, and whether the commons' documents still hold the old one."""

    slug: str
    is_dataset: bool


def leading_on(front: Front) -> dict[str, Leads]:
    """Superseded slugs with the datasets that they lead to.

    That a feed which is not open once had another name is told only while the commons' documents hold that name too.
    """
    with front.records.read() as session:
        steps = records.redirects(session)
    if not steps:
        return {}
    try:
        world = current_world(front)
    except Conflict:  # no commons was loaded yet: nothing is shown to anybody
        return {}
    ends = {old: records.last_of(steps, old) for old in steps}
    return {old: Leads(end, old in world.datasets) for old, end in ends.items() if _may_be_told(front, world, old, end)}


def names_of(front: Front, slug: str) -> tuple[Name, ...]:
    """What other catalogues call a feed; for readers that may see the feed."""
    with front.records.read() as session:
        return records.names(session, slug)


def called(front: Front, identifier: str, actor: Actor) -> str:
    """The slug of the feed that other catalogues call by this id, if this reader may know more of it.

    Raises:
        NotFound: there is none, or several, or the reader may not.
    """
    with front.records.read() as session:
        steps = records.redirects(session)
        found = {records.last_of(steps, slug) for slug in records.called(session, identifier)}
    datasets = current_world(front).datasets
    visible = [slug for slug in sorted(found) if slug in datasets and may_see(front, slug, actor)]
    if len(visible) != 1:
        raise NotFound(f"no feed is called {identifier!r} by any catalogue")
    return visible[0]


def _may_be_told(front: Front, world: World, old: str, end: str) -> bool:
    return end in world.datasets and (is_open(world, end, front.clock()) or old in world.datasets)
