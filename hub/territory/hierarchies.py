"""The nodes of each dimension of a cube: which zones, bands, months there are, whether or not anything happened there.

They come from the polygons of the territory and from the calendar alone. Places that lie in no zone of the territory
are the one base node ``outside``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import h3
import shapely

from governance.cube_parts import DIMENSIONS, Kind
from governance.cubes import Cube
from governance.disclosure.hierarchy import OUTSIDE, Hierarchy
from governance.periods import Period
from hub.territory.nodes import Chains, Counts, chains, counts
from hub.territory.zones_reading import BadZones, read_parents, read_polygons

#: The file of IRIS, or of zones like them, lies beside that of the communes. Its features have `id`, `name`, `commune`.
IRIS_FILE: Final = "iris.geojson"


def hierarchies(cube: Cube, zones: Path | None, period: Period) -> tuple[Hierarchy, ...]:
    """One hierarchy for each dimension of a cube, in their order. `zones` is the file of the communes.

    Raises:
        BadZones: a dimension is a place, and there is no file of polygons, or it cannot be used.
    """
    return tuple(_hierarchy(cube, name, zones, period) for name in cube.dimensions)


def _hierarchy(cube: Cube, name: str, zones: Path | None, period: Period) -> Hierarchy:
    levels, kind = cube.levels_of(name), DIMENSIONS[name]
    found = _places(cube, levels, zones) if kind is Kind.PLACE else chains(kind, levels, period)
    return Hierarchy.of(name, levels, found)


def node_counts(cube: Cube, zones: Path | None) -> Counts:
    """How many nodes each level of each dimension has: None where that depends on the period, and for places where
    there are no polygons (`zones` is None).

    Raises:
        BadZones: the polygons cannot be used.
    """
    return counts(cube, places=(lambda levels: _places(cube, levels, zones)) if zones else None)


# --- places ----------------------------------------------------------------------------------------------------------


def _places(cube: Cube, levels: Sequence[str], zones: Path | None) -> Chains:
    if zones is None:
        raise BadZones(f"{cube.id} is by {levels[-1]}, and the zones are those of the territory: set HUB_ZONES")
    source = zones.with_name(IRIS_FILE) if levels[-1] == "iris" else zones
    if not source.is_file():
        raise BadZones(f"{cube.id} is by {levels[-1]}, and there is no {source.name} beside {zones.name}")
    state = source.stat()
    return _zones_of(source, (state.st_mtime_ns, state.st_size), tuple(levels))


# A file of the same age and size is the same file: a cube with two places asks twice.
@lru_cache(maxsize=8)
def _zones_of(source: Path, _: tuple[int, int], levels: tuple[str, ...]) -> Chains:
    base = levels[-1]
    if base.startswith("h3_"):
        return [*_cells(source, levels), (OUTSIDE,) * len(levels)]
    if base == "iris":
        parents = read_parents(source, id_field="id", parent_field="commune")
        return [*((parents[one], one)[-len(levels) :] for one in sorted(parents)), (OUTSIDE,) * len(levels)]
    communes = read_polygons(source, system_id="commune", id_field="id", name_field="name")
    return [*((one,) for one in communes.zone_ids), (OUTSIDE,)]


def _cells(source: Path, levels: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """All cells that touch a commune, each below its parents. A parent is H3's own: its children stick out of it."""
    communes = read_polygons(source, system_id="commune", id_field="id", name_field="name")
    resolutions = [int(level.removeprefix("h3_")) for level in levels]
    area = h3.geo_to_h3shape(shapely.union_all(communes.shapes).__geo_interface__)
    cells = h3.h3shape_to_cells_experimental(area, resolutions[-1], contain="overlap")
    return [tuple(h3.cell_to_parent(cell, resolution) for resolution in resolutions) for cell in sorted(cells)]
