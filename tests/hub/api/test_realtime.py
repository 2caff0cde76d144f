"""The door for messages: bytes as they came, headers that name the schedule, caches told the truth."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from google.transit.gtfs_realtime_pb2 import FeedEntity

from hub.clock import FixedClock
from hub.records import live as live_records
from hub.records.models import LogText
from hub.services import realtime_reading
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.keys import issue
from hub.services.realtime import take
from tests.feeds.realtime_town import AT, NOW, message
from tests.hub.api.hall import ask, get, web_door
from tests.hub.migrated import records_at
from tests.hub.realtime_hall import BUS, LIVE, documents, hall

GOOD = message().SerializeToString()
TAG = f'"{hashlib.sha256(GOOD).hexdigest()}"'
PATH = f"/api/v1/feeds/{LIVE}/realtime"


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    records = records_at(tmp_path / "records" / "records.sqlite3")
    yield hall(records, tmp_path)
    records.close()


@pytest.fixture
def app(back: Back) -> FastAPI:
    return web_door(back.front)


def clock(back: Back) -> FixedClock:
    assert isinstance(back.front.clock, FixedClock)
    return back.front.clock


def test_a_message_comes_as_it_was_sent_with_its_schedule_named(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    answer = get(app, PATH)

    assert (answer.status_code, answer.content) == (200, GOOD)
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert answer.headers["link"] == (
        f'<https://hub.test/api/v1/feeds/{BUS}/versions/1/files/archive>; rel="describedby"'
    )
    assert (answer.headers["hub-schedule"], answer.headers["hub-schedule-version"]) == (BUS, "1")
    assert (answer.headers["etag"], answer.headers["hub-verdict"]) == (TAG, "pass")
    assert answer.headers["last-modified"] == "Mon, 14 Sep 2026 06:05:00 GMT"
    assert answer.headers["commons-licence"] == "etalab-2.0"
    assert "commons-decision" not in answer.headers
    head = ask(app, "HEAD", PATH)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", TAG)


def test_a_cache_keeps_it_for_what_remains(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    for passed, left in ((0, 20), (12, 8), (20, 0), (3600, 0)):
        clock(back).now = AT + dt.timedelta(seconds=passed)
        assert get(app, PATH).headers["cache-control"] == f"public, max-age={left}"


def test_whoever_has_it_gets_304(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    answer = get(app, PATH, headers={"If-None-Match": TAG})
    assert (answer.status_code, answer.content, answer.headers["hub-schedule-version"]) == (304, b"", "1")
    take(back, LIVE, message(at=NOW + 30).SerializeToString(), at=AT + dt.timedelta(seconds=30))
    clock(back).now += dt.timedelta(seconds=0.5)
    assert get(app, PATH, headers={"If-None-Match": TAG}).status_code == 200


def test_its_json_twin(app: FastAPI, back: Back) -> None:
    damaged = b"\x12\x01\xff"
    take(back, LIVE, GOOD + damaged, at=AT)
    answer = get(app, f"{PATH}.json")

    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert told["header"]["gtfs_realtime_version"] == "2.0"
    assert [one["id"] for one in told["entity"]] == ["update", "vehicle", "alert"]
    assert told["entity"][0]["trip_update"]["stop_time_update"][3]["stop_id"] == "D"
    tag = answer.headers["etag"]
    assert tag.endswith('-json"')
    assert get(app, f"{PATH}.json", headers={"If-None-Match": tag}).status_code == 304
    assert get(app, PATH, headers={"If-None-Match": tag}).status_code == 200


def test_text_that_is_no_utf8_is_replaced_in_json(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD.replace(b"Travaux au col", b"Travaux \xe0\xe0 col"), at=AT)
    told = get(app, f"{PATH}.json").json()
    assert told["entity"][2]["alert"]["header_text"]["translation"][0]["text"] == "Travaux \ufffd\ufffd col"


def test_what_is_not_declared_and_what_never_came(app: FastAPI, back: Back) -> None:
    assert get(app, "/api/v1/feeds/no-such-feed/realtime").status_code == 404
    assert get(app, f"/api/v1/feeds/{BUS}/realtime").status_code == 404
    for path in (PATH, f"{PATH}.json"):
        answer = get(app, path)
        assert answer.status_code == 502
        assert answer.headers["content-type"] == "application/problem+json"
    take(back, LIVE, GOOD, at=AT)
    clock(back).now += dt.timedelta(seconds=0.5)
    assert get(app, PATH).status_code == 200


def test_a_closed_feed_is_refused_whether_anything_came_or_not(app: FastAPI, back: Back) -> None:
    shut = {"validity": "{from: 2025-12-01, to: 2026-01-01}"}
    put_in_force(back.front, documents(**shut))
    never = get(app, PATH)
    put_in_force(back.front, documents())
    take(back, LIVE, GOOD, at=AT)
    put_in_force(back.front, documents(**shut))
    closed = get(app, PATH, headers={"If-None-Match": TAG})

    assert (never.status_code, closed.status_code) == (403, 403)
    for answer in (never, closed):
        assert answer.headers["cache-control"] == "private, no-store"
        assert "hub-schedule-version" not in answer.headers
        assert "etag" not in answer.headers


def test_the_identified_tier_asks_for_a_key(app: FastAPI, back: Back) -> None:
    identified = {"tier": "identified", "audience": "[identified]", "recipient": "[members]", "purpose": "[research]"}
    put_in_force(back.front, documents(**identified))
    take(back, LIVE, GOOD, at=AT)
    key = {"Authorization": f"Bearer {issue(back.front, 'itineo')}"}

    assert get(app, PATH).status_code == 403
    answer = get(app, PATH, headers=key)
    assert (answer.status_code, answer.content) == (200, GOOD)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["commons-purpose"] == "research"
    assert answer.headers["commons-decision"]
    assert get(app, f"{PATH}?purpose=compliance", headers=key).status_code == 403


def test_a_schedule_that_the_reader_may_not_see_is_not_named(app: FastAPI, back: Back) -> None:
    files = documents()
    del files["agreements/open-bus-hautes-combes.yaml"]
    put_in_force(back.front, files)
    assert take(back, LIVE, GOOD, at=AT).against is not None
    answer = get(app, PATH)

    assert answer.status_code == 200
    assert not {"link", "hub-schedule", "hub-schedule-version"} & set(answer.headers)


def decisions(back: Back) -> list[dict[str, Any]]:
    """What the log says of readers, first to last."""
    with back.front.records.read() as session:
        said = [json.loads(row.text) for row in session.query(LogText).order_by(LogText.index)]
    return [one for one in said if one["type"] == "decision" and one["action"] == "read"]


def test_the_public_shares_a_decision_for_half_a_second(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    for path, known in ((PATH, ""), (PATH, TAG), (f"{PATH}.json", "")):
        get(app, path, headers={"If-None-Match": known})
    clock(back).now += dt.timedelta(seconds=0.4)
    get(app, PATH)
    assert [(one["actor"], one["counts"]) for one in decisions(back)] == [("public", {"answers_before": 0})]
    clock(back).now += dt.timedelta(seconds=0.1)
    get(app, PATH)
    assert [one["counts"]["answers_before"] for one in decisions(back)] == [0, 4]


def test_a_crowd_at_once_is_one_decision_and_one_conversion(
    app: FastAPI, back: Back, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(back, LIVE, GOOD, at=AT)
    made = []
    monkeypatch.setattr(realtime_reading, "plain", lambda content: made.append(content) or {"seen": True})

    async def crowd() -> set[bytes]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub.test") as client:
            answers = await asyncio.gather(*(client.get(f"{PATH}.json") for _ in range(30)))
        return {answer.content for answer in answers}

    assert asyncio.run(crowd()) == {b'{"seen":true}'}
    assert (len(decisions(back)), len(made)) == (1, 1)


def test_what_is_suspended_or_withdrawn_stops_within_half_a_second(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    assert get(app, PATH).status_code == 200
    put_in_force(back.front, documents(state="suspended"))
    clock(back).now += dt.timedelta(seconds=0.5)
    for headers in ({}, {"If-None-Match": TAG}):
        answer = get(app, PATH, headers=headers)
        assert (answer.status_code, answer.headers["cache-control"]) == (403, "private, no-store")
    assert decisions(back)[-1]["permitted"] is False
    put_in_force(back.front, documents())
    clock(back).now += dt.timedelta(seconds=1)
    assert get(app, PATH).status_code == 200
    with back.front.records.write() as session:
        live_records.withdraw(session, LIVE)
    clock(back).now += dt.timedelta(seconds=0.5)
    assert get(app, PATH).status_code == 502


def test_no_cache_keeps_it_for_longer_than_five_minutes(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD, at=AT, every_s=3600)
    assert get(app, PATH).headers["cache-control"] == "public, max-age=300"


def test_of_an_open_feed_no_key_is_looked_at_and_none_is_taken_in_the_address(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    assert get(app, PATH, headers={"Authorization": "Bearer mch_1_2"}).status_code == 200
    assert get(app, f"{PATH}?key=mch_1_2").status_code == 400
    put_in_force(back.front, documents(state="suspended"))
    clock(back).now += dt.timedelta(seconds=0.5)
    assert get(app, PATH, headers={"Authorization": "Bearer mch_1_2"}).status_code == 401
    assert get(app, PATH, headers={"Authorization": "Basic x"}).status_code == 401


def test_it_is_no_system_of_the_gbfs_manifest(app: FastAPI, back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    assert get(app, "/api/v1/gbfs/manifest.json").json()["data"]["datasets"] == []
    assert get(app, f"/api/v1/gbfs/{LIVE}/3.0/gbfs.json").status_code == 404


def test_an_entity_without_content_is_still_in_the_bytes(app: FastAPI, back: Back) -> None:
    empty = FeedEntity(id="nothing").SerializeToString()
    content = GOOD + bytes([0x12, len(empty)]) + empty
    take(back, LIVE, content, at=AT)
    assert get(app, PATH).content == content
