"""`apply`: a system and a whole difference give the system that came after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from feeds.gbfs.diff.records import COMPARED, Record, System


def apply(document: Mapping[str, Any], base: System) -> System:
    """The newer system: ``apply(diff(a, b), a) == b`` for a difference that tells all its records (no cap).

    Raises:
        ValueError: it tells only some of them.
    """
    found: dict[str, dict[tuple[Any, ...], Record]] = {file: dict(records) for file, records in base.items()}
    for entry in document["file_diffs"]:
        file = entry["file_name"]
        if entry["file_action"] == "deleted":
            del found[file]
            continue
        if entry.get("truncated", {}).get("is_truncated"):
            raise ValueError(f"{file}: the difference tells only some of its records")
        _change(found.setdefault(file, {}), entry["row_changes"], COMPARED[file].key)
    return found


def _change(records: dict[tuple[Any, ...], Record], changes: Mapping[str, Any], key: tuple[str, ...]) -> None:
    def key_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row["identifier"][name] for name in key)

    for row in changes["deleted"]:
        del records[key_of(row)]
    for row in changes["added"]:
        records[key_of(row)] = json.loads(row["raw_value"])
    for row in changes["modified"]:
        values = dict(records[key_of(row)])
        for change in row["field_changes"]:
            values[change["field"]] = change["new_value"]
        records[key_of(row)] = {name: value for name, value in values.items() if value is not None}
