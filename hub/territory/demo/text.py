"""JSON text made by whole columns: a record is a row of literals and columns, joined by the engine, not by Python.

Only ids, numbers and words of the format go in, so that nothing needs escaping; names are escaped once by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.territory.demo.draws import Flags, Ints
from hub.territory.demo.geography import MICRO

#: A column of texts, or a literal that stands in every row.
Part: TypeAlias = "str | pa.Array"

_HEX = np.array([f"{byte:02x}" for byte in range(256)], dtype="S2").view(np.uint8).reshape(256, 2)
_UUID_GROUPS = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
_UUID_LENGTH = 36
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def joined(parts: Sequence[Part]) -> pa.Array:
    """One text a row: the parts one after the other."""
    scalars = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*scalars, pa.scalar(""))


def wholes(values: Ints) -> pa.Array:
    """Whole numbers as text."""
    return pc.cast(pa.array(values), pa.string())


def milliseconds(utc_s: Ints) -> pa.Array:
    """Instants as MDS writes them."""
    return wholes(utc_s * 1_000)


def degrees(micro: Ints) -> pa.Array:
    """Microdegrees as decimal degrees, the shortest text that reads back to the same number."""
    return pc.cast(pa.array(micro / MICRO), pa.string())


def hundredths(values: Ints) -> pa.Array:
    """Percents as fractions of one."""
    return pc.cast(pa.array(values / 100), pa.string())


def words(names: Sequence[str], positions: Ints) -> pa.Array:
    """The word at each position."""
    return pa.array(names, pa.string()).take(pa.array(positions))


def only(mask: Flags, parts: Sequence[Part]) -> pa.Array:
    """The joined parts where `mask`, nothing elsewhere: for members of a record that are not always there."""
    return pc.if_else(pa.array(mask), joined(parts), pa.scalar(""))


def uuids(high: Ints, low: Ints, *, nth: int | Ints = 0) -> pa.Array:
    """Version 4 UUIDs from 128 bits each; `nth` gives another id for the same bits."""
    shift = np.asarray(nth, dtype=np.uint64) * _GOLDEN
    bits = np.empty((len(high), 2), dtype=">u8")
    bits[:, 0], bits[:, 1] = high.view(np.uint64) ^ shift, low.view(np.uint64) + shift
    octets = bits.view(np.uint8).reshape(-1, 16).copy()
    octets[:, 6] = (octets[:, 6] & 0x0F) | 0x40
    octets[:, 8] = (octets[:, 8] & 0x3F) | 0x80
    digits = _HEX[octets].reshape(-1, 32)
    text = np.full((len(high), _UUID_LENGTH), ord("-"), dtype=np.uint8)
    for number, (start, end) in enumerate(_UUID_GROUPS):
        text[:, start + number : end + number] = digits[:, start:end]
    offsets = np.arange(len(high) + 1, dtype=np.int32) * _UUID_LENGTH
    return pa.StringArray.from_buffers(len(high), pa.py_buffer(offsets), pa.py_buffer(text))


def page(head: str, records: pa.Array, extra: Sequence[bytes], tail: str) -> bytes:
    """A whole page: the records between `head` and `tail`, then `extra` ones that were written elsewhere."""
    whole: Any = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(records)], pa.int32()), records), ",\n")
    body = [whole[0].as_buffer().to_pybytes()] if len(records) else []
    return head.encode() + b",\n".join([*body, *extra]) + tail.encode()
