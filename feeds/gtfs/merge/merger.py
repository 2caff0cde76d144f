"""Merge several feeds into one: the order of it.

The same inputs under the same slugs give the same bytes. Memory is bounded by a block of records and by the small
tables (agencies, routes, translations of texts), whatever the number of stop times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from feeds.errors import FeedError, UnusableFeed
from feeds.findings import Finding
from feeds.gtfs.archive import content_digest, open_archive
from feeds.gtfs.merge import agencies, networks
from feeds.gtfs.merge.bundle import Bundle, bundle
from feeds.gtfs.merge.inputs import Input
from feeds.gtfs.merge.locations import merged_locations
from feeds.gtfs.merge.own_info import OwnInfo, Publisher, own_info
from feeds.gtfs.merge.tables import Joint, join, written
from feeds.gtfs.reference import LOCATIONS_FILE, TABLES
from feeds.reading import Limits

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FEED_INFO = "feed_info"


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of a merge: rows by table, the inputs' digests, the days it is valid for, and what had to be changed.

    Notes are findings of the severity *info*; their file is the input's, ``slug/stops.txt``.
    """

    rows: Mapping[str, int]
    inputs: Mapping[str, str]
    version: str
    first: str
    last: str
    notes: tuple[Finding, ...]


def merge(
    feeds: Mapping[str, Path],
    target: Path,
    *,
    publisher: Publisher,
    digests: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Merged:
    """Write the archive `target` out of feeds by slug; `digests` are those of their content where they are known.

    Raises:
        FeedError: an input cannot be opened or read, a slug is none, or their agencies are in different time zones.
    """
    limits = limits or Limits()
    if not feeds:
        raise UnusableFeed("there is nothing to merge")
    with ExitStack() as stack:
        inputs = [_opened(stack, slug, feeds[slug], (digests or {}).get(slug), limits) for slug in sorted(feeds)]
        agencies.must_share_a_time_zone(inputs)
        joint = Joint(
            inputs,
            {given.slug: agencies.only_agency(given) for given in inputs},
            networks.to_be_moved(inputs),
        )
        info = own_info(inputs, publisher)
        _note_unknown_files(joint)
        with bundle(target) as archive:
            _write(joint, info, archive)
    return Merged(
        rows=dict(sorted(joint.rows.items())),
        inputs={given.slug: given.digest for given in inputs},
        version=info.version,
        first=info.first,
        last=info.last,
        notes=tuple(joint.notes),
    )


def _opened(stack: ExitStack, slug: str, path: Path, digest: str | None, limits: Limits) -> Input:
    if not _SLUG.fullmatch(slug):
        raise UnusableFeed("letters, digits, dots, hyphens and underscores name a feed", file=slug)
    try:
        archive = stack.enter_context(open_archive(path, limits))
        return Input(slug, archive, digest or content_digest(path, limits=limits))
    except FeedError as fault:
        fault.file = f"{slug}/{fault.file}" if fault.file else slug
        raise


def _write(joint: Joint, info: OwnInfo, archive: Bundle) -> None:
    """Every entry, in the order of their names."""
    zones = merged_locations(joint.inputs)
    entries: dict[str, Callable[[], None]] = {
        table.file: partial(join, table, joint, partial(archive.entry, table.file))
        for table in TABLES.values()
        if table.name != _FEED_INFO
    }
    entries[TABLES[_FEED_INFO].file] = partial(_write_info, joint, info, archive)
    if zones is not None:
        entries[LOCATIONS_FILE] = partial(_write_zones, joint, zones, archive)
    for name in sorted(entries):
        entries[name]()


def _write_info(joint: Joint, info: OwnInfo, archive: Bundle) -> None:
    table, record = TABLES[_FEED_INFO], {name: value for name, value in info.record().items() if value}
    with archive.entry(table.file) as stream:
        stream.write(
            written(list(record), pa.RecordBatch.from_pydict({name: [value] for name, value in record.items()}))
        )
    joint.rows[table.name] = 1


def _write_zones(joint: Joint, zones: tuple[bytes, int], archive: Bundle) -> None:
    content, count = zones
    with archive.entry(LOCATIONS_FILE) as stream:
        stream.write(content)
    joint.rows["locations"] = count


def _note_unknown_files(joint: Joint) -> None:
    known = {table.file for table in TABLES.values()} | {LOCATIONS_FILE}
    for given in joint.inputs:
        for name in sorted(given.archive.sizes.keys() - known):
            sentence = "a file that the reference does not know is left out: which of its cells are ids is not known"
            joint.note("merge_unknown_file_left_out", sentence, given, name)
