"""The files that tell where files are (``gbfs``, ``gbfs_versions``, ``manifest``), and the bytes of any file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from feeds.gbfs.conversion.leaves import rfc3339

#: The versions that are published, whatever version came in; in the order of their numbers.
PUBLISHED: Final = ("2.3", "3.0")


def address(base: str, version: str, name: str, language: str = "") -> str:
    """Where a file of a system is; `base` is the system's own address."""
    return f"{base}/{version}/{language + '/' if language else ''}{name}.json"


def discovery(base: str, version: str, names: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """The ``data`` of ``gbfs.json``. `names` are a version's files by language, the main one first; a file that a
    language does not have of its own is that of the main one.
    """
    main, *others = names
    own = {name: address(base, version, name) for name in ("gbfs", "gbfs_versions", *names[main])}
    if version == "3.0":
        return _feeds(own)
    lists = {main: _feeds(own)}
    for tag in others:
        lists[tag] = _feeds({**own, **{name: address(base, version, name, tag) for name in names[tag]}})
    return lists


def versions(base: str, published: Iterable[str]) -> dict[str, Any]:
    """The ``data`` of ``gbfs_versions.json``."""
    return {"versions": [{"version": one, "url": address(base, one, "gbfs")} for one in published]}


def manifest(systems: Mapping[str, tuple[str, Iterable[str]]]) -> dict[str, Any]:
    """The ``data`` of ``manifest.json`` (3.0): each system's address and the versions it is published in, by its id."""
    return {
        "datasets": [
            {"system_id": name, **versions(base, published)} for name, (base, published) in sorted(systems.items())
        ]
    }


def tail(version: str, last_updated: dt.datetime, data: Mapping[str, Any]) -> bytes:
    """A document without its beginning, which says how long it stays so: see `head`."""
    written: str | int = rfc3339(last_updated) if version == "3.0" else int(last_updated.timestamp())
    return orjson.dumps({"last_updated": written, "version": version, "data": data})[1:]


def head(ttl_s: int) -> bytes:
    """The beginning of a document: the seconds that are left until it is stale."""
    return b'{"ttl":%d,' % ttl_s


def _feeds(addresses: Mapping[str, str]) -> dict[str, Any]:
    return {"feeds": [{"name": name, "url": url} for name, url in addresses.items()]}
