"""Rows of a feed's released statistics for a service day: which day follows which timetable is looked up beside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import orjson

from feeds.statistics import Statistic, load
from hub.errors import BadRequest, NotFound
from hub.services import catalogue, tables
from hub.services.access import Access, open_release
from hub.services.front import Front
from hub.services.keys import Actor

#: Packages that hold statistics.
PACKAGES: Final = ("feeds.gtfs", "feeds.gbfs", "mds")
#: The released table that says which service pattern each service day follows, and its two columns.
CALENDAR: Final = "gtfs.service_patterns"
DATE: Final = "date"
#: The released document that names the days which stand for all (made by hub.services.busy_day).
DAYS: Final = "gtfs.days"
PATTERN: Final = "pattern"
#: Map layers that say what places and routes are called: part → (id, name).
NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"stops": ("stop_id", "stop_name"), "routes": ("route_id", "route_short_name")}
)
_LARGEST_LAYER: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rows of a statistic: of a service day, equal in some dimensions, some of them."""

    date: dt.date | None = None
    equal: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    descending: bool = False
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """A released statistic of one version of a feed, and the access that allows to read it."""

    statistic: Statistic
    access: Access


@cache
def definitions() -> Mapping[str, Statistic]:
    """Every statistic that the hub computes, by id."""
    return MappingProxyType({name: one for package in PACKAGES for name, one in load(package).items()})


def definition(name: str) -> Statistic:
    """One statistic.

    Raises:
        NotFound: there is none of that id.
    """
    try:
        return definitions()[name]
    except KeyError:
        raise NotFound(f"no statistic is called {name!r}") from None


def open_statistic(
    front: Front, slug: str, name: str, *, actor: Actor, number: int | None = None, purpose: str | None = None
) -> Opened:
    """Open a feed's statistic: one access, one decision, whatever is looked up beside.

    Raises:
        NotFound: no such feed, statistic or version, or it was not released.
        Refused: the reader may not open it.
    """
    statistic = definition(name)
    release = catalogue.file_of(front, slug, name, actor=actor, number=number)
    beside = (CALENDAR, DAYS, *NAMES) if PATTERN in statistic.dimensions else ()
    return Opened(statistic, open_release(front, release.id, actor=actor, purpose=purpose, beside=beside))


def rows(opened: Opened, wish: Wish) -> tables.Page:
    """Some rows of an opened statistic.

    Raises:
        BadRequest: a filter on something that is no dimension, or a day where days are not told apart.
    """
    statistic, access = opened.statistic, opened.access
    unknown = set(wish.equal) - set(statistic.dimensions)
    if unknown:
        raise BadRequest(f"{statistic.id} has no dimension {min(unknown)!r}; it has {', '.join(statistic.dimensions)}")
    equal = dict(wish.equal)
    if wish.date is not None:
        pattern = _pattern(opened, wish.date)
        if pattern is None:
            return tables.Page(tuple(tables.columns(access.path)), (), 0, None)
        equal[PATTERN] = pattern
    ask = tables.Ask(equal, wish.order, descending=wish.descending, offset=wish.offset, limit=wish.limit)
    return tables.read(access.path, ask)


def days(opened: Opened) -> list[str]:
    """The service days that the calendar beside a statistic covers, as ISO dates; none without a calendar."""
    calendar = opened.access.beside.get(CALENDAR)
    return tables.distinct(calendar, DATE) if calendar else []


def usual_day(opened: Opened) -> dt.date | None:
    """A service day like most weekdays of the timetable; None where none was named."""
    document = opened.access.beside.get(DAYS)
    named = orjson.loads(document.read_bytes()) if document else {}
    day = named.get("weekday", named.get("busiest"))
    return dt.date.fromisoformat(day) if day else None


def names(opened: Opened) -> Mapping[str, Mapping[str, str]]:
    """What places and routes are called, where a layer beside says it: ``{"stop_id": {"S1": "Gare"}}``."""
    found: dict[str, Mapping[str, str]] = {}
    for part, (key, name) in NAMES.items():
        layer = opened.access.beside.get(part)
        if layer is not None and layer.stat().st_size <= _LARGEST_LAYER:
            found[key] = _names(layer, key, name)
    return found


# An object of the released plane never changes, so its path says all.
@lru_cache(maxsize=16)
def _names(layer: Path, key: str, name: str) -> Mapping[str, str]:
    features = orjson.loads(layer.read_bytes())["features"]
    listed = (feature["properties"] for feature in features)
    return {str(one[key]): str(one[name]) for one in listed if one.get(key) and one.get(name)}


def _pattern(opened: Opened, date: dt.date) -> str | None:
    calendar = opened.access.beside.get(CALENDAR)
    if calendar is None:
        raise BadRequest(f"{opened.statistic.id} of this feed does not tell days apart")
    return tables.value(calendar, PATTERN, {DATE: date.isoformat()})
