"""What happened to feeds, as a reader may know it: of one feed, or of all that the reader may see."""

from __future__ import annotations

from hub.records import happenings as happening_records
from hub.services.catalogue import is_open, may_see, must_see
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.notices import Notice, notice_of


def of_feed(front: Front, slug: str, actor: Actor, *, most: int, after: int = 0) -> list[Notice]:
    """What happened to one feed, newest first, leaving out the `after` newest.

    Raises:
        NotFound: there is no such feed.
        Refused: it is sealed to this reader.
    """
    must_see(front, slug, actor)
    return _newest(front, [slug], most=most, after=after)


def of_all(front: Front, actor: Actor, *, most: int, after: int = 0) -> list[Notice]:
    """What happened to all feeds that a reader may see, newest first, leaving out the `after` newest.

    A look at what happened to a feed that is not open to everybody is decided and written down, as any look at it.
    """
    world, now = current_world(front), front.clock()
    found = _newest(front, [slug for slug in world.datasets if may_see(front, slug, actor)], most=most, after=after)
    for slug in sorted({notice.slug for notice in found if not is_open(world, notice.slug, now)}):
        must_see(front, slug, actor)
    return found


def _newest(front: Front, slugs: list[str], *, most: int, after: int) -> list[Notice]:
    world = current_world(front)
    with front.records.read() as session:
        rows = happening_records.newest(session, slugs, most=most, after=after)
    return [notice_of(world, row) for row in rows]
