"""The door in: only the holder, streamed, within a limit, whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.requests import ClientDisconnect

from hub.fetch import Fetcher
from hub.intake.app import create_intake
from hub.records.models import Job
from hub.services.back import Back
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.api.hall import Hall, ask, get

ZIP = {"Content-Type": "application/zip"}
LIMIT = 1_000


@pytest.fixture
def back(hall: Hall, tmp_path: Path) -> Back:
    return Back(
        hall.front,
        Vault(tmp_path / "vault"),
        Fetcher(most_bytes=LIMIT, most_s=1.0),
        "Europe/Paris",
        Signet(tmp_path / "keys"),
    )


@pytest.fixture
def door(back: Back) -> FastAPI:
    return create_intake(back)


def inbox(back: Back) -> list[Path]:
    return sorted((back.vault.root / "inbox").glob("*"))


def test_the_holder_hands_in_a_feed_and_gets_a_job(door: FastAPI, back: Back, hall: Hall) -> None:
    key = hall.key("trottix", "contribute")

    answer = ask(
        door,
        "POST",
        "/feeds/mds-trottix",
        content=b'{"version": "2.0.0"}',
        headers={**key, "Content-Type": "application/json"},
    )

    assert answer.status_code == 202
    assert answer.headers["location"] == answer.json()["href"]
    assert answer.json()["state"] == "waiting"
    assert get(door, answer.headers["location"], headers=key).json() == answer.json()
    with hall.front.records.read() as session:
        job = session.get_one(Job, answer.json()["id"])
    [kept] = inbox(back)
    assert kept.read_bytes() == b'{"version": "2.0.0"}'
    assert kept.suffix == ".json"
    assert job.kind == "ingest"
    assert job.payload == {
        "slug": "mds-trottix", "source": str(kept), "standard": "mds", "remove": True, "by": "trottix",
    }  # fmt: skip
    assert (back.vault.root / "inbox").stat().st_mode & 0o077 == 0


def test_the_secretariat_may_hand_in_for_a_holder(door: FastAPI, hall: Hall) -> None:
    key = hall.key("secretariat", "contribute")

    assert ask(door, "POST", "/feeds/mds-trottix", content=b"PK", headers={**key, **ZIP}).status_code == 202


@pytest.mark.parametrize(
    ("member", "scope", "status"),
    [(None, "", 403), ("trottix", "read", 403), ("bolide", "contribute", 403), ("smhc", "contribute", 403)],
)
def test_nobody_else_hands_it_in(
    door: FastAPI, back: Back, hall: Hall, *, member: str | None, scope: str, status: int
) -> None:
    key = hall.key(member, scope) if member else {}

    answer = ask(door, "POST", "/feeds/mds-trottix", content=b"PK", headers={**key, **ZIP})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reasons"][0]["next_step"]
    assert inbox(back) == []


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 100


async def broken() -> AsyncIterator[bytes]:
    yield b"PK half of an arch"
    raise ClientDisconnect


def test_more_than_the_limit_is_refused_while_it_comes(door: FastAPI, back: Back, hall: Hall) -> None:
    headers = {**hall.key("trottix", "contribute"), **ZIP}

    declared = ask(door, "POST", "/feeds/mds-trottix", content=b"x" * (LIMIT + 1), headers=headers)
    undeclared = ask(door, "POST", "/feeds/mds-trottix", content=endless(), headers=headers)

    assert [declared.status_code, undeclared.status_code] == [413, 413]
    assert undeclared.json()["type"].endswith("/too-large")
    assert inbox(back) == []


def test_an_upload_that_breaks_off_leaves_nothing(door: FastAPI, back: Back, hall: Hall) -> None:
    headers = {**hall.key("trottix", "contribute"), **ZIP}

    answer = ask(door, "POST", "/feeds/mds-trottix", content=broken(), headers=headers)

    assert (answer.status_code, answer.json()["detail"]) == (400, "the upload broke off; nothing was kept")
    assert inbox(back) == []
    with hall.front.records.read() as session:
        assert session.query(Job).count() == 0


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"", "application/zip", 400), (b"x", "multipart/form-data; boundary=x", 415), (b"x", "text/html", 415)],
)
def test_what_is_no_file(door: FastAPI, hall: Hall, content: bytes, kind: str, status: int) -> None:
    headers = {**hall.key("trottix", "contribute"), "Content-Type": kind}

    answer = ask(door, "POST", "/feeds/mds-trottix", content=content, headers=headers)

    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "suffix"), [(b"PK\x03\x04", ".zip"), (b"\x1f\x8b\x08", ".gz"), (b' {"a": 1}', ".json"), (b"?", "")]
)
def test_the_content_tells_its_ending_where_the_type_does_not(
    door: FastAPI, back: Back, hall: Hall, content: bytes, suffix: str
) -> None:
    headers = {**hall.key("trottix", "contribute"), "Content-Type": "application/octet-stream"}

    ask(door, "POST", "/feeds/mds-trottix", content=content, headers=headers)

    assert inbox(back)[0].suffix == suffix


def test_a_job_is_told_to_its_holder_alone(door: FastAPI, hall: Hall) -> None:
    key = hall.key("trottix", "contribute")
    place = ask(door, "POST", "/feeds/mds-trottix", content=b"PK", headers={**key, **ZIP}).headers["location"]

    assert get(door, place).status_code == 404
    assert get(door, place, headers=hall.key("bolide", "contribute")).status_code == 404
    assert get(door, place, headers=hall.key("secretariat", "contribute")).status_code == 200
    assert get(door, "/jobs/4711", headers=key).status_code == 404


def test_a_dataset_that_the_commons_does_not_know(door: FastAPI, hall: Hall) -> None:
    headers = {**hall.key("trottix", "contribute"), **ZIP}

    assert ask(door, "POST", "/feeds/nothing", content=b"PK", headers=headers).status_code == 404


def test_the_door_in_serves_nothing_else(door: FastAPI) -> None:
    assert get(door, "/").json()["title"]
    assert get(door, "/api/v1/feeds").status_code == 404
    assert set(get(door, "/openapi.json").json()["paths"]) == {"/", "/feeds/{slug}", "/jobs/{number}"}
