"""Judging the town: nothing to say when it is well, and each planted defect found with its code."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from feeds.errors import NotAFeed
from feeds.findings import Report, Severity, Verdict
from feeds.gbfs import Plausible, check
from feeds.gbfs.notices import NOTICES
from feeds.reading import Limits
from tests.feeds.gbfs import town

T0 = town.NOON


def judge(tmp_path: Path, documents: dict, **settings: object) -> Report:
    source = town.write(tmp_path / "in", documents)
    return check(source, at=T0 + dt.timedelta(minutes=1), limits=Limits(), **settings)


@pytest.mark.parametrize("version", ["1.1", "2.0", "2.1", "2.2", "2.3", "3.0"])
def test_the_town_is_well_in_every_version(tmp_path: Path, version: str) -> None:
    report = judge(tmp_path, town.files(version))
    assert (report.findings, report.incomplete, report.verdict) == ((), "", Verdict.PASS)
    assert report.validators == {"gbfs-validator": "0.1.0", "gbfs-rules": "1"}
    assert report.validation_date == T0.date()
    assert report.parameters["version"] == version


def station(number: int, **change: object) -> tuple:
    """The town's stations, one of them changed."""
    return tuple({**one, **change} if place == number else one for place, one in enumerate(town.STATIONS))


def state(number: int, **change: object) -> tuple:
    return tuple({**one, **change} if place == number else one for place, one in enumerate(town.STATUS))


SWAPPED = tuple({**one, "lat": one["lon"], "lon": one["lat"]} for one in town.STATIONS)
SWAPPED_BIKES = tuple({**one, "lat": one["lon"], "lon": one["lat"]} for one in town.BIKES)

PLANTED = [
    # what is planted, the one code that must be found, how often, field
    ({"status": state(0, vehicles=11_849)}, "gbfs_implausible_vehicle_count", 1, "vehicles_available"),
    ({"status": state(0, vehicles=5, docks=15)}, "gbfs_counts_exceed_capacity", 1, "capacity"),
    ({"status": (*town.STATUS, {"station_id": "x", "vehicles": 1, "docks": 1})}, "gbfs_status_without_station", 1, ""),
    ({"status": town.STATUS[:2]}, "gbfs_station_without_status", 2, "station_id"),
    ({"stations": station(0, region_id="nowhere")}, "gbfs_unknown_reference", 1, "region_id"),
    ({"stations": (*town.STATIONS, town.STATIONS[0])}, "gbfs_repeated_record", 1, "station_id"),
    ({"stations": (*town.STATIONS, {**town.STATIONS[0], "lat": 45.071})}, "gbfs_duplicate_id", 1, "station_id"),
    ({"stations": station(3, lat=5.56, lon=45.065)}, "gbfs_coordinates_swapped", 1, "lat"),
    ({"stations": station(3, lat=48.85, lon=2.35)}, "gbfs_far_away", 1, "lat"),
    ({"stations": station(3, lat=0, lon=0)}, "gbfs_null_island", 1, "lat"),
    ({"stations": SWAPPED, "bikes": SWAPPED_BIKES}, "gbfs_coordinates_swapped", 1, "lat, lon"),
    ({"status": state(1, last_reported=T0 - dt.timedelta(days=90))}, "gbfs_stale_report", 1, "last_reported"),
    ({"status": state(1, last_reported=T0 + dt.timedelta(hours=1))}, "gbfs_report_in_future", 1, "last_reported"),
    ({"at": T0 - dt.timedelta(days=3)}, "gbfs_stale_feed", 1, "last_updated"),
]


@pytest.mark.parametrize("version", ["1.1", "3.0"])
@pytest.mark.parametrize("defect", PLANTED, ids=lambda defect: defect[1])
def test_a_planted_defect_is_found(tmp_path: Path, version: str, defect: tuple) -> None:
    planted, code, times, field = defect
    report = judge(tmp_path, town.files(version, **planted))
    found = {finding.code: finding for finding in report.findings}
    assert found[code].count == times
    assert found[code].field.startswith(field)
    assert not (set(found) - {code} - {"gbfs_counts_exceed_capacity"})


@pytest.mark.parametrize(
    ("timezone", "codes"),
    # The Vercors is 3,700 km from Yekaterinburg, as far as a wide zone reaches, and 9,900 km from Tokyo.
    [("Europe/Paris", {}), ("Asia/Yekaterinburg", {}), ("Asia/Tokyo", {"gbfs_far_away": 1}), ("UTC", {})],
)
def test_a_system_lies_in_its_time_zone(tmp_path: Path, timezone: str, codes: dict) -> None:
    documents = town.files("2.3")
    documents["system_information"]["data"]["timezone"] = timezone
    counts = judge(tmp_path, documents).counts()
    assert {code: count for code, count in counts.items() if not code.startswith("gbfs_schema")} == codes


def test_plausibility_never_fails_a_feed(tmp_path: Path) -> None:
    report = judge(tmp_path, town.files("3.0", status=state(0, vehicles=11_849)))
    assert report.verdict is Verdict.PASS
    assert [finding.value for finding in report.findings if "implausible" in finding.code] == ["11849"]
    judged = judge(tmp_path, town.files("3.0"), plausible=Plausible(station_vehicles=3))
    assert judged.counts() == {"gbfs_implausible_vehicle_count": 2}
    assert judged.parameters["station_vehicles"] == "3"


def test_vehicles_by_type_must_add_up(tmp_path: Path) -> None:
    documents = town.files("2.3")
    kind = {"vehicle_type_id": "bike", "form_factor": "bicycle", "propulsion_type": "human"}
    types = [{**kind, "default_pricing_plan_id": "jour"}]
    documents["vehicle_types"] = {**documents["gbfs"], "data": {"vehicle_types": types}}
    feeds = documents["gbfs"]["data"]["fr"]["feeds"]
    feeds.append({"name": "vehicle_types", "url": "https://combecycle.example/gbfs/vehicle_types.json"})
    for record in documents["station_status"]["data"]["stations"]:
        record["vehicle_types_available"] = [{"vehicle_type_id": "bike", "count": record["num_bikes_available"]}]
    for bike in documents["free_bike_status"]["data"]["bikes"]:
        bike["vehicle_type_id"] = "bike"
    assert judge(tmp_path, documents).findings == ()
    documents["station_status"]["data"]["stations"][0]["vehicle_types_available"][0]["count"] = 4
    documents["free_bike_status"]["data"]["bikes"][1]["vehicle_type_id"] = "jetpack"
    assert judge(tmp_path, documents).counts() == {"gbfs_type_counts_differ": 1, "gbfs_unknown_reference": 1}


def test_the_standards_own_rules_speak_our_codes(tmp_path: Path) -> None:
    documents = town.files("2.3")
    stations = documents["station_information"]["data"]["stations"]
    stations[0]["capacity"] = "vingt"
    stations[1]["parking_type"] = "roof"
    stations[2]["capacity"] = -1
    del stations[3]["name"]
    documents["system_information"]["data"]["feed_contact_email"] = "nobody"
    findings = {finding.code: finding for finding in judge(tmp_path, documents).findings}
    assert set(findings) == {
        "gbfs_schema_type",
        "gbfs_schema_enum",
        "gbfs_schema_range",
        "gbfs_schema_required",
        "gbfs_schema_format",
    }
    wrong = findings["gbfs_schema_type"]
    assert (wrong.file, wrong.row, wrong.field) == ("station_information.json", 1, "data.stations.capacity")
    assert (wrong.value, wrong.severity) == ("vingt", Severity.ERROR)
    assert findings["gbfs_schema_required"].field == "data.stations.name"


def test_files_that_must_be_there(tmp_path: Path) -> None:
    documents = town.files("2.3")
    del documents["gbfs"], documents["station_information"]
    missing = [finding.file for finding in judge(tmp_path, documents).findings]
    assert missing == ["gbfs.json", "station_information.json"]


def test_a_declared_file_must_be_there(tmp_path: Path) -> None:
    documents = town.files("2.3")
    del documents["system_regions"]
    counts = judge(tmp_path, documents).counts()
    assert counts == {"gbfs_declared_file_missing": 1}


def test_a_manifest_elsewhere_is_no_missing_file(tmp_path: Path) -> None:
    for version in ("2.3", "3.0"):
        documents = town.files(version)
        documents["system_information"]["data"]["manifest_url"] = "https://elsewhere.example/manifest.json"
        report = judge(tmp_path / version, documents)
        assert (report.findings, report.incomplete) == ((), "")


def test_a_validator_that_gives_up_is_not_the_feeds_verdict(tmp_path: Path) -> None:
    documents = town.files("2.3")
    for bike in documents["free_bike_status"]["data"]["bikes"]:
        bike["rental_uris"] = None
    documents["free_bike_status"]["data"]["bikes"].append(None)
    report = judge(tmp_path, documents)
    assert report.incomplete.startswith("gbfs-validator stopped")
    assert report.verdict is Verdict.UNKNOWN


def test_in_an_archive_a_defect_is_told_once_with_how_often(tmp_path: Path) -> None:
    for minute in range(3):
        at = T0 + dt.timedelta(minutes=minute)
        town.write(tmp_path / "in" / str(minute), town.files("2.3", status=state(0, vehicles=11_849), at=at))
    (tmp_path / "in" / "1" / "station_status.json").write_text("<html>")
    report = check(tmp_path / "in", at=T0 + dt.timedelta(minutes=5), limits=Limits())
    assert report.counts() == {
        "gbfs_counts_exceed_capacity": 2,
        "gbfs_implausible_vehicle_count": 2,
        "gbfs_snapshot_set_aside": 1,
    }
    assert report.parameters["snapshots"] == "3"


def test_what_is_no_feed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gbfs.json").write_text(json.dumps([1]))
    with pytest.raises(NotAFeed):
        check(tmp_path / "gbfs.json", at=T0, limits=Limits())


def test_every_code_has_its_sentence_in_both_languages() -> None:
    plausibility = {code for code in NOTICES if any(word in code for word in ("plausible", "stale", "far", "swapped"))}
    for code, notice in NOTICES.items():
        assert code.startswith("gbfs_")
        assert notice.en
        assert notice.fr
        assert notice.en != notice.fr
        assert code not in plausibility or notice.severity is not Severity.ERROR
