"""MDS Requirements: what is needed is asked for, what is sensitive is left out, and the shape is MDS 2.0's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp

from feeds import statistics
from mds.fields import EVENTS_2_0, TRIPS_2_0, Need
from mds.requirements import ENDPOINTS, INPUTS, OURS, Metadata, Program, document, endpoint, fields_of
from mds.tables import EVENTS, TRIPS

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
FLOWS, DWELL = INPUTS["mds.flows"][TRIPS], INPUTS["mds.dwell"][EVENTS]


def read_by(sql: str, table: str, names: set[str]) -> set[str]:
    """The columns that a statistic's text reads of a table; `names` are those that the table can have."""
    found: set[str] = set()
    for select in sqlglot.parse_one(sql, dialect="duckdb").find_all(exp.Select):
        sources = [one.name for one in select.find_all(exp.Table) if one.parent_select is select]
        if table in sources:
            found |= {one.name for one in select.find_all(exp.Column) if one.parent_select is select}
    return found & names


@pytest.mark.parametrize("name", sorted(statistics.load("mds")))
def test_each_statistic_reads_what_is_listed_for_it_and_nothing_else(name: str) -> None:
    # Another engine's parser reads the statistic's own text: a column that is added there must be asked for here.
    one = statistics.load("mds")[name]
    tables = set(one.tables) & set(ENDPOINTS)
    assert set(INPUTS[name]) == tables
    for table in tables:
        read = read_by(one.sql, table, set(ENDPOINTS[table].columns) | OURS)
        assert read - OURS == INPUTS[name][table]


def test_every_statistic_is_known() -> None:
    assert set(INPUTS) == set(statistics.load("mds"))


def test_flows_need_places_times_and_the_kind_of_trip() -> None:
    assert fields_of(TRIPS, FLOWS) == {
        *("provider_id", "device_id", "trip_type", "duration", "start_time", "start_location", "end_location")
    }
    assert endpoint(TRIPS, FLOWS) == {
        "endpoint_name": "trips",
        "required_fields": ["trip_type"],  # all the others MDS requires by itself, so they are not listed
        "disallowed_fields": [
            "accessibility_attributes",
            "actual_cost",
            "end_location.altitude",
            "end_location.heading",
            "end_location.speed",
            "fare_attributes",
            "journey_attributes",
            "journey_id",
            "parking_verification_url",
            "standard_cost",
            "start_location.altitude",
            "start_location.heading",
            "start_location.speed",
            "trip_attributes",
        ],
    }


def test_what_is_needed_is_not_disallowed() -> None:
    without = endpoint(EVENTS, DWELL)
    assert "required_fields" not in without
    assert "battery_percent" in without["disallowed_fields"]
    with_battery = endpoint(EVENTS, DWELL | {"battery_percent"})
    assert with_battery["required_fields"] == ["battery_percent"]
    assert "battery_percent" not in with_battery["disallowed_fields"]


@pytest.mark.parametrize(("table", "reads"), [(TRIPS, TRIPS_2_0), (EVENTS, EVENTS_2_0)])
def test_nothing_is_disallowed_that_a_record_is_set_aside_without(table: str, reads: Any) -> None:
    owed = {field.path[0] for field in reads if field.need is Need.REQUIRED}
    assert not owed & set(endpoint(table, ())["disallowed_fields"])
    for field in reads:
        assert field.path[0] in {one.name.partition(".")[0] for one in ENDPOINTS[table].listed}


def test_what_no_endpoint_has_is_refused() -> None:
    with pytest.raises(KeyError):
        endpoint(TRIPS, ["rider_name"])
    with pytest.raises(KeyError):
        endpoint("telemetry", [])


def whole() -> dict[str, Any]:
    program = Program(
        description="Trajets de Bolide",
        website="https://hub.test",
        document="https://hub.test/agreements",
        use_cases="https://hub.test/commons",
        provider_ids=("2411d395-04f2-47c9-ab66-d09e9e3c3251",),
        from_=NOON,
        to=NOON + dt.timedelta(days=365),
        purposes=frozenset({"stop-siting", "mobility-planning"}),
        columns={TRIPS: FLOWS, EVENTS: DWELL},
    )
    metadata = Metadata(
        3, NOON, "6c1f1d0b-7f6e-4d2f-9b57-0f8b6a1f5b1e", "Basin", "Europe/Paris", "https://hub.test", "u:x"
    )
    return dict(document(metadata, [program]))


def test_instants_are_milliseconds_and_lists_are_in_order() -> None:
    found = whole()
    assert found["metadata"]["last_updated"] == 1_772_366_400_000
    (program,) = found["programs"]
    assert program["start_date"] == 1_772_366_400_000
    (spec,) = program["required_data_specs"]
    names = [one["endpoint_name"] for one in spec["required_apis"][0]["required_endpoints"]]
    assert names == ["events/historical", "trips"]
    assert spec["use_cases"][0]["ids"] == ["mobility-planning", "stop-siting"]


@pytest.mark.shared_data
def test_the_shape_is_the_one_that_the_specification_describes() -> None:
    model = Path(__file__).resolve().parents[3] / "shared/data/mds/mds-openapi-main/models/requirements.yaml"
    if not model.exists():
        pytest.skip("the folder of real and broken feeds is not beside this checkout")
    schema = yaml.safe_load(model.read_text("utf-8"))

    def must_fit(value: Any, shape: Any) -> None:
        if "$ref" in shape and shape["$ref"].startswith("#/$defs/"):
            shape = schema["$defs"][shape["$ref"].removeprefix("#/$defs/")]
        if isinstance(value, dict):
            assert set(shape.get("required", ())) <= set(value)
            assert set(value) <= set(shape["properties"])
            for name, inner in value.items():
                must_fit(inner, shape["properties"][name])
        elif isinstance(value, list) and "items" in shape:
            assert len(value) >= shape.get("minItems", 0)
            for inner in value:
                must_fit(inner, shape["items"])

    must_fit(whole(), schema)
