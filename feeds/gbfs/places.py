"""Where a system plausibly is: around the middle of its own places, and in its own time zone."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from statistics import median
from typing import TypeAlias

#: Latitude and longitude in degrees, WGS 84.
Place: TypeAlias = tuple[float, float]

_EARTH_RADIUS_KM = 6371.0

#: ISO 6709 as the tz database writes it: ±DDMM±DDDMM, or with seconds.
_ISO_6709 = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?([+-])(\d{3})(\d{2})(?:\d{2})?")


def distance_km(one: Place, other: Place) -> float:
    """Great-circle distance."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    haversine = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(haversine)))


def middle(places: Sequence[Place]) -> Place:
    """The median of latitudes and of longitudes: a few wild places do not move it."""
    return median(lat for lat, _ in places), median(lon for _, lon in places)


def swapped(place: Place) -> Place | None:
    """The place with its two numbers exchanged; None where that is no place on Earth."""
    lat, lon = place
    return (lon, lat) if abs(lon) <= 90 else None


@cache
def place_of_zone(name: str) -> Place | None:
    """The chief place of a time zone, of the tz database's ``zone.tab``; None for zones that are no place (UTC)."""
    return _zone_tab().get(name)


@cache
def _zone_tab() -> dict[str, Place]:
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {zone: _degrees(where) for _country, where, zone, *_comment in lines}


def _degrees(where: str) -> Place:
    parts = _ISO_6709.fullmatch(where)
    if parts is None:
        raise ValueError(f"zone.tab: {where!r} is no place")
    north, lat, lat_minutes, east, lon, lon_minutes = parts.groups()
    return (
        math.copysign(int(lat) + int(lat_minutes) / 60, float(f"{north}1")),
        math.copysign(int(lon) + int(lon_minutes) / 60, float(f"{east}1")),
    )
