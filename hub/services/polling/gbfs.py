"""One poll of a GBFS system: the files whose time is up, once, in this system's turn; then all that follows from them.

A good answer is kept before anything is made of it; a bad one changes nothing, and the other files go on. What readers
get, the history, and (when the system changed, or each day) a version come from what is kept, never from a second
question.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Collection
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from feeds.errors import FeedError
from feeds.findings import Report
from feeds.gbfs import over_time
from feeds.gbfs import read as read_system
from feeds.gbfs.history import SERIES
from hub.errors import Conflict, NotFound, Refused
from hub.records.feed_models import Source
from hub.services import live
from hub.services.back import Back
from hub.services.history import append_snapshot
from hub.services.ingest import ingest
from hub.services.judging import observe
from hub.services.obtain import shown_source
from hub.services.polling import documents, rhythm
from hub.services.polling.asking import errands as errands_of
from hub.services.polling.documents import GBFS, Shelf
from hub.services.publish import publish_if_open

log = logging.getLogger(__name__)

#: Files that say what is so now; all others say what the system is.
_NOW: Final = frozenset(
    ("station_status", "free_bike_status", "vehicle_status", "vehicle_availability", "system_alerts")
)
#: A system is judged whole each day, if it did not change before.
_WHOLE: Final = dt.timedelta(days=1)
_VEHICLES: Final = frozenset(("free_bike_status", "vehicle_status"))
_FACTS: Final = "live-facts"
#: Names of 1.x and 2.x by those of 3.0.
_NEW_NAMES: Final = {"free_bike_status": "vehicle_status"}


def poll(back: Back, source: Source, now: dt.datetime) -> dt.datetime:
    """Ask for what is stale and take it in; answers with when the next file goes stale.

    Raises:
        FetchError: no file that was asked for came.
        FeedError: what came is no GBFS.
    """
    with live.turn(back, source.slug):
        shelf = Shelf.open(back, source.slug)
        until = _ask(back, shelf, source, now)
        _let_out(back, shelf, until, now)
    if shelf.changed & _NOW:
        _remembered_or_told(back, shelf, now)
    found = _watch(back, shelf, now)
    if _is_another(back, shelf, now):
        _take_in(back, shelf, source, now, found)
    return rhythm.after_success(
        source.standard, source.slug, now, every_s=source.every_s, stale_at=[until[name] for name in until]
    )


def _ask(back: Back, shelf: Shelf, source: Source, now: dt.datetime) -> dict[str, dt.datetime]:
    errands = errands_of(back, source, now, kept=shelf.kept)
    holds = documents.not_before(shelf, now)
    try:
        with back.vault.stage() as work:
            if GBFS not in holds or holds[GBFS] <= now:
                documents.ask(shelf, errands, GBFS, source.url, work)
            named = documents.addresses(shelf)
            for name, url in named.items():
                if name not in holds or holds[name] <= now:
                    documents.ask(shelf, errands, name, url, work)
    finally:
        errands.write_log(back.front.records)
    if shelf.asked and shelf.faults.keys() == shelf.asked:
        raise next(iter(shelf.faults.values()))
    shelf.drop(shelf.kept.keys() - named.keys() - {GBFS})
    until = documents.settle(shelf, errands, now)
    return until | dict.fromkeys(shelf.faults, now + documents.LATER)


def _let_out(back: Back, shelf: Shelf, until: dict[str, dt.datetime], now: dt.datetime) -> None:
    ttls = {name: (until[name] - now).total_seconds() for name in shelf.kept if name in until}
    try:
        live.put(back, shelf.slug, dict(shelf.kept), at=now, ttls=ttls)
    except (NotFound, Conflict, Refused):
        return  # not of the commons, or not open: kept for its holder, published to nobody
    except FeedError as fault:
        log.info("%s: nothing of it can be published: %s", shelf.slug, fault)


def _remember(back: Back, shelf: Shelf, now: dt.datetime) -> None:
    with back.vault.stage() as work:
        folder = _laid_out(shelf, work, (shelf.changed & _NOW) | {"system_information"})
        reading = read_system(folder, _empty(work, "tables"), limits=back.limits)
        told = {one.table for one in SERIES.values()} & reading.tables.keys()
        tables = {name: pq.read_table(reading.tables[name]) for name in told if reading.rows.get(name)}
    append_snapshot(back, shelf.slug, tables, now)


def _remembered_or_told(back: Back, shelf: Shelf, now: dt.datetime) -> None:
    try:
        _remember(back, shelf, now)
    except FeedError as fault:  # readers have what came as it came; there is nothing in it to remember
        log.info("%s: nothing of it can be remembered: %s", shelf.slug, fault)


def _watch(back: Back, shelf: Shelf, now: dt.datetime) -> Report:
    """What only successive polls show: it steps the standings, and is told with the next version."""
    note = back.vault.note(_FACTS, f"{shelf.slug}.memory.json")
    before = None if note is None else over_time.Memory.from_plain(json.loads(note))
    if before is not None and not shelf.asked:
        return over_time.report(before)
    came = shelf.asked - shelf.faults.keys() - {GBFS}
    if came & _VEHICLES:  # vehicles at stations are placed by these
        came |= {"station_information"} & shelf.kept.keys()
    spoken = {_NEW_NAMES.get(name, name): name for name in came if "/" not in name}
    parsed = {new: documents.read(shelf.kept[name], name) for new, name in spoken.items()}
    memory = over_time.advance(before, over_time.Poll.of(parsed, now))
    back.vault.keep_note(_FACTS, f"{shelf.slug}.memory.json", json.dumps(memory.plain()).encode())
    with back.front.records.write() as session:
        observe(session, shelf.slug, over_time.verdicts(memory), now)
    return over_time.report(memory)


def _is_another(back: Back, shelf: Shelf, now: dt.datetime) -> bool:
    """Whether the system itself changed since it was last taken in as a version, or that is a day ago."""
    known = _facts(back, shelf.slug)
    if now - dt.datetime.fromisoformat(known["at"]) >= _WHOLE:
        return True
    return bool(shelf.changed - _NOW) and known["digest"] != _system_digest(shelf)


def _take_in(back: Back, shelf: Shelf, source: Source, now: dt.datetime, found: Report) -> None:
    with back.vault.stage() as work:
        folder = _laid_out(shelf, work, shelf.kept.keys())
        told = f"{shown_source(source.url)} (polled)"
        try:
            done = ingest(back, str(folder), slug=shelf.slug, standard=source.standard, told=told, beside=found)
        except FeedError as refusal:  # the attempt says so; it is tried again when it is another, or tomorrow
            log.info("%s: %s", shelf.slug, refusal)
        else:
            publish_if_open(back, done)
    facts = {"at": now.isoformat(), "digest": _system_digest(shelf)}
    back.vault.keep_note(_FACTS, f"{shelf.slug}.json", json.dumps(facts).encode())


def _facts(back: Back, slug: str) -> dict[str, str]:
    note = back.vault.note(_FACTS, f"{slug}.json")
    never = {"at": dt.datetime.min.replace(tzinfo=dt.UTC).isoformat(), "digest": ""}
    return never if note is None else dict(json.loads(note))


def _system_digest(shelf: Shelf) -> str:
    """Over what the system is: the files' data, without when each was written."""
    whole = hashlib.sha256()
    for name in sorted(shelf.kept):
        if name.rpartition("/")[2] not in _NOW:
            whole.update(name.encode() + b"\0" + documents.said(shelf.kept[name], name) + b"\n")
    return whole.hexdigest()


def _laid_out(shelf: Shelf, work: Path, names: Collection[str]) -> Path:
    """A folder of files as a system is read from: those of the first language."""
    folder = _empty(work, "system")
    for name in names:
        if "/" not in name and name in shelf.kept:
            (folder / f"{name}.json").write_bytes(shelf.kept[name])
    return folder


def _empty(work: Path, name: str) -> Path:
    folder = work / name
    folder.mkdir()
    return folder
