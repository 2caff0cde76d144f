"""A file with one GTFS Realtime message → typed Parquet tables (see `feeds.gtfs_rt.spec`)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from feeds.errors import NotAFeed, UnusableFeed
from feeds.findings import Report
from feeds.gtfs_rt.check import reading_findings
from feeds.gtfs_rt.message import Message, MessageLimits, parse
from feeds.reading import REJECTS, REJECTS_SCHEMA, Reading

STANDARD = "gtfs-rt"
_DEFAULT = MessageLimits()


def read(source: Path, into: Path, *, limits: MessageLimits = _DEFAULT) -> Reading:
    """Read the message of a file and write one Parquet file for each table, those without rows too.

    Raises:
        NotAFeed: it is no message (see `feeds.gtfs_rt.message.parse`).
        UnusableFeed: it has entities, and none of them could be used.
    """
    message = parse(content_of(source, limits), limits=limits)
    if message.entities and not message.tables["entities"].num_rows:
        raise UnusableFeed(f"no usable entity is left: {message.set_aside[0].reason}", row=message.set_aside[0].entity)
    tables = dict(message.tables)
    if message.set_aside:
        tables[REJECTS] = rejects(message)
    for name, table in tables.items():
        pq.write_table(table, into / f"{name}.parquet", compression="zstd")
    return Reading(
        standard=STANDARD,
        version=message.version,
        tables={name: into / f"{name}.parquet" for name in tables},
        rows={name: table.num_rows for name, table in tables.items()},
        set_aside=dict(Counter("entities" for _ in message.set_aside)),
        findings=Report(findings=reading_findings(message)),
        facts=facts(message),
    )


def content_of(source: Path, limits: MessageLimits = _DEFAULT) -> bytes:
    """The bytes of a message's file.

    Raises:
        NotAFeed: it is a folder, or larger than a message may be.
    """
    if not source.is_file():
        raise NotAFeed("a message is one file", file=source.name)
    if source.stat().st_size > limits.bytes:
        raise NotAFeed(f"{source.stat().st_size} bytes, more than the {limits.bytes} that a message may have")
    return source.read_bytes()


def facts(message: Message) -> dict[str, str]:
    """What the message says of itself."""
    said = {
        "incrementality": message.incrementality,
        "timestamp": None if message.timestamp_s is None else str(message.timestamp_s),
        "feed_version": message.feed_version,
        "entities": str(message.entities),
    }
    return {name: value for name, value in said.items() if value is not None}


def rejects(message: Message) -> pa.Table:
    """What was set aside, in the schema of all standards."""
    rows = [
        {"file": "entities", "row": one.entity, "field": one.field, "value": one.value, "reason": one.reason}
        for one in message.set_aside
    ]
    return pa.Table.from_pylist(rows, schema=REJECTS_SCHEMA)
