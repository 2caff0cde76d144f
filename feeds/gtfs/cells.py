"""Text cells to typed columns, a batch at a time.

Each parser answers with the typed column and says which cells held something that is not of the type; those are null
in the column. Values repeat a great deal in timetables, so each *distinct* text is parsed once.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from feeds.gtfs.spec import Type

#: H:MM:SS or HH:MM:SS; hours go beyond 24 on the service day, and a few feeds of long-distance coaches beyond 99.
_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)", re.ASCII)
_DATE = re.compile(r"\d{8}", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)


def parse_time(text: str) -> int | None:
    """Seconds since noon minus 12 h of the service day: ``25:30:00`` is 91800."""
    match = _TIME.fullmatch(text)
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]) if match else None


def parse_date(text: str) -> dt.date | None:
    """A day of the Gregorian calendar written YYYYMMDD."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def parse_integer(text: str) -> int | None:
    """An integer of at most nine digits: it fits in 32 bits."""
    return int(text) if _INTEGER.fullmatch(text) else None


def parse_float(text: str) -> float | None:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _within(limit: float) -> Callable[[str], float | None]:
    def parse(text: str) -> float | None:
        value = parse_float(text)
        return value if value is not None and -limit <= value <= limit else None

    return parse


@dataclass(frozen=True, slots=True)
class Kind:
    """How a field type is read: its Arrow type, its parser and the canonical code of a cell that is not of it."""

    arrow: pa.DataType
    parse: Callable[[str], Any]
    code: str
    meant: str


KINDS: Mapping[Type, Kind] = {
    Type.DATE: Kind(pa.date32(), parse_date, "invalid_date", "not a date YYYYMMDD"),
    Type.TIME: Kind(pa.int32(), parse_time, "invalid_time", "not a time HH:MM:SS"),
    Type.INTEGER: Kind(pa.int32(), parse_integer, "invalid_integer", "not an integer"),
    Type.ENUM: Kind(pa.int32(), parse_integer, "invalid_integer", "not an integer"),
    Type.FLOAT: Kind(pa.float64(), parse_float, "invalid_float", "not a number"),
    Type.LATITUDE: Kind(pa.float64(), _within(90.0), "invalid_float", "not a latitude (-90 to 90)"),
    Type.LONGITUDE: Kind(pa.float64(), _within(180.0), "invalid_float", "not a longitude (-180 to 180)"),
}

#: Whole columns of these are cast at once when every cell is plain; the bound catches what a cast would let through.
_CASTS = {Type.FLOAT: math.inf, Type.LATITUDE: 90.0, Type.LONGITUDE: 180.0}


def arrow_type(kind: Type) -> pa.DataType:
    """The Arrow type of a field's column; what is not parsed stays text."""
    return KINDS[kind].arrow if kind in KINDS else pa.string()


def parse(column: pa.Array, kind: Type) -> tuple[pa.Array, pa.Array | None]:
    """A typed column, and a mask of the cells that were not of the type (None when all were).

    Args:
        column: text, null where the cell is empty.
        kind: a type among `KINDS`.
    """
    if column.null_count == len(column):
        return pa.nulls(len(column), KINDS[kind].arrow), None
    plain = _cast(column, kind) if kind in _CASTS else _plain_times(column) if kind is Type.TIME else None
    if plain is not None:
        return plain, None
    coded = column.dictionary_encode()
    values = pa.array(list(map(KINDS[kind].parse, coded.dictionary.to_pylist())), KINDS[kind].arrow)
    typed = values.take(coded.indices)
    if values.null_count == 0:
        return typed, None
    return typed, pc.and_(pc.is_valid(column), pc.is_null(typed))


def _cast(column: pa.Array, kind: Type) -> pa.Array | None:
    try:
        numbers = pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        return None
    ends = pc.min_max(numbers).as_py()
    least, most = ends["min"], ends["max"]
    fine = math.isfinite(least) and math.isfinite(most) and -_CASTS[kind] <= least and most <= _CASTS[kind]
    return numbers if fine and not pc.any(pc.is_nan(numbers)).as_py() else None


#: HH:MM:SS: the places of its digits with what each is worth in seconds, and the largest digit that may stand there.
_DIGITS = ((0, 36_000, 9), (1, 3_600, 9), (3, 600, 5), (4, 60, 9), (6, 10, 5), (7, 1, 9))
_COLONS = (2, 5)
_MIDNIGHT = "00:00:00"


def _plain_times(column: pa.Array) -> pa.Array | None:
    """All times of a column at once, or None when one of them is written otherwise than H:MM:SS or HH:MM:SS."""
    padded = pc.utf8_lpad(pc.fill_null(column, _MIDNIGHT), len(_MIDNIGHT), "0")
    if not pc.all(pc.equal(pc.binary_length(padded), len(_MIDNIGHT))).as_py():
        return None
    text = np.frombuffer(padded.buffers()[2], np.uint8, count=8 * len(padded)).reshape(-1, 8)
    if not all((text[:, place] == ord(":")).all() for place in _COLONS):
        return None
    seconds = np.zeros(len(padded), np.int32)
    for place, worth, largest in _DIGITS:
        digit = text[:, place] - np.uint8(ord("0"))  # what is no digit wraps around to a large number
        if (digit > largest).any():
            return None
        seconds += digit.astype(np.int32) * np.int32(worth)
    return pa.array(seconds, pa.int32(), mask=np.asarray(pc.is_null(column)))


def fault_of(text: str, kind: Type) -> tuple[str, str]:
    """The canonical code and the sentence for a cell that is not of its type."""
    if kind in (Type.LATITUDE, Type.LONGITUDE) and parse_float(text) is not None:
        return "number_out_of_range", KINDS[kind].meant
    return KINDS[kind].code, KINDS[kind].meant
