"""Where the time zones of the tz database are: a feed far from the chief place of its own zone is suspicious."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TypeAlias

#: Latitude and longitude in degrees, WGS 84.
Place: TypeAlias = tuple[float, float]


def place_of_zone(name: str) -> Place | None:
    """The chief place of a time zone (``Europe/Paris``); None for zones that are no place (``UTC``)."""
    return _places().get(name)


@cache
def _places() -> Mapping[str, Place]:
    """The places of tzdata's own table ``zone.tab``."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {zone: _iso6709(where) for _country, where, zone, *_comment in lines}


def _iso6709(text: str) -> Place:
    """±DDMM[SS]±DDDMM[SS] (ISO 6709) in degrees."""
    lat, lon = re.findall(r"[+-]\d+", text)
    return _degrees(lat, 2), _degrees(lon, 3)


def _degrees(text: str, width: int) -> float:
    digits = text[1:]
    whole, minutes, seconds = digits[:width], digits[width : width + 2], digits[width + 2 :]
    value = int(whole) + int(minutes) / 60 + int(seconds or 0) / 3600
    return -value if text[0] == "-" else value
