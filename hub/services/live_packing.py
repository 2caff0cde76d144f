"""A converted system as the object that readers are served from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from feeds.errors import UnusableFeed
from feeds.gbfs.conversion import Conversion, Known, Part
from feeds.gbfs.conversion.publication import PUBLISHED, discovery, tail, versions
from hub.services.live_pack import Entry, pack

#: Raised when the conversion answers otherwise than before, so that what lies here is made anew.
_CONVERSION: Final = "2"
#: What the conversion told, beside the files: for both versions in one document.
LOSSES: Final = "losses"


def packed(converted: Conversion, base: str) -> bytes:
    """All files of both versions as one object; `base` is the system's own address.

    Raises:
        UnusableFeed: not one file could be converted.
    """
    parts = [part for languages in converted.files.values() for files in languages.values() for part in files.values()]
    if not parts:
        raise UnusableFeed("not one of its files could be read as GBFS")
    # The two files that the hub itself makes change as soon as any other does.
    sources = tuple(sorted({name for one in parts for name in one.sources}))
    every = Part({}, max(one.last_updated for one in parts), sources)
    entries = [one for version in PUBLISHED for one in _entries(converted, base, version, every)]
    told = orjson.dumps({"losses": [one.plain() for one in converted.losses]})
    entries.append(Entry(LOSSES, told[1:], sources))
    missing = {f"{version}/{name}": why for version in PUBLISHED for name, why in converted.missing[version].items()}
    return pack(entries, missing=missing)


def _entries(converted: Conversion, base: str, version: str, every: Part) -> Iterator[Entry]:
    languages = converted.files[version]
    for place, (language, files) in enumerate(languages.items()):
        for name, part in files.items():
            own = f"{version}/{name}" if place == 0 else f"{version}/{language}/{name}"
            yield Entry(own, tail(version, part.last_updated, part.data), part.sources)
    # What is declared and missing stays declared: its readers learn that it is missing, not that it never was.
    names = {language: list(files) for language, files in languages.items()}
    names[next(iter(names))] += converted.missing[version]
    for name, data in (("gbfs", discovery(base, version, names)), ("gbfs_versions", versions(base, PUBLISHED))):
        yield Entry(f"{version}/{name}", tail(version, every.last_updated, data), every.sources)


def digest_of(documents: Mapping[str, bytes], known: Known, base: str) -> str:
    """SHA-256 over all that an object is made from."""
    whole = hashlib.sha256(repr((_CONVERSION, base, known)).encode())
    for name in sorted(documents):
        whole.update(name.encode() + b"\0" + hashlib.sha256(documents[name]).digest())
    return whole.hexdigest()
