"""A system's archive as it may be kept in public for good: with its vehicles under names that lead nowhere.

A vehicle's id is to change after each trip (GBFS, vehicle_status), so that nobody learns its ways. Archives of many
days side by side would undo that for every operator that does not keep to it: each file gets names of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import zipfile
from pathlib import Path
from typing import Any, Final

import orjson

from feeds.errors import FeedError
from feeds.gbfs.documents import parse

#: The lists of vehicles and what an id is called in them: 1.0 to 2.3, and since 3.0.
_VEHICLES: Final = {"bikes": "bike_id", "vehicles": "vehicle_id"}
#: Links of a vehicle's own: they hold its id.
_LINKS: Final = "rental_uris"
_MARKS: Final = tuple(name.encode() for name in _VEHICLES.values())
#: Of the names that vehicles get: 128 bits in hexadecimal.
_LENGTH: Final = 32


def rename_vehicles(archive: Path, target: Path, *, key: bytes) -> None:
    """Write a copy of an archive (a zip, or one file) in which vehicles have other names and no rental links.

    `key` is random, and to be forgotten. In one file a vehicle has one name. A file that speaks of vehicles and cannot
    be read is left out of a zip; files without vehicles stay as they are, byte by byte.

    Raises:
        FeedError: the archive is one file, and that cannot be read.
    """
    if not zipfile.is_zipfile(archive):
        target.write_bytes(_renamed(archive.read_bytes(), archive.name, key))
        return
    with zipfile.ZipFile(archive) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in packed.infolist():
            try:
                content = _renamed(packed.read(entry), entry.filename, key)
            except FeedError:
                continue
            copy.writestr(_bare(entry), content)


def _bare(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    bare = zipfile.ZipInfo(entry.filename, entry.date_time)
    bare.compress_type = zipfile.ZIP_DEFLATED
    return bare


def _renamed(content: bytes, file: str, key: bytes) -> bytes:
    try:
        body = parse(content, file)
    except FeedError:
        if any(mark in content for mark in _MARKS):
            raise
        return content
    data = body.get("data") if isinstance(body, dict) else None
    lists = {name: _records(data.get(listed)) for listed, name in _VEHICLES.items()} if isinstance(data, dict) else {}
    if not any(lists.values()):
        return content
    own = hmac.new(key, file.encode(), hashlib.sha256).digest()
    for name, vehicles in lists.items():
        for vehicle in vehicles:
            _rename(vehicle, name, own)
    return orjson.dumps(body)


def _records(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _rename(vehicle: dict[str, Any], name: str, key: bytes) -> None:
    vehicle.pop(_LINKS, None)
    if name in vehicle:
        said = orjson.dumps(vehicle[name])
        vehicle[name] = hmac.new(key, said, hashlib.sha256).hexdigest()[:_LENGTH]
