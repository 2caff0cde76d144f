"""The doors of hooks: a key that may govern makes them, a key that reads lists them, nobody sees another's."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from hub.records import happenings as happening_records
from hub.records import hooks as hook_records
from tests.hub.api.hall import NOW, Hall, ask, get
from tests.hub.notice_town import BUS, back_of

TARGET = "https://user:SENTINEL@listen.example/in?token=SENTINEL"


@pytest.fixture
def key(hall: Hall, tmp_path: Path) -> dict[str, str]:
    """A key of a member that may read and act, in a hub whose worker has run once."""
    back_of(hall, tmp_path)
    return hall.key("itineo", "read", "govern")


def sent(hall: Hall, hook: str) -> None:
    """One message that was told, and one that was withheld."""
    with hall.front.records.write() as session:
        for number, state in ((1, "delivered"), (2, "withheld")):
            facts = {"version": number, "verdict": "pass"}
            row = happening_records.add(session, BUS, "version.new", at=NOW, key=str(number), facts=facts)
            assert row is not None
            hook_records.add(session, hook, row.id, at=NOW, state=state)


def test_a_hook_is_made_listed_read_sent_again_and_removed(app: FastAPI, hall: Hall, key: dict[str, str]) -> None:
    made = ask(app, "POST", "/api/v1/hooks", headers=key, json={"target": TARGET, "feeds": [BUS]})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "private, no-store"
    body = made.json()
    secret = body.pop("secret")
    assert secret.startswith("whsec_")
    listed = get(app, "/api/v1/hooks", headers=key)
    assert listed.json() == {"hooks": [body]}
    assert "SENTINEL" not in made.text + listed.text
    assert secret not in listed.text
    address = f"/api/v1/hooks/{body['id']}"
    sent(hall, body["id"])
    (one,) = get(app, f"{address}/deliveries", headers=key).json()["deliveries"]
    assert (one["message"], one["state"], one["round"], one["facts"]["version"]) == (f"{BUS}_1", "delivered", 1, 1)
    assert one["sentence"]["fr"].startswith("La version 1")
    again = ask(app, "POST", f"{address}/deliveries/{BUS}_1/again", headers=key)
    assert (again.status_code, again.json()["round"], again.json()["state"]) == (202, 2, "waiting")
    assert ask(app, "POST", f"{address}/deliveries/{BUS}_1/again", headers=key).status_code == 409
    assert ask(app, "POST", f"{address}/deliveries/{BUS}_2/again", headers=key).status_code == 404
    page = get(app, f"{address}/deliveries?limit=1", headers=key)
    assert [row["round"] for row in page.json()["deliveries"]] == [2]
    assert 'rel="next"' in page.headers["Link"]
    removed = ask(app, "DELETE", address, headers=key)
    assert removed.json()["state"] == {"fr": "retiré", "en": "removed"}


def test_what_is_no_hook_is_a_problem(app: FastAPI, key: dict[str, str]) -> None:
    for body, status in (
        ({"target": "file:///etc/passwd"}, 400),
        ({"target": TARGET, "kinds": ["no.such"]}, 400),
        ({"target": TARGET, "feeds": ["no-such"]}, 404),
        ({"target": TARGET, "channel": "pigeon"}, 422),
        ({"target": "x" * 3_000}, 422),
        ({}, 422),
    ):
        answer = ask(app, "POST", "/api/v1/hooks", headers=key, json=body)
        assert answer.status_code == status, body
        assert "SENTINEL" not in answer.text


def test_only_who_may_act_makes_one_and_only_its_member_sees_it(app: FastAPI, hall: Hall, key: dict[str, str]) -> None:
    made = ask(app, "POST", "/api/v1/hooks", headers=key, json={"target": TARGET}).json()["id"]
    reading, other = hall.key("itineo", "read"), hall.key("trottix", "read", "govern")
    for headers in ({}, reading):
        assert ask(app, "POST", "/api/v1/hooks", headers=headers, json={"target": TARGET}).status_code == 403
        assert ask(app, "DELETE", f"/api/v1/hooks/{made}", headers=headers).status_code == 403
    assert get(app, "/api/v1/hooks").status_code == 403
    assert [one["id"] for one in get(app, "/api/v1/hooks", headers=reading).json()["hooks"]] == [made]
    assert get(app, "/api/v1/hooks", headers=other).json() == {"hooks": []}
    assert get(app, f"/api/v1/hooks/{made}/deliveries", headers=other).status_code == 404
    assert ask(app, "DELETE", f"/api/v1/hooks/{made}", headers=other).status_code == 404
    assert ask(app, "POST", f"/api/v1/hooks/{made}/deliveries/{BUS}_1/again", headers=other).status_code == 404


def test_mail_is_ended_by_one_request_and_by_no_look(app: FastAPI, key: dict[str, str]) -> None:
    body = {"target": "reader@itineo.example", "channel": "mail"}
    made = ask(app, "POST", "/api/v1/hooks", headers=key, json=body).json()
    assert (made["secret"], made["target"]) == (None, "r…@itineo.example")
    end = f"/api/v1/hooks/{made['id']}/unsubscribe"
    assert get(app, end).status_code == 405
    assert get(app, "/api/v1/hooks", headers=key).json()["hooks"][0]["ended_at"] is None
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ask(app, "POST", end, headers=form, content="List-Unsubscribe=One-Click").status_code == 204
    assert get(app, "/api/v1/hooks", headers=key).json()["hooks"][0]["ended_at"] is not None
    web = ask(app, "POST", "/api/v1/hooks", headers=key, json={"target": TARGET}).json()["id"]
    assert ask(app, "POST", f"/api/v1/hooks/{web}/unsubscribe").status_code == 404


def test_a_hub_without_a_key_to_seal_with_says_what_to_do(app: FastAPI, hall: Hall) -> None:
    headers = hall.key("itineo", "govern")
    answer = ask(app, "POST", "/api/v1/hooks", headers=headers, json={"target": TARGET})
    assert answer.status_code == 409
    assert "hub serve" in answer.json()["detail"]
