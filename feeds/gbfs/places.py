"""Where a system plausibly is: around the middle of its own places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from feeds.time_zones import Place

_EARTH_RADIUS_KM = 6371.0


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
