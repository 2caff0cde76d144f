"""What is published of an open feed, part by part: made in a work folder from what the vault holds."""

from __future__ import annotations

import secrets
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from feeds import statistics
from feeds.gbfs.vehicles_renamed import rename_vehicles
from feeds.gtfs.shapes import route_lines, to_geojson
from hub.records import feeds as feed_records
from hub.records.models import Version
from hub.services.back import Back
from hub.services.busy_day import days_and_layer
from hub.services.differences import PART as DIFFERENCE
from hub.services.differences import published as difference
from hub.services.manifest import Manifest
from hub.services.media import GEOJSON, MESSAGE, PARQUET

_SUFFIX = {PARQUET: ".parquet", GEOJSON: ".geojson", "application/zip": ".zip", "application/json": ".json"}
_SUFFIX |= {MESSAGE: ".pb"}

#: Where the statistics of each standard lie, and which tables are published as they were read.
PACKAGE = {"gtfs": "feeds.gtfs", "gbfs": "feeds.gbfs"}
TABLES = {"gtfs": {"service_patterns": "gtfs.service_patterns"}, "gbfs": {}}
#: Tables of places: the columns of latitude and longitude, and what each place is shown with.
PLACES: Mapping[str, tuple[str, str, str, tuple[str, ...]]] = {
    "gtfs": ("stops", "stop_lat", "stop_lon", ("stop_id", "stop_name", "zone_commune")),
    "gbfs": ("stations", "lat", "lon", ("station_id", "name", "capacity", "zone_commune")),
}
#: GBFS tables that accumulate: a statistic of availability looks at the snapshots of this many versions at most.
_SNAPSHOTS = 3_000


@dataclass(frozen=True, slots=True)
class Part:
    """One file to be published."""

    name: str
    path: Path
    media_type: str
    rows: int | None = None

    @property
    def suffix(self) -> str:
        """The ending of its file name."""
        return _SUFFIX.get(self.media_type, "")


def parts(back: Back, version: Version, account: Manifest, work: Path) -> Iterator[Part]:
    """Make every part of a version, one after the other, each in `work`; `account` is the vault's own of it."""
    standard = account.standard
    tables = back.vault.tables(account.slug, account.digest)
    archive = back.vault.raw(account.raw_digest)
    if standard == "gtfs-rt":
        yield Part("archive", archive, MESSAGE)
        return
    if standard == "gbfs":
        # For good and for everybody: no vehicle is to be followed from one version to the next.
        rename_vehicles(archive, work / "archive", key=secrets.token_bytes(32))
        archive = work / "archive"
    yield Part("archive", archive, "application/zip" if zipfile.is_zipfile(archive) else "application/json")
    for table, name in TABLES[standard].items():
        if table in tables:
            yield Part(name, tables[table], PARQUET, pq.read_metadata(tables[table]).num_rows)
    yield from _statistics(back, version, standard, tables, work)
    yield from _map_layers(back, standard, tables, work)
    if made := difference(back, version, account, work):
        yield _document(DIFFERENCE, made, work)


def _statistics(back: Back, version: Version, standard: str, tables: Mapping[str, Path], work: Path) -> Iterator[Part]:
    sources: dict[str, statistics.Source] = dict(tables)
    if standard == "gbfs":
        sources["station_status"] = _snapshots(back, version)
    for statistic in statistics.load(PACKAGE[standard]).values():
        if not all(sources.get(name) for name in statistic.tables):
            continue
        with statistics.connect(memory=back.limits.memory, threads=back.limits.threads, spill=work) as connection:
            result = statistics.compute(statistic, sources, connection=connection)
        path = work / f"{statistic.id}.parquet"
        pq.write_table(result, path, compression="zstd")
        yield Part(statistic.id, path, PARQUET, result.num_rows)


def _snapshots(back: Back, version: Version) -> list[Path]:
    with back.front.records.read() as session:
        known = feed_records.versions(session, version.feed_slug, before=version.number + 1, most=_SNAPSHOTS)
    found = (back.vault.tables(one.feed_slug, one.digest).get("station_status") for one in known)
    return [path for path in found if path is not None]


def _map_layers(back: Back, standard: str, tables: Mapping[str, Path], work: Path) -> Iterator[Part]:
    table, lat, lon, shown = PLACES[standard]
    if table in tables:
        yield _layer(table, _places(pq.read_table(tables[table]), lat, lon, shown), work)
    if standard == "gtfs":
        with statistics.connect(memory=back.limits.memory, threads=back.limits.threads, spill=work) as connection:
            lines = route_lines(tables, connection=connection)
        if len(lines):
            yield _layer("routes", lines, work)
        for name, made in days_and_layer(back, tables, work):
            yield _document(name, made, work) if isinstance(made, bytes) else _layer(name, made, work)


def _document(name: str, content: bytes, work: Path) -> Part:
    path = work / f"{name}.json"
    path.write_bytes(content)
    return Part(name, path, "application/json")


def _places(table: pa.Table, lat: str, lon: str, shown: tuple[str, ...]) -> geopandas.GeoDataFrame:
    placed = table.select([name for name in (lat, lon, *shown) if name in table.column_names]).to_pandas()
    placed = placed.dropna(subset=[lat, lon])
    points = shapely.points(placed[lon].to_numpy(), placed[lat].to_numpy())
    return geopandas.GeoDataFrame(placed.drop(columns=[lat, lon]), geometry=points, crs="EPSG:4326")


def _layer(name: str, frame: geopandas.GeoDataFrame, work: Path) -> Part:
    path = work / f"{name}.geojson"
    path.write_bytes(orjson.dumps(to_geojson(frame)))
    return Part(name, path, GEOJSON, len(frame))
