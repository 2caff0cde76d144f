"""A snapshot's files, read: the whole of it or, when one of its core files is no GBFS, nothing of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from feeds.errors import FeedError, NotAFeed, UnusableFeed
from feeds.gbfs.documents import Document, load
from feeds.gbfs.home import Home, home_of
from feeds.gbfs.records import Parsed, parse_records
from feeds.gbfs.sources import Snapshot, locate, open_snapshot
from feeds.gbfs.spec import CORE
from feeds.gbfs.tables import TABLES
from feeds.reading import Limits

#: For each file, the content that was read last and the tables that it held.
Memo: TypeAlias = dict[str, tuple[Mapping[str, Any], Mapping[str, Parsed]]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """One snapshot: its documents by the 3.0 name of their file, and the tables that they hold.

    `bad` are optional files that could not be read.
    """

    snapshot: Snapshot
    documents: Mapping[str, Document]
    tables: Mapping[str, Parsed]
    bad: tuple[FeedError, ...] = ()

    @property
    def version(self) -> str:
        """The version that the discovery document says, else the first file that says one; 1.0 did not say it."""
        if self.snapshot.declared:
            return self.snapshot.declared.version
        return next((one.version for one in self.documents.values() if one.version), "1.0")


@dataclass(slots=True)
class Opened:
    """A source opened: its home, and the snapshots that were refused so far, each with its reason."""

    places: list[tuple[str, Path]]
    home: Home = field(default_factory=Home)
    refused: list[tuple[str, FeedError]] = field(default_factory=list)


def open_source(source: Path, limits: Limits) -> Opened:
    """Find a source's snapshots and the system that they are of.

    Raises:
        NotAFeed: nothing of GBFS there.
    """
    opened = Opened(locate(source))
    for label, place in opened.places:
        try:
            path = open_snapshot(label, place, limits).files.get("system_information")
            if path:
                opened.home = home_of(load(path, limits))
                break
        except FeedError:
            continue  # raised again, or noted with its reason, when the snapshots are loaded
    return opened


def snapshots(opened: Opened, limits: Limits) -> Iterator[Loaded]:
    """Load one snapshot after the other. A bad one is noted and passed over; when all are, the last reason is raised.

    Raises:
        FeedError: the only snapshot, or every one, is refused; or they are not of one system.
    """
    good = 0
    memo: Memo = {}
    for label, place in opened.places:
        try:
            loaded = load_snapshot(open_snapshot(label, place, limits), limits, opened.home.language, memo)
        except FeedError as error:
            opened.refused.append((label, error))
            continue
        _same_system(loaded, opened.home)
        good += 1
        yield loaded
    if not good:
        raise opened.refused[-1][1]


def load_snapshot(snapshot: Snapshot, limits: Limits, language: str, memo: Memo) -> Loaded:
    """Read every file of a snapshot.

    `memo` holds each file's last content: from one snapshot to the next most files change nothing but their time.

    Raises:
        NotAFeed, UnsupportedVersion: a core file is none, or of a version that is not read.
        UnusableFeed: there is no file but system_information, or a core file in which every record is bad.
    """
    documents: dict[str, Document] = {}
    tables: dict[str, Parsed] = {}
    bad: list[FeedError] = []
    for name, path in snapshot.files.items():
        try:
            found = load(path, limits)
            tables.update(_remembered(name, found, language, memo))
            documents[name] = found
        except FeedError as error:
            if name in CORE:
                raise
            bad.append(error)
    if not set(documents) - {"system_information"}:
        raise UnusableFeed("no file of stations, vehicles, regions, prices, alerts or zones", file=snapshot.label)
    return Loaded(snapshot, documents, tables, tuple(bad))


def _remembered(name: str, document: Document, language: str, memo: Memo) -> Mapping[str, Parsed]:
    if name not in memo or memo[name][0] != document.data:
        memo[name] = (document.data, _tables_of(name, document, language))
    return memo[name][1]


def _tables_of(name: str, document: Document, language: str) -> dict[str, Parsed]:
    """The tables that one file holds."""
    tables: dict[str, Parsed] = {}
    for table in (table for table in TABLES.values() if table.file == name):
        parsed = parse_records(table, document.data, language)
        if parsed is None:
            places = " or ".join(".".join(("data", *path)) for path in table.paths)
            raise NotAFeed(f"no list {places}", file=document.file, field=places)
        if parsed.rejects and not parsed.rows and not table.nested:
            raise _all_bad(parsed, document)
        tables[table.name] = parsed
    return tables


def _all_bad(parsed: Parsed, document: Document) -> UnusableFeed:
    first = parsed.rejects[0]
    reason = f"each of its {len(parsed.rejects)} records is bad; the first: {first.reason}"
    return UnusableFeed(reason, file=document.file, row=first.row, field=first.field)


def _same_system(loaded: Loaded, home: Home) -> None:
    information = loaded.documents.get("system_information")
    other = home_of(information).system_id if information else ""
    if other and home.system_id and other != home.system_id:
        raise NotAFeed(
            f"holds snapshots of several systems ({home.system_id}, {other}): name the folder of one of them",
            file=loaded.snapshot.label,
        )
