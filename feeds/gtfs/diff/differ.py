"""`diff`: two feeds in, one document out. Files are compared one after the other, within `limits.memory`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from feeds.gtfs.archive import Archive, open_archive
from feeds.gtfs.diff.compare import compare
from feeds.gtfs.diff.document import SCHEMA_VERSION, file_diff, not_compared, summary
from feeds.gtfs.diff.meaning import Meaning, meaning_of
from feeds.gtfs.diff.texts import Text, read_text, same_bytes
from feeds.gtfs.rows import NotCsv
from feeds.reading import Limits
from feeds.statistics import connect

_TABLE = ".txt"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: a zip archive or a folder, what it is called, and when it was obtained."""

    source: Path
    name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked: the instant that the document bears, how many changes of each file are told (None: all), and by
    how many metres a stop must have moved to be told.
    """

    now: dt.datetime
    cap: int | None = 50
    moved_m: float = 50.0


def diff(base: Side, new: Side, wish: Wish, *, into: Path, limits: Limits | None = None) -> dict[str, Any]:
    """The difference from `base` to `new` as a GTFS Diff document (see `document`); `into` is a folder to work in.

    Raises:
        FeedError: one of the two cannot be opened as a feed.
    """
    limits = limits or Limits()
    with ExitStack() as stack:
        archives = [stack.enter_context(open_archive(one.source, limits)) for one in (base, new)]
        connection = connect(memory=limits.memory, threads=limits.threads, spill=into / "spill")
        stack.callback(connection.close)
        pair = Pair(archives[0], archives[1], into)
        entries = [entry for file in pair.tables() if (entry := _compared(connection, pair, file, wish.cap))]
        return {
            "metadata": _metadata(base, new, wish, pair),
            "summary": summary(entries),
            "file_diffs": entries,
            "meaning": _meaning(connection, pair, entries, wish).plain(),
        }


@dataclass(slots=True)
class Pair:
    """Two opened feeds, and what was read of them so far."""

    base: Archive
    new: Archive
    into: Path
    _texts: dict[tuple[str, str], Text | None] = field(default_factory=dict)

    def tables(self) -> list[str]:
        """Every table of either feed, by name."""
        return sorted(name for name in {*self.base.sizes, *self.new.sizes} if name.endswith(_TABLE))

    def text(self, side: str, file: str) -> Text | None:
        """A file of the side ``base`` or ``new``; None where the feed does not have it.

        Raises:
            NotCsv: it cannot be cut into records.
        """
        if (side, file) not in self._texts:
            archive = self.base if side == "base" else self.new
            path = self.into / f"{side}-{len(self._texts)}.parquet"
            self._texts[side, file] = read_text(archive, file, path) if file in archive.sizes else None
        return self._texts[side, file]

    def is_same(self, file: str) -> bool:
        """Whether both feeds hold this file, byte by byte."""
        both = file in self.base.sizes and file in self.new.sizes
        return both and same_bytes(self.base, self.new, file)

    def where(self, file: str) -> str:
        """In which of the two a file is: ``base``, ``new`` or ``both``."""
        if file in self.base.sizes:
            return "both" if file in self.new.sizes else "base"
        return "new"


def _compared(connection: duckdb.DuckDBPyConnection, pair: Pair, file: str, cap: int | None) -> dict[str, Any] | None:
    if pair.is_same(file):
        return None
    action = {"base": "deleted", "new": "added", "both": "modified"}[pair.where(file)]
    try:
        base, new = pair.text("base", file), pair.text("new", file)
    except NotCsv as damage:
        return not_compared(file, action, str(damage))
    found = compare(connection, file, base, new, cap=0 if action == "deleted" else cap)
    has_other_columns = None in found.columns.in_base or None in found.columns.in_new
    return file_diff(file, action, found) if found.total or has_other_columns or action != "modified" else None


def _metadata(base: Side, new: Side, wish: Wish, pair: Pair) -> dict[str, Any]:
    others = sorted(name for name in {*pair.base.sizes, *pair.new.sizes} if not name.endswith(_TABLE))
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": _instant(wish.now),
        "row_changes_cap_per_file": wish.cap,
        "base_feed": {"source": base.name, "downloaded_at": _instant(base.at)},
        "new_feed": {"source": new.name, "downloaded_at": _instant(new.at)},
        "unsupported_files": [
            {"file_name": file, "present_in": pair.where(file), "is_changed": not pair.is_same(file)} for file in others
        ],
    }


def _meaning(
    connection: duckdb.DuckDBPyConnection, pair: Pair, entries: Sequence[Mapping[str, Any]], wish: Wish
) -> Meaning:
    changed = {entry["file_name"] for entry in entries}
    texts: dict[str, tuple[Text | None, Text | None]] = {}

    def of(file: str) -> tuple[Text | None, Text | None]:
        try:
            texts[file] = pair.text("base", file), pair.text("new", file)
        except NotCsv:
            texts[file] = None, None
        return texts[file]

    return meaning_of(connection, changed, of, moved_m=wish.moved_m)


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
