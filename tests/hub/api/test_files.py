"""Files: strong ETag, 304, Range, and caches that may keep only what is open."""

from __future__ import annotations

import hashlib

import pytest
from fastapi import FastAPI

from tests.hub.api.hall import ARCHIVE, Hall, ask, get

PATH = "/api/v1/feeds/bus-hautes-combes/files/archive"
DIGEST = hashlib.sha256(ARCHIVE).hexdigest()


def test_a_file_comes_with_its_digest_as_strong_etag(app: FastAPI, hall: Hall) -> None:
    answer = get(app, PATH)

    assert answer.content == ARCHIVE
    assert answer.headers["etag"] == f'"{DIGEST}"'
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="bus-archive-v{hall.open_version}"'
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["commons-licence"] == "etalab-2.0"
    assert "commons-decision" not in answer.headers  # a cache hands this answer to others


def test_whoever_has_it_gets_304_and_that_is_an_access_too(app: FastAPI, hall: Hall) -> None:
    for known in (f'"{DIGEST}"', f'W/"{DIGEST}"', f'"other", "{DIGEST}"', "*"):
        answer = get(app, PATH, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == f'"{DIGEST}"'
    assert get(app, PATH, headers={"If-None-Match": '"other"'}).status_code == 200
    assert len(hall.audited()) == 5


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-3", 206, ARCHIVE[:4]),
        ("bytes=2040-", 206, ARCHIVE[2040:]),
        ("bytes=-5", 206, ARCHIVE[-5:]),
        ("bytes=2040-9999", 206, ARCHIVE[2040:]),
        ("rows=1-2", 200, ARCHIVE),
        ("bytes=x-2", 200, ARCHIVE),
    ],
)
def test_ranges(app: FastAPI, asked: str, status: int, content: bytes) -> None:
    answer = get(app, PATH, headers={"Range": asked})

    assert (answer.status_code, answer.content) == (status, content)


@pytest.mark.parametrize("asked", ["bytes=2048-", "bytes=9-2", "bytes=-0"])
def test_a_range_outside_is_a_problem_that_tells_the_size(app: FastAPI, asked: str) -> None:
    answer = get(app, PATH, headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */2048"
    assert answer.json()["type"].endswith("/range-not-satisfiable")


def test_a_range_of_what_was_something_else_gives_the_whole(app: FastAPI) -> None:
    old = {"Range": "bytes=0-3", "If-Range": '"another"'}

    assert get(app, PATH, headers=old).status_code == 200
    assert get(app, PATH, headers={"Range": "bytes=0-3", "If-Range": f'"{DIGEST}"'}).status_code == 206


def test_head_tells_the_same_without_the_content(app: FastAPI) -> None:
    whole, head = get(app, PATH), ask(app, "HEAD", PATH)

    assert head.status_code == 200
    assert head.content == b""
    assert {name: head.headers[name] for name in ("etag", "content-length")} == {
        name: whole.headers[name] for name in ("etag", "content-length")
    }


def test_head_works_wherever_get_does(app: FastAPI) -> None:
    for path in ("/", "/api/v1/feeds", "/static/style.css", "/api/v1/feeds/bus-hautes-combes"):
        answer = ask(app, "HEAD", path)
        assert (answer.status_code, answer.content) == (200, b"")


def test_a_file_that_was_never_released_is_not_found(app: FastAPI) -> None:
    assert get(app, "/api/v1/feeds/bus-hautes-combes/files/rejects").status_code == 404
    assert get(app, "/api/v1/feeds/combecycle/files/archive").status_code == 404
    assert get(app, "/api/v1/feeds/bus-hautes-combes/files/..%2f..%2frecords").status_code == 404


def test_an_open_feed_that_is_closed_is_served_no_more_even_to_whoever_knows_it(app: FastAPI, hall: Hall) -> None:
    hall.clock.now = hall.clock.now.replace(year=2029)  # past the end of every agreement

    answer = get(app, PATH, headers={"If-None-Match": f'"{DIGEST}"'})

    assert answer.status_code == 403
    assert answer.headers["cache-control"] == "private, no-store"
    assert hall.audited()[-1]["permitted"] is False


def test_the_pages_of_others_may_read_what_is_open_and_nothing_else(app: FastAPI, hall: Hall) -> None:
    asking = {"Origin": "https://app.example"}
    for path in (PATH, "/api/v1/feeds", "/api/v1/feeds/bus-hautes-combes", "/api/v1/gbfs/manifest.json"):
        answer = get(app, path, headers=asking)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
        assert "ETag" in answer.headers["access-control-expose-headers"]
    own = hall.key("smhc")
    for path, key in (("/api/v1/feeds/mds-trottix/versions", {}), ("/api/v1/me", own), ("/api/v1/log", {})):
        answer = get(app, path, headers={**asking, **key})
        assert "access-control-allow-origin" not in answer.headers, path
