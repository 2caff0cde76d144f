"""The difference of two versions, as a page draws it: counts of all, and the first rows that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from hub.api.language import Language

#: How many changed rows of a file are drawn; the document has more.
ROWS: Final = 20
_CELL: Final = 80


@dataclass(frozen=True, slots=True)
class FileRow:
    """What became of a file: rows and columns, by what happened to them."""

    name: str
    action: str
    added: int
    deleted: int
    modified: int
    columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that changed: where it is now (else where it was), its key, and its values or what changed of them."""

    action: str
    row: int | None
    key: str
    values: str


@dataclass(frozen=True, slots=True)
class FileChanges:
    """The first changed rows of a file, and how many there are."""

    name: str
    rows: Sequence[RowChange]
    total: int


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A GTFS Diff document as a page draws it; `meaning` is the document's own."""

    words: Sequence[str]
    meaning: Mapping[str, Any]
    files: Sequence[FileRow]
    changes: Sequence[FileChanges]


def read_difference(path: Path, language: Language) -> DifferenceView:
    """Read the document that a version was published with (`hub.services.differences`)."""
    document = orjson.loads(path.read_bytes())
    files = document["file_diffs"]
    changes = [one for one in map(_changes, files) if one.rows]
    return DifferenceView(
        document["meaning"]["words"][language], document["meaning"], [_file(one) for one in files], changes
    )


def _file(entry: Mapping[str, Any]) -> FileRow:
    stats = entry.get("stats", {})
    columns = [f"+{one['name']}" for one in entry["columns_added"]]
    columns += [f"−{one['name']}" for one in entry["columns_deleted"]]
    added, deleted, modified = (stats.get(f"rows_{one}_count", 0) for one in ("added", "deleted", "modified"))
    return FileRow(entry["file_name"], entry["file_action"], added, deleted, modified, columns)


def _changes(entry: Mapping[str, Any]) -> FileChanges:
    told = entry.get("row_changes", {})
    row = _file(entry)
    found = list(_rows(told))
    return FileChanges(row.name, found[:ROWS], row.added + row.deleted + row.modified)


def _rows(told: Mapping[str, Any]) -> Iterator[RowChange]:
    for action in ("modified", "added", "deleted"):
        for one in told.get(action, ()):
            place = one.get("new_line_number") or one.get("base_line_number")
            yield RowChange(action, place, _key(one["identifier"]), _values(one))


def _key(identifier: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in list(identifier.items())[:4])


def _values(one: Mapping[str, Any]) -> str:
    if "field_changes" not in one:
        return _short(one["raw_value"], 2 * _CELL)
    changed = [f"{it['field']}: {_short(it['base_value'])} → {_short(it['new_value'])}" for it in one["field_changes"]]
    return "; ".join(changed[:6])


def _short(value: str, most: int = _CELL) -> str:
    return value if len(value) <= most else value[: most - 1] + "…"
