"""How fine place and time are told apart. Coarser is stricter.

A zone system has a rank (finer systems have higher ranks); a time grain has three parts, ordered one by one, so two
grains need not be comparable: a day is finer than a month, a month by hour bands is neither finer nor coarser than
a whole day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from governance.errors import TermError

#: Ordered by mean area: a commune ~15 km², H3 7 5.2 km², an IRIS ~2 km², H3 8 0.74 km², H3 9 0.11 km².
#: `basin` is the whole territory as one zone.
ZONE_RANK: Mapping[str, int] = MappingProxyType(
    {"basin": 0, "commune": 50, "h3_7": 70, "iris": 75, "h3_8": 80, "h3_9": 90}
)

#: Calendar steps from coarse to fine, as ISO 8601 durations.
STEPS = ("P1Y", "P3M", "P1M", "P1W", "P1D")
#: What is told apart within a day, from coarse to fine.
SLICES = ("day", "band", "hour")


@dataclass(frozen=True, slots=True)
class TimeGrain:
    """A calendar step; whether day types are told apart; and the slice of the day.

    Spelled ``P1M``, ``P1M/band``, ``P1M/daytype+band``, ``P1D/hour``. Single days always tell their day type.
    """

    step: str
    day_type: bool = False
    slice: str = "day"

    def no_finer_than(self, other: TimeGrain) -> bool:
        """Whether each part is at least as coarse as the other's."""
        return (
            STEPS.index(self.step) <= STEPS.index(other.step)
            and self.day_type <= other.day_type
            and SLICES.index(self.slice) <= SLICES.index(other.slice)
        )

    def coarsest(self, other: TimeGrain) -> TimeGrain:
        """The finest grain that is no finer than either."""
        return TimeGrain(
            step=min(self.step, other.step, key=STEPS.index),
            day_type=self.day_type and other.day_type,
            slice=min(self.slice, other.slice, key=SLICES.index),
        )

    def __str__(self) -> str:
        parts = ["daytype"] if self.day_type and self.step != "P1D" else []
        parts += [self.slice] if self.slice != "day" else []
        return f"{self.step}/{'+'.join(parts)}" if parts else self.step


def parse_time_grain(text: object) -> TimeGrain:
    """Read the spelling of a time grain.

    Raises:
        TermError: an unknown step or slice.
    """
    step, _, rest = str(text).partition("/")
    parts = rest.split("+") if rest else []
    slices = [part for part in parts if part in SLICES[1:]]
    if step not in STEPS or len(parts) != len(set(parts)) or len(slices) > 1 or set(parts) - {"daytype", *slices}:
        raise TermError(f"{text!r} is not a time grain: a step of {', '.join(STEPS)}, then /daytype+band or the like")
    return TimeGrain(step, "daytype" in parts or step == "P1D", slices[0] if slices else "day")


def parse_zone_system(text: object) -> str:
    """Check the name of a zone system.

    Raises:
        TermError: an unknown one.
    """
    if not isinstance(text, str) or text not in ZONE_RANK:
        raise TermError(f"{text!r} is not a zone system ({', '.join(ZONE_RANK)})")
    return text


@dataclass(frozen=True, slots=True)
class Grain:
    """Place and time together."""

    zone_system: str
    time: TimeGrain

    def no_finer_than(self, other: Grain) -> bool:
        """Whether both place and time are at least as coarse as the other's."""
        return ZONE_RANK[self.zone_system] <= ZONE_RANK[other.zone_system] and self.time.no_finer_than(other.time)

    def __str__(self) -> str:
        return f"{self.zone_system} x {self.time}"
