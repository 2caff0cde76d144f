"""The documents of a GBFS system that the poller keeps: the newest good one of each file, as bytes, in the vault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import select

from feeds.errors import FeedError, NotAFeed
from feeds.gbfs.discovery import Discovery, discovery
from feeds.gbfs.documents import Document, document
from hub.errors import FetchError
from hub.records import held as held_records
from hub.records.feed_models import Fetch
from hub.services.back import Back
from hub.services.errands import Errands

GBFS: Final = "gbfs"
#: Files that say something in a language; all others are the same in each.
_WORDS: Final = frozenset(
    ("system_information", "station_information", "system_regions", "system_pricing_plans", "system_alerts")
)
_MOST_FILES: Final = 60
_FOLDER: Final = "live"
#: How long a file that could not be had is left alone.
LATER: Final = dt.timedelta(minutes=2)


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

    @classmethod
    def open(cls, back: Back, slug: str) -> Shelf:
        """As it is kept."""
        folder = f"{_FOLDER}/{slug}"
        names = back.vault.notes(folder)
        found = {_document_name(name): back.vault.note(folder, name) for name in names}
        return cls(back, slug, {name: content for name, content in found.items() if content is not None})

    def put(self, name: str, content: bytes) -> None:
        """Keep a document in the place of the one before."""
        if self.kept.get(name) != content:
            self.back.vault.keep_note(f"{_FOLDER}/{self.slug}", _note_name(name), content)
            self.kept[name] = content
            self.changed.add(name)

    def drop(self, names: set[str]) -> None:
        """Keep no more what the system does not name any more."""
        for name in names & self.kept.keys():
            self.back.vault.drop_note(f"{_FOLDER}/{self.slug}", _note_name(name))
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
            _ = document(content, f"{name}.json")  # an error page, half a file: said here, and not kept
            shelf.put(name, content)
    except (FeedError, FetchError) as fault:
        errands.not_taken(name)
        shelf.faults[name] = fault


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
    named = dict(_named(found))
    if len(named) > _MOST_FILES:
        raise NotAFeed(f"names {len(named)} files, more than {_MOST_FILES}", file="gbfs.json", field="data.feeds")
    return named


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
        errands.keep(session)
        rows = held_records.held(session, slug)
        for name, row in rows.items():
            if name not in shelf.kept:
                session.delete(row)
            elif name in shelf.faults:
                row.fresh_until = now + LATER
            elif row.asked_at == now:
                row.fresh_until = now + dt.timedelta(seconds=read(shelf.kept[name], name).ttl_s)
        return {name: row.fresh_until or now for name, row in rows.items() if name in shelf.kept}


def not_before(shelf: Shelf, now: dt.datetime) -> Mapping[str, dt.datetime]:
    """When each document may be asked for again: when it goes stale, or some time after it could not be had."""
    recent = select(Fetch).where(Fetch.slug == shelf.slug, Fetch.at > now - LATER).order_by(Fetch.id)
    with shelf.back.front.records.read() as session:
        tried = {row.name: row.at + LATER for row in session.scalars(recent) if row.name not in shelf.kept}
        rows = held_records.held(session, shelf.slug)
    return tried | {name: row.fresh_until for name, row in rows.items() if row.fresh_until and name in shelf.kept}


def _note_name(name: str) -> str:
    return name.replace("/", "..")


def _document_name(note: str) -> str:
    return note.replace("..", "/")


def _is_name(name: str) -> bool:
    return name.replace("_", "").replace("-", "").isascii() and name.replace("_", "").replace("-", "").isalnum()
