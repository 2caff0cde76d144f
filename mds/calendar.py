"""The days and hour bands of a period as small tables, with the instants at which they begin and end.

A statistic that measures time joins these instead of computing with the wall clock: on the two days of the year when
the clock is moved, a difference of wall-clock times is an hour off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from mds.wall_clock import zone

_TIME: Final = pa.timestamp("us")


@dataclass(frozen=True, slots=True)
class Band:
    """Hours of the local day, from `from_hour` up to but without `to_hour` (0 to 24)."""

    name: str
    from_hour: int
    to_hour: int


BANDS: Final = (
    Band("night", 0, 6),
    Band("am_peak", 6, 9),
    Band("midday", 9, 16),
    Band("pm_peak", 16, 19),
    Band("evening", 19, 24),
)

#: The bands of each part of the day; the bands of a part follow one another, over midnight too.
DAY_PARTS: Final = MappingProxyType({"daytime": ("am_peak", "midday", "pm_peak"), "overnight": ("evening", "night")})
#: The types of day of each part of the week.
WEEK_PARTS: Final = MappingProxyType({"working_week": ("weekday",), "weekend": ("saturday", "sunday")})


def bands(chosen: Sequence[Band] = BANDS) -> pa.Table:
    """Columns band, from_hour, to_hour: the table `bands` of `mds.flows` and `mds.trip_ends`.

    Raises:
        ValueError: bands that overlap, or hours outside the day.
    """
    hours = [hour for band in chosen for hour in range(band.from_hour, band.to_hour)]
    if len(set(hours)) < len(hours) or not set(hours) <= set(range(24)):
        raise ValueError("hour bands may not overlap and lie between 0 and 24")
    rows = [{"band": band.name, "from_hour": band.from_hour, "to_hour": band.to_hour} for band in chosen]
    return pa.Table.from_pylist(
        rows, schema=pa.schema([("band", pa.string()), ("from_hour", pa.int32()), ("to_hour", pa.int32())])
    )


def day_type(day: dt.date) -> str:
    """weekday, saturday or sunday, as the statistics call them."""
    return {5: "saturday", 6: "sunday"}.get(day.weekday(), "weekday")


def days(timezone: str, *, first: dt.date, until: dt.date) -> pa.Table:
    """Columns day, month (its first day), day_type, from_time, to_time (UTC), one row a local day in [first, until)."""
    where = zone(timezone)
    rows = [
        {**_day(day), "from_time": _instant(day, 0, where), "to_time": _instant(day, 24, where)}
        for day in _range(first, until)
    ]
    return pa.Table.from_pylist(rows, schema=_schema())


def slots(timezone: str, *, first: dt.date, until: dt.date, chosen: Sequence[Band] = BANDS) -> pa.Table:
    """As `days`, one row a day and band, with the column band: the table `slots` of `mds.dwell`."""
    where = zone(timezone)
    rows = [
        {
            **_day(day),
            "band": band.name,
            "from_time": _instant(day, band.from_hour, where),
            "to_time": _instant(day, band.to_hour, where),
        }
        for day in _range(first, until)
        for band in chosen
    ]
    return pa.Table.from_pylist(rows, schema=_schema().append(pa.field("band", pa.string())))


def _schema() -> pa.Schema:
    return pa.schema(
        [
            ("day", pa.date32()),
            ("month", pa.date32()),
            ("day_type", pa.string()),
            ("from_time", _TIME),
            ("to_time", _TIME),
        ]
    )


def _day(day: dt.date) -> dict[str, object]:
    return {"day": day, "month": day.replace(day=1), "day_type": day_type(day)}


def _range(first: dt.date, until: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=number) for number in range((until - first).days))


def _instant(day: dt.date, hour: int, where: ZoneInfo) -> dt.datetime:
    """The instant (UTC, without zone) at which that local hour of the day begins; 24 is the next midnight."""
    at = dt.datetime.combine(day + dt.timedelta(days=hour // 24), dt.time(hour % 24), where)
    return at.astimezone(dt.UTC).replace(tzinfo=None)
