"""Zone systems, and places assigned to their zones: once, at ingest, as columns, so that the SQL stays plain.

Two kinds: `H3` cells of one resolution, and `Polygons` such as communes or IRIS. Every point gets at most one zone of
a system; a point that is missing, not a number or off the globe gets none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_h3
import pyarrow as pa

from hub.territory.zones_raster import NO_ZONE, Raster

Degrees: TypeAlias = npt.NDArray[np.float64]


class ZoneSystem(Protocol):
    """A way to cut the territory into zones."""

    @property
    def id(self) -> str:
        """The system's id, ``h3_8`` or ``commune``."""

    @property
    def column(self) -> str:
        """The name of a column of zones of this system, without the prefix of the place: ``h3_8``, ``zone_commune``."""

    @property
    def type(self) -> pa.DataType:
        """The Arrow type of such a column."""

    def zones(self, lat: Degrees, lon: Degrees) -> pa.Array:
        """The zone of each point (degrees, WGS 84), null where there is none; `lat` and `lon` are valid or NaN."""


@dataclass(frozen=True, slots=True)
class H3:
    """Hexagons of H3 at one resolution, as the 64-bit index in a signed integer (its first bit is always 0).

    Each resolution is computed from the point itself. The parent of a point's cell at resolution 9 is not always the
    cell at resolution 8 that holds the point: H3's children stick out of their parents.
    """

    resolution: int

    def __post_init__(self) -> None:
        if not 0 <= self.resolution <= 15:
            raise ValueError(f"H3 has resolutions 0 to 15, not {self.resolution}")

    @property
    def id(self) -> str:
        """``h3_8``."""
        return f"h3_{self.resolution}"

    @property
    def column(self) -> str:
        """``h3_8``."""
        return self.id

    @property
    def type(self) -> pa.DataType:
        """BIGINT."""
        return pa.int64()

    def zones(self, lat: Degrees, lon: Degrees) -> pa.Array:
        """The cell of each point; null for NaN."""
        frame = pl.DataFrame({"lat": lat, "lon": lon}, nan_to_null=True)
        cells = frame.select(polars_h3.latlng_to_cell("lat", "lon", self.resolution, return_dtype=pl.Int64))
        return cells.to_series().to_arrow()


@dataclass(frozen=True, eq=False)  # no slots: the raster is built on first use and kept
class Polygons:
    """Zones given as polygons: `zone_ids` in ascending order, their `names`, and their `shapes` (shapely, WGS 84).

    A border belongs to the zones on both of its sides; a point on it goes to the one of the smallest id, so that a
    point has one zone always. Where polygons overlap, the smallest id wins likewise.
    Build it with `zones_reading.read_polygons` or `zones_reading.polygons`, which check and sort.
    """

    id: str
    zone_ids: tuple[str, ...]
    names: tuple[str, ...]
    shapes: npt.NDArray[np.object_]

    def __post_init__(self) -> None:
        if list(self.zone_ids) != sorted(set(self.zone_ids)) or len(self.zone_ids) != len(self.shapes):
            raise ValueError(f"zone system {self.id}: ids must be unique, ascending, and one for each polygon")

    @property
    def column(self) -> str:
        """``zone_commune``."""
        return f"zone_{self.id}"

    @property
    def type(self) -> pa.DataType:
        """VARCHAR: the zone's id."""
        return pa.string()

    @cached_property
    def raster(self) -> Raster:
        """The grid that finds most zones without geometry."""
        return Raster.of(self.shapes)

    def zones(self, lat: Degrees, lon: Degrees) -> pa.Array:
        """The id of the zone of each point; null for NaN and outside."""
        number = self.raster.zone_numbers(lon, lat)
        indices = pa.array(number, mask=number == NO_ZONE)
        return pa.DictionaryArray.from_arrays(indices, pa.array(self.zone_ids, pa.string())).cast(pa.string())


def assign(lat: npt.ArrayLike, lon: npt.ArrayLike, systems: Sequence[ZoneSystem]) -> dict[str, pa.Array]:
    """The zones of points in each of several systems, by column name.

    `lat` and `lon` are degrees, WGS 84, of equal length; NaN, infinite and out-of-range values have no zone.
    """
    lats, lons = _valid(np.asarray(lat, np.float64), np.asarray(lon, np.float64))
    return {system.column: system.zones(lats, lons) for system in systems}


def _valid(lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
    """NaN in both wherever a point is no place on Earth (comparisons with NaN are false)."""
    good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    return np.where(good, lat, np.nan), np.where(good, lon, np.nan)


def columns_of(prefix: str, systems: Sequence[ZoneSystem]) -> Mapping[str, pa.DataType]:
    """The columns that a place of some prefix gets, by name (``start_h3_8``, ``start_zone_commune``)."""
    return {f"{prefix}{system.column}": system.type for system in systems}
