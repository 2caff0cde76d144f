"""Which periods an agreement's extracts are made of: whole local ones, one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from governance.agreement import Agreement
from governance.grain import TimeGrain
from governance.periods import Period

#: The period of an extract by the calendar step of its times. Days come a month at a time: each extract is an object to
#: decide about, and a finer rhythm would tell nothing that the delay does not hold back anyway.
_PERIODS: Mapping[str, str] = MappingProxyType({"P1D": "P1M", "P1W": "P1W", "P1M": "P1M", "P3M": "P3M", "P1Y": "P1Y"})
_MONTHS: Mapping[str, int] = MappingProxyType({"P1M": 1, "P3M": 3, "P1Y": 12})


def rhythm_of(grain: TimeGrain) -> str:
    """The calendar step of the periods."""
    return _PERIODS[grain.step]


def periods(agreement: Agreement, grain: TimeGrain, *, at: dt.datetime, timezone: str) -> Iterator[Period]:
    """The periods that lie wholly within the agreement's validity and have ended at an instant, oldest first."""
    where = ZoneInfo(timezone)
    step = rhythm_of(grain)
    until = min(at, agreement.validity.to).astimezone(where).date()
    first = _whole_day(agreement.validity.from_.astimezone(where))
    begin = _first(first, step)
    while (end := _next(begin, step)) <= until:
        yield Period(begin, end)
        begin = end


def _whole_day(local: dt.datetime) -> dt.date:
    return local.date() if local.time() == dt.time() else local.date() + dt.timedelta(days=1)


def _first(day: dt.date, step: str) -> dt.date:
    """The first beginning of a period on a day or after it."""
    while not Period(day, _next(day, step)).follows(step):
        day += dt.timedelta(days=1)
    return day


def _next(day: dt.date, step: str) -> dt.date:
    if step == "P1W":
        return day + dt.timedelta(days=7)
    months = day.year * 12 + day.month - 1 + _MONTHS[step]
    return dt.date(months // 12, months % 12 + 1, 1)
