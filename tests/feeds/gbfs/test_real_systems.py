"""Every real system of the shared folder goes in, with the counts that its files hold; what is none is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from feeds.errors import NotAFeed
from feeds.gbfs import check, read
from feeds.reading import Limits

pytestmark = pytest.mark.shared_data

#: Version, rows of the tables that have any (`systems` aside, always 1), records set aside.
SYSTEMS = {
    "lamassu_v2": (
        "2.1",
        {"stations": 2, "station_status": 2, "vehicle_availability": 4, "vehicles": 2, "vehicle_types": 2}
        | {"regions": 1, "pricing_plans": 1, "alerts": 1, "geofencing_zones": 1},
        {},
    ),
    # Its folder is named v2.3, but no file says a version and its flags are 0 and 1: the form of 1.0.
    # Its six regions are each given twice.
    "transitland_baywheels_v2.3": (
        "1.0",
        {"stations": 496, "station_status": 496, "vehicles": 720, "regions": 6},
        {"regions": 6},
    ),
    # Three of its ten stations lack an id or a place, on purpose.
    "otp/helsinki": ("1.0", {"stations": 7, "station_status": 10}, {"stations": 3}),
    "otp/tieroslo": ("2.3", {"geofencing_zones": 2}, {}),
    "otp/lillestrombysykkel": (
        "2.2",
        {"stations": 6, "station_status": 6, "vehicle_availability": 6, "vehicle_types": 1, "pricing_plans": 2},
        {},
    ),
    "otp/duplicate-stations-v2": ("2.2", {"stations": 3, "station_status": 3}, {"station_status": 1}),
    "otp/duplicate-stations-v3": ("3.0", {"stations": 3, "station_status": 3}, {"station_status": 1}),
    # Two of its zones have no geometry.
    "otp/ridecheck/almere": (
        "3.0",
        {"vehicles": 6, "vehicle_types": 1, "geofencing_zones": 14},
        {"geofencing_zones": 2},
    ),
}

#: Codes that a check finds, the age of these old snapshots aside.
FINDINGS = {
    "lamassu_v2": {
        "gbfs_schema_range": 12,
        "gbfs_schema_enum": 3,
        "gbfs_status_without_station": 2,
        "gbfs_station_without_status": 2,
        "gbfs_unknown_reference": 2,
        "gbfs_far_away": 4,
    },
    "transitland_baywheels_v2.3": {
        "gbfs_repeated_record": 6,
        "gbfs_unknown_reference": 19,
        "gbfs_counts_exceed_capacity": 17,
    },
    "otp/helsinki": {"gbfs_schema_type": 4, "gbfs_status_without_station": 2, "gbfs_counts_exceed_capacity": 2},
    "otp/tieroslo": {},
    "otp/lillestrombysykkel": {"gbfs_counts_exceed_capacity": 6},
    "otp/duplicate-stations-v2": {"gbfs_duplicate_id": 1},
    "otp/duplicate-stations-v3": {"gbfs_duplicate_id": 1, "gbfs_schema_required": 3},
    "otp/ridecheck/almere": {"gbfs_schema_type": 2},
}


def test_every_folder_is_walked(shared_data: Path) -> None:
    gbfs = shared_data / "gbfs"
    folders = {path.parent.relative_to(gbfs).as_posix() for path in gbfs.rglob("*.json")}
    assert folders == {*SYSTEMS, "x2gbfs_testdata"}


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_real_system_goes_in(shared_data: Path, tmp_path: Path, name: str) -> None:
    version, rows, set_aside = SYSTEMS[name]
    reading = read(shared_data / "gbfs" / name, tmp_path, limits=Limits())
    assert reading.version == version
    filled = {table: count for table, count in reading.rows.items() if count and table != "rejects"}
    assert filled == {"systems": 1, **rows}
    assert reading.set_aside == set_aside
    assert reading.facts["system_id"]


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_real_system_is_judged(shared_data: Path, name: str) -> None:
    report = check(shared_data / "gbfs" / name, at=dt.datetime(2025, 11, 6, tzinfo=dt.UTC), limits=Limits())
    counts = report.counts()
    aged = {code: count for code, count in counts.items() if code.startswith("gbfs_stale")}
    assert {code: count for code, count in counts.items() if code not in aged} == FINDINGS[name]
    assert bool(aged) == (name != "otp/duplicate-stations-v3")
    assert not report.incomplete


REFUSED = {
    "x2gbfs_testdata": "a folder without gbfs.json",
    "x2gbfs_testdata/deer_locations.json": "a JSON list or value",
    "x2gbfs_testdata/deer_vehicles.json": "a JSON list or value",
    "x2gbfs_testdata/lastenvelo_fr.html": "not valid JSON at column 1",
    "otp": "several systems",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_system_is_refused(shared_data: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotAFeed) as refused:
        read(shared_data / "gbfs" / name, tmp_path, limits=Limits())
    assert REFUSED[name] in str(refused.value)
