"""The outlines of zones as GeoJSON geometries: H3 cells from their ids, communes and the like from their file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import h3
import shapely

from hub.territory.hierarchies import IRIS_FILE
from hub.territory.zones_reading import read_polygons


def outlines(level: str, ids: Iterable[str], *, zones: Path | None) -> Mapping[str, Mapping[str, Any]]:
    """The geometry of each zone of a level (WGS 84, longitude first); what has none, such as ``outside``, is left out.

    Raises:
        BadZones: the polygons cannot be read.
    """
    if level.startswith("h3_"):
        return {one: h3.cells_to_geo([one]) for one in ids if h3.is_valid_cell(one)}
    if zones is None:
        return {}
    source = zones.with_name(IRIS_FILE) if level == "iris" else zones
    found = read_polygons(source, system_id=level, id_field="id")
    shapes = dict(zip(found.zone_ids, found.shapes, strict=True))
    return {one: shapely.geometry.mapping(shapes[one]) for one in ids if one in shapes}
