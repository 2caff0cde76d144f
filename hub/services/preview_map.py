"""A preview drawn on a map: the holder's own zones, and how finely its trips in each would be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from governance.cube_parts import DIMENSIONS, Kind
from governance.disclosure.contributions import Contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.preview.outlook import Outlook
from hub.errors import Conflict
from hub.territory.zone_shapes import outlines
from hub.territory.zones_reading import BadZones


def zones_seen(outlook: Outlook, own: Contributions, *, zones: Path | None) -> dict[str, Any]:
    """A GeoJSON collection (RFC 7946) with a feature for each of the holder's zones of the cube's first place.

    Its properties are the holder's own total there, and the percentage of it that would be told for places of each
    level or finer ones. `own` are the holder's rows, of which the outlook is.

    Raises:
        Conflict: the cube has no place, or the polygons cannot be read.
    """
    places = [d for d, one in enumerate(own.hierarchies) if DIMENSIONS.get(one.dimension) is Kind.PLACE]
    if not places:
        raise Conflict("this cube has no place to draw")
    first = places[0]
    hierarchy, place = own.hierarchies[first], own.cell[:, places[0]]
    reach = outlook.told.reach[:, places, :].min(axis=1).max(axis=1)
    total = np.bincount(place, weights=own.value, minlength=hierarchy.size)
    here = [int(index) for index in np.flatnonzero(total)]
    parts = {
        f"told_{name}_percent": np.bincount(place, weights=own.value * (reach >= level), minlength=hierarchy.size)
        for level, name in enumerate(hierarchy.levels)
    }
    shapes = _outlines(hierarchy, here, zones)
    features = [
        {
            "geometry": shapes[zone],
            "properties": {
                "own": int(total[index]),
                "zone": zone,
                **{name: int(100 * told[index] // total[index]) for name, told in parts.items()},
            },
            "type": "Feature",
        }
        for index in here
        if (zone := hierarchy.nodes[-1][index]) in shapes
    ]
    return {"features": features, "type": "FeatureCollection"}


def _outlines(hierarchy: Hierarchy, nodes: Iterable[int], zones: Path | None) -> Mapping[str, Mapping[str, Any]]:
    try:
        return outlines(hierarchy.levels[-1], [hierarchy.nodes[-1][node] for node in nodes], zones=zones)
    except BadZones as fault:
        raise Conflict(str(fault)) from fault
