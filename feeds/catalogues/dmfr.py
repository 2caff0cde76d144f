"""The Distributed Mobility Feed Registry: Transitland's shape of a list of feeds, read and written.

https://dmfr.transit.land (JSON schema 0.6.0): each feed has an ``id`` (often a Onestop id), a ``spec`` and ``urls``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from feeds.catalogues.addresses import fault_of
from feeds.catalogues.entries import STANDARDS, FeedList, Listed, Name, Unlisted, named_once
from feeds.catalogues.json_fields import items, parsed, text
from feeds.catalogues.licences import SPDX, licence_of, uri_of
from feeds.catalogues.slugs import slug_of
from feeds.errors import NotACatalogue

SHAPE: Final = "dmfr"
SCHEMA: Final = "https://dmfr.transit.land/json-schema/dmfr.schema-v0.6.0.json"
#: Which of a feed's ``urls`` are fetched, by its standard. A GTFS-RT feed may have three, each a feed of its own here.
URLS: Final[Mapping[str, tuple[str, ...]]] = {
    "gtfs": ("static_current",),
    "gtfs-rt": ("realtime_trip_updates", "realtime_vehicle_positions", "realtime_alerts"),
    "gbfs": ("gbfs_auto_discovery",),
    "mds": ("mds_provider",),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A feed as the hub tells it to others. `urls` has the keys of `URLS`."""

    id: str
    standard: str
    name: str
    urls: tuple[tuple[str, str], ...]
    licence: str = ""
    supersedes: tuple[str, ...] = ()


def looks_like(document: Any) -> bool:
    """Whether a JSON document has the shape of DMFR."""
    return isinstance(document, dict) and (
        isinstance(document.get("feeds"), list) or isinstance(document.get("operators"), list)
    )


def name_of(identifier: str) -> Name:
    """An id of a DMFR file: a Onestop id where it begins as one of a feed does, else the file's own."""
    return Name("onestop" if identifier.startswith("f-") else "dmfr", identifier)


def read(content: bytes) -> FeedList:
    """The feeds of a DMFR file.

    Raises:
        NotACatalogue: it is none.
    """
    document = parsed(content)
    if not looks_like(document):
        raise NotACatalogue("a DMFR document holds a list of feeds", field="feeds")
    operators = _Operators(document)
    entries = enumerate(items(document, "feeds"), start=1)
    return named_once(SHAPE, [one for row, entry in entries for one in _entry(row, entry, operators)])


def _entry(row: int, entry: Any, operators: _Operators) -> Iterator[Listed | Unlisted]:
    identifier, spec = text(entry, "id"), text(entry, "spec").lower()
    if not identifier or len(identifier) > 160:
        yield Unlisted(row, "id", identifier[:40], "an id has 1 to 160 characters")
        return
    if spec not in STANDARDS:
        yield Unlisted(row, "spec", spec[:40], f"one of {', '.join(STANDARDS)} is wanted")
        return
    keys = [key for key in URLS[spec] if text(entry, "urls", key)]
    if not keys:
        yield Unlisted(row, f"urls.{URLS[spec][0]}", "", "no address that is fetched now")
    for key in keys:
        yield _feed(row, entry, key, alone=len(keys) == 1, operators=operators)


def _feed(row: int, entry: Any, key: str, *, alone: bool, operators: _Operators) -> Listed | Unlisted:
    identifier, spec, url = text(entry, "id"), text(entry, "spec").lower(), text(entry, "urls", key)
    if fault := fault_of(url) or _inside(url):
        return Unlisted(row, f"urls.{key}", "", fault)
    own = name_of(identifier)
    older = [text(one) for one in items(entry, "supersedes_ids")]
    return Listed(
        name=own if alone else Name(own.by, f"{identifier}#{key}"),
        standard=spec,
        url=url,
        row=row,
        field=f"urls.{key}",
        slug=slug_of(identifier.removeprefix("f-"), "" if alone else key.removeprefix("realtime_")),
        title=text(entry, "name"),
        holder=operators.holder(identifier),
        licence=licence_of(text(entry, "license", "spdx_identifier") or text(entry, "license", "url")),
        schedule=operators.schedule(identifier) if spec == "gtfs-rt" else None,
        supersedes=tuple(name_of(old if alone else f"{old}#{key}") for old in older if old),
        needs_key=isinstance(entry.get("authorization"), dict),
    )


def _inside(url: str) -> str:
    # DMFR's extended addresses: what stands behind ``#`` names a folder or an archive in the archive.
    return "it names a part of an archive, behind '#': an archive is taken as a whole" if urlsplit(url).fragment else ""


class _Operators:
    """Who runs which feeds, as the operators of a document say, below a feed or beside all feeds."""

    def __init__(self, document: Any) -> None:
        self.specs = {text(feed, "id"): text(feed, "spec").lower() for feed in items(document, "feeds")}
        self.feeds: dict[str, set[str]] = {}
        self.names: dict[str, str] = {}
        for feed in items(document, "feeds"):
            for operator in items(feed, "operators"):
                self._add(operator, text(feed, "id"))
        for operator in items(document, "operators"):
            self._add(operator, "")

    def _add(self, operator: Any, feed: str) -> None:
        key = text(operator, "onestop_id") or text(operator, "name")
        self.names.setdefault(key, text(operator, "name"))
        told = {feed, *(text(one, "feed_onestop_id") for one in items(operator, "associated_feeds"))}
        self.feeds.setdefault(key, set()).update(told - {""})

    def holder(self, feed: str) -> str:
        """The names of the operators of a feed."""
        return ", ".join(sorted({self.names[key] for key, feeds in self.feeds.items() if feed in feeds} - {""}))

    def schedule(self, feed: str) -> Name | None:
        """The one schedule of the operators of a real-time feed; none where they have several, or none."""
        beside = {one for feeds in self.feeds.values() if feed in feeds for one in feeds}
        schedules = [one for one in beside if self.specs.get(one) == "gtfs"]
        return name_of(schedules[0]) if len(schedules) == 1 else None


def write(feeds: Iterable[Told]) -> bytes:
    """A DMFR document: feeds by id, the same bytes for the same feeds."""
    listed = [_written(one) for one in sorted(feeds, key=lambda one: one.id)]
    return json.dumps({"$schema": SCHEMA, "feeds": listed}, ensure_ascii=False, indent=2).encode() + b"\n"


def _written(one: Told) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": one.id, "spec": one.standard, "name": one.name, "urls": dict(sorted(one.urls))}
    if one.supersedes:
        entry["supersedes_ids"] = sorted(one.supersedes)
    if one.licence in SPDX:
        entry["license"] = {"spdx_identifier": one.licence}
    elif uri_of(one.licence):
        entry["license"] = {"url": one.licence}
    elif one.licence:
        # The shape takes SPDX identifiers alone; tags are free.
        entry["tags"] = {"licence": one.licence}
    return entry
