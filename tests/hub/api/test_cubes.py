"""The registered cubes: what may be asked of several holders at once, told to everybody, and never an exact p."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from feeds.statistics import load
from hub.services.commons import current_world, put_in_force, read_folder
from tests.hub.api.hall import COMMONS, Hall, get


def test_every_cube_is_listed_with_its_levels(app: FastAPI, hall: Hall) -> None:
    answer = get(app, "/api/v1/cubes")
    assert answer.status_code == 200
    listed = {one["id"]: one for one in answer.json()["cubes"]}
    assert listed.keys() == current_world(hall.front).cubes.keys()
    flows = listed["flows-h3_8-month"]
    assert flows["shape"] == "partition"
    assert flows["title"]["fr"].startswith("Flux")
    assert [one["name"] for one in flows["dimensions"]] == [
        *("origin_zone", "destination_zone", "month", "day_type", "band")
    ]
    origin, *_, band = flows["dimensions"]
    assert origin["attribute"] == "start_zone"
    assert origin["levels"] == [{"level": f"h3_{number}", "nodes": None} for number in (6, 7, 8)]
    assert band["levels"] == [{"level": "day_part", "nodes": 2}, {"level": "band", "nodes": 5}]
    assert listed["trip-ends-commune-month"]["shape"] == "table"
    assert hall.audited() == []  # all of it is public


def test_one_cube_with_its_floors_its_editions_and_the_text_that_counts(app: FastAPI) -> None:
    one = get(app, "/api/v1/cubes/od-commune-month").json()
    assert one["statistic"] == "mds.flows"
    assert one["records"] == "mds.flow_records"
    assert one["sql"] == load("mds")["mds.flow_records"].sql
    assert one["editions"][0]["from"] == "2026-01-01"
    assert {floor["audience"] for floor in one["floors"]} == {"open", "members", "authority"}
    finishing = {how["audience"]: how for how in one["finishing"]}
    noise = finishing["open"]
    assert (noise["mechanism"], noise["sigma"], noise["unit"]) == ("discrete_gaussian", 6, "trip")
    assert (finishing["members"]["mechanism"], finishing["members"]["sigma"]) == ("as_is", None)


@pytest.mark.parametrize("p", [31, 47])
def test_the_exact_p_is_told_to_nobody(app: FastAPI, hall: Hall, p: int) -> None:
    """The pages of two commons that differ in p alone are the same bytes."""
    files = read_folder(COMMONS)
    before = [get(app, address).content for address in ("/api/v1/cubes", "/api/v1/cubes/flows-h3_8-month")]
    rules = files["ruleset.yaml"].replace("p_percent: 10\n", f"p_percent: {p}\n")
    rules = rules.replace("prior_percent: 50", "prior_percent: 40")
    put_in_force(hall.front, {**files, "ruleset.yaml": rules})
    assert current_world(hall.front).ruleset.floors != {}
    after = [get(app, address).content for address in ("/api/v1/cubes", "/api/v1/cubes/flows-h3_8-month")]
    assert before == after


def test_a_cubes_own_floor_is_told_where_it_is_stricter(app: FastAPI, hall: Hall) -> None:
    def rules() -> str:
        floors = get(app, "/api/v1/cubes/fleet-day").json()["floors"]
        return " ".join(rule["en"] for one in floors if one["audience"] == "members" for rule in one["rules"])

    assert "17" not in rules()
    files = read_folder(COMMONS)
    own = files["cubes.yaml"].replace(
        "\nfleet-day:\n", "\nfleet-day:\n  floors: {members: {min_vehicles: 17, min_holders: 2}}\n"
    )
    put_in_force(hall.front, {**files, "cubes.yaml": own})
    assert "17" in rules()
    assert "At least 3 contributing holdings" in rules()


def test_an_unknown_cube_is_a_problem(app: FastAPI) -> None:
    answer = get(app, "/api/v1/cubes/flows-of-my-own")
    assert answer.status_code == 404
    assert "flows-h3_8-month" in answer.json()["detail"]
