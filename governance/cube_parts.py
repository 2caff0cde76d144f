"""What a cube is made of, as data: dimensions and their levels, how its numbers are finished, what an empty key says.

Levels go from coarse to fine, ``all`` left out; the last one is the level of the base cells. Which nodes a level has is
found where the territory and the calendar are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from governance.canonical import Plain


class Kind(StrEnum):
    """What a dimension tells apart."""

    PLACE = "place"
    MONTH = "month"
    DAY = "day"
    DAY_TYPE = "day_type"
    BAND = "band"
    STATE = "vehicle_state"
    LEG = "leg"


#: The dimensions that a cube may have, by the name of their column.
DIMENSIONS: Mapping[str, Kind] = MappingProxyType(
    {
        "origin_zone": Kind.PLACE,
        "destination_zone": Kind.PLACE,
        "zone": Kind.PLACE,
        "month": Kind.MONTH,
        "day": Kind.DAY,
        "day_type": Kind.DAY_TYPE,
        "band": Kind.BAND,
        "vehicle_state": Kind.STATE,
        "leg": Kind.LEG,
    }
)
#: The levels that a kind may have, coarse to fine; a cube takes some of them, the last one always.
LEVELS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.MONTH: ("quarter", "month"),
        # A week lies in no one month: a cube takes weeks, or months, or neither.
        Kind.DAY: ("quarter", "month", "week", "day"),
        Kind.DAY_TYPE: ("week_part", "day_type"),
        Kind.BAND: ("day_part", "band"),
        Kind.STATE: ("vehicle_state",),
        Kind.LEG: ("leg",),
    }
)
#: The levels of each zone system: H3 cells lie below their parents, IRIS below their communes.
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "basin": (),
        "commune": ("commune",),
        "iris": ("commune", "iris"),
        **{f"h3_{finest}": tuple(f"h3_{resolution}" for resolution in range(4, finest + 1)) for finest in (7, 8, 9)},
    }
)
#: What is taken where a cube says nothing: resolution 6 (36 km²) is the coarsest that tells parts of a city apart.
USUAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{name: levels for name, levels in PLACES.items() if not name.startswith("h3_")},
        "h3_7": ("h3_6", "h3_7"),
        "h3_8": ("h3_6", "h3_7", "h3_8"),
        "h3_9": ("h3_6", "h3_7", "h3_8", "h3_9"),
    }
)
_USUAL_DAYS = ("month", "day")

#: What a dimension may be of a record: cubes whose records are the same trips are held together by it.
ATTRIBUTES: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.PLACE: frozenset({"start_zone", "end_zone", "stop_zone", "place"}),
        **dict.fromkeys(
            (Kind.MONTH, Kind.DAY, Kind.DAY_TYPE, Kind.BAND),
            frozenset({"start_time", "end_time", "stop_time", "time"}),
        ),
        Kind.STATE: frozenset({"state"}),
        Kind.LEG: frozenset({"leg"}),
    }
)


def usual_levels(dimension: str, zone_system: str) -> tuple[str, ...]:
    """The levels of a dimension of which a cube says nothing, coarse to fine; one not known has its own level alone."""
    kind = DIMENSIONS.get(dimension)
    if kind is Kind.PLACE:
        return USUAL[zone_system]
    if kind is Kind.DAY:
        return _USUAL_DAYS
    return LEVELS[kind] if kind is not None else (dimension,)


def levels_wrong(dimension: str, levels: tuple[str, ...], zone_system: str) -> str | None:
    """Why these cannot be the levels of a dimension; None where they can."""
    kind = DIMENSIONS[dimension]
    if kind is Kind.PLACE and not PLACES[zone_system]:
        return f"{dimension} needs a zone system with zones, not {zone_system}"
    known = PLACES[zone_system] if kind is Kind.PLACE else LEVELS[kind]
    unknown = [level for level in levels if level not in known]
    if unknown:
        return f"{unknown[0]!r} is no level of {dimension} (levels, coarse to fine: {', '.join(known)})"
    if list(levels) != sorted(set(levels), key=known.index):
        return f"levels go from coarse to fine, each once: {', '.join(known)}"
    if levels[-1:] != known[-1:]:
        return f"the finest level of {dimension} must be {known[-1]}"
    if "week" in levels and {"quarter", "month"} & set(levels):
        return "a week lies in no one month or quarter: take one or the other"
    return None


class Zeros(StrEnum):
    """Whether an empty key of a table is printed as 0, or bears the one code of whatever is suppressed."""

    HIDDEN = "hidden"
    SHOWN = "shown"


class Mechanism(StrEnum):
    """What is done to protected numbers before they leave."""

    AS_IS = "as_is"
    ROUNDED = "rounded"
    DISCRETE_GAUSSIAN = "discrete_gaussian"


class Unit(StrEnum):
    """Whose traces noise hides: MDS has no id of users, so that nothing larger can be promised."""

    TRIP = "trip"
    VEHICLE_DAY = "vehicle_day"


@dataclass(frozen=True, slots=True)
class Finishing:
    """How the numbers for an audience are finished.

    Only the discrete Gaussian has the rest: its standard deviation is `sigma` times the sensitivity, a `unit` adds at
    most `most` trips (more are left out).
    """

    mechanism: Mechanism = Mechanism.AS_IS
    sigma: int = 0
    unit: Unit = Unit.TRIP
    most: int = 1

    def plain(self) -> Plain:
        """As JSON, and as a document spells it."""
        if self.mechanism is not Mechanism.DISCRETE_GAUSSIAN:
            return self.mechanism.value
        return {self.mechanism.value: {"most": self.most, "sigma": self.sigma, "unit": self.unit.value}}
