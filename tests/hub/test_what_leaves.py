"""What of a GBFS system may not leave with it: its operator's names of vehicles for good, and what lets the hub in."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from hub.bootstrap import back_office
from hub.records import sealing
from hub.services import credentials, registry
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.ingest import ingest
from hub.services.live_pack import unpack
from hub.services.polling.poll import poll
from hub.services.publish import publish_if_open
from hub.services.registry_entries import Wanted
from hub.settings import Settings
from tests.feeds.gbfs_of_each_version import system, written
from tests.hub.joint_town import commons
from tests.hub.servers import Page, Server

NOON = dt.datetime(2026, 9, 15, 12, tzinfo=dt.UTC)
SLUG = "combecycle"
KEY = "c4nary-key-of-the-hub"
VEHICLE = "veh-of-the-operator-1"


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    made = back_office(Settings(home=tmp_path / "home", now=NOON, allow_private_addresses=True))
    made.front.records.upgrade()
    put_in_force(made.front, commons())
    yield made
    made.front.records.close()


def documents(asked_with: str = "") -> dict[str, bytes]:
    bodies = system("2.3")
    bodies["free_bike_status"]["data"]["bikes"][0]["bike_id"] = VEHICLE
    bodies["system_information"]["data"]["url"] = f"https://combecycle.example/{asked_with}"
    return written(bodies)


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_published_archive_names_no_vehicle_as_its_operator_does(back: Back, tmp_path: Path) -> None:
    came = tmp_path / "came"
    came.mkdir()
    for name, content in documents().items():
        (came / f"{name}.json").write_bytes(content)
    done = ingest(back, str(came), slug=SLUG)
    releases = publish_if_open(back, done)
    assert not isinstance(releases, str)
    (archive,) = [one for one in releases if one.part == "archive"]
    published = entries(back.front.released.path(archive.digest))
    kept = entries(back.vault.raw(done.version.raw_digest))
    assert VEHICLE.encode() in kept["free_bike_status.json"]
    assert [name for name in kept if published[name] != kept[name]] == ["free_bike_status.json"]
    for one in releases:
        assert VEHICLE.encode() not in back.front.released.read(one.digest)
    assert VEHICLE.encode() not in published["free_bike_status.json"]


def test_a_key_that_a_server_repeats_leaves_in_no_file_of_a_poll(back: Back, server: Server, tmp_path: Path) -> None:
    asked_with = f"?apikey={KEY}"
    files = documents(asked_with)
    named = [{"name": one, "url": server.url(f"/{one}.json{asked_with}")} for one in files if one != "gbfs"]
    files["gbfs"] = json.dumps(json.loads(files["gbfs"]) | {"data": {"fr": {"feeds": named}}}).encode()
    for name, content in files.items():
        server.shelf[f"/{name}.json"] = Page(content, lets_in=lambda asked: parse_qs(asked.query)["apikey"] == [KEY])
    with back.front.records.write() as session:
        sealing.tell(session, back.opener.sealer(), at=NOON)
    registry.add(back.front, SLUG, Wanted(url=server.url("/gbfs.json"), standard="gbfs"))
    credentials.put(back.front, SLUG, "query", {"name": "apikey"}, {"value": KEY})
    poll(back, SLUG)
    told: dict[str, bytes] = {}
    for path in (tmp_path / "home" / "released").rglob("*"):
        if path.is_file() and zipfile.is_zipfile(path):
            told |= {f"{path.name} {name}": content for name, content in entries(path).items()}
        elif path.is_file() and "live" in path.parts:
            told |= {f"live {name}": held.tail for name, held in unpack(path.read_bytes()).files.items()}
    assert {name.rpartition(" ")[2] for name in told} >= {
        "gbfs.json",
        "2.3/system_information",
        "3.0/system_information",
    }
    assert [name for name, content in told.items() if KEY.encode() in content] == []
    assert all("apikey" in asked.query for asked in server.asked), "what is kept still leads to its files"
