"""Apply a difference to the version that it starts from: what comes out is the version that it leads to."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow.parquet as pq

from feeds.gtfs.archive import open_archive
from feeds.gtfs.diff.texts import LINE, read_text
from feeds.gtfs.rows import NotCsv
from feeds.reading import Limits

_TABLE = ".txt"
#: What is told of a file that came without a header.
_EMPTY: Final[Mapping[str, list[Any]]] = {"columns": [], "added": []}


class CannotApply(ValueError):
    """The difference does not tell all, or does not start from this version; names the file."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file in memory: its columns, and its records in any order (each as often as it occurs)."""

    columns: tuple[str, ...]
    rows: Counter[tuple[str, ...]]


#: A feed in memory, by file.
Feed: TypeAlias = Mapping[str, Sheet]


def sheets(source: Path, *, limits: Limits | None = None) -> dict[str, Sheet]:
    """The tables of a feed, read into memory; what cannot be cut into records is left out.

    Raises:
        FeedError: see `feeds.gtfs.archive.open_archive`.
    """
    found: dict[str, Sheet] = {}
    with open_archive(source, limits or Limits()) as archive, tempfile.TemporaryDirectory() as scrap:
        for file in sorted(name for name in archive.sizes if name.endswith(_TABLE)):
            try:
                text = read_text(archive, file, Path(scrap) / "text.parquet")
            except NotCsv:
                continue
            table = pq.read_table(text.path).drop_columns(LINE)
            cells = [[value or "" for value in column.to_pylist()] for column in table.columns]
            found[file] = Sheet(text.columns, Counter(zip(*cells, strict=True)))
    return found


def apply(document: Mapping[str, Any], feed: Feed) -> dict[str, Sheet]:
    """What `feed`, the base of the document, becomes.

    Raises:
        CannotApply: the document was capped, or tells of a record that the feed does not have.
    """
    result = dict(feed)
    for entry in document["file_diffs"]:
        file, action = entry["file_name"], entry["file_action"]
        if "truncated" in entry:
            raise CannotApply(f"{file}: {entry['truncated']['omitted_count']} changes are not told")
        if action == "deleted":
            result.pop(file, None)
        elif action == "added":
            changes = entry.get("row_changes", _EMPTY)
            result[file] = Sheet(tuple(changes["columns"]), Counter(_values(one) for one in changes["added"]))
        elif action == "modified":
            result[file] = _changed(file, feed[file], entry)
    return result


def _changed(file: str, sheet: Sheet, entry: Mapping[str, Any]) -> Sheet:
    changes = entry["row_changes"]
    names: list[str] = changes["columns"]
    rows = Counter({_widened(row, sheet.columns, names): count for row, count in sheet.rows.items()})
    gone = Counter(_values(one) for one in (*changes["deleted"], *changes["modified"]))
    if gone - rows:
        raise CannotApply(f"{file}: the feed has no record {next(iter(gone - rows))}")
    rows = rows - gone
    rows.update(_values(one) for one in changes["added"])
    rows.update(_modified(one, names) for one in changes["modified"])
    columns = _columns_after(sheet.columns, entry)
    places = [names.index(name) for name in columns]
    result: Counter[tuple[str, ...]] = Counter()
    for row, count in rows.items():
        result[tuple(row[place] for place in places)] += count
    return Sheet(columns, result)


def _columns_after(columns: Sequence[str], entry: Mapping[str, Any]) -> tuple[str, ...]:
    deleted = {one["name"] for one in entry["columns_deleted"]}
    kept = [name for name in columns if name not in deleted]
    for one in entry["columns_added"]:  # by position, so that each finds those before it in their places
        kept.insert(one["position"] - 1, one["name"])
    return tuple(kept)


def _widened(row: Sequence[str], columns: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    known = dict(zip(columns, row, strict=True))
    return tuple(known.get(name, "") for name in names)


def _modified(one: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    values = list(_values(one))
    for change in one["field_changes"]:
        values[names.index(change["field"])] = change["new_value"]
    return tuple(values)


def _values(one: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(next(csv.reader(io.StringIO(one["raw_value"], newline=""))))
