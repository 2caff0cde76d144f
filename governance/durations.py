"""ISO 8601 durations, with an order."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from governance.errors import TermError

#: A mean month of the Gregorian calendar (365.2425 / 12 days), used to order months against days and nothing else.
MEAN_MONTH_S = 2_629_746

_ISO = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months and seconds, as ISO 8601 keeps them apart: a month is not a number of seconds."""

    months: int
    seconds: int

    @property
    def nominal_s(self) -> int:
        """Length in seconds with mean months, for comparing."""
        return self.months * MEAN_MONTH_S + self.seconds


def parse_duration(text: object) -> Duration:
    """Read a duration such as ``P1M``, ``PT24H``, ``P30D``.

    Raises:
        TermError: anything else, an empty ``P`` or ``PT`` included.
    """
    match = _ISO.fullmatch(text) if isinstance(text, str) else None
    found = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    if not found or str(text).endswith("T"):
        raise TermError(f"{text!r} is not an ISO 8601 duration such as P30D, PT24H or P1M")
    months = found.get("years", 0) * 12 + found.get("months", 0)
    return Duration(months, sum(number * _SECONDS[unit] for unit, number in found.items() if unit in _SECONDS))


def later(day: dt.date, duration: Duration) -> dt.date:
    """The day that lies a duration after another: whole days first, then months; a 31st becomes a month's last day."""
    moved = day + dt.timedelta(days=duration.seconds // 86_400)
    months = moved.year * 12 + moved.month - 1 + duration.months
    year, month = months // 12, months % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(moved.day, last))


def spell_seconds(seconds: int) -> str:
    """The ISO 8601 spelling of a number of seconds: whole days as ``PnD``, then ``PTnH``, else ``PTnS``."""
    if seconds % 86_400 == 0 and seconds:
        return f"P{seconds // 86_400}D"
    return f"PT{seconds // 3_600}H" if seconds % 3_600 == 0 and seconds else f"PT{seconds}S"
