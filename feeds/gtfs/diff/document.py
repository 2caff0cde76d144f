"""The JSON document of GTFS Diff v2 (MobilityData, state 2.0.0-rc1, which lets a document say more than the standard).

What we say beyond it: ``file_diffs[].notes``, ``unsupported_files[].is_changed`` and ``meaning``; and a file that was
added has its ``row_changes`` too, without which nobody could apply the document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feeds.gtfs.diff.compare import Change, Columns, Comparison, as_csv

#: https://github.com/MobilityData/gtfs-diff, spec/v2
SCHEMA_VERSION = "2.0.0-rc1"
#: A file of which fewer records than this share kept their key has been numbered anew: its rows say little.
_KEPT = 0.1
_FEW = 20


def file_diff(file: str, action: str, found: Comparison) -> dict[str, Any]:
    """One entry of ``file_diffs``."""
    is_modified = action == "modified"
    entry: dict[str, Any] = {
        "file_name": file,
        "file_action": action,
        "columns_added": _places(found.columns.names, found.columns.in_base, found.columns.in_new) * is_modified,
        "columns_deleted": _places(found.columns.names, found.columns.in_new, found.columns.in_base) * is_modified,
        "stats": _stats(found, is_modified=is_modified),
    }
    if action != "deleted" and found.columns.names:  # an empty file has no header, and so no key either
        entry["row_changes"] = _row_changes(found)
        if found.total > len(found.changes):
            entry["truncated"] = {"is_truncated": True, "omitted_count": found.total - len(found.changes)}
    if notes := _notes(found):
        entry["notes"] = notes
    return entry


def not_compared(file: str, action: str, reason: str) -> dict[str, Any]:
    """The entry of a file that could not be read as a table."""
    return {
        "file_name": file,
        "file_action": "not_compared",
        "not_compared_reason": {"code": "unreadable", "message": reason},
        "columns_added": [],
        "columns_deleted": [],
        "notes": [{"code": action, "count": 1}],
    }


def summary(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts over all files. A file that came or went is one change; else rows and columns are counted."""
    actions = [entry["file_action"] for entry in entries]
    return {
        "total_changes": sum(map(_changes, entries)),
        **{f"files_{one}_count": actions.count(one) for one in ("added", "deleted", "modified", "not_compared")},
        "files": [{"file_name": one["file_name"], "status": one["file_action"], **_counts(one)} for one in entries],
    }


def _counts(entry: Mapping[str, Any]) -> dict[str, int]:
    stats = entry.get("stats", {})
    return {name: count for name, count in stats.items() if name.endswith("_count")}


def _changes(entry: Mapping[str, Any]) -> int:
    return sum(_counts(entry).values()) if entry["file_action"] == "modified" else 1


def _places(names: Sequence[str], before: Sequence[int | None], after: Sequence[int | None]) -> list[dict[str, Any]]:
    found = [
        {"name": name, "position": there + 1}
        for name, gone, there in zip(names, before, after, strict=True)
        if gone is None and there is not None
    ]
    return sorted(found, key=lambda one: one["position"])


def _stats(found: Comparison, *, is_modified: bool) -> dict[str, Any]:
    columns = found.columns
    counts = {
        "columns_added_count": columns.in_base.count(None) if is_modified else 0,
        "columns_deleted_count": columns.in_new.count(None) if is_modified else 0,
        "rows_added_count": found.added,
        "rows_deleted_count": found.deleted,
        "rows_modified_count": found.modified,
    }
    larger = max(found.rows_base, found.rows_new)
    return {
        "total_rows_base": found.rows_base,
        "total_rows_new": found.rows_new,
        "total_rows_modified": found.modified,
        **{name: count for name, count in counts.items() if count},
        "rows_changed_percentage": round(min(100.0, 100 * found.total / larger), 2) if larger else 0.0,
        "column_stats": [
            {
                "column": name,
                "modifications_count": count,
                "modifications_percentage": round(100 * count / found.modified, 2),
            }
            for name, count in found.modified_by_column.items()
        ],
    }


def _row_changes(found: Comparison) -> dict[str, Any]:
    columns, key = found.columns, found.key or found.columns.names
    places = [columns.names.index(name) for name in key]
    changes = found.changes
    return {
        "primary_key": list(key),
        "columns": list(columns.names),
        "added": [
            {**_row(key, places, one.new), "new_line_number": one.new_line} for one in changes if one.base_line is None
        ],
        "deleted": [
            {**_row(key, places, one.base), "base_line_number": one.base_line}
            for one in changes
            if one.new_line is None
        ],
        "modified": [
            {
                **_row(key, places, one.base),
                "base_line_number": one.base_line,
                "new_line_number": one.new_line,
                "field_changes": _fields(columns, one),
            }
            for one in changes
            if one.base_line is not None and one.new_line is not None
        ],
    }


def _row(key: Sequence[str], places: Sequence[int], values: Sequence[str]) -> dict[str, Any]:
    return {
        "identifier": {name: values[place] for name, place in zip(key, places, strict=True)},
        "raw_value": as_csv(values),
    }


def _fields(columns: Columns, change: Change) -> list[dict[str, str]]:
    return [
        {"field": columns.names[index], "base_value": change.base[index], "new_value": change.new[index]}
        for index in columns.compared
        if change.base[index] != change.new[index]
    ]


def _notes(found: Comparison) -> list[dict[str, Any]]:
    """What a reader of the rows must know: which could not be followed by their key."""
    notes = [{"code": code, "count": count} for code, count in _unfollowed(found) if count]
    kept = found.rows_base - found.deleted
    if min(found.rows_base, found.rows_new) >= _FEW and kept < _KEPT * found.rows_base and found.key:
        notes.append({"code": "ids_regenerated", "count": found.deleted})
    return notes


def _unfollowed(found: Comparison) -> list[tuple[str, int]]:
    whole = found.rows_base + found.rows_new if not found.key else 0
    return [
        ("no_primary_key", whole),
        ("rows_without_key", found.keyless),
        ("rows_with_doubled_key", found.doubled),
        ("rows_of_another_length", found.bad_rows),
    ]
