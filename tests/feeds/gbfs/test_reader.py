"""Reading the town in every version, and with bad records."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.errors import UnusableFeed
from feeds.gbfs import read
from feeds.gbfs.tables import TABLES
from feeds.reading import REJECTS_SCHEMA, Limits, Reading
from tests.feeds.gbfs import town

LIMITS = Limits()
T0 = town.NOON


def read_town(tmp_path: Path, documents: dict, name: str = "in") -> Reading:
    source = town.write(tmp_path / name, documents)
    into = tmp_path / f"{name}-out"
    into.mkdir()
    return read(source, into, limits=LIMITS)


def rows(reading: Reading, table: str) -> list[dict]:
    return pq.read_table(reading.tables[table]).to_pylist()


def test_the_town_reads_to_the_written_answers(tmp_path: Path) -> None:
    reading = read_town(tmp_path, town.files("2.3"))
    assert (reading.standard, reading.version) == ("GBFS", "2.3")
    assert reading.rows == {
        "systems": 1,
        "stations": 4,
        "station_status": 4,
        "vehicle_availability": 0,
        "vehicles": 2,
        "vehicle_types": 0,
        "regions": 1,
        "pricing_plans": 1,
        "alerts": 0,
        "geofencing_zones": 0,
    }
    assert not reading.set_aside
    assert "rejects" not in reading.tables
    assert rows(reading, "station_status")[0] == {
        "snapshot_at": T0,
        "station_id": "gare",
        "vehicles_available": 5,
        "docks_available": 14,
        "vehicles_disabled": 1,
        "docks_disabled": 0,
        "is_installed": True,
        "is_renting": True,
        "is_returning": True,
        "last_reported": T0,
        "utc_offset_s": 3600,
    }
    mairie = {row["station_id"]: row for row in rows(reading, "stations")}["mairie"]
    assert (mairie["name"], mairie["lat"], mairie["lon"]) == ("Mairie", 45.072, 5.553)
    assert (mairie["capacity"], mairie["region_id"], mairie["is_virtual"]) == (12, "combeval", None)
    assert mairie["name_texts"] == '[{"language":"fr","text":"Mairie"}]'
    assert (mairie["seen_from"], mairie["seen_to"]) == (T0, T0)
    assert [row["is_reserved"] for row in rows(reading, "vehicles")] == [False, True]
    assert rows(reading, "pricing_plans")[0]["price"] == 2.0
    assert reading.facts["system_id"] == "combecycle"
    assert reading.facts["timezone"] == "Europe/Paris"
    assert reading.facts["last_updated"] == "2025-11-04T10:00:00+00:00"


def test_each_table_has_its_schema_even_when_empty(tmp_path: Path) -> None:
    reading = read_town(tmp_path, town.files("3.0"))
    for name, table in TABLES.items():
        assert pq.read_schema(reading.tables[name]).equals(table.schema()), name


COUNT = st.integers(0, 60)
STATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "station_id": st.text("abcdé-:19", min_size=1, max_size=6),
            "name": st.text(max_size=8),
            "lat": st.floats(-90, 90),
            "lon": st.floats(-180, 180),
        },
        optional={"capacity": COUNT},
    ),
    max_size=5,
    unique_by=lambda station: station["station_id"],
)
STATUS = st.fixed_dictionaries(
    {"vehicles": COUNT, "docks": COUNT},
    optional={"vehicles_disabled": COUNT, "docks_disabled": COUNT, "is_installed": st.booleans()},
)


@settings(derandomize=True, deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stations=STATIONS, states=st.lists(STATUS, min_size=5, max_size=5), ago_s=st.integers(0, 10**8))
def test_every_version_of_a_system_reads_to_the_same_tables(
    tmp_path_factory: pytest.TempPathFactory, stations: list, states: list, ago_s: int
) -> None:
    status = [
        {"docks_disabled": 0, "vehicles_disabled": 0, **state, "station_id": station["station_id"]}
        for station, state in zip(stations, states, strict=False)
    ]
    at = T0 - dt.timedelta(seconds=ago_s)
    folder = tmp_path_factory.mktemp("law")
    read_in = {
        version: read_town(folder, town.files(version, stations=stations, status=status, at=at), version)
        for version in ("1.1", "2.3", "3.0")
    }
    assert {version: reading.version for version, reading in read_in.items()} == {v: v for v in read_in}
    for name in TABLES:
        first, *others = (rows(reading, name) for reading in read_in.values())
        if name == "systems":  # 1.1 cannot say opening hours
            first = [{**row, "opening_hours": "24/7"} for row in first]
        assert others == [first, first], name


def test_a_file_without_discovery_and_version_is_read_as_1_0(tmp_path: Path) -> None:
    documents = {
        name: {key: value for key, value in document.items() if key != "version"}
        for name, document in town.files("1.1").items()
        if name != "gbfs"
    }
    reading = read_town(tmp_path, documents)
    assert reading.version == "1.0"
    assert reading.rows["stations"] == 4


def test_links_lead_to_the_files_beside_by_name(tmp_path: Path) -> None:
    documents = town.files("2.3")
    folder = town.write(tmp_path / "in", documents)
    for name in documents:
        if name != "gbfs":
            (folder / f"{name}.json").rename(folder / f"combecycle_{name}.json")
    for feed in documents["gbfs"]["data"]["fr"]["feeds"]:
        feed["url"] = f"https://combecycle.example/v2/combecycle_{feed['name']}?key=1"
    (folder / "gbfs.json").write_text(json.dumps(documents["gbfs"]))
    (tmp_path / "out").mkdir()
    reading = read(folder / "gbfs.json", tmp_path / "out", limits=LIMITS)
    assert (reading.rows["stations"], reading.rows["vehicles"]) == (4, 2)


def test_a_language_that_is_a_path_is_not_followed(tmp_path: Path) -> None:
    town.write(tmp_path / "elsewhere", town.files("2.3"))
    documents = town.files("2.3")
    documents["gbfs"]["data"] = {"../elsewhere": documents["gbfs"]["data"]["fr"]}
    folder = town.write(tmp_path / "in", {"gbfs": documents["gbfs"]})
    (tmp_path / "out").mkdir()
    with pytest.raises(UnusableFeed):
        read(folder, tmp_path / "out", limits=LIMITS)


def test_3_0_texts_keep_all_languages_and_the_systems_own_is_the_default(tmp_path: Path) -> None:
    documents = town.files("3.0")
    documents["station_information"]["data"]["stations"][0]["name"] = [
        {"language": "en", "text": "Station"},
        {"language": "fr", "text": "Gare"},
    ]
    gare = next(row for row in rows(read_town(tmp_path, documents), "stations") if row["station_id"] == "gare")
    assert gare["name"] == "Gare"
    assert gare["name_texts"] == '[{"language":"en","text":"Station"},{"language":"fr","text":"Gare"}]'


def test_vehicle_types_at_stations_alerts_and_zones(tmp_path: Path) -> None:
    documents = town.files("2.3")
    frame = {key: documents["gbfs"][key] for key in ("last_updated", "ttl", "version")}
    documents["station_status"]["data"]["stations"][0]["vehicle_types_available"] = [
        {"vehicle_type_id": "bike", "count": 4},
        {"vehicle_type_id": "ebike", "count": 1},
    ]
    alert = {"alert_id": "1", "type": "STATION_CLOSURE", "times": [{"start": 1762250400}], "summary": "Fermé"}
    square = {"type": "MultiPolygon", "coordinates": [[[[5, 45], [6, 45], [6, 46], [5, 45]]]]}
    zone = {"type": "Feature", "properties": {"name": "Centre", "rules": []}, "geometry": square}
    lost = {"type": "Feature", "properties": {"name": "Nulle part"}, "geometry": None}
    documents["system_alerts"] = {**frame, "data": {"alerts": [alert]}}
    zones = {"type": "FeatureCollection", "features": [zone, lost]}
    documents["geofencing_zones"] = {**frame, "data": {"geofencing_zones": zones}}
    reading = read_town(tmp_path, documents)
    by_type = {row["vehicle_type_id"]: row["vehicles_available"] for row in rows(reading, "vehicle_availability")}
    assert by_type == {"bike": 4, "ebike": 1}
    read_alert = rows(reading, "alerts")[0]
    assert (read_alert["type"], read_alert["summary"]) == ("station_closure", "Fermé")
    assert read_alert["periods"] == '[{"start":"2025-11-04T10:00:00+00:00"}]'
    read_zone = rows(reading, "geofencing_zones")[0]
    assert (read_zone["position"], read_zone["name"]) == (1, "Centre")
    assert json.loads(read_zone["geometry"]) == square
    assert reading.set_aside == {"geofencing_zones": 1}


BAD_STATIONS = [
    # the station, the field that is to blame, the reason
    ({"name": "Sans id", "lat": 45.0, "lon": 5.5}, "station_id", "is missing"),
    ({"station_id": "", "name": "Vide", "lat": 45.0, "lon": 5.5}, "station_id", "is empty"),
    ({"station_id": "t", "name": "Texte", "lat": "45.0", "lon": 5.5}, "lat", "not a number"),
    ({"station_id": "n", "name": "Nulle", "lat": None, "lon": 5.5}, "lat", "is missing"),
    ({"station_id": "s", "name": "Swap", "lat": 145.0, "lon": 5.5}, "lat", "out of range -90 to 90; lat and lon look"),
    ({"station_id": "o", "name": "Out", "lat": 45.0, "lon": 185.0}, "lon", "out of range -180 to 180"),
    ({"station_id": "gare", "name": "Gare", "lat": 45.0, "lon": 5.5}, "station_id", "given before by record 1"),
]


@pytest.mark.parametrize(("station", "field", "reason"), BAD_STATIONS)
def test_a_bad_record_is_set_aside_with_its_reason(tmp_path: Path, station: dict, field: str, reason: str) -> None:
    reading = read_town(tmp_path, town.files("2.3", stations=(*town.STATIONS, station)))
    assert reading.rows["stations"] == 4
    assert reading.set_aside == {"stations": 1}
    assert pq.read_schema(reading.tables["rejects"]).equals(REJECTS_SCHEMA)
    (reject,) = rows(reading, "rejects")
    assert (reject["file"], reject["row"], reject["field"]) == ("station_information.json", 5, field)
    assert reject["reason"].startswith(reason)
    (finding,) = reading.findings.findings
    assert (finding.code, finding.row, finding.field) == ("gbfs_record_set_aside", 5, field)


def test_a_bad_optional_value_is_left_out_and_told(tmp_path: Path) -> None:
    stations = ({**town.STATIONS[0], "capacity": "vingt"}, *town.STATIONS[1:])
    reading = read_town(tmp_path, town.files("2.3", stations=stations))
    assert reading.rows["stations"] == 4
    assert {row["station_id"]: row["capacity"] for row in rows(reading, "stations")}["gare"] is None
    (finding,) = reading.findings.findings
    assert (finding.code, finding.field, finding.value) == ("gbfs_value_ignored", "capacity", "vingt")


def test_a_loose_vehicle_needs_a_place_or_a_station(tmp_path: Path) -> None:
    bikes = (
        {"vehicle_id": "docked", "station_id": "gare", "is_reserved": False, "is_disabled": False},
        {"vehicle_id": "lost", "lat": 45.07, "is_reserved": False, "is_disabled": False},
    )
    reading = read_town(tmp_path, town.files("3.0", bikes=bikes))
    assert [row["vehicle_id"] for row in rows(reading, "vehicles")] == ["docked"]
    assert rows(reading, "rejects")[0]["reason"] == "is missing: a record needs lat and lon or station_id"
