"""Zones from a file of polygons (GeoJSON, GeoPackage, shapefile), checked feature by feature."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from hub.territory.zones import Polygons

if TYPE_CHECKING:
    import geopandas


class BadZones(ValueError):
    """Polygons that make no zone system; the sentence names the feature."""


def read_polygons(path: Path, *, system_id: str, id_field: str, name_field: str | None = None) -> Polygons:
    """Read a zone system from a file of polygons.

    `id_field` and `name_field` are the properties that hold each zone's id and name (the id serves as name where
    there is none).

    Raises:
        BadZones: no such file, no reference system, a missing property, an id twice, or a feature that is no area.
    """
    import geopandas  # noqa: PLC0415 - it takes long to load, and most of what imports this reads no polygons

    try:
        frame = geopandas.read_file(path)
    except RuntimeError as error:  # what GDAL says of a file that is none: the base of pyogrio's own errors
        raise BadZones(f"{path.name}: cannot be read as polygons ({' '.join(str(error).split())})") from error
    return polygons(frame, system_id=system_id, id_field=id_field, name_field=name_field, source=path.name)


def polygons(
    frame: geopandas.GeoDataFrame, *, system_id: str, id_field: str, name_field: str | None = None, source: str = ""
) -> Polygons:
    """A zone system from a GeoDataFrame of polygons in any reference system; see `read_polygons`."""
    import geopandas  # noqa: PLC0415 - as above

    place = f"{source or system_id}: "
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise BadZones(f"{place}a table without geometry")
    for column in (id_field, *([name_field] if name_field else [])):
        if column not in frame.columns:
            raise BadZones(f"{place}no property {column!r}; there are {', '.join(map(str, frame.columns))}")
    if frame.crs is None:
        raise BadZones(f"{place}no reference system: coordinates without one are not guessed at")
    if frame.empty:
        raise BadZones(f"{place}no feature")
    zone_ids = _ids(frame[id_field], place)
    shapes = np.array([_area(shape, zone_ids[i], place) for i, shape in enumerate(_wgs84(frame, place))], object)
    names = frame[name_field].fillna("").astype(str).tolist() if name_field else list(zone_ids)
    order = np.argsort(np.array(zone_ids))
    return Polygons(
        id=system_id,
        zone_ids=tuple(zone_ids[i] for i in order),
        names=tuple(names[i] or zone_ids[i] for i in order),
        shapes=shapes[order],
    )


def _ids(column: Any, place: str) -> list[str]:
    """The ids as texts; whole numbers lose the ``.0`` that a column with gaps gives them."""
    seen: dict[str, int] = {}
    for row, value in enumerate(column, start=1):
        if value is None or value != value or not str(value).strip():  # noqa: PLR0124 - NaN is not itself
            raise BadZones(f"{place}feature {row} has no id")
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        if text in seen:
            raise BadZones(f"{place}feature {row} has the id {text!r} of feature {seen[text]}")
        seen[text] = row
    return list(seen)


def _wgs84(frame: geopandas.GeoDataFrame, place: str) -> list[Any]:
    shapes = list(frame.geometry.to_crs(4326))
    for row, shape in enumerate(shapes, start=1):
        if shape is None or shape.is_empty:
            raise BadZones(f"{place}feature {row} has no geometry")
        west, south, east, north = shape.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise BadZones(f"{place}feature {row} lies outside of the globe: is it in its reference system?")
    return shapes


def _area(shape: Any, zone_id: str, place: str) -> Any:
    """The areas of a shape, mended where its rings cross; lines and points that mending leaves over are no zone."""
    mended = shape if shape.is_valid else shapely.make_valid(shape)
    parts = [part for part in shapely.get_parts(mended, return_index=False) if part.area > 0]
    areas = [inner for part in parts for inner in shapely.get_parts(part) if inner.geom_type == "Polygon"]
    if not areas:
        raise BadZones(f"{place}zone {zone_id!r} is a {shape.geom_type}, not an area")
    return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)


def read_parents(path: Path, *, id_field: str, parent_field: str) -> dict[str, str]:
    """The zone that each zone of a file lies in, by id, as a property says it: an IRIS's commune.

    Raises:
        BadZones: no such file, a missing property, or a feature without its parent.
    """
    zones = read_polygons(path, system_id=path.stem, id_field=id_field, name_field=parent_field)
    for zone, parent in zip(zones.zone_ids, zones.names, strict=True):
        if parent == zone:
            raise BadZones(f"{path.name}: {zone} does not say in its {parent_field} where it lies")
    return dict(zip(zones.zone_ids, zones.names, strict=True))
