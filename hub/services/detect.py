"""Tell which standard a source speaks, by what is in it; its name says little."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from feeds.errors import NotAFeed
from feeds.gtfs_rt import looks_like as is_message
from feeds.gtfs_rt.pretence import looks_like_text

Standard = Literal["gtfs", "gtfs-rt", "gbfs", "mds"]

_GBFS_NAMES: tuple[str, ...] = (
    "gbfs.json",
    "system_information.json",
    "station_information.json",
    "station_status.json",
)
_GBFS_NAMES += ("free_bike_status.json", "vehicle_status.json", "gbfs", "system_information")
_GTFS_NAMES = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt", "agency.txt")
_MDS_KEYS = (b'"trips"', b'"events"', b'"status_changes"', b'"vehicles"', b'"vehicles_status"', b'"telemetry"')
_GLANCE_BYTES = 1 << 16


def detect(source: Path) -> Standard:
    """The standard of a file or folder.

    Raises:
        NotAFeed: it is none of GTFS, GTFS Realtime, GBFS and MDS; the sentence says what it looks like instead.
    """
    if not source.exists():
        raise NotAFeed("there is no such file or folder", file=source.name)
    names = {path.name.lower() for path in _within(source)} if source.is_dir() else {source.name.lower()}
    if names & set(_GTFS_NAMES) or zipfile.is_zipfile(source):
        return "gtfs"
    if names & set(_GBFS_NAMES):
        return "gbfs"
    for path in sorted(_within(source)) if source.is_dir() else [source]:
        found = _by_content(path)
        if found is not None:
            return found
    wanted = "expected a GTFS archive, a GTFS Realtime message, a GBFS document or MDS pages"
    raise NotAFeed(f"{_looks_like(source)}; {wanted}", file=source.name)


def _within(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_file()] + [
        path for path in folder.glob("*/*") if path.is_file()
    ]


def _by_content(path: Path) -> Standard | None:
    if path.name.lower().endswith(".json.gz"):
        return "mds"
    with path.open("rb") as file:
        raw = file.read(_GLANCE_BYTES)
    if is_message(raw):
        return "gtfs-rt"
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PK"):
        return "gtfs"
    if not start.startswith((b"{", b"[")):
        return None
    if b'"feeds"' in start and b'"gbfs' in start:
        return "gbfs"
    return "mds" if any(key in start for key in _MDS_KEYS) else None


def _looks_like(source: Path) -> str:
    if source.is_dir():
        return "this folder holds no file of a feed"
    with source.open("rb") as file:
        start = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return "this file is empty (0 bytes)"
    looks = looks_like_text(start)
    return looks if looks and looks != "this is JSON" else "this file is none of the formats that are read"
