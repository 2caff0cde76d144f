"""The bytes of a FeedMessage → header, tables, and what had to be set aside.

Entities are read one by one: a damaged one is set aside with its place, and the memory that one message may claim is
bounded, whatever its fields announce.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
from google.protobuf.message import DecodeError
from google.transit.gtfs_realtime_pb2 import FeedEntity, FeedHeader

from feeds.errors import NotAFeed
from feeds.gtfs_rt.columns import GREATEST, Columns, Refused, Texts, text_of
from feeds.gtfs_rt.pretence import must_be_binary
from feeds.gtfs_rt.spec import HEADER, TABLES
from feeds.gtfs_rt.unknown import unknown_in
from feeds.gtfs_rt.wire import Part, parts

_HEADER, _ENTITY = 1, 2
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3})?")
_KINDS = ("trip_update", "vehicle", "alert", "shape", "stop", "trip_modifications")


@dataclass(frozen=True, slots=True)
class MessageLimits:
    """How much a message may be. The largest public ones (a whole country) are near 30 MiB and 60,000 entities.

    An empty record of a list takes two bytes on the wire and a hundred in memory, hence the limit on `entity_bytes`.
    """

    bytes: int = 64 << 20
    entities: int = 200_000
    entity_bytes: int = 2 << 20
    rows: int = 2_000_000


@dataclass(frozen=True, slots=True)
class SetAside:
    """An entity, or a value of it, that could not be used. `entity` counts from 1."""

    entity: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was read.

    `tables` are those of `feeds.gtfs_rt.spec`, with ``header`` and ``alert_texts``. `unknown` counts fields that the
    standard does not have (extensions), by path; their content stays in the bytes. `content_digest` is over the
    entities alone, so that a message that only its header tells apart from another is known.
    """

    version: str
    incrementality: str | None
    timestamp_s: int | None
    feed_version: str | None
    entities: int
    tables: Mapping[str, pa.Table]
    content_digest: str
    set_aside: tuple[SetAside, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)
    not_text: Mapping[str, int] = field(default_factory=dict)


def looks_like(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a FeedMessage: a header that names a version."""
    try:
        first = next(parts(start[:4096]), None)
    except NotAFeed:
        return False
    if first is None or first.number != _HEADER:
        return False
    try:
        header = FeedHeader.FromString(first.content)
    except DecodeError:
        return False
    version = header.gtfs_realtime_version
    return isinstance(version, str) and _VERSION.fullmatch(version) is not None


_DEFAULT = MessageLimits()


def parse(content: bytes, *, limits: MessageLimits = _DEFAULT) -> Message:
    """Read a message.

    Raises:
        NotAFeed: it is none: empty, a page, JSON or text instead of a protocol buffer, cut short, without a header,
            or larger than can be meant.
    """
    if len(content) > limits.bytes:
        raise NotAFeed(f"{len(content)} bytes, more than the {limits.bytes} that a message may have")
    if not looks_like(content):
        must_be_binary(content)
    reader = _Reader(limits)
    for part in parts(content):
        reader.take(part)
    return reader.finish()


class _Reader:
    """What one message has said so far."""

    def __init__(self, limits: MessageLimits) -> None:
        self._limits = limits
        self._header: FeedHeader | None = None
        self._count = 0
        self._tables = {name: Columns(table) for name, table in TABLES.items()}
        self._texts = Texts()
        self._content = hashlib.sha256()
        self._set_aside: list[SetAside] = []
        self._unknown: Counter[str] = Counter()

    def take(self, part: Part) -> None:
        if part.number == _HEADER:
            self._header = _header(part)
            self._unknown.update(unknown_in(self._header, "header"))
        elif part.number == _ENTITY:
            self._count += 1
            self._content.update(len(part.content).to_bytes(8, "big") + part.content)
            self._take_entity(part)
        else:
            self._unknown[str(part.number)] += 1

    def _take_entity(self, part: Part) -> None:
        if self._count > self._limits.entities:
            raise NotAFeed(f"more than {self._limits.entities} entities, which cannot be meant")
        entity = self._decoded(part)
        if entity is None:
            return
        self._unknown.update(unknown_in(entity, "entity"))
        for table in self._tables.values():
            table.take(entity, self._count)
        self._texts.take(entity, self._count)
        rows = sum(table.rows for table in self._tables.values()) + self._texts.rows
        if rows > self._limits.rows:
            raise NotAFeed(f"more than {self._limits.rows} records, which cannot be meant")

    def _decoded(self, part: Part) -> FeedEntity | None:
        place = f"the entity at byte {part.offset}"
        if len(part.content) > self._limits.entity_bytes:
            return self._put_aside("", f"{place} has {len(part.content)} bytes, which cannot be meant")
        try:
            entity: FeedEntity = FeedEntity.FromString(part.content)
        except DecodeError:
            return self._put_aside("", f"{place} cannot be decoded")
        if not entity.IsInitialized():
            missing = ", ".join(entity.FindInitializationErrors()[:5])
            return self._put_aside(missing, f"{place} lacks what it must have")
        if not entity.is_deleted and not any(entity.HasField(kind) for kind in _KINDS):
            return self._put_aside("entity", f"{place} says nothing")
        return entity

    def _put_aside(self, name: str, reason: str) -> FeedEntity | None:
        self._set_aside.append(SetAside(self._count, name, "", reason))
        return None

    def finish(self) -> Message:
        if self._header is None:
            raise NotAFeed("this protocol buffer has no header, so it is no FeedMessage", field="header")
        refused: list[Refused] = []
        not_text: Counter[str] = Counter()
        tables = {name: table.finish(refused, not_text) for name, table in self._tables.items()}
        tables["alert_texts"] = self._texts.finish(not_text)
        header = self._header
        timestamp = header.timestamp or None  # 0 is what an absent one reads as, and says no more
        if timestamp is not None and timestamp > GREATEST:
            refused.append((0, "header.timestamp", str(timestamp), "beyond any instant"))
            timestamp = None
        message = Message(
            version=text_of(header.gtfs_realtime_version, "header.gtfs_realtime_version", not_text),
            incrementality=_incrementality(header),
            timestamp_s=timestamp,
            feed_version=text_of(header.feed_version, "header.feed_version", not_text) or None,
            entities=self._count,
            tables=tables,
            content_digest=self._content.hexdigest(),
            set_aside=(*self._set_aside, *(SetAside(*one) for one in refused)),
            unknown=dict(self._unknown),
            not_text=dict(not_text),
        )
        return replace(message, tables={"header": _header_table(message), **tables})


def _header(part: Part) -> FeedHeader:
    try:
        header: FeedHeader = FeedHeader.FromString(part.content)
    except DecodeError as fault:
        raise NotAFeed(f"the header at byte {part.offset} cannot be decoded", field="header") from fault
    if not header.IsInitialized():
        raise NotAFeed("the header names no version", field="header.gtfs_realtime_version")
    return header


def _incrementality(header: FeedHeader) -> str | None:
    return FeedHeader.Incrementality.Name(header.incrementality) if header.HasField("incrementality") else None


def _header_table(message: Message) -> pa.Table:
    return pa.Table.from_pylist([{name: getattr(message, name) for name in HEADER.names}], schema=HEADER)
