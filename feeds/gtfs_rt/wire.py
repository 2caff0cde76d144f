"""The outermost layer of a protocol buffer, walked by hand: which field begins at which byte, and where it breaks.

The library reads a message whole or not at all. Walked, a message whose third entity is damaged still has all others,
and one that was cut short says where. Format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from feeds.errors import NotAFeed

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}
_LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One field of the message: its number, the byte at which it begins, and its content (of bytes, without length)."""

    number: int
    offset: int
    content: bytes


def parts(content: bytes) -> Iterator[Part]:
    """The fields of a message in their order.

    Raises:
        NotAFeed: the bytes are no protocol buffer from some place on; the sentence names the place.
    """
    offset = 0
    while offset < len(content):
        tag, start = _varint(content, offset)
        number, kind = tag >> 3, tag & 7
        if kind == _BYTES:
            size, start = _varint(content, start)
        elif kind == _VARINT:
            size = _varint(content, start)[1] - start
        elif kind in _FIXED:
            size = _FIXED[kind]
        else:
            raise NotAFeed(f"not a protocol buffer: byte {offset} begins no field")
        if number == 0:
            raise NotAFeed(f"not a protocol buffer: byte {offset} begins a field with the number 0")
        if start + size > len(content):
            left = len(content) - start
            raise NotAFeed(f"cut short: the field at byte {offset} announces {size} bytes and {left} are there")
        yield Part(number, offset, content[start : start + size])
        offset = start + size


def _varint(content: bytes, start: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    value = 0
    for place in range(_LONGEST_VARINT):
        if start + place >= len(content):
            raise NotAFeed(f"cut short: the message ends in the middle of a number, at byte {len(content)}")
        byte = content[start + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, start + place + 1
    raise NotAFeed(f"not a protocol buffer: no number ends after byte {start}")
