"""The discovery document, ``gbfs.json``: which files a system publishes, and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from feeds.errors import NotAFeed
from feeds.gbfs.documents import Document, document

_FILE = "gbfs.json"


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a discovery document says.

    `feeds` maps each language to the addresses of its files by name. From 3.0 on there is one list for all languages
    and its key is the empty text. Addresses are as published: whoever fetches them judges them first. Entries without
    name or address are not among them; the schema check tells them.
    """

    version: str
    feeds: Mapping[str, Mapping[str, str]]
    ttl_s: int
    last_updated: dt.datetime

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have files of their own (none from 3.0 on)."""
        return tuple(language for language in self.feeds if language)


def discover(content: bytes) -> Discovery:
    """Read the bytes of a ``gbfs.json``.

    Raises:
        NotAFeed: anything else than a discovery document, with the place where it goes wrong.
        UnsupportedVersion: a version that is not read.
    """
    return discovery(document(content, _FILE))


def discovery(found: Document) -> Discovery:
    """The discovery that a document holds; raises as `discover` does."""
    lists = _lists(found.data)
    feeds = {language: _addresses(entries) for language, entries in lists.items()}
    if not any(feeds.values()):
        _refuse(lists, found.file)
    return Discovery(found.version or "1.0", feeds, found.ttl_s, found.last_updated)


def _lists(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The lists of files: ``data.feeds`` from 3.0, ``data.<language>.feeds`` before."""
    if isinstance(data.get("feeds"), list):
        return {"": data["feeds"]}
    return {
        language: part["feeds"]
        for language, part in data.items()
        if isinstance(part, dict) and isinstance(part.get("feeds"), list)
    }


def _addresses(entries: list[Any]) -> dict[str, str]:
    """The entries that can be used: one bad entry is no reason to lose the files of the others."""
    addresses: dict[str, str] = {}
    for entry in entries:
        if _fault(entry) is None:
            addresses.setdefault(entry["name"], entry["url"].strip())
    return addresses


def _fault(entry: Any) -> tuple[str, str] | None:
    """What is wrong with an entry, and with which of its fields."""
    if not isinstance(entry, dict):
        return "an entry that is no object", ""
    for name in ("name", "url"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            return f"an entry without {name}", f".{name}"
    return None


def _refuse(lists: Mapping[str, list[Any]], file: str) -> NoReturn:
    """Say why not one file is named: what is wrong with the first entry, or that there is none."""
    for language, entries in lists.items():
        for row, entry in enumerate(entries, start=1):
            reason, field = _fault(entry) or ("", "")
            where = f"data.{language}.feeds" if language else "data.feeds"
            raise NotAFeed(reason, file=file, row=row, field=where + field)
    raise NotAFeed("a discovery document that lists no file", file=file, field="data")
