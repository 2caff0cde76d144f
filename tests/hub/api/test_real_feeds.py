"""Real feeds, all the way: taken in, judged, published, and read again from the doors that readers have."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI

from feeds.gbfs.schema_check import check_schema
from feeds.gtfs.read import read
from hub.api.app import create_app
from hub.bootstrap import back_office
from hub.services.back import Back
from hub.services.commons import put_in_force, read_folder
from hub.services.ingest import ingest
from hub.services.judging import judge_all
from hub.services.publish import publish_if_open
from hub.services.starter import start
from hub.settings import Settings
from tests.hub.api.hall import Hall, empty_hall, get

pytestmark = pytest.mark.shared_data

FEED = "real"
API = f"/api/v1/feeds/{FEED}"
SYSTEMS = (
    "lamassu_v2",
    "transitland_baywheels_v2.3",
    "otp/helsinki",
    "otp/tieroslo",
    "otp/lillestrombysykkel",
    "otp/duplicate-stations-v2",
    "otp/duplicate-stations-v3",
    "otp/ridecheck/almere",
)
TIMETABLES = (
    "annarbor",
    "bart_new_us.zip",
    "berlin_extract_de.zip",
    "cairns_au.zip",
    "caltrain_us.zip",
    "cobblinc_flex_us.zip",
    "fortaleza_br.zip",
    "fr_libourne_2024",
    "fr_sncf_2016",
    "google_sample.zip",
    "nyc_mta_bus_bk.zip",
    "nyc_mta_subway.zip",
    "nyc_subway_2018_tidytransit.zip",
    "partridge_amazon-2017-08-06",
    "partridge_region-nord-v2",
    "porto_alegre_trensurb_br.zip",
    "sample_gtfs_feed_npm",
    "trimet_2routes_us.zip",
    "warsaw_extract_pl.zip",
)
#: Feeds that are small enough to be read twice more: typed table by typed table, not only byte by byte.
SMALL_BYTES = 120_000


def opened(folder: Path, standard: str) -> tuple[Hall, Back, FastAPI]:
    """A hub in which one feed is open to everyone."""
    hall = empty_hall(folder)
    start(folder / "commons", slug=FEED, standard=standard, timezone="Europe/Paris", year=2026)
    put_in_force(hall.front, read_folder(folder / "commons"))
    settings = Settings(home=folder / "home", contact="hub@hub.test", check_s=600)
    return hall, replace(back_office(settings), front=hall.front), create_app(hall.front)


def taken_in(back: Back, source: Path) -> None:
    done = ingest(back, str(source), slug=FEED)
    assert not isinstance(publish_if_open(back, done), str)
    judge_all(back.front, back.front.clock(), timezone="Europe/Paris")


def judged(app: FastAPI) -> dict[str, Any]:
    """What is said of the feed: its checks and its scores of the day."""
    told = get(app, f"{API}/quality").json()
    assert {one["check"]: one["newest"] for one in told["standings"]}["valid"] in ("pass", "fail")
    [day] = told["days"]
    assert 0 <= day["compliance"]["value"] <= 1000
    return dict(told)


@pytest.mark.parametrize("name", TIMETABLES)
def test_a_timetable_comes_out_as_it_went_in(shared_data: Path, tmp_path: Path, name: str) -> None:
    source = shared_data / "gtfs" / name
    _, back, app = opened(tmp_path, "gtfs")
    taken_in(back, source)
    judged(app)
    archive = get(app, f"{API}/files/archive").content
    published = dict(members(io.BytesIO(archive)))
    assert published == dict(members(source))
    if len(archive) < SMALL_BYTES:
        (tmp_path / "again.zip").write_bytes(archive)
        assert tables(tmp_path / "again.zip", tmp_path / "a") == tables(source, tmp_path / "b")


def members(source: Path | io.BytesIO) -> Iterator[tuple[str, bytes]]:
    """The files of a zip or folder, by their paths in it; of a folder around a single zip, those of the zip."""
    if isinstance(source, Path) and source.is_dir():
        files = [path for path in source.rglob("*") if path.is_file()]
        if [path.suffix for path in files] == [".zip"]:
            yield from members(io.BytesIO(files[0].read_bytes()))
            return
        for path in source.rglob("*"):
            if path.is_file():
                yield path.relative_to(source).as_posix(), path.read_bytes()
        return
    with zipfile.ZipFile(source) as bundle:
        for name in bundle.namelist():
            yield name, bundle.read(name)


def tables(source: Path, into: Path) -> dict[str, list[dict[str, Any]]]:
    into.mkdir()
    found = read(source, into).tables
    assert {"stops", "trips", "stop_times"} <= found.keys()
    return {name: pq.read_table(path).to_pylist() for name, path in found.items()}


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_comes_out_valid_in_both_versions(shared_data: Path, tmp_path: Path, name: str) -> None:
    _, back, app = opened(tmp_path, "gbfs")
    taken_in(back, shared_data / "gbfs" / name)
    judged(app)
    [system] = get(app, "/api/v1/gbfs/manifest.json").json()["data"]["datasets"]
    assert [one["version"] for one in system["versions"]] == ["2.3", "3.0"]
    for one in system["versions"]:
        bodies = dict(documents(app, one["url"]))
        assert {"gbfs", "system_information"} <= bodies.keys()
        assert check_schema(bodies, one["version"]).findings == ()


def documents(app: FastAPI, discovery: str) -> Iterator[tuple[str, Any]]:
    """All files of a system, from its discovery document on, by their names."""
    index = get(app, discovery.removeprefix("https://hub.test")).json()
    data: Mapping[str, Any] = index["data"]
    lists = [data["feeds"]] if "feeds" in data else [part["feeds"] for part in data.values()]
    yield "gbfs", index
    for entry in chain.from_iterable(lists):
        answer = get(app, entry["url"].removeprefix("https://hub.test"))
        assert answer.status_code == 200, entry
        yield entry["name"], answer.json()


def test_every_feed_of_the_folder_is_walked(shared_data: Path) -> None:
    systems = {
        path.parent.relative_to(shared_data / "gbfs").as_posix() for path in (shared_data / "gbfs").rglob("*.json")
    }
    assert systems - {"x2gbfs_testdata"} == set(SYSTEMS)
    assert {path.name for path in (shared_data / "gtfs").iterdir()} == set(TIMETABLES)
