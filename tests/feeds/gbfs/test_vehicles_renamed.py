"""A published archive names no vehicle as its operator does, and none in two files alike; all else is as it came."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from feeds.errors import NotAFeed
from feeds.gbfs.vehicles_renamed import rename_vehicles
from tests.feeds.gbfs_of_each_version import system, written

VERSIONS = {"1.0": ("bikes", "bike_id"), "2.3": ("bikes", "bike_id"), "3.0": ("vehicles", "vehicle_id")}
KEY = bytes(range(32))


def packed(target: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def copied(tmp_path: Path, files: dict[str, bytes], key: bytes = KEY) -> dict[str, bytes]:
    rename_vehicles(packed(tmp_path / "came.zip", files), tmp_path / "copy.zip", key=key)
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def vehicles(version: str) -> tuple[str, dict[str, Any], str, str]:
    """The file of the vehicles, what it says, and how its list and its ids are called; there are three."""
    listed, name = VERSIONS[version]
    file = "vehicle_status" if version == "3.0" else "free_bike_status"
    body = system(version)[file]
    first = body["data"][listed][0] | {"rental_uris": {"web": "https://rent.example/veh-1"}}
    body["data"][listed] = [first | {name: "veh-1"}, first | {name: "veh-2"}, first | {name: 7}]
    return file, body, listed, name


@pytest.mark.parametrize("version", VERSIONS)
def test_vehicles_get_names_of_their_own_and_nothing_else_changes(tmp_path: Path, version: str) -> None:
    file, body, listed, name = vehicles(version)
    came = {f"{one}.json": content for one, content in written(system(version) | {file: body}).items()}
    copy = copied(tmp_path, came)
    assert copy.keys() == came.keys()
    assert {one for one in came if copy[one] != came[one]} == {f"{file}.json"}
    told = json.loads(copy[f"{file}.json"])
    ids = [one.pop(name) for one in told["data"][listed]]
    assert len(set(ids)) == 3
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in ids)
    assert b"veh-" not in copy[f"{file}.json"]
    for one in body["data"][listed]:
        del one[name], one["rental_uris"]
    assert told == body


def test_no_name_is_that_of_another_file_or_of_another_version(tmp_path: Path) -> None:
    _, body, listed, name = vehicles("2.3")
    came = {f"{minute}/free_bike_status.json": json.dumps(body).encode() for minute in ("00", "01")}
    ids = [
        one[name]
        for key in (KEY, bytes(32))
        for content in copied(tmp_path, came, key).values()
        for one in json.loads(content)["data"][listed]
    ]
    assert len(set(ids)) == len(ids) == 12
    again = [json.loads(content)["data"][listed][0][name] for content in copied(tmp_path, came).values()]
    assert again == [ids[0], ids[3]], "with the same key the same"


def test_a_file_that_speaks_of_vehicles_and_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    came = {
        "free_bike_status.json": b'{"data": {"bikes": [{"bike_id": "veh-1"',
        "vehicle_status.json": b'{"data": {"veh\\u0069cles": [{"vehicle\\u005fid": "veh-1"}]}}',
        "odd.json": b'["vehicle_id"]',
        "readme.txt": b"<none>",
    }
    copy = copied(tmp_path, came)
    assert copy.keys() == came.keys() - {"free_bike_status.json"}
    assert b"veh-1" not in copy["vehicle_status.json"]
    assert (copy["odd.json"], copy["readme.txt"]) == (came["odd.json"], came["readme.txt"])


def test_an_archive_of_one_file_is_treated_alike(tmp_path: Path) -> None:
    (tmp_path / "came").write_bytes(b'{"data": {"vehicles": [{"vehicle_id": "veh-1"}, 3]}}')
    rename_vehicles(tmp_path / "came", tmp_path / "copy", key=KEY)
    assert b"veh-1" not in (tmp_path / "copy").read_bytes()
    (tmp_path / "came").write_bytes(b'{"data": {"vehicles": [{"vehicle_id": "veh-1"}')
    with pytest.raises(NotAFeed):
        rename_vehicles(tmp_path / "came", tmp_path / "copy", key=KEY)
