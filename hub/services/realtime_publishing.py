"""Let readers have a feed's newest message, after a decision (`hub.services.live_letting`)."""

from __future__ import annotations

import datetime as dt

from governance.datasets import Standard
from hub.records import live as live_records
from hub.released import Stored
from hub.services.back import Back
from hub.services.live_letting import let_out, must_be_permitted
from hub.services.live_place import packs, remove_old
from hub.services.realtime_pack import MESSAGE


def publish(back: Back, slug: str, content: bytes, *, at: dt.datetime, fresh_s: float) -> None:
    """Publish an object in the place of the one before; it is what holds until `fresh_s` after `at`.

    Raises:
        NotFound: no such feed in the commons.
        Conflict: it is registered there as another standard.
        Refused: the decision denied it; what was published before is withdrawn, and that is in the log.
    """
    front = back.front
    must_be_permitted(back, slug, at, Standard.GTFS_RT)
    with front.records.read() as session:
        before = live_records.live(session, slug)
    stored = packs(front, slug).put(content)
    _let_out(back, slug, stored, at=at, fresh_s=fresh_s)
    remove_old(front, slug, keep={stored.digest, before.digest if before is not None else ""})


def prolong(back: Back, slug: str, *, at: dt.datetime, fresh_s: float) -> bool:
    """Say that what is published holds until `fresh_s` after `at`; answers whether anything is.

    Raises:
        NotFound, Conflict, Refused: as `publish`.
    """
    with back.front.records.read() as session:
        row = live_records.live(session, slug)
    if row is None:
        return False
    _let_out(back, slug, Stored(row.digest, row.size), at=at, fresh_s=fresh_s)
    return True


def _let_out(back: Back, slug: str, stored: Stored, *, at: dt.datetime, fresh_s: float) -> None:
    fresh = {MESSAGE: at.timestamp() + fresh_s}
    let_out(back, slug, stored, inputs=stored.digest, at=at, fresh=fresh, standard=Standard.GTFS_RT)
