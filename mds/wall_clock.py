"""UTC to the clock on the wall, once, at reading, so that no statistic has to know a time zone.

Zone rules come from `zoneinfo`; an engine's own copy may be of another year, or missing.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

#: Every offset in force since 2018 changes on a quarter of an hour, in UTC.
_QUARTER_US = 900 * 1_000_000


def zone(name: str) -> ZoneInfo:
    """The time zone of that name.

    Raises:
        ValueError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # what zoneinfo raises depends on the kind of bad name
        raise ValueError(f"no such time zone: {name!r}") from error


def local(utc: pa.Array, where: ZoneInfo) -> pa.Array:
    """Timestamps (µs, UTC) as wall-clock timestamps (µs, no zone) in `where`; null stays null.

    In the hour that autumn repeats, two instants have one wall-clock time: durations are never computed from these.
    """
    micros = utc.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    quarters, which = np.unique(micros // _QUARTER_US, return_inverse=True)
    offsets = np.array([_offset_us(int(quarter), where) for quarter in quarters], dtype=np.int64)
    shifted = pa.array(micros + offsets[which] if len(micros) else micros, pa.int64(), mask=_nulls(utc))
    return shifted.cast(pa.timestamp("us"))


@lru_cache(maxsize=1 << 17)
def _offset_us(quarter: int, where: ZoneInfo) -> int:
    moment = dt.datetime.fromtimestamp(quarter * 900, dt.UTC).astimezone(where)
    offset = moment.utcoffset()
    assert offset is not None  # noqa: S101 - an aware time has an offset
    return round(offset.total_seconds() * 1_000_000)


def _nulls(array: pa.Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = array.is_null().to_numpy(zero_copy_only=False)
    return mask
