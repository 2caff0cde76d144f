"""``hub cubes``: the registered questions on the command line, with the nodes of this hub's own territory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from governance.commons_yaml import load
from hub.bootstrap import front_office
from hub.cli import app
from hub.services.commons import put_in_force, read_folder
from hub.settings import settings_of
from hub.territory.demo.geography import COMMUNES, communes_geojson

DEMO = Path(__file__).resolve().parents[2] / "hub" / "territory" / "commons"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    front = front_office(settings_of(tmp_path))
    front.records.upgrade()
    put_in_force(front, read_folder(DEMO))
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones" / "communes.geojson").write_text(json.dumps(communes_geojson()))
    return tmp_path


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["cubes", *words, "--home", str(home)])


def said(home: Path, *words: str) -> Any:
    told = run(home, *words, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.output)


def test_every_cube_is_listed(home: Path) -> None:
    cubes = load(read_folder(DEMO)).cubes
    assert {one["id"]: one["shape"] for one in said(home, "list")} == {
        name: cube.shape.value for name, cube in cubes.items()
    }
    told = run(home, "list").output
    assert all(name in told for name in cubes)


def test_a_cube_is_shown_with_the_nodes_of_the_territory(home: Path) -> None:
    one = said(home, "show", "trip-ends-commune-month")
    (zone, month, _, band) = one["dimensions"]
    assert zone["levels"] == [{"level": "commune", "nodes": len(COMMUNES) + 1}]  # and what lies outside
    assert month["levels"] == [{"level": "month", "nodes": None}]
    assert band["levels"] == [{"level": "band", "nodes": 5}]
    assert one["records"]["id"] == "mds.trip_end_records"
    assert "FROM trips" in one["records"]["sql"]
    assert set(one["floors"]) == {"members", "authority"}
    cells = said(home, "show", "hot-spots-h3_9-month")["dimensions"][0]["levels"]
    assert [one["level"] for one in cells] == ["h3_6", "h3_7", "h3_8", "h3_9"]
    assert [one["nodes"] for one in cells] == sorted(one["nodes"] for one in cells)


def test_for_people_it_says_the_same(home: Path) -> None:
    told = run(home, "show", "od-commune-month").output
    for words in ("between communes", "discrete_gaussian", "mds.flow_records", "start_zone", "value stays"):
        assert words in told


def test_without_polygons_the_places_have_no_count(home: Path) -> None:
    (home / "zones" / "communes.geojson").unlink()
    zone = said(home, "show", "hot-spots-h3_8-month")["dimensions"][0]
    assert [one["nodes"] for one in zone["levels"]] == [None, None, None]


def test_what_is_not_registered_or_cannot_be_read_is_said(home: Path) -> None:
    unknown = run(home, "show", "flows-of-my-own")
    assert unknown.exit_code != 0
    assert "flows-h3_8-month" in str(unknown.exception)
    (home / "zones" / "communes.geojson").write_text("{}")
    broken = run(home, "show", "hot-spots-h3_8-month")
    assert "communes.geojson" in str(broken.exception)
