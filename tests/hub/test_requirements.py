"""The requirements of an operator follow the agreements in force: asked for while they hold, and no longer."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import hub.territory
from governance.canonical import canonical
from hub.errors import BadRequest, NotFound
from hub.records import Records
from hub.records.log import size
from hub.released import Released
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.replay import replay
from hub.services.requirements import requirements

COMMONS = Path(hub.territory.__path__[0]) / "commons"
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
JOINT = "agreements/joint-members-bolide.yaml"
BILATERAL = """
id: battery-bolide
version: 1
title: {fr: "Batteries", en: "Batteries"}
holder: bolide
dataset: mds-bolide
tier: bilateral
state: active
recipient: ["member:smhc"]
validity: {from: 2026-01-01, to: 2026-06-01}
audience: [bilateral]
purpose: [compliance]
terms:
  fields: [events.battery_percent, events.time, events.unheard_of]
  spatial_resolution: basin
  temporal_resolution: P1D
"""


class Moved:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> dt.datetime:
        return self.at


@pytest.fixture
def clock() -> Moved:
    return Moved()


@pytest.fixture
def front(records: Records, tmp_path: Path, clock: Moved) -> Front:
    front = Front(records, Released(tmp_path / "released"), clock, public_url="https://hub.test")
    put_in_force(front, read_folder(COMMONS))
    return front


def endpoints(found: Any) -> dict[str, dict[str, Any]]:
    (program,) = found["programs"]
    apis = program["required_data_specs"][0]["required_apis"]
    return {one["endpoint_name"]: one for one in apis[0]["required_endpoints"]}


def only_bolides(**change: str) -> dict[str, str]:
    files = {name: text for name, text in read_folder(COMMONS).items() if "bolide" not in name}
    return {**files, **change}


def test_the_demos_cubes_ask_for_trips_and_events(front: Front) -> None:
    found = endpoints(requirements(front, "bolide"))
    assert set(found) == {"trips", "events/historical"}
    assert found["trips"]["required_fields"] == ["trip_type"]


def test_a_measure_that_is_not_granted_is_not_asked_for(front: Front) -> None:
    joint = read_folder(COMMONS)[JOINT].replace("[trips, dwell_s, vehicle_s]", "[trips]")
    put_in_force(front, only_bolides(**{JOINT: joint}))
    assert set(endpoints(requirements(front, "bolide"))) == {"trips"}


def test_without_an_agreement_in_force_nothing_is_asked_for(front: Front) -> None:
    put_in_force(front, only_bolides())
    with pytest.raises(NotFound, match="no agreement in force asks for MDS data of bolide"):
        requirements(front, "bolide")
    for nobody in ("cars-combes", "smhc", "stranger"):
        with pytest.raises(NotFound):
            requirements(front, nobody)


def test_a_bilateral_agreement_asks_for_its_fields_while_it_holds(front: Front, clock: Moved) -> None:
    put_in_force(front, {**read_folder(COMMONS), "agreements/battery-bolide.yaml": BILATERAL})
    first = requirements(front, "bolide")
    events = endpoints(first)["events/historical"]
    assert events["required_fields"] == ["battery_percent"]
    assert "battery_percent" not in events["disallowed_fields"]
    clock.at = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    later = requirements(front, "bolide")
    assert "battery_percent" in endpoints(later)["events/historical"]["disallowed_fields"]
    assert [one["metadata"]["file_version"] for one in (first, later)] == [1, 2]
    assert later["metadata"]["last_updated"] == int(clock.at.timestamp() * 1000)


def test_the_same_question_gives_the_same_bytes_and_writes_nothing(front: Front, clock: Moved) -> None:
    first = canonical(requirements(front, "bolide"))
    with front.records.read() as session:
        before = size(session)
    clock.at += dt.timedelta(hours=3)
    assert canonical(requirements(front, "bolide")) == first
    requirements(front, "bolide", provider_ids=["2411d395-04f2-47c9-ab66-d09e9e3c3251"])
    with front.records.read() as session:
        assert size(session) == before
    assert replay(front).differences == ()


def test_thresholds_change_nothing_in_it_and_are_not_in_it(front: Front) -> None:
    before = canonical(requirements(front, "bolide"))
    files = read_folder(COMMONS)
    put_in_force(front, {**files, JOINT: f"{files[JOINT]}  p_percent: 37\n  prior_percent: 41\n"})
    assert canonical(requirements(front, "bolide")) == before
    assert "percent" not in json.dumps(requirements(front, "bolide")["programs"]).replace(
        "battery_percent", ""
    ).replace("fuel_percent", "")


def test_provider_ids_are_those_given_or_one_of_the_commons(front: Front) -> None:
    given = "2411D395-04F2-47C9-AB66-D09E9E3C3251"
    (program,) = requirements(front, "bolide", provider_ids=[given, given])["programs"]
    assert program["provider_ids"] == [given.lower()]
    ours = [requirements(front, name)["programs"][0]["provider_ids"] for name in ("bolide", "glisse", "bolide")]
    assert ours[0] == ours[2] != ours[1]
    with pytest.raises(BadRequest):
        requirements(front, "bolide", provider_ids=["bolide"])
