"""The documents of a GBFS system that the poller keeps: the newest good one of each file, as bytes, in the vault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import select

from feeds.errors import FeedError, NotAFeed
from feeds.gbfs.discovery import Discovery, discovery
from feeds.gbfs.documents import Document, document
from hub.errors import FetchError
from hub.records import fetches
from hub.records import held as held_records
from hub.records.feed_models import Fetch, Source
from hub.services.back import Back
from hub.services.errands import Errands
from hub.services.polling.rhythm import AHEAD, GBFS_S

GBFS: Final = "gbfs"
#: Files that say something in a language; all others are the same in each.
_WORDS: Final = frozenset(
    ("system_information", "station_information", "system_regions", "system_pricing_plans", "system_alerts")
)
#: Files that say what is so now; all others say what the system is.
NOW: Final = frozenset(
    ("station_status", "free_bike_status", "vehicle_status", "vehicle_availability", "system_alerts")
)
_MOST_FILES: Final = 60
_LONGEST_NAME: Final = 60
_FOLDER: Final = "live"
#: How long a file that could not be had is left alone.
LATER: Final = dt.timedelta(minutes=2)
#: How often the discovery document is asked for at least.
_AT_LEAST: Final = dt.timedelta(seconds=GBFS_S[1])
#: And where a file that it names could not be had.
_DOUBTED: Final = dt.timedelta(minutes=10)
_BAD: Final = (fetches.FAILED, fetches.REFUSED)


def folder_of(slug: str) -> str:
    """Where the documents of a system lie in the vault."""
    return f"{_FOLDER}/{slug}"


@dataclass(slots=True)
class Shelf:
    """What is kept of a system: documents by name (``station_status``, ``fr/system_information``)."""

    back: Back
    slug: str
    kept: dict[str, bytes] = field(default_factory=dict)
    #: The documents that were asked for now, and those of them that are others than before.
    asked: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    #: What went wrong with single files, by their name: the one before stays.
    faults: dict[str, FeedError | FetchError] = field(default_factory=dict)
    #: Takes out of a document what lets the hub in, where its server wrote that into it.
    clean: Callable[[bytes], bytes] = bytes

    @classmethod
    def open(cls, back: Back, slug: str) -> Shelf:
        """As it is kept."""
        folder = folder_of(slug)
        names = back.vault.notes(folder)
        found = {_document_name(name): back.vault.note(folder, name) for name in names}
        return cls(back, slug, {name: content for name, content in found.items() if content is not None})

    def told(self, name: str) -> bytes:
        """A document as it may leave: what is kept is what came, for its addresses and digest are needed so."""
        return self.clean(self.kept[name])

    def put(self, name: str, content: bytes) -> None:
        """Keep a document in the place of the one before."""
        if self.kept.get(name) != content:
            self.back.vault.keep_note(folder_of(self.slug), _note_name(name), content)
            self.kept[name] = content
            self.changed.add(name)

    def drop(self, names: set[str]) -> None:
        """Keep no more what the system does not name any more."""
        for name in names & self.kept.keys():
            self.back.vault.drop_note(folder_of(self.slug), _note_name(name))
            del self.kept[name]
            self.changed.add(name)


def ask(shelf: Shelf, errands: Errands, name: str, url: str, work: Path) -> None:
    """Ask for one file; a bad answer is noted among the faults, and the good one before stays."""
    target = work / _note_name(name)
    shelf.asked.add(name)
    try:
        answer = errands.ask(name, url, target)
        if not answer.not_modified:
            content = target.read_bytes()
            _must_be_usable(content, name)
            shelf.put(name, content)
    except FetchError as fault:
        shelf.faults[name] = fault
    except FeedError as fault:
        errands.not_taken(name, fault)
        shelf.faults[name] = fault


def _must_be_usable(content: bytes, name: str) -> None:
    """An error page, half a file, a list of nothing: said at once, and not kept in the place of a good one."""
    found = document(content, f"{name}.json")
    if name == GBFS:
        discovery(found)


def read(content: bytes, name: str) -> Document:
    """A kept document."""
    return document(content, f"{name}.json")


def said(content: bytes, name: str) -> bytes:
    """What a kept document says, in one spelling, without when it was written."""
    return orjson.dumps(read(content, name).data, option=orjson.OPT_SORT_KEYS)


def addresses(shelf: Shelf) -> dict[str, str]:
    """Where the system's files are, by the name of the document; the discovery's own is not among them.

    Raises:
        FeedError: there is no usable discovery document.
    """
    if GBFS not in shelf.kept:
        raise shelf.faults.get(GBFS) or NotAFeed("there is no discovery document", file="gbfs.json")
    found = discovery(read(shelf.kept[GBFS], GBFS))
    # The first language comes first; of a system in very many, the last ones are not asked for.
    return dict(islice(_named(found), _MOST_FILES))


def _named(found: Discovery) -> Iterator[tuple[str, str]]:
    languages = [language for language, files in found.feeds.items() if files]
    for place, language in enumerate(languages):
        for name, url in found.feeds[language].items():
            if name in (GBFS, "gbfs_versions") or not _is_name(name):
                continue
            if place == 0:
                yield name, url
            elif name in _WORDS and _is_name(language):
                yield f"{language}/{name}", url


def settle(shelf: Shelf, errands: Errands, now: dt.datetime) -> dict[str, dt.datetime]:
    """Write down what is held, and until when: each document for its own ``ttl`` from when its server was asked."""
    slug = shelf.slug
    with shelf.back.front.records.write() as session:
        if session.get(Source, slug) is None:  # renamed while it was asked: all that is held goes by the new name
            return {}
        errands.keep(session)
        rows = held_records.held(session, slug)
        for name, row in rows.items():
            if name not in shelf.kept:
                session.delete(row)
            elif row.asked_at == now:
                row.fresh_until = now + dt.timedelta(seconds=read(shelf.kept[name], name).ttl_s)
        return {name: row.fresh_until or now for name, row in rows.items() if name in shelf.kept}


def not_before(shelf: Shelf, now: dt.datetime, *, all_failed: bool = False) -> dict[str, dt.datetime]:
    """When each document may be asked for again: when it goes stale, or some time after it could not be had.

    The discovery document is asked for each hour whatever it says, and sooner where a file that it names could not be
    had: the address may be what is wrong. With `all_failed` the whole system waited already, and longer each time. What
    a clock that ran ahead wrote counts for nothing.
    """
    recent = select(Fetch).where(Fetch.slug == shelf.slug, Fetch.at > now - _DOUBTED).order_by(Fetch.id)
    with shelf.back.front.records.read() as session:
        newest = {row.name: row for row in session.scalars(recent) if row.at <= now + AHEAD}
        held = held_records.held(session, shelf.slug)
    rows = {name: row for name, row in held.items() if row.asked_at <= now + AHEAD}
    bad = {name: row for name, row in newest.items() if row.outcome in _BAD or name not in shelf.kept}
    late = {} if all_failed else {name: row.at + LATER for name, row in bad.items()}
    found = {name: row.fresh_until for name, row in rows.items() if row.fresh_until and name in shelf.kept} | late
    if GBFS in rows and GBFS in found and GBFS not in late:
        most = _DOUBTED if late else _AT_LEAST
        found[GBFS] = min(found[GBFS], rows[GBFS].asked_at + most)
    return found


def laid_out(shelf: Shelf, work: Path, names: Collection[str]) -> Path:
    """A folder of files as a system is read from: those of the first language."""
    folder = work / "system"
    folder.mkdir()
    for name in names:
        if "/" not in name and name in shelf.kept:
            (folder / f"{name}.json").write_bytes(shelf.told(name))
    return folder


def _note_name(name: str) -> str:
    return name.replace("/", "..")


def _document_name(note: str) -> str:
    return note.replace("..", "/")


def _is_name(name: str) -> bool:
    plain = name.replace("_", "").replace("-", "")
    return len(name) <= _LONGEST_NAME and plain.isascii() and plain.isalnum()
