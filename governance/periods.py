"""Periods of whole local days, and whether they follow a calendar step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: Which days may begin (and so end) a period of each step. Weeks begin on Monday, as in ISO 8601.
_BEGINS: Mapping[str, Callable[[dt.date], bool]] = MappingProxyType(
    {
        "P1Y": lambda day: (day.month, day.day) == (1, 1),
        "P3M": lambda day: day.day == 1 and day.month % 3 == 1,
        "P1M": lambda day: day.day == 1,
        "P1W": lambda day: day.weekday() == 0,
        "P1D": lambda _: True,
    }
)


@dataclass(frozen=True, slots=True)
class Period:
    """The local days [from, to)."""

    from_: dt.date
    to: dt.date

    def __post_init__(self) -> None:
        if self.from_ >= self.to:
            raise ValueError(f"a period must end after it begins: {self}")

    def overlaps(self, other: Period) -> bool:
        """Whether a day lies in both."""
        return self.from_ < other.to and other.from_ < self.to

    def follows(self, step: str) -> bool:
        """Whether it begins and ends where a calendar step (``P1M`` …) does."""
        return _BEGINS[step](self.from_) and _BEGINS[step](self.to)

    def __str__(self) -> str:
        return f"[{self.from_}, {self.to})"
