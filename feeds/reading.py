"""What every reader answers, and the limits that every reader keeps.

A reader has the shape ``read(source, into, *, limits) -> Reading``: `source` is a file or a folder, `into` an
existing empty folder in which it writes one Parquet file for each table. It answers with what it wrote and what it
set aside, or raises a `feeds.errors.FeedError`; what it leaves in `into` after an error is the caller's to discard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from feeds.findings import Report

#: Records that were set aside, one row each: kept beside the tables as ``rejects.parquet``.
REJECTS_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),
        ("field", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
    ]
)
REJECTS = "rejects"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a reader may use. Sizes are in bytes.

    `memory` bounds the engine's working memory, whatever the feed's size; it is a setting of the installer.
    `ratio` is expanded size over archived size, judged only past `ratio_from` expanded bytes (small text files
    compress very well).
    """

    memory: int = 1 << 30
    expanded: int = 8 << 30
    file: int = 6 << 30
    entries: int = 2_000
    ratio: float = 200.0
    ratio_from: int = 64 << 20
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader wrote: typed Parquet tables by name, with their row counts.

    `set_aside` counts rejected records by table; the records themselves, each with its reason, are in the table
    `rejects` (schema `REJECTS_SCHEMA`) when there are any. `facts` holds what the feed says of itself in plain words
    (``timezone``, ``service_from``, ``system_id``, ``provider_id`` …), for the catalogue.
    """

    standard: str
    version: str
    tables: Mapping[str, Path]
    rows: Mapping[str, int]
    set_aside: Mapping[str, int] = field(default_factory=dict)
    findings: Report = field(default_factory=Report)
    facts: Mapping[str, str] = field(default_factory=dict)
