"""What is published live of a feed that everybody may read: the addresses that catalogues name."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from feeds.catalogues.offer import LiveDocument
from feeds.gbfs.conversion.publication import PUBLISHED
from governance.audiences import Audience
from governance.datasets import Standard
from governance.world import World
from hub.records import live as live_records
from hub.records.feed_models import Live
from hub.services.catalogue import is_open
from hub.services.front import Front
from hub.services.live_place import ADDRESS, base_of

_FEEDS: Final = "/api/v1/feeds"
_JSON: Final = "application/json"
_PROTOBUF: Final = "application/x-protobuf"


def offered_live(session: Session, world: World, slug: str, at: dt.datetime) -> Live | None:
    """What is published of a feed now, if nobody in particular is needed to read it; None else, and in doubt."""
    if not is_open(world, slug, at):
        return None
    row = live_records.live(session, slug)
    return row if row is not None and row.audience == Audience.OPEN.value else None


def documents(front: Front, session: Session, world: World, slug: str, at: dt.datetime) -> tuple[LiveDocument, ...]:
    """The documents of a feed that is published live, the newest form first; none of one that is not open."""
    if offered_live(session, world, slug, at) is None:
        return ()
    standard = world.datasets[slug].standard
    if standard is Standard.GBFS:
        base = base_of(front, slug)
        newest_first = sorted(PUBLISHED, reverse=True)
        return tuple(LiveDocument(f"live-{one}", f"{base}/{one}/gbfs.json", one, _JSON) for one in newest_first)
    if standard is Standard.GTFS_RT:
        return (LiveDocument("live", f"{front.public_url}{_FEEDS}/{slug}/realtime", "", _PROTOBUF),)
    return ()


def manifest_address(front: Front) -> str:
    """Where the list of all live GBFS systems is."""
    return f"{front.public_url}{ADDRESS}/manifest.json"
