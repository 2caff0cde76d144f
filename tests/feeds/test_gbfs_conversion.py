"""Any version in, 2.3 and 3.0 out: what comes out holds to the standard, and says the same."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from feeds.findings import Severity
from feeds.gbfs.conversion import Conversion, Known, convert
from feeds.gbfs.conversion.publication import PUBLISHED, discovery, head, manifest, tail, versions
from feeds.gbfs.schema_check import check_schema
from tests.feeds.gbfs_of_each_version import AT, POSIX, VERSIONS, system, written

BASE = "https://hub.test/api/v1/gbfs/velo-val"
KNOWN = Known(feed_contact_email="hub@hub.test", timezone="Europe/Paris")


def converted(bodies: dict[str, Any], *, known: Known = KNOWN) -> Conversion:
    return convert(written(bodies), slug="velo-val", at=AT, known=known)


def bodies_of(made: Conversion, version: str, language: str = "") -> dict[str, Any]:
    """All files of a version as a reader gets them, discovery included; those of a language over the main ones."""
    languages = made.files[version]
    parts = {**made.main(version), **(languages[language] if language else {})}
    names = {tag: list(files) for tag, files in languages.items()}
    bodies = {name: json.loads(head(60) + tail(version, part.last_updated, part.data)) for name, part in parts.items()}
    for name, data in (("gbfs", discovery(BASE, version, names)), ("gbfs_versions", versions(BASE, PUBLISHED))):
        bodies[name] = json.loads(head(60) + tail(version, AT, data))
    return bodies


def errors(made: Conversion, version: str, language: str = "") -> list[tuple[str, str, str]]:
    report = check_schema(bodies_of(made, version, language), version)
    assert report.incomplete is None or not report.incomplete, report.incomplete
    return [(one.code, one.file, one.field) for one in report.findings if one.severity is Severity.ERROR]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_becomes_both_without_errors(version: str) -> None:
    bodies = system(version)
    assert [one.code for one in check_schema(bodies, version).findings] == []
    made = converted(bodies)
    for published in PUBLISHED:
        assert errors(made, published) == []
        assert made.missing[published] == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_every_version_says_is_said_again(version: str) -> None:
    made = converted(system(version))
    new, old = bodies_of(made, "3.0"), bodies_of(made, "2.3")
    station = new["station_information"]["data"]["stations"][0]
    assert (station["station_id"], station["region_id"]) == ("velo-val:gare", "velo-val:val")
    assert station["name"] == [{"text": "Gare", "language": "fr"}]
    assert old["station_information"]["data"]["stations"][0]["name"] == "Gare"
    status = new["station_status"]["data"]["stations"][0]
    assert (status["num_vehicles_available"], status["is_renting"], status["is_returning"]) == (5, True, False)
    assert dt.datetime.fromisoformat(status["last_reported"]).tzinfo is not None
    before = old["station_status"]["data"]["stations"][0]
    assert (before["num_bikes_available"], before["is_installed"]) == (5, True)
    assert dt.datetime.fromisoformat(status["last_reported"]).timestamp() == before["last_reported"]
    assert {one["vehicle_id"] for one in new["vehicle_status"]["data"]["vehicles"]} == {"velo-val:b1", "velo-val:b2"}
    assert {one["bike_id"] for one in old["free_bike_status"]["data"]["bikes"]} == {"velo-val:b1", "velo-val:b2"}
    information = new["system_information"]["data"]
    assert (information["system_id"], information["phone_number"]) == ("velo-val", "+33476000000")
    assert information["opening_hours"] == "Apr 01-Oct 31 Mo-Fr 06:00-22:00"
    (hours,) = old["system_hours"]["data"]["rental_hours"]
    assert (hours["days"], hours["end_time"]) == (["mon", "tue", "wed", "thu", "fri"], "22:00:00")
    assert old["system_calendar"]["data"]["calendars"][0]["start_month"] == 4
    assert new["system_alerts"]["data"]["alerts"][0]["type"] == "station_closure"
    assert new["system_alerts"]["last_updated"] == "2026-09-14T06:00:00Z"
    assert old["system_alerts"]["last_updated"] == POSIX


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_before_vehicle_types_every_vehicle_was_a_bicycle(version: str) -> None:
    made = converted(system(version))
    (kind,) = made.main("3.0")["vehicle_types"].data["vehicle_types"]
    assert kind == {"vehicle_type_id": "velo-val:bicycle", "form_factor": "bicycle", "propulsion_type": "human"}
    assert {one["vehicle_type_id"] for one in made.main("3.0")["vehicle_status"].data["vehicles"]} == {
        "velo-val:bicycle"
    }
    available = made.main("2.3")["station_status"].data["stations"][0]["vehicle_types_available"]
    assert available == [{"vehicle_type_id": "velo-val:bicycle", "count": 5}]
    assert ("vehicle_types", "assumed") in {(one.file, one.code) for one in made.losses if one.version == "3.0"}


def test_real_systems_become_both_without_errors(shared_data: Path) -> None:
    folders = sorted({path.parent for path in (shared_data / "gbfs").rglob("system_information.json")})
    assert len(folders) >= 8
    for folder in folders:
        documents = {path.stem: path.read_bytes() for path in folder.glob("*.json")}
        made = convert(documents, slug="velo-val", at=AT, known=KNOWN)
        for published in PUBLISHED:
            assert errors(made, published) == [], folder
            assert made.missing[published] == {}, folder
        stations = json.loads(documents["station_information"]) if "station_information" in documents else None
        if stations and folder.name != "helsinki":  # it holds stations without place, name or id, to be left out
            kept = made.main("3.0")["station_information"].data["stations"]
            assert len(kept) == len(stations["data"]["stations"])


def test_texts_of_several_languages_meet_and_part_again() -> None:
    bodies = system("2.3")
    english = json.loads(json.dumps(bodies))
    english["system_information"]["data"] |= {"language": "en", "name": "Bike"}
    english["station_information"]["data"]["stations"].reverse()  # found by its id, not by its place
    for one in english["station_information"]["data"]["stations"]:
        one["name"] = {"gare": "Station", "col": "Pass"}[one["station_id"]]
    english["geofencing_zones"]["data"]["geofencing_zones"]["features"][0]["properties"]["name"] = "Park"
    both = {f"en/{name}": english[name] for name in ("system_information", "station_information", "geofencing_zones")}
    made = converted({**bodies, **both})
    assert made.main("3.0")["system_information"].data["languages"] == ["fr", "en"]
    assert made.main("3.0")["station_information"].data["stations"][0]["name"] == [
        {"text": "Gare", "language": "fr"},
        {"text": "Station", "language": "en"},
    ]
    assert [errors(made, "2.3", language) for language in ("fr", "en")] == [[], []]
    shown = {language: bodies_of(made, "2.3", language) for language in ("fr", "en")}
    names = {tag: one["station_information"]["data"]["stations"][1]["name"] for tag, one in shown.items()}
    assert names == {"fr": "Col", "en": "Pass"}
    assert shown["en"]["system_information"]["data"]["language"] == "en"
    zones = shown["en"]["geofencing_zones"]["data"]["geofencing_zones"]
    assert zones["features"][0]["properties"]["name"] == "Park"
    listed = {one["name"]: one["url"] for one in shown["en"]["gbfs"]["data"]["en"]["feeds"]}
    assert listed["station_information"] == f"{BASE}/2.3/en/station_information.json"
    assert listed["station_status"] == f"{BASE}/2.3/station_status.json"


def test_the_manifest_names_each_system_in_both_versions() -> None:
    data = manifest({"velo-val": (BASE, PUBLISHED), "autre": ("https://hub.test/api/v1/gbfs/autre", PUBLISHED)})
    assert [one["system_id"] for one in data["datasets"]] == ["autre", "velo-val"]
    assert data["datasets"][1]["versions"] == [
        {"version": "2.3", "url": f"{BASE}/2.3/gbfs.json"},
        {"version": "3.0", "url": f"{BASE}/3.0/gbfs.json"},
    ]
    bodies = {**bodies_of(converted(system("3.0"), known=Known(manifest_url="https://hub.test/m.json")), "3.0")}
    assert bodies["system_information"]["data"]["manifest_url"] == "https://hub.test/m.json"
    bodies["manifest"] = json.loads(head(60) + tail("3.0", AT, data))
    bodies["gbfs"]["data"]["feeds"].append({"name": "manifest", "url": "https://hub.test/m.json"})
    found = [(one.file, one.field) for one in check_schema(bodies, "3.0").findings if one.file == "manifest.json"]
    assert found == []
