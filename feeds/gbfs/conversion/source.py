"""A system's files as they came, whatever version and however many languages: what the conversion starts from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from feeds.errors import FeedError
from feeds.gbfs.conversion.leaves import Unfit, language_tag
from feeds.gbfs.conversion.losses import Losses
from feeds.gbfs.documents import parse
from feeds.gbfs.values import Unreadable, time

#: Files that 1.x and 2.x name otherwise than 3.0.
_NEW_NAMES: Final[Mapping[str, str]] = {"free_bike_status": "vehicle_status"}


@dataclass(frozen=True, slots=True)
class Part:
    """The ``data`` of one file, when it was made, and the names of the files that it comes from."""

    data: dict[str, Any]
    last_updated: dt.datetime
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """All files by the name of 3.0, then by language; what has no language of its own is under the main one."""

    version: str
    language: str
    files: Mapping[str, Mapping[str, Part]]
    declared: frozenset[str]

    def main(self, name: str) -> Part | None:
        """The file in the main language."""
        return self.files.get(name, {}).get(self.language)

    def names(self, *files: str) -> tuple[str, ...]:
        """The names of the documents that these files came in, in every language."""
        return tuple(one for name in files for part in self.files.get(name, {}).values() for one in part.sources)

    @property
    def knows_vehicle_types(self) -> bool:
        """Whether its version has them (2.1 and later); before, every vehicle was a bicycle."""
        return self.version not in ("1.0", "1.1", "2.0")


def new_name(name: str) -> str:
    """A file's name in 3.0."""
    return _NEW_NAMES.get(name, name)


def read(documents: Mapping[str, bytes], *, at: dt.datetime, language: str, losses: Losses) -> Source:
    """Read the documents of a system. A name is that of the file, ``station_information``, for the main language or
    the only one; ``fr/station_information`` for another.

    `at` stands in where a file does not say when it was made, `language` where none says its language.
    """
    bodies = dict(_bodies(documents, losses))
    main = _language(bodies, language)
    files: dict[str, dict[str, Part]] = {}
    for name, body in bodies.items():
        tag, _, plain = name.rpartition("/")
        if plain in ("gbfs", "gbfs_versions", "manifest"):
            continue
        part = Part(body["data"], _made_at(body, plain, at, losses), (name,))
        files.setdefault(new_name(plain), {})[tag or main] = part
    return Source(_version(bodies), main, files, _declared(bodies.get("gbfs")))


def _bodies(documents: Mapping[str, bytes], losses: Losses) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, content in documents.items():
        try:
            body = parse(content, name)
        except FeedError as error:
            losses.add("file_left_out", new_name(name), value=error.reason)
            continue
        if isinstance(body, dict) and isinstance(body.get("data"), dict):
            yield name, body
        else:
            losses.add("file_left_out", new_name(name), "data")


def _made_at(body: Mapping[str, Any], name: str, at: dt.datetime, losses: Losses) -> dt.datetime:
    try:
        return time(body.get("last_updated"))
    except Unreadable:
        losses.add("assumed", new_name(name), "last_updated", body.get("last_updated"))
        return at


def _version(bodies: Mapping[str, Mapping[str, Any]]) -> str:
    # 1.0 has no field for it.
    found = [str(body["version"]) for body in bodies.values() if body.get("version")]
    return max(set(found), key=found.count) if found else "1.0"


def _language(bodies: Mapping[str, Mapping[str, Any]], otherwise: str) -> str:
    """The system's own language: what its information says, else the first of its discovery."""
    data = bodies.get("system_information", {}).get("data", {})
    listed = data.get("languages")
    discovery = bodies.get("gbfs", {}).get("data", {})
    first = next((key for key in discovery if key != "feeds"), None)
    for said in (listed[0] if isinstance(listed, list) and listed else None, data.get("language"), first):
        try:
            return language_tag(said)
        except Unfit:
            continue
    return otherwise


def _declared(body: Mapping[str, Any] | None) -> frozenset[str]:
    data = body["data"] if body else {}
    lists = [data, *data.values()]
    feeds = [part["feeds"] for part in lists if isinstance(part, dict) and isinstance(part.get("feeds"), list)]
    names = [one.get("name") for listed in feeds for one in listed if isinstance(one, dict)]
    return frozenset(new_name(name) for name in names if isinstance(name, str)) - {"gbfs", "gbfs_versions", "manifest"}
