"""The discovery document, ``gbfs.json``: which files a system publishes, and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feeds.errors import NotAFeed
from feeds.gbfs.documents import Document, document

_FILE = "gbfs.json"


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a discovery document says.

    `feeds` maps each language to the addresses of its files by name. From 3.0 on there is one list for all languages
    and its key is the empty text. Addresses are as published: whoever fetches them judges them first.
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
    if not any(lists.values()):
        raise NotAFeed("a discovery document that lists no file", file=found.file, field="data")
    feeds = {language: _addresses(entries, found.file, language) for language, entries in lists.items()}
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


def _addresses(entries: list[Any], file: str, language: str) -> dict[str, str]:
    addresses: dict[str, str] = {}
    for row, entry in enumerate(entries, start=1):
        where = f"data.{language}.feeds" if language else "data.feeds"
        if not isinstance(entry, dict):
            raise NotAFeed("an entry that is no object", file=file, row=row, field=where)
        for name in ("name", "url"):
            if not isinstance(entry.get(name), str) or not entry[name].strip():
                raise NotAFeed(f"an entry without {name}", file=file, row=row, field=f"{where}.{name}")
        addresses.setdefault(entry["name"], entry["url"].strip())
    return addresses
