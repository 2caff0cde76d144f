"""A GBFS 3.0 ``manifest.json``: systems of one publisher, each with the addresses of its versions.

https://github.com/MobilityData/gbfs/blob/v3.0/gbfs.md#manifestjson
"""

from __future__ import annotations

import re
from typing import Any, Final

from feeds.catalogues.addresses import fault_of
from feeds.catalogues.entries import FeedList, Listed, Name, Unlisted, named_once
from feeds.catalogues.json_fields import items, parsed, text
from feeds.catalogues.slugs import slug_of
from feeds.errors import NotACatalogue

SHAPE: Final = "gbfs-manifest"
_NUMBER: Final = re.compile(r"\d+(\.\d+)*")


def looks_like(document: Any) -> bool:
    """Whether a JSON document has the shape of a manifest."""
    return isinstance(document, dict) and bool(
        isinstance(document.get("data"), dict) and isinstance(document["data"].get("datasets"), list)
    )


def read(content: bytes) -> FeedList:
    """The systems of a manifest, each at its newest version that is no release candidate.

    Raises:
        NotACatalogue: it is no manifest.
    """
    document = parsed(content)
    if not looks_like(document):
        raise NotACatalogue("a manifest holds data.datasets", field="data.datasets")
    entries = enumerate(items(document, "data", "datasets"), start=1)
    return named_once(SHAPE, [_system(row, entry) for row, entry in entries])


def _system(row: int, entry: Any) -> Listed | Unlisted:
    system = text(entry, "system_id")
    if not system or len(system) > 200:
        return Unlisted(row, "system_id", system[:40], "an id has 1 to 200 characters")
    newest = max(items(entry, "versions"), key=_age, default=None)
    url = text(newest, "url")
    if fault := fault_of(url):
        return Unlisted(row, "versions.url", "", fault if newest is not None else "no version is named")
    territory = text(entry, "country_code")
    return Listed(
        Name("gbfs", system), "gbfs", url, row, "versions.url", slug_of(system), title=system, territory=territory
    )


def _age(version: Any) -> tuple[bool, list[int]]:
    told = text(version, "version")
    return _NUMBER.fullmatch(told) is not None, [int(part) for part in re.findall(r"\d{1,6}", told)]
