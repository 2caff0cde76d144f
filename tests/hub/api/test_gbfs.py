"""The doors of the republished GBFS: addresses, caches, compression, and who may read."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from feeds.gbfs.schema_check import check_schema
from hub.services.back import Back
from tests.hub.api.hall import Hall, ask, get
from tests.hub.live_town import IDENTIFIED, SLUG, TTL_S, move, put, restated, snapshot, town

BASE = f"/api/v1/gbfs/{SLUG}"
STATUS = f"{BASE}/3.0/station_status.json"
MANIFEST = "/api/v1/gbfs/manifest.json"


@pytest.fixture
def back(hall: Hall, tmp_path: Path) -> Back:
    return town(hall.front, tmp_path)


def test_before_the_first_fetch_a_reader_is_told_when_to_come_again(app: FastAPI, back: Back) -> None:
    answer = get(app, STATUS)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.headers["content-type"] == "application/problem+json"
    put(back, snapshot())
    move(back.front, 1)
    assert get(app, STATUS).status_code == 200


def test_a_file_tells_what_is_left_and_under_which_licence(app: FastAPI, back: Back) -> None:
    put(back, snapshot(7))
    move(back.front, 20)
    answer = get(app, STATUS)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == f"public, max-age={TTL_S - 20}"
    assert answer.headers["commons-licence"] == "ODbL-1.0"
    assert "commons-decision" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["ttl"] == TTL_S - 20
    assert answer.json()["data"]["stations"][0]["num_vehicles_available"] == 7
    move(back.front, 3600)
    assert get(app, STATUS).headers["cache-control"] == "public, max-age=0"


def test_caches_keep_nothing_for_a_day(app: FastAPI, back: Back) -> None:
    put(back, snapshot(), ttl_s=86_400)
    answer = get(app, STATUS)
    assert (answer.headers["cache-control"], answer.json()["ttl"]) == ("public, max-age=300", 86_400)


def test_head_gzip_and_not_modified(app: FastAPI, back: Back) -> None:
    put(back, snapshot())
    plain = get(app, STATUS, headers={"Accept-Encoding": "identity"})
    head = ask(app, "HEAD", STATUS, headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", plain.headers["etag"])
    assert head.headers["content-length"] == plain.headers["content-length"] == str(len(plain.content))
    zipped = get(app, STATUS, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert (zipped.headers["content-encoding"], zipped.content) == ("gzip", plain.content)
    assert zipped.headers["etag"] != plain.headers["etag"]
    assert "content-encoding" not in get(app, STATUS, headers={"Accept-Encoding": "gzip;q=0"}).headers
    move(back.front, 5)
    for tag in (plain.headers["etag"], "W/" + zipped.headers["etag"], f'"x", {plain.headers["etag"]}'):
        answer = get(app, STATUS, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] in tag
        assert answer.headers["cache-control"] == f"public, max-age={TTL_S - 5}"
    assert get(app, STATUS, headers={"If-None-Match": "*"}).status_code == 304
    assert get(app, STATUS, headers={"If-None-Match": '"x"'}).status_code == 200
    put(back, snapshot(6))
    move(back.front, 1)
    assert get(app, STATUS, headers={"If-None-Match": plain.headers["etag"]}).status_code == 200


def test_gzip_is_what_a_plain_reader_unpacks(app: FastAPI, back: Back) -> None:
    put(back, snapshot())

    async def raw() -> bytes:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub.test") as client:
            request = client.build_request("GET", STATUS, headers={"Accept-Encoding": "gzip"})
            answer = await client.send(request, stream=True)
            return b"".join([part async for part in answer.aiter_raw()])

    assert json.loads(gzip.decompress(asyncio.run(raw())))["version"] == "3.0"


@pytest.mark.parametrize(
    "path",
    [
        *(f"{BASE}/3.0/free_bike_status.json", f"{BASE}/2.3/vehicle_status.json", f"{BASE}/1.0/gbfs.json"),
        *(
            f"{BASE}/3.0/nothing.json",
            f"{BASE}/gbfs.json",
            f"{BASE}/2.3/de/station_information.json",
            f"{BASE}/3.0/gbfs",
        ),
        *("/api/v1/gbfs/nowhere/3.0/gbfs.json", "/api/v1/gbfs/bus-hautes-combes/3.0/gbfs.json"),
        "/api/v1/gbfs/mds-trottix/3.0/gbfs.json",
    ],
)
def test_what_is_not_declared_is_not_found(app: FastAPI, back: Back, path: str) -> None:
    put(back, snapshot())
    assert get(app, path).status_code == 404


def test_what_is_declared_and_missing_is_named(app: FastAPI, back: Back) -> None:
    documents = {name: content for name, content in snapshot().items() if name != "station_status"}
    assert put(back, documents).missing == ("2.3/station_status", "3.0/station_status")
    answer = get(app, STATUS)
    assert answer.status_code == 502
    assert f"{SLUG} declares 3.0/station_status" in answer.json()["detail"]
    declared = [one["name"] for one in get(app, f"{BASE}/3.0/gbfs.json").json()["data"]["feeds"]]
    assert "station_status" in declared


def test_what_was_lost_is_told_in_both_languages(app: FastAPI, back: Back) -> None:
    put(back, snapshot(version="1.1"))
    losses = get(app, f"{BASE}/losses.json").json()["losses"]
    assumed = next(one for one in losses if (one["version"], one["file"]) == ("3.0", "vehicle_types"))
    assert (assumed["code"], assumed["count"]) == ("assumed", 1)
    assert assumed["sentence_fr"].startswith("La source ne le dit pas")
    assert assumed["sentence_en"].startswith("The source does not say so")
    restated(back.front, state="suspended")
    move(back.front, 1)
    assert get(app, f"{BASE}/losses.json").status_code == 403


def test_every_address_that_discovery_names_answers_and_all_is_valid(app: FastAPI, back: Back) -> None:
    put(back, snapshot(version="1.1"))
    manifest = get(app, MANIFEST).json()
    (system,) = manifest["data"]["datasets"]
    assert [one["version"] for one in system["versions"]] == ["2.3", "3.0"]
    for one in system["versions"]:
        data = get(app, one["url"]).json()["data"]
        feeds = data["feeds"] if one["version"] == "3.0" else data["fr"]["feeds"]
        bodies = {feed["name"]: get(app, feed["url"]).json() for feed in feeds}
        report = check_schema(bodies, one["version"])
        assert (report.findings, report.incomplete) == ((), "")
        assert bodies["gbfs_versions"]["data"]["versions"] == system["versions"]


def test_the_manifest_lists_what_is_open_and_was_read(app: FastAPI, back: Back) -> None:
    assert get(app, MANIFEST).json()["data"] == {"datasets": []}
    put(back, snapshot())
    move(back.front, 1)
    answer = get(app, MANIFEST)
    assert [one["system_id"] for one in answer.json()["data"]["datasets"]] == [SLUG]
    assert answer.headers["cache-control"] == "public, max-age=60"
    move(back.front, 1)
    again = get(app, MANIFEST, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    restated(back.front, **IDENTIFIED)
    move(back.front, 1)
    assert get(app, MANIFEST).json()["data"] == {"datasets": []}


def test_an_identified_system_asks_for_a_key(app: FastAPI, back: Back, hall: Hall) -> None:
    restated(back.front, **IDENTIFIED)
    put(back, snapshot())
    assert get(app, STATUS).status_code == 403
    assert get(app, STATUS, headers={"Authorization": "Basic x"}).status_code == 401
    assert get(app, STATUS, headers={"Authorization": "Bearer mch_1_2"}).status_code == 401
    key = hall.key("itineo")
    before = len(hall.audited())
    answers = [get(app, STATUS, headers=key) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["cache-control"] for answer in answers} == {"private, no-store"}
    assert len(hall.audited()) == before + 2
    assert get(app, f"{STATUS}?purpose=compliance", headers=key).status_code == 403


def test_a_sealed_system_is_refused_before_anything_is_told(app: FastAPI, back: Back) -> None:
    put(back, snapshot())
    restated(back.front, state="suspended")
    for path in (STATUS, f"{BASE}/3.0/nothing.json"):
        answer = get(app, path)
        assert answer.status_code == 403
        assert "etag" not in answer.headers


def test_keys_in_addresses_and_other_methods_are_refused(app: FastAPI, back: Back) -> None:
    put(back, snapshot())
    assert get(app, f"{STATUS}?key=mch_1_2").status_code == 400
    assert get(app, f"{MANIFEST}?token=x").status_code == 400
    assert ask(app, "POST", STATUS).status_code == 405


def test_a_crowd_at_once_is_one_decision(app: FastAPI, back: Back, hall: Hall) -> None:
    put(back, snapshot())
    before = len(hall.audited())

    async def crowd() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub.test") as client:
            return [one.status_code for one in await asyncio.gather(*(client.get(STATUS) for _ in range(50)))]

    assert asyncio.run(crowd()) == [200] * 50
    assert len(hall.audited()) == before + 1
