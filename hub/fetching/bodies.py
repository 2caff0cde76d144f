"""What came: expanded, counted, looked at, and written so that the file appears only when all of it is there."""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpcore

from hub.durable import storage_errors
from hub.errors import FetchError, TooLarge
from hub.fetching.headers import header

_PIECE = 1 << 18
#: Marks that some programs write before a text.
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Tally:
    """Bytes that passed, and their digest; `most` of them may."""

    most: int
    size: int = 0
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces, counted.

        Raises:
            TooLarge: more than may pass.
        """
        for piece in pieces:
            self.size += len(piece)
            if self.size > self.most:
                raise TooLarge(f"more than {self.most} bytes")
            self._hash.update(piece)
            yield piece

    @property
    def digest(self) -> str:
        """SHA-256 of what passed, in hexadecimal."""
        return self._hash.hexdigest()


def expanded(answer: httpcore.Response, wire: Iterator[bytes]) -> Iterator[bytes]:
    """The content of an answer.

    Raises:
        FetchError: it is coded in a way that was not asked for.
        zlib.error: not gzip, or cut short.
    """
    encoding = header(answer, b"content-encoding").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return _gunzipped(wire)
    if encoding not in ("", "identity"):
        # Also "gzip, gzip": what is packed twice expands a million times, before anybody could count.
        raise FetchError("answered in an encoding that was not asked for")
    return wire


def fed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces, if they can be a feed's: no page of a site that answers 200 to everything, and not nothing.

    No format of feeds begins as markup does; GTFS-RT begins with a tag of its own.

    Raises:
        FetchError: it is none.
    """
    empty = True
    for piece in pieces:
        if empty and piece.removeprefix(_BOM).lstrip()[:1] == b"<":
            raise FetchError("answered with a page, which is no feed")
        empty = empty and not piece
        yield piece
    if empty:
        raise FetchError("answered with nothing at all")


@contextmanager
def whole(target: Path) -> Iterator[IO[bytes]]:
    """A file that gets the name `target` only when all of it was written.

    Raises:
        StorageError: no room, or no right.
    """
    with (
        storage_errors(target.parent),
        tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as file,
    ):
        part = Path(file.name)
        try:
            yield file
            file.close()
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Expand, a bounded piece at a time: one packet of zeros can hold sixty megabytes.

    Raises:
        zlib.error: not gzip, or cut short.
    """
    inflate = zlib.decompressobj(wbits=31)  # gzip, RFC 1952
    begun = False
    for piece in pieces:
        left = piece
        while left:
            begun = True
            yield inflate.decompress(left, _PIECE)
            left = inflate.unconsumed_tail
            if inflate.eof:  # another member may follow
                left, inflate, begun = inflate.unused_data, zlib.decompressobj(wbits=31), False
    if begun:
        raise zlib.error("cut short")
