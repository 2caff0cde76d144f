"""A poll's part in the history of a system: that it was made, and what it changed of vehicles and docks."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from feeds.errors import FeedError
from feeds.gbfs import read as read_system
from feeds.gbfs.history import SERIES
from hub.errors import Conflict
from hub.services.back import Back
from hub.services.history import append_snapshot
from hub.services.polling.documents import NOW, Shelf, laid_out
from hub.services.polling.notes import FACTS, remembered_of

log = logging.getLogger(__name__)


def remember(back: Back, shelf: Shelf, now: dt.datetime) -> None:
    """Add the poll to the history, where it says anything that can be remembered.

    Raises:
        StorageError: it could not be written.
    """
    try:
        _append(back, shelf, now)
    except (FeedError, Conflict) as fault:  # readers have what came; nothing can be remembered, or its day is over
        log.info("%s: nothing of it can be remembered: %s", shelf.slug, fault)


def _append(back: Back, shelf: Shelf, now: dt.datetime) -> None:
    """Add the poll to the history. One that says what the history knows already in this hour adds its instant alone:
    that nothing changed was seen, too.
    """
    said = _said_now(shelf, now)
    if back.vault.note(FACTS, remembered_of(shelf.slug)) == said:
        append_snapshot(back, shelf.slug, {}, now)
        return
    append_snapshot(back, shelf.slug, _states(back, shelf), now)
    # Not before: what a full disk or a kill kept out of the history is written with the next poll.
    back.vault.keep_note(FACTS, remembered_of(shelf.slug), said)


def _said_now(shelf: Shelf, now: dt.datetime) -> bytes:
    """What the system says of its vehicles and docks, and in which hour, as a digest."""
    whole = hashlib.sha256(now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H").encode())
    for name in sorted(shelf.kept.keys() & NOW):
        whole.update(name.encode() + hashlib.sha256(shelf.kept[name]).digest())
    return whole.hexdigest().encode()


def _states(back: Back, shelf: Shelf) -> dict[str, pa.Table]:
    with back.vault.stage() as work:
        folder = laid_out(shelf, work, NOW | {"system_information"})
        reading = read_system(folder, _tables(work), limits=back.limits)
        told = {one.table for one in SERIES.values()} & reading.tables.keys()
        return {name: pq.read_table(reading.tables[name]) for name in told if reading.rows.get(name)}


def _tables(work: Path) -> Path:
    folder = work / "tables"
    folder.mkdir()
    return folder
