"""Places and their zones: H3 against the h3 package, polygons against geopandas, and the columns of a table."""

from __future__ import annotations

from pathlib import Path

import geopandas
import h3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.territory.zones import H3, Polygons, assign
from hub.territory.zones_columns import add_zone_columns
from hub.territory.zones_raster import Raster
from hub.territory.zones_reading import BadZones, polygons, read_polygons

#: Two squares that share the border at longitude 5.5, a third with a hole, and one far from all.
COMMUNES = geopandas.GeoDataFrame(
    {
        "insee": ["b-east", "a-west", "c-ring", "d-far"],
        "nom": ["Est", "Ouest", "Anneau", "Loin"],
    },
    geometry=[
        shapely.box(5.5, 45.0, 6.0, 45.5),
        shapely.box(5.0, 45.0, 5.5, 45.5),
        shapely.box(5.0, 45.6, 5.4, 46.0).difference(shapely.box(5.1, 45.7, 5.3, 45.9)),
        shapely.box(7.0, 47.0, 7.1, 47.1),
    ],
    crs=4326,
)


def communes() -> Polygons:
    return polygons(COMMUNES, system_id="commune", id_field="insee", name_field="nom")


KNOWN = [
    # latitude, longitude, zone
    (45.2, 5.2, "a-west"),
    (45.2, 5.7, "b-east"),
    (45.2, 5.5, "a-west"),  # on the shared border: the smallest id
    (45.0, 5.0, "a-west"),  # a corner belongs to its zone
    (45.5, 6.0, "b-east"),
    (45.65, 5.2, "c-ring"),
    (45.8, 5.2, None),  # in the hole
    (45.7, 5.2, "c-ring"),  # on the hole's border
    (47.05, 7.05, "d-far"),
    (45.55, 5.2, None),  # between two zones
    (0.0, 0.0, None),
    (float("nan"), 5.2, None),
    (45.2, float("inf"), None),
    (95.0, 5.2, None),
    (45.2, 365.2, None),
]


def test_known_places_have_their_known_zones() -> None:
    lat, lon, zones = zip(*KNOWN, strict=True)
    found = assign(np.array(lat), np.array(lon), [communes()])
    assert found["zone_commune"].to_pylist() == list(zones)
    assert found["zone_commune"].type == pa.string()


def test_zones_are_sorted_with_their_names() -> None:
    system = communes()
    assert system.zone_ids == ("a-west", "b-east", "c-ring", "d-far")
    assert system.names == ("Ouest", "Est", "Anneau", "Loin")


@pytest.mark.parametrize("resolution", [7, 8, 9])
def test_h3_is_that_of_the_h3_package(resolution: int) -> None:
    random = np.random.default_rng(resolution)
    lat, lon = np.degrees(np.arcsin(random.uniform(-1, 1, 5_000))), random.uniform(-180, 180, 5_000)
    cells = assign(lat, lon, [H3(resolution)])[f"h3_{resolution}"]
    expected = [h3.str_to_int(h3.latlng_to_cell(*place, resolution)) for place in zip(lat, lon, strict=True)]
    assert cells.type == pa.int64()
    assert cells.to_pylist() == expected


def test_h3_of_no_place_is_null() -> None:
    lat, lon = np.array([np.nan, 91.0, 45.0, 45.0, np.inf]), np.array([5.0, 5.0, np.nan, 365.0, 5.0])
    assert assign(lat, lon, [H3(8)])["h3_8"].null_count == 5
    with pytest.raises(ValueError, match="not 16"):
        H3(16)


def test_a_parent_is_not_always_the_cell_of_the_point() -> None:
    """Why each resolution is computed from the point: children stick out of their parents."""
    random = np.random.default_rng(1)
    lat, lon = random.uniform(44.9, 45.2, 20_000), random.uniform(5.3, 5.8, 20_000)
    cells = assign(lat, lon, [H3(7), H3(9)])
    parents = [h3.str_to_int(h3.cell_to_parent(h3.int_to_str(cell), 7)) for cell in cells["h3_9"].to_pylist()]
    differing = sum(a != b for a, b in zip(parents, cells["h3_7"].to_pylist(), strict=True))
    assert 0 < differing < 3_000


def voronoi(seed: int, zones: int) -> geopandas.GeoDataFrame:
    """A territory cut into random polygons that share their borders, with ids in no order."""
    random = np.random.default_rng(seed)
    seeds = shapely.MultiPoint(random.uniform((5.0, 44.8), (6.0, 45.4), (zones, 2)))
    frame = shapely.box(4.9, 44.7, 6.1, 45.5)
    cells = [part.intersection(frame) for part in shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=frame))]
    ids = [f"z{number:04}" for number in random.permutation(len(cells))]
    return geopandas.GeoDataFrame({"id": ids}, geometry=cells, crs=4326)


def by_sjoin(frame: geopandas.GeoDataFrame, lat: np.ndarray, lon: np.ndarray) -> list[str | None]:
    """The smallest id of the zones that geopandas finds for each point."""
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat), crs=4326)
    joined = geopandas.sjoin(points, frame, predicate="intersects")
    least = joined.groupby(level=0)["id"].min()
    return [least.get(number) for number in range(len(lat))]


@pytest.mark.parametrize("zones", [2, 60, 1_000])
def test_polygons_are_those_of_geopandas(zones: int) -> None:
    frame = voronoi(zones, zones)
    random = np.random.default_rng(7)
    lat, lon = random.uniform(44.6, 45.6, 20_000), random.uniform(4.8, 6.2, 20_000)
    # The corners of the zones too: the hardest points, each on the border of several.
    corners = np.unique(shapely.get_coordinates(frame.geometry.array), axis=0)[:2_000]
    lat, lon = np.append(lat, corners[:, 1]), np.append(lon, corners[:, 0])
    system = polygons(frame, system_id="z", id_field="id")
    assert assign(lat, lon, [system])["zone_z"].to_pylist() == by_sjoin(frame, lat, lon)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    boxes=st.lists(
        st.tuples(st.floats(0, 8), st.floats(0, 8), st.floats(0.001, 5), st.floats(0.001, 5)), min_size=1, max_size=6
    ),
    points=st.lists(st.tuples(st.floats(-1, 14), st.floats(-1, 14)), max_size=20),
    side=st.integers(8, 40),
)
def test_any_grid_gives_what_the_geometry_says_even_of_overlaps(boxes: list, points: list, side: int) -> None:
    shapes = np.array([shapely.box(x, y, x + width, y + height) for x, y, width, height in boxes], object)
    corners = shapely.get_coordinates(shapes)
    xy = np.vstack([corners, np.array(points, float).reshape(-1, 2)])
    expected = [
        next((number for number, shape in enumerate(shapes) if shapely.intersects_xy(shape, x, y)), -1) for x, y in xy
    ]
    assert Raster.of(shapes, side).zone_numbers(xy[:, 0], xy[:, 1]).tolist() == expected


def test_slanted_borders_do_not_escape_a_coarse_grid() -> None:
    random = np.random.default_rng(3)
    shapes = np.array([shapely.Polygon(random.uniform(0, 10, (3, 2))) for _ in range(30)], object)
    x, y = random.uniform(0, 10, (2, 5_000))
    held = np.array([shapely.intersects_xy(shape, x, y) for shape in shapes])
    expected = np.where(held.any(axis=0), held.argmax(axis=0), -1)
    for side in (8, 16, 64):
        assert Raster.of(shapes, side).zone_numbers(x, y).tolist() == expected.tolist()


def test_columns_are_added_in_place_and_the_rest_is_kept(tmp_path: Path) -> None:
    lat, lon, zones = zip(*KNOWN, strict=True)
    table = pa.table(
        {
            "trip_id": pa.array([f"t{number}" for number in range(len(KNOWN))]),
            "start_lat": pa.array(lat),
            "start_lon": pa.array(lon),
            "end_lat": pa.array([None, 45.2] + [None] * (len(KNOWN) - 2), pa.float64()),
            "end_lon": pa.array([5.2, 5.7] + [None] * (len(KNOWN) - 2), pa.float64()),
            "distance_m": pa.array(range(len(KNOWN)), pa.int32()),
        }
    )
    pq.write_table(table, tmp_path / "trips.parquet")
    systems = [H3(7), H3(8), H3(9), communes()]
    points = {"start_": ("start_lat", "start_lon"), "end_": ("end_lat", "end_lon")}
    for batch_rows in (4, 1_000):
        out = tmp_path / f"out-{batch_rows}.parquet"
        add_zone_columns(tmp_path / "trips.parquet", out, points=points, systems=systems, batch_rows=batch_rows)
        found = pq.read_table(out)
        # As text: NaN is not equal to itself.
        assert str(found.select(table.column_names).to_pydict()) == str(table.to_pydict())
        added = found.column_names[len(table.column_names) :]
        assert added == [
            f"{end}_{zone}" for end in ("start", "end") for zone in ("h3_7", "h3_8", "h3_9", "zone_commune")
        ]
        assert found["start_zone_commune"].to_pylist() == list(zones)
        assert found["end_zone_commune"].to_pylist()[:3] == [None, "b-east", None]
        assert found["end_h3_9"].null_count == len(KNOWN) - 1
        assert found.schema.field("start_h3_8").type == pa.int64()
    again = tmp_path / "again.parquet"
    add_zone_columns(out, again, points=points, systems=systems)
    assert str(pq.read_table(again).to_pydict()) == str(found.to_pydict())


def test_a_table_without_rows_gets_its_columns(tmp_path: Path) -> None:
    pq.write_table(pa.table({"lat": pa.array([], pa.float64()), "lon": pa.array([], pa.float64())}), tmp_path / "a")
    add_zone_columns(tmp_path / "a", tmp_path / "b", points={"": ("lat", "lon")}, systems=[H3(8), communes()])
    assert pq.read_schema(tmp_path / "b").names == ["lat", "lon", "h3_8", "zone_commune"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"lat": [45.0]}), tmp_path / "a.parquet")
    with pytest.raises(KeyError, match="no column 'lon'"):
        add_zone_columns(tmp_path / "a.parquet", tmp_path / "b", points={"": ("lat", "lon")}, systems=[H3(8)])


@pytest.mark.parametrize("name", ["zones.geojson", "zones.gpkg", "zones.shp"])
def test_zones_are_read_from_each_format_and_reference_system(tmp_path: Path, name: str) -> None:
    frame = COMMUNES if name.endswith("geojson") else COMMUNES.to_crs(2154)
    frame.to_file(tmp_path / name)
    system = read_polygons(tmp_path / name, system_id="commune", id_field="insee", name_field="nom")
    assert system.zone_ids == communes().zone_ids
    found = assign([45.2, 45.8, 47.05], [5.2, 5.2, 7.05], [system])
    assert found["zone_commune"].to_pylist() == ["a-west", None, "d-far"]


def test_a_bow_tie_is_mended(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    frame = geopandas.GeoDataFrame({"id": [7]}, geometry=[bow_tie], crs=4326)
    system = polygons(frame, system_id="z", id_field="id")
    assert system.zone_ids == ("7",)
    assert assign([1.0, 1.9], [0.2, 1.0], [system])["zone_z"].to_pylist() == ["7", None]


def bad(column: list, geometry: list, crs: int | None = 4326) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"id": column}, geometry=geometry, crs=crs)


SQUARE = shapely.box(0, 0, 1, 1)
BAD = [
    (bad(["a", "a"], [SQUARE, SQUARE]), "feature 2 has the id 'a' of feature 1"),
    (bad(["a", None], [SQUARE, SQUARE]), "feature 2 has no id"),
    (bad(["a", "b"], [SQUARE, None]), "feature 2 has no geometry"),
    (bad(["a"], [shapely.LineString([(0, 0), (1, 1)])]), "zone 'a' is a LineString, not an area"),
    (bad(["a"], [SQUARE], crs=None), "no reference system"),
    (bad(["a"], [shapely.box(800_000, 6_400_000, 800_100, 6_400_100)]), "feature 1 lies outside of the globe"),
    (bad([], []), "no feature"),
    (bad(["a"], [SQUARE]).rename(columns={"id": "code"}), "no property 'id'; there are code, geometry"),
]


@pytest.mark.parametrize(("frame", "reason"), BAD)
def test_polygons_that_make_no_zones_are_refused_by_feature(frame: geopandas.GeoDataFrame, reason: str) -> None:
    with pytest.raises(BadZones) as refused:
        polygons(frame, system_id="z", id_field="id", source="zones.geojson")
    assert str(refused.value).startswith(f"zones.geojson: {reason}")


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "zones.geojson").write_text("<html>")
    for name in ("zones.geojson", "nowhere.gpkg"):
        with pytest.raises(BadZones, match=name):
            read_polygons(tmp_path / name, system_id="z", id_field="id")
