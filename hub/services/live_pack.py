"""All that is published of one GBFS system as one object: a reader has a whole snapshot of it or another, never two.

Layout: the magic, the length of the index (8 bytes, big endian), the index (JSON), then the files one after the other,
each without its head (see `feeds.gbfs.conversion.publication`) and deflated, once for all readers.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import orjson

from hub.errors import StorageError

_MAGIC: Final = b"GBFSLIVE1\n"
_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One file before it is packed: its address below the system's (``3.0/station_status``), its bytes without head,
    and the names of the operator's files that it comes from.
    """

    address: str
    tail: bytes
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """One file as it lies in memory: deflated as it was packed, plain as soon as somebody reads it so."""

    digest: str
    sources: tuple[str, ...]
    deflated: bytes

    @cached_property
    def tail(self) -> bytes:
        """The file without its head."""
        return zlib.decompress(self.deflated, wbits=-zlib.MAX_WBITS)

    def plain(self, head: bytes) -> bytes:
        """The whole file."""
        return head + self.tail

    def gzip(self, head: bytes) -> bytes:
        """The whole file as one gzip stream (RFC 1952): the head deflated now, the rest as it lies here."""
        first = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        # Flushed to a whole byte and not finished, so that the stream goes on with the rest.
        start = first.compress(head) + first.flush(zlib.Z_FULL_FLUSH)
        check = zlib.crc32(self.tail, zlib.crc32(head))
        size = (len(head) + len(self.tail)) & 0xFFFFFFFF
        return _GZIP_HEADER + start + self.deflated + check.to_bytes(4, "little") + size.to_bytes(4, "little")


@dataclass(frozen=True, slots=True)
class Pack:
    """A system's files by their address, and why others are not there: see `pack`."""

    files: Mapping[str, Held]
    missing: Mapping[str, str]


def pack(entries: Iterable[Entry], *, missing: Mapping[str, str]) -> bytes:
    """The object of a system. `missing` says by address why a declared file is not there."""
    index: dict[str, Any] = {}
    bodies: list[bytes] = []
    place = 0
    for one in entries:
        squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = squeeze.compress(one.tail) + squeeze.flush()
        index[one.address] = [place, len(body), hashlib.sha256(one.tail).hexdigest(), list(one.sources)]
        bodies.append(body)
        place += len(body)
    head = orjson.dumps({"files": index, "missing": dict(missing)})
    return b"".join([_MAGIC, len(head).to_bytes(8, "big"), head, *bodies])


def unpack(content: bytes) -> Pack:
    """Read an object.

    Raises:
        StorageError: it is none.
    """
    start = len(_MAGIC) + 8
    if not content.startswith(_MAGIC) or len(content) < start:
        raise StorageError("what is published of this system was damaged on the disk; it is not served")
    first = start + int.from_bytes(content[len(_MAGIC) : start], "big")
    index = orjson.loads(content[start:first])
    files = {
        address: Held(digest, tuple(sources), content[first + place : first + place + size])
        for address, (place, size, digest, sources) in index["files"].items()
    }
    return Pack(files, index["missing"])
