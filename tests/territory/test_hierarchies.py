"""The nodes of a cube's dimensions: all of the territory and of the calendar, whatever happened there."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pytest
import shapely

from governance.commons_yaml import load
from governance.cubes import Cube
from governance.disclosure.hierarchy import OUTSIDE, Hierarchy
from governance.grain import Grain
from governance.periods import Period
from hub.services.commons import read_folder
from hub.territory.demo.geography import COMMUNES, communes_geojson
from hub.territory.hierarchies import hierarchies, node_counts
from hub.territory.zones_reading import BadZones

CUBES = load(read_folder(Path(__file__).resolve().parents[2] / "hub" / "territory" / "commons")).cubes
YEAR = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))


@pytest.fixture(scope="module")
def communes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zones") / "communes.geojson"
    path.write_text(json.dumps(communes_geojson()))
    return path


def of(cube: Cube, communes: Path | None, period: Period = YEAR) -> dict[str, Hierarchy]:
    return {one.dimension: one for one in hierarchies(cube, communes, period)}


def chain(one: Hierarchy, base: str) -> tuple[str, ...]:
    index = one.place[base]
    return tuple(one.nodes[depth][one.ancestors[depth][index]] for depth in range(1, one.base + 1))


@pytest.mark.parametrize("cube", sorted(CUBES))
def test_every_registered_cube_has_its_nodes(cube: str, communes: Path) -> None:
    found = hierarchies(CUBES[cube], communes, YEAR)
    assert [one.dimension for one in found] == list(CUBES[cube].dimensions)
    assert [one.levels[1:] for one in found] == [CUBES[cube].levels_of(name) for name in CUBES[cube].dimensions]
    known = node_counts(CUBES[cube], communes)
    for one in found:
        if one.dimension not in ("month", "day"):
            assert list(known[one.dimension].values()) == [len(nodes) for nodes in one.nodes[1:]]


@pytest.mark.parametrize("cube", ["flows-h3_8-month", "hot-spots-h3_9-month"])
def test_every_place_of_the_territory_lies_in_a_cell(cube: str, communes: Path) -> None:
    found = of(CUBES[cube], communes)[CUBES[cube].dimensions[0]]
    base = int(found.levels[-1].removeprefix("h3_"))
    area = shapely.union_all([one.polygon() for one in COMMUNES])
    west, south, east, north = area.bounds
    rng = np.random.default_rng(7)
    points = np.column_stack([rng.uniform(west, east, 4_000), rng.uniform(south, north, 4_000)])
    # Corners and borders too, where a cell's middle may lie outside.
    border = shapely.get_coordinates(shapely.segmentize(area.exterior, 0.0005))
    within = points[shapely.intersects_xy(area, points[:, 0], points[:, 1])]
    cells = {h3.latlng_to_cell(lat, lon, base) for lon, lat in np.concatenate([within, border])}
    assert cells <= set(found.nodes[-1])
    assert len(cells) > len(found.nodes[-1]) * 0.9
    for cell in cells:
        assert chain(found, cell)[:-1] == tuple(
            h3.cell_to_parent(cell, int(level.removeprefix("h3_"))) for level in found.levels[1:-1]
        )
    assert OUTSIDE in found.place
    assert set(chain(found, OUTSIDE)) == {OUTSIDE}


def test_communes_and_what_lies_outside(communes: Path) -> None:
    found = of(CUBES["flows-commune-month"], communes)["origin_zone"]
    assert found.nodes[-1] == tuple(sorted([*(one.id for one in COMMUNES), OUTSIDE]))


def iris_file(folder: Path, parent: str = "commune") -> Path:
    def square(name: str, commune: str | None, lon: float) -> dict[str, Any]:
        ring = [[lon, 45], [lon + 1, 45], [lon + 1, 46], [lon, 46], [lon, 45]]
        properties = {"id": name, "name": name, parent: commune}
        return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    features = [square("a1", "a", 0), square("a2", "a", 1), square("b1", "b" if parent == "commune" else None, 2)]
    (folder / "iris.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (folder / "communes.geojson").write_text(json.dumps(communes_geojson()))
    return folder / "communes.geojson"


def by_iris() -> Cube:
    cube = CUBES["flows-commune-month"]
    return replace(cube, grain=Grain("iris", cube.grain.time), levels={})


def test_iris_lie_below_the_commune_that_their_file_names(tmp_path: Path) -> None:
    found = of(by_iris(), iris_file(tmp_path))["destination_zone"]
    assert found.levels == ("all", "commune", "iris")
    assert [chain(found, one) for one in ("a1", "a2", "b1", OUTSIDE)] == [
        ("a", "a1"),
        ("a", "a2"),
        ("b", "b1"),
        (OUTSIDE, OUTSIDE),
    ]


def test_what_is_missing_is_named(tmp_path: Path, communes: Path) -> None:
    with pytest.raises(BadZones, match=r"no iris\.geojson beside communes\.geojson"):
        hierarchies(by_iris(), communes, YEAR)
    with pytest.raises(BadZones, match="set HUB_ZONES"):
        hierarchies(CUBES["flows-h3_8-month"], None, YEAR)
    with pytest.raises(BadZones, match="no property 'commune'"):
        hierarchies(by_iris(), iris_file(tmp_path, parent="town"), YEAR)
    text = (
        (tmp_path / "iris.geojson").read_text().replace('"town": "a"', '"commune": "a"').replace('"town"', '"commune"')
    )
    (tmp_path / "iris.geojson").write_text(text)
    with pytest.raises(BadZones, match="b1 does not say in its commune where it lies"):
        hierarchies(by_iris(), tmp_path / "communes.geojson", YEAR)


def test_the_calendar_of_a_period(communes: Path) -> None:
    summer = Period(dt.date(2026, 6, 1), dt.date(2026, 8, 1))
    found = of(CUBES["trip-ends-h3_8-month"], communes, summer)
    assert found["month"].nodes == (("all",), ("2026-Q2", "2026-Q3"), ("2026-06", "2026-07"))
    assert [chain(found["band"], one)[0] for one in ("am_peak", "midday", "pm_peak", "evening", "night")] == [
        *("daytime", "daytime", "daytime", "overnight", "overnight")
    ]
    assert [chain(found["day_type"], one)[0] for one in ("weekday", "saturday", "sunday")] == [
        *("working_week", "weekend", "weekend")
    ]
    table = of(CUBES["trip-ends-commune-month"], communes, summer)
    assert {name: one.levels for name, one in table.items()} == {
        "zone": ("all", "commune"),
        "month": ("all", "month"),
        "day_type": ("all", "day_type"),
        "band": ("all", "band"),
    }


def test_days_by_month_or_by_week() -> None:
    turn = Period(dt.date(2026, 12, 28), dt.date(2027, 1, 5))
    fleet = CUBES["fleet-day"]
    (days, states) = hierarchies(fleet, None, turn)
    assert chain(days, "2027-01-01") == ("2027-Q1", "2027-01", "2027-01-01")
    assert "on_trip" in states.place
    weekly = replace(fleet, levels={"day": ("week", "day"), "vehicle_state": ("vehicle_state",)})
    assert chain(hierarchies(weekly, None, turn)[0], "2027-01-01") == ("2026-W53", "2027-01-01")


def test_without_polygons_the_places_are_not_counted() -> None:
    known = node_counts(CUBES["first-last-mile-h3_8-month"], None)
    assert known["zone"] == {"h3_6": None, "h3_7": None, "h3_8": None}
    assert known["leg"] == {"leg": 3}
    assert known["band"] == {"day_part": 2, "band": 5}
    assert known["month"] == {"quarter": None, "month": None}
