"""What a conversion cannot carry over, must derive or assume: done as said, and told."""

from __future__ import annotations

from typing import Any

import pytest

from feeds.gbfs.conversion import LOSSES, Known, convert
from feeds.gbfs.conversion.hours import NoHours, opening_hours, rental_hours
from tests.feeds.gbfs_of_each_version import AT, system, written
from tests.feeds.test_gbfs_conversion import KNOWN, converted, errors


def told(bodies: dict[str, Any], version: str = "3.0", known: Known = KNOWN) -> set[tuple[str, str, str]]:
    return {(one.file, one.field, one.code) for one in converted(bodies, known=known).losses if one.version == version}


def test_a_conversion_that_loses_nothing_says_nothing() -> None:
    assert told(system("3.0")) == set()


def test_a_bad_value_is_left_out_and_a_bad_record_set_aside() -> None:
    bodies = system("2.3")
    first, second = bodies["station_information"]["data"]["stations"]
    first["capacity"] = -3
    del second["lat"]
    made = converted(bodies)
    (kept,) = made.main("3.0")["station_information"].data["stations"]
    assert "capacity" not in kept
    found = {(one.field, one.code, one.count, one.example) for one in made.losses if one.version == "3.0"}
    assert ("capacity", "value_left_out", 1, "-3") in found
    assert any(field == "stations.lat" and code == "record_left_out" for field, code, _, _ in found)
    assert errors(made, "3.0") == errors(made, "2.3") == []


def test_a_ring_without_one_of_its_points_is_no_zone() -> None:
    bodies = system("2.3")
    bodies["geofencing_zones"]["data"]["geofencing_zones"]["features"][0]["geometry"]["coordinates"][0][0][1] = [5.5]
    made = converted(bodies)
    assert made.main("3.0")["geofencing_zones"].data["geofencing_zones"]["features"] == []
    assert errors(made, "3.0") == []


def test_a_required_value_that_nobody_knows_leaves_the_file_out_and_names_it() -> None:
    bodies = system("2.3")
    del bodies["system_information"]["data"]["email"]
    made = converted(bodies, known=Known())
    assert "system_information" not in made.main("3.0")
    assert made.missing["3.0"] == {"system_information": "file_left_out"}
    assert ("system_information", "feed_contact_email", "file_left_out") in told(bodies, known=Known())


@pytest.mark.parametrize(
    ("known", "email", "code"),
    [(KNOWN, "hub@hub.test", "taken_from_hub"), (Known(), "bonjour@velo.example", "assumed")],
)
def test_who_answers_for_the_data_comes_from_the_hub_or_else_from_the_operator(
    known: Known, email: str, code: str
) -> None:
    made = converted(system("1.1"), known=known)
    assert made.main("3.0")["system_information"].data["feed_contact_email"] == email
    assert ("system_information", "feed_contact_email", code) in told(system("1.1"), known=known)


def test_a_motor_must_say_how_far_it_goes() -> None:
    bodies = system("3.0")
    kind = bodies["vehicle_types"]["data"]["vehicle_types"][1]
    del kind["max_range_meters"]
    first, second = bodies["vehicle_status"]["data"]["vehicles"]
    first["current_range_meters"] = 9_000
    del second["current_range_meters"]
    second["current_fuel_percent"] = 0.5
    made = converted(bodies)
    assert made.main("3.0")["vehicle_types"].data["vehicle_types"][1]["max_range_meters"] == 9_000
    assert made.main("3.0")["vehicle_status"].data["vehicles"][1]["current_range_meters"] == 4_500
    assert {("vehicle_types", "derived"), ("vehicle_status", "derived")} <= {
        (file, code) for file, _, code in told(bodies)
    }
    del second["current_fuel_percent"]
    made = converted(bodies)
    assert [one["vehicle_id"] for one in made.main("3.0")["vehicle_status"].data["vehicles"]] == ["velo-val:b1"]
    assert errors(made, "3.0") == errors(made, "2.3") == []
    assert ("vehicle_status", "vehicles.current_range_meters", "record_left_out") in told(bodies)


def test_stations_count_what_stands_at_them_where_they_do_not_say_it() -> None:
    bodies = system("3.0")
    for one in bodies["station_status"]["data"]["stations"]:
        del one["vehicle_types_available"]
    gare, col = bodies["station_status"]["data"]["stations"]
    for one in bodies["vehicle_status"]["data"]["vehicles"]:
        one["station_id"] = "gare"
    gare["num_vehicles_available"], col["num_vehicles_available"] = 2, 1
    made = converted(bodies)
    counted = [one["vehicle_types_available"] for one in made.main("3.0")["station_status"].data["stations"]]
    assert counted == [[{"vehicle_type_id": "velo-val:v2", "count": 2}], []]
    assert {code for file, _, code in told(bodies) if file == "station_status"} == {"derived", "not_known"}
    assert errors(made, "3.0") == []


def test_what_stands_there_and_cannot_be_taken_is_not_counted() -> None:
    bodies = system("3.0")
    gare, _ = bodies["station_status"]["data"]["stations"]
    del gare["vehicle_types_available"]
    gare["num_vehicles_available"] = 0
    first, second = bodies["vehicle_status"]["data"]["vehicles"]
    first |= {"station_id": "gare", "is_disabled": True}
    second |= {"station_id": "gare", "is_reserved": True}
    made = converted(bodies)
    assert made.main("3.0")["station_status"].data["stations"][0]["vehicle_types_available"] == []
    assert told(bodies) == set()


def test_a_licence_is_named_once_and_terms_come_with_their_date() -> None:
    bodies = system("3.0")
    terms = [{"text": "https://velo.example/cgu", "language": "fr"}]
    bodies["system_information"]["data"] |= {"license_url": "https://velo.example/l", "terms_url": terms}
    made = converted(bodies)
    assert errors(made, "3.0") == errors(made, "2.3") == []
    assert not {"license_url", "terms_url"} & made.main("3.0")["system_information"].data.keys()
    assert {(field, code) for _, field, code in told(bodies)} == {
        ("license_url", "made_coarser"),
        ("terms_url", "value_left_out"),
    }


def test_what_is_named_and_not_published_is_named_no_more() -> None:
    bodies = system("3.0")
    del bodies["system_pricing_plans"]
    bodies["station_information"]["data"]["stations"][0]["rental_uris"] = {"ios": "velo://gare", "web": "https://v.ex"}
    made = converted(bodies)
    assert errors(made, "3.0") == errors(made, "2.3") == []
    assert made.main("3.0")["station_information"].data["stations"][0]["rental_uris"] == {"web": "https://v.ex"}
    fields = {field for _, field, code in told(bodies) if code == "reference_left_out"}
    assert fields == {
        *("vehicle_types.default_pricing_plan_id", "vehicles.pricing_plan_id", "stations.rental_uris.ios"),
    }
    assert made.missing["3.0"] == {"system_pricing_plans": "not_received"}


def test_going_back_to_2_3_tells_what_it_has_no_place_for() -> None:
    bodies = system("3.0")
    rule = bodies["geofencing_zones"]["data"]["geofencing_zones"]["features"][0]["properties"]["rules"][0]
    rule["ride_start_allowed"] = True
    bodies["geofencing_zones"]["data"]["global_rules"] = [rule]
    bodies["system_information"]["data"] |= {"opening_hours": "sunrise-sunset", "attribution_url": "https://velo.ex"}
    shared = [{"vehicle_type_ids": ["v1", "v2"], "count": 4}]
    bodies["station_information"]["data"]["stations"][0]["vehicle_types_capacity"] = shared
    made = converted(bodies)
    assert errors(made, "3.0") == errors(made, "2.3") == []
    assert told(bodies, "2.3") == {
        ("geofencing_zones", "rules.ride_allowed", "made_coarser"),
        ("geofencing_zones", "global_rules", "field_unknown"),
        ("system_information", "opening_hours", "value_left_out"),
        ("system_information", "attribution_url", "field_unknown"),
        ("station_information", "stations.vehicle_types_capacity", "value_left_out"),
    }
    assert told(bodies, "3.0") == set()
    zone = made.main("2.3")["geofencing_zones"].data["geofencing_zones"]["features"][0]
    assert zone["properties"]["rules"][0]["ride_allowed"] is False
    assert made.main("2.3")["system_information"].data["license_url"] == "https://spdx.org/licenses/etalab-2.0.html"


def test_an_extra_field_stays_where_the_schema_allows_it() -> None:
    bodies = system("3.0")
    bodies["station_information"]["data"]["stations"][0]["_colour"] = "blue"
    bodies["system_information"]["data"]["_colour"] = "blue"
    made = converted(bodies)
    assert made.main("3.0")["station_information"].data["stations"][0]["_colour"] == "blue"
    assert told(bodies) == {("system_information", "_colour", "field_unknown")}


def test_what_is_no_file_of_the_standard_is_told_and_left_out() -> None:
    documents = {
        **written(system("3.0")),
        "station_status": b"<html>sorry</html>",
        "vehicle_availability": b'{"data": {}, "last_updated": 0}',
    }
    made = convert(documents, slug="velo-val", at=AT, known=KNOWN)
    found = {(one.file, one.code) for one in made.losses if one.version == "3.0"}
    assert {("station_status", "file_left_out"), ("vehicle_availability", "file_unknown")} <= found
    assert made.missing["3.0"] == {"station_status": "not_received"}


def test_every_loss_has_its_sentences() -> None:
    assert all(len(sentences) == 2 and all(sentences) for sentences in LOSSES.values())
    (loss, *_) = converted(system("1.0")).losses
    assert loss.plain()["sentence_fr"] == loss.sentence_fr == LOSSES[loss.code][0]


@pytest.mark.parametrize(
    "text",
    [
        "24/7",
        "Mo-Su 06:00-24:00",
        "Mo,We-Fr 06:00-10:00,16:00-20:00; Sa 08:00-12:00",
        "2026 Apr 01-2026 Oct 31 Mo-Fr 06:00-22:00; Dec 01-Dec 24 Mo-Fr 06:00-22:00",
    ],
)
def test_plain_hours_go_both_ways(text: str) -> None:
    assert opening_hours(*rental_hours(text)) == text


@pytest.mark.parametrize(
    "text", ["sunrise-sunset", "Mo-Fr 20:00-26:00", "Mo-Fr 08:00-12:00; Mo 09:00-10:00", "PH off", "unknown", ""]
)
def test_other_hours_are_refused(text: str) -> None:
    with pytest.raises(NoHours):
        rental_hours(text)


def test_hours_that_cannot_be_read_are_unknown_not_always() -> None:
    bodies = system("2.3")
    bodies["system_hours"]["data"]["rental_hours"][0]["start_time"] = "six"
    assert converted(bodies).main("3.0")["system_information"].data["opening_hours"] == "unknown"
    assert ("system_hours", "rental_hours", "value_left_out") in told(bodies)


@pytest.mark.parametrize("name", ["system_hours", "system_calendar"])
def test_hours_that_are_declared_and_did_not_come_are_unknown_not_always(name: str) -> None:
    bodies = system("2.3")
    del bodies[name]
    made = converted(bodies)
    assert made.main("3.0")["system_information"].data["opening_hours"] == "unknown"
    assert (name, "", "value_left_out") in told(bodies)
    assert made.missing == {"2.3": {name: "not_received"}, "3.0": {}}


def test_what_is_said_of_a_type_that_is_left_out_goes_with_it() -> None:
    bodies = system("2.3")
    motor = {"vehicle_type_id": "e1", "form_factor": "bicycle", "propulsion_type": "electric"}
    bodies["vehicle_types"]["data"]["vehicle_types"].append(motor)  # without its range 3.0 does not allow it
    (zone,) = bodies["geofencing_zones"]["data"]["geofencing_zones"]["features"]
    both, alone = (
        {"vehicle_type_id": ids, "ride_allowed": False, "ride_through_allowed": True} for ids in (["e1", "v1"], ["e1"])
    )
    everybody = {"ride_allowed": True, "ride_through_allowed": True}
    zone["properties"]["rules"] = [both, alone, everybody]
    station, _other = bodies["station_information"]["data"]["stations"]
    station |= {"vehicle_capacity": {"e1": 3}, "vehicle_type_capacity": {"e1": 3, "v1": 2}}
    docks = [{"vehicle_type_ids": ["e1"], "count": 3}, {"vehicle_type_ids": ["e1", "v1"], "count": 1}]
    bodies["station_status"]["data"]["stations"][0]["vehicle_docks_available"] = docks
    new = converted(bodies).main("3.0")
    (found,) = new["geofencing_zones"].data["geofencing_zones"]["features"]
    assert [one.get("vehicle_type_ids") for one in found["properties"]["rules"]] == [["velo-val:v1"], None]
    kept = new["station_information"].data["stations"][0]
    assert kept["vehicle_docks_capacity"] == [{"vehicle_type_ids": ["velo-val:v1"], "count": 2}]
    assert "vehicle_types_capacity" not in kept
    left = new["station_status"].data["stations"][0]["vehicle_docks_available"]
    assert left == [{"vehicle_type_ids": ["velo-val:v1"], "count": 1}]
    assert {
        ("geofencing_zones", "rules.vehicle_type_ids", "reference_left_out"),
        ("station_information", "stations.vehicle_types_capacity.vehicle_type_ids", "reference_left_out"),
        ("station_status", "stations.vehicle_docks_available.vehicle_type_ids", "reference_left_out"),
    } <= told(bodies)


def test_without_the_file_of_types_rules_keep_the_names_that_they_had() -> None:
    bodies = system("2.3")
    del bodies["vehicle_types"]
    (zone,) = converted(bodies).main("3.0")["geofencing_zones"].data["geofencing_zones"]["features"]
    assert [one["vehicle_type_ids"] for one in zone["properties"]["rules"]] == [["velo-val:v1"]]
