"""Reading an archive: a folder of snapshots of the town."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from feeds.errors import NotAFeed
from feeds.gbfs import read
from feeds.reading import Limits, Reading
from tests.feeds.gbfs import town

LIMITS = Limits()
T0 = town.NOON


def rows(reading: Reading, table: str) -> list[dict]:
    return pq.read_table(reading.tables[table]).to_pylist()


def archive(tmp_path: Path, minutes: list[int], version: str = "2.3") -> Path:
    """Snapshots of the town at some minutes past noon; at minute m the station `gare` has m bikes."""
    for minute in minutes:
        status = ({**town.STATUS[0], "vehicles": minute}, *town.STATUS[1:])
        documents = town.files(version, status=status, at=T0 + dt.timedelta(minutes=minute))
        town.write(tmp_path / "archive" / f"{minute:03}", documents)
    return tmp_path / "archive"


def read_archive(tmp_path: Path, source: Path) -> Reading:
    (tmp_path / "out").mkdir()
    return read(source, tmp_path / "out", limits=LIMITS)


def test_an_archive_grows_the_series_and_keeps_the_newest_of_the_rest(tmp_path: Path) -> None:
    source = archive(tmp_path, [0, 5, 10])
    early = town.files("2.3", stations=({**town.STATIONS[0], "capacity": 99}, *town.STATIONS[1:]), at=T0)
    town.write(source / "000", {"station_information": early["station_information"]})
    reading = read_archive(tmp_path, source)
    assert reading.rows["station_status"] == 12
    gare = [row for row in rows(reading, "station_status") if row["station_id"] == "gare"]
    assert [(row["snapshot_at"], row["vehicles_available"]) for row in gare] == [
        (T0, 0),
        (T0 + dt.timedelta(minutes=5), 5),
        (T0 + dt.timedelta(minutes=10), 10),
    ]
    station = {row["station_id"]: row for row in rows(reading, "stations")}["gare"]
    assert (station["capacity"], station["seen_from"]) == (20, T0)
    assert station["seen_to"] == T0 + dt.timedelta(minutes=10)
    assert reading.facts["snapshots"] == "3"


def test_a_file_that_did_not_advance_counts_once(tmp_path: Path) -> None:
    source = archive(tmp_path, [0, 5])
    town.write(source / "006", town.files("2.3", status=town.STATUS[1:], at=T0 + dt.timedelta(minutes=5)))
    reading = read_archive(tmp_path, source)
    assert reading.rows["station_status"] == 8
    assert [finding.code for finding in reading.findings.findings] == ["gbfs_last_updated_not_advancing"]


def test_a_bad_snapshot_of_an_archive_is_passed_over_whole(tmp_path: Path) -> None:
    source = archive(tmp_path, [0, 5, 10])
    (source / "005" / "station_status.json").write_text('{"last_updated": 17')
    reading = read_archive(tmp_path, source)
    assert reading.rows["station_status"] == 8
    assert reading.rows["vehicles"] == 4
    (finding,) = reading.findings.findings
    assert finding.code == "gbfs_snapshot_set_aside"
    assert "005: station_status.json, row 1: not valid JSON at column" in finding.message


def test_a_bad_station_in_every_snapshot_is_one_bad_station(tmp_path: Path) -> None:
    for minute in (0, 5, 10):
        documents = town.files(
            "2.3", stations=(*town.STATIONS, {"name": "?", "lat": 1, "lon": 1}), at=T0 + dt.timedelta(minutes=minute)
        )
        town.write(tmp_path / "archive" / str(minute), documents)
    assert read_archive(tmp_path, tmp_path / "archive").set_aside == {"stations": 1}


def test_an_archive_of_two_systems_is_refused(tmp_path: Path) -> None:
    source = archive(tmp_path, [0])
    other = town.files("2.3")
    other["system_information"]["data"]["system_id"] = "trottix"
    town.write(source / "005", other)
    with pytest.raises(NotAFeed, match=r"several systems \(combecycle, trottix\)"):
        read_archive(tmp_path, source)


def test_many_rows_are_written_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.gbfs.writing._BATCH_ROWS", 5)
    reading = read_archive(tmp_path, archive(tmp_path, list(range(6))))
    assert pq.ParquetFile(reading.tables["station_status"]).num_row_groups > 1
    assert pq.read_table(reading.tables["station_status"]).num_rows == reading.rows["station_status"] == 24
