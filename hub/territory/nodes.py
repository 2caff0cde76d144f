"""The nodes of dimensions that need no map (months, bands, types of day, states, legs), and how nodes are spelled.

Months are ``2026-01``, days ``2026-01-31``, quarters ``2026-Q1``, weeks ``2026-W05`` (ISO 8601), H3 cells hexadecimal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from governance.cube_parts import DIMENSIONS, Kind
from governance.cubes import Cube
from governance.disclosure.hierarchy import Hierarchy
from governance.periods import Period
from mds.calendar import BANDS, DAY_PARTS, WEEK_PARTS
from mds.vocabulary import LEGS, VEHICLE_STATES

#: One chain of ids for each base node, from the level below ``all`` down to the base.
Chains = Sequence[tuple[str, ...]]
#: How many nodes each level of each dimension has, by their names; None where it is not known.
Counts = Mapping[str, Mapping[str, int | None]]


def chains(kind: Kind, levels: Sequence[str], period: Period) -> Chains:
    """The chains of any kind but places."""
    return _CHAINS[kind](levels, period)


def counts(cube: Cube, places: Callable[[Sequence[str]], Chains] | None = None) -> Counts:
    """How many nodes each level of each dimension has: None where that depends on the period, and for places without
    their chains (`places` makes them from the levels).
    """
    return {name: _counted(name, cube.levels_of(name), places) for name in cube.dimensions}


def _counted(
    name: str, levels: Sequence[str], places: Callable[[Sequence[str]], Chains] | None
) -> Mapping[str, int | None]:
    kind = DIMENSIONS[name]
    if kind in (Kind.MONTH, Kind.DAY) or (kind is Kind.PLACE and places is None):
        return dict.fromkeys(levels)
    found = places(levels) if kind is Kind.PLACE and places else chains(kind, levels, _ANY_DAY)
    one = Hierarchy.of(name, levels, found)
    return {level: len(nodes) for level, nodes in zip(one.levels[1:], one.nodes[1:], strict=True)}


_ANY_DAY: Final = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 2))


def _days(period: Period) -> list[dt.date]:
    return [period.from_ + dt.timedelta(days=number) for number in range((period.to - period.from_).days)]


_SPELLED: Final[Mapping[str, Callable[[dt.date], str]]] = MappingProxyType(
    {
        "quarter": lambda day: f"{day.year}-Q{(day.month + 2) // 3}",
        "month": lambda day: f"{day:%Y-%m}",
        "week": lambda day: f"{day.isocalendar().year}-W{day.isocalendar().week:02}",
        "day": lambda day: day.isoformat(),
    }
)


def _dates(levels: Sequence[str], period: Period) -> Chains:
    return sorted({tuple(_SPELLED[level](day) for level in levels) for day in _days(period)})


def _grouped(level: str, groups: Mapping[str, Sequence[str]], base: Iterable[str]) -> Callable[..., Chains]:
    """Base nodes below their groups, where a cube has the level of the groups."""
    of = {name: group for group, names in groups.items() for name in names}
    return lambda levels, _: [((of[name], name) if level in levels else (name,)) for name in base]


_CHAINS: Final[Mapping[Kind, Callable[[Sequence[str], Period], Chains]]] = MappingProxyType(
    {
        Kind.MONTH: _dates,
        Kind.DAY: _dates,
        Kind.BAND: _grouped("day_part", DAY_PARTS, [band.name for band in BANDS]),
        Kind.DAY_TYPE: _grouped("week_part", WEEK_PARTS, [day for days in WEEK_PARTS.values() for day in days]),
        Kind.STATE: lambda _, __: [(state,) for state in sorted(VEHICLE_STATES)],
        Kind.LEG: lambda _, __: [(leg,) for leg in LEGS],
    }
)


def spelled(kind: Kind, value: object) -> str:
    """A value of a column as its base node: a month or day of the calendar, an H3 index, a name as it is."""
    if isinstance(value, dt.date):
        return _SPELLED[kind.value](value)
    return f"{value:x}" if isinstance(value, int) else str(value)
