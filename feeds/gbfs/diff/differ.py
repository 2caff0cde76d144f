"""`diff`: two systems in, one document out, shaped like the difference of two timetables (`feeds.gtfs.diff`)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from feeds.gbfs.diff.meaning import meaning
from feeds.gbfs.diff.records import COMPARED, Record, System

#: The shape is that of GTFS Diff; files and records are those of GBFS.
SCHEMA_VERSION: Final = "2.0.0-rc1"
Records = Mapping[tuple[Any, ...], Record]


def diff(
    base: System,
    new: System,
    *,
    now: dt.datetime,
    names: tuple[tuple[str, dt.datetime], tuple[str, dt.datetime]],
    cap: int | None = 50,
    moved_m: float = 50.0,
) -> dict[str, Any]:
    """The difference from `base` to `new`. `now` is the instant that the document bears, `names` says what the two are
    called and when they were obtained, `cap` how many changed records of each file are told (None: all), `moved_m` from
    how many metres on a station has moved.
    """
    entries = [entry for file in sorted(COMPARED) if (entry := _entry(file, base.get(file), new.get(file), cap))]
    actions = [entry["file_action"] for entry in entries]
    sides = [{"source": name, "downloaded_at": _instant(at)} for name, at in names]
    return {
        "metadata": {
            "schema_version": SCHEMA_VERSION,
            "generated_at": _instant(now),
            "row_changes_cap_per_file": cap,
            "base_feed": sides[0],
            "new_feed": sides[1],
            "unsupported_files": [],
        },
        "summary": {
            "total_changes": sum(_changes(entry) for entry in entries),
            **{f"files_{one}_count": actions.count(one) for one in ("added", "deleted", "modified", "not_compared")},
            "files": [
                {"file_name": entry["file_name"], "status": entry["file_action"], **_counts(entry)} for entry in entries
            ],
        },
        "file_diffs": entries,
        "meaning": meaning(base, new, moved_m=moved_m),
    }


def _entry(file: str, base: Records | None, new: Records | None, cap: int | None) -> dict[str, Any] | None:
    if base == new:
        return None
    action = "added" if base is None else "deleted" if new is None else "modified"
    base, new = base or {}, new or {}
    key = COMPARED[file].key
    added = [_row(key, one, new[one]) for one in new if one not in base]
    gone = [_row(key, one, base[one]) for one in base if one not in new]
    modified = [
        {**_row(key, one, base[one]), "field_changes": list(_fields(base[one], new[one]))}
        for one in base
        if one in new and base[one] != new[one]
    ]
    counts = {"rows_added_count": len(added), "rows_deleted_count": len(gone), "rows_modified_count": len(modified)}
    entry: dict[str, Any] = {
        "file_name": file,
        "file_action": action,
        "columns_added": [],
        "columns_deleted": [],
        "stats": {
            "total_rows_base": len(base),
            "total_rows_new": len(new),
            **{name: count for name, count in counts.items() if count},
        },
    }
    if action != "deleted":
        rows, left_out = _told({"deleted": gone, "added": added, "modified": modified}, cap)
        entry["row_changes"] = {"primary_key": list(key), **rows}
        if left_out:
            entry["truncated"] = {"is_truncated": True, "omitted_count": left_out}
    return entry


def _told(rows: Mapping[str, list[Any]], cap: int | None) -> tuple[dict[str, list[Any]], int]:
    """The first `cap` changes, and how many are left out."""
    left = sum(map(len, rows.values())) if cap is None else cap
    found: dict[str, list[Any]] = {}
    for name, one in rows.items():
        found[name] = one[:left]
        left -= len(found[name])
    return found, sum(map(len, rows.values())) - sum(map(len, found.values()))


def _row(key: tuple[str, ...], values: tuple[Any, ...], record: Record) -> dict[str, Any]:
    return {
        "identifier": dict(zip(key, values, strict=True)),
        "raw_value": json.dumps(record, ensure_ascii=False, sort_keys=True),
    }


def _fields(base: Record, new: Record) -> Iterator[dict[str, Any]]:
    for name in sorted({*base, *new}):
        if base.get(name) != new.get(name):
            yield {"field": name, "base_value": base.get(name), "new_value": new.get(name)}


def _counts(entry: Mapping[str, Any]) -> dict[str, int]:
    return {name: count for name, count in entry["stats"].items() if name.endswith("_count")}


def _changes(entry: Mapping[str, Any]) -> int:
    return sum(_counts(entry).values()) if entry["file_action"] == "modified" else 1


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
