"""What the hub does with each standard: how it is read, checked, told apart and put in zones. One row a standard."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import feeds.gbfs
import feeds.gtfs.archive
import feeds.gtfs.check
import feeds.gtfs.read
import feeds.gtfs_rt
import mds.check
import mds.read
from feeds.findings import Report, merge, not_told_by
from feeds.gtfs_rt.read import content_of
from feeds.reading import Limits, Reading


@dataclass(frozen=True, slots=True)
class Terms:
    """What reading and checking depend on beside the source: all of it arguments, nothing read from the clock."""

    at: dt.datetime
    timezone: str
    limits: Limits
    check_s: float
    check_memory: int
    #: Bounding box of the territory: least latitude and longitude, then the greatest.
    bounds: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Standard:
    """How one standard is handled.

    `points` names the tables that hold places: prefix of the zone columns → (latitude column, longitude column).
    `key` maps each table that accumulates over batches to the column that identifies a record. `sensitive` findings
    may show a traveller's trip or an operator's vehicle: their values stay in the vault.
    """

    read: Callable[[Path, Path, Terms], Reading]
    check: Callable[[Path, Reading, Terms], Report]
    digest: Callable[[Path], str]
    points: Mapping[str, Mapping[str, tuple[str, str]]]
    key: Mapping[str, str]
    sensitive: bool = False


def content_digest(source: Path) -> str:
    """SHA-256 over a file, or over the sorted names and contents of a folder's files."""
    if source.is_file():
        return _digest(source)
    whole = hashlib.sha256()
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        whole.update(f"{path.relative_to(source).as_posix()}\0{_digest(path)}\n".encode())
    return whole.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_gtfs(source: Path, into: Path, terms: Terms) -> Reading:
    return feeds.gtfs.read.read(source, into, limits=terms.limits)


def _check_gtfs(source: Path, reading: Reading, terms: Terms) -> Report:
    day = terms.at.date()
    # The validator holds the whole feed in memory; our own checks run over the tables, within what a reader may have.
    limits = replace(terms.limits, memory=terms.check_memory)
    canonical = feeds.gtfs.check.check(source, validation_date=day, limits=limits, timeout_s=terms.check_s)
    ours = feeds.gtfs.check.check_tables(reading.tables, validation_date=day, limits=terms.limits)
    return merge([canonical, not_told_by(canonical, ours)])


def _read_gbfs(source: Path, into: Path, terms: Terms) -> Reading:
    return feeds.gbfs.read(source, into, limits=terms.limits)


def _check_gbfs(source: Path, _: Reading, terms: Terms) -> Report:
    return feeds.gbfs.check(source, at=terms.at, limits=terms.limits)


def _read_gtfs_rt(source: Path, into: Path, _: Terms) -> Reading:
    return feeds.gtfs_rt.read(source, into)


def _check_gtfs_rt(source: Path, _: Reading, terms: Terms) -> Report:
    # By itself: against its schedule it is judged with each message (`hub.services.realtime`).
    return feeds.gtfs_rt.check(feeds.gtfs_rt.parse(content_of(source)), at=terms.at)


def _read_mds(source: Path, into: Path, terms: Terms) -> Reading:
    return mds.read.read(source, into, limits=terms.limits, timezone=terms.timezone, bounds=terms.bounds)


def _check_mds(_: Path, reading: Reading, terms: Terms) -> Report:
    return mds.check.check(reading.tables, at=terms.at, limits=terms.limits)


STANDARDS: Mapping[str, Standard] = {
    "gtfs": Standard(
        read=_read_gtfs,
        check=_check_gtfs,
        digest=feeds.gtfs.archive.content_digest,
        points={"stops": {"": ("stop_lat", "stop_lon")}},
        key={},
    ),
    "gtfs-rt": Standard(
        read=_read_gtfs_rt,
        check=_check_gtfs_rt,
        digest=content_digest,
        points={},
        key={},
    ),
    "gbfs": Standard(
        read=_read_gbfs,
        check=_check_gbfs,
        digest=content_digest,
        points={"stations": {"": ("lat", "lon")}, "vehicles": {"": ("lat", "lon")}},
        key={},
    ),
    "mds": Standard(
        read=_read_mds,
        check=_check_mds,
        digest=content_digest,
        points={
            "trips": {"start_": ("start_lat", "start_lng"), "end_": ("end_lat", "end_lng")},
            "events": {"": ("lat", "lng")},
        },
        key={"trips": "trip_id", "events": "event_id", "telemetry": "telemetry_id"},
        sensitive=True,
    ),
}


def is_sensitive(standard: str) -> bool:
    """Whether counts and errors of a feed of this standard are its operator's own business."""
    how = STANDARDS.get(standard)
    return how is not None and how.sensitive
