"""What the two GBFS systems share: the clock of their snapshots, and files with their common head."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

#: The morning of 14 September 2026 in UTC: a Monday in term.
FIRST: Final = dt.datetime(2026, 9, 14, tzinfo=dt.UTC)
STEP_S: Final = 900
TTL_S: Final = 60


def instant(number: int) -> dt.datetime:
    """When snapshot `number` was taken."""
    return FIRST + dt.timedelta(seconds=number * STEP_S)


def folder_name(number: int) -> str:
    """The folder of a snapshot, such as 20260914T0600Z."""
    return instant(number).strftime("%Y%m%dT%H%MZ")


def rfc3339(moment: dt.datetime) -> str:
    """An instant as GBFS 3.0 writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def write_snapshot(folder: Path, version: str, number: int, files: Mapping[str, Any]) -> None:
    """Write the files of one snapshot, `files` being the `data` of each by name; gbfs.json is made from the names."""
    target = folder / folder_name(number)
    target.mkdir(parents=True)
    now = instant(number)
    updated = rfc3339(now) if version == "3.0" else int(now.timestamp())
    root = f"https://{folder.name}.example/gbfs/{version}"
    listed = [{"name": name, "url": f"{root}/{name}.json"} for name in files]
    discovery: dict[str, Any] = {"feeds": listed} if version == "3.0" else {"fr": {"feeds": listed}}
    for name, data in {"gbfs": discovery, **files}.items():
        body = {"last_updated": updated, "ttl": TTL_S, "version": version, "data": data}
        (target / f"{name}.json").write_bytes(orjson.dumps(body))
