"""Agreements through the API: each party with its own key, nobody for another, exact p for the parties alone."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from governance.negotiation.text import read_text
from governance.negotiation.version import SIGNS
from governance.signing import new_key, public_text, sign
from hub.services.signing import new_in_hub, register
from tests.hub.api.hall import Hall, ask, get
from tests.hub.parties import TEXT

NAME = TEXT["id"]
BASE = "/api/v1/agreements"
WHY = {"why": "parce que"}


def text(**terms: Any) -> dict[str, Any]:
    return {
        **TEXT,
        "validity": ["2026-11-01T00:00:00+00:00", "2027-11-01T00:00:00+00:00"],
        "terms": {**TEXT["terms"], "p_percent": 13, **terms},
    }


class Desk:
    """What the members send and read."""

    def __init__(self, app: FastAPI, hall: Hall) -> None:
        self.app, self.hall = app, hall
        self.keys = {name: hall.key(name, "govern", "read") for name in ("bolide", "smhc", "glisse", "secretariat")}

    def post(self, member: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        send = {} if body is None else {"json": body}
        return ask(self.app, "POST", f"{BASE}{path}", headers={**self.keys[member], **headers}, **send)

    def read(self, member: str, path: str) -> httpx.Response:
        return get(self.app, path, headers=self.keys[member])

    def proposed(self) -> httpx.Response:
        made = self.post("bolide", "", {"text": text(), **WHY})
        assert made.status_code == 201, made.text
        return self.post("bolide", f"/{NAME}/propose", {})


@pytest.fixture
def desk(app: FastAPI, hall: Hall) -> Desk:
    return Desk(app, hall)


def codes(answer: httpx.Response) -> list[str]:
    return [one["code"] for one in answer.json()["reasons"]]


def test_a_negotiation_by_the_api(desk: Desk) -> None:
    proposed = desk.proposed()
    assert (proposed.status_code, proposed.headers["etag"], proposed.headers["cache-control"]) == (
        200,
        '"2"',
        "private, no-store",
    )
    assert proposed.json()["turn"] == "smhc"
    countered = desk.post("smhc", f"/{NAME}/counter", {"text": text(min_trips=30), **WHY}, **{"If-Match": '"2"'})
    assert countered.status_code == 200, countered.text
    overtaken = desk.post("bolide", f"/{NAME}/reject", {}, **{"If-Match": '"2"'})
    assert overtaken.status_code == 409
    last = countered.json()["versions"][-1]
    accepted = desk.post("bolide", f"/{NAME}/accept", {"hash": last["hash"]})
    assert accepted.json()["state"] == "accepted"
    signed = read_text(last["text"])
    assert signed.hash() == last["hash"]
    key = new_key()
    register(desk.hall.front, "bolide", public_text(key), by="bolide")
    body = {"version": 2, "hash": last["hash"], "signature": sign(key, SIGNS, "bolide", signed.plain())}
    assert desk.post("smhc", f"/{NAME}/signatures", body).status_code == 403  # not its own
    assert desk.post("bolide", f"/{NAME}/signatures", body).json()["versions"][-1]["signed_by"] == ["bolide"]
    new_in_hub(desk.hall.front, "smhc", "a long passphrase", by="smhc")
    assert desk.post("smhc", f"/{NAME}/signatures", {"passphrase": "another passphrase"}).status_code == 422
    done = desk.post("smhc", f"/{NAME}/signatures", {"passphrase": "a long passphrase"})
    assert (done.json()["state"], done.json()["in_force"]) == ("active", 2)
    public = {one["id"]: one for one in get(desk.app, BASE).json()["agreements"]}
    assert public[NAME]["version"] == 2
    assert "13" not in json.dumps(public[NAME])
    assert desk.post("bolide", f"/{NAME}/suspend", {}).json()["state"] == "suspended"
    assert NAME not in {one["id"] for one in get(desk.app, BASE).json()["agreements"]}
    history = desk.read("smhc", f"{BASE}/{NAME}/history").json()
    assert [one["what"] for one in history["acts"]][-4:] == ["signed", "signed", "verified", "suspended"]


def test_the_history_is_for_the_parties_and_keeps_exact_p_from_the_secretariat(desk: Desk) -> None:
    drafted = desk.post("bolide", "", {"text": text(), **WHY})
    assert drafted.json()["versions"][0]["text"]["terms"]["p_percent"] == 13
    assert desk.read("smhc", f"{BASE}/{NAME}/history").status_code == 404  # a draft is its author's
    desk.post("bolide", f"/{NAME}/propose", {})
    desk.post("smhc", f"/{NAME}/counter", {"text": text(p_percent=17), **WHY})
    for path in (f"{BASE}/{NAME}/history", f"{BASE}/{NAME}/diff", "/api/v1/negotiations"):
        for member in ("bolide", "smhc"):
            assert "13" in desk.read(member, path).text
        secretariat = desk.read("secretariat", path)
        assert secretariat.status_code == 200
        assert "13 %" not in secretariat.text
        assert "17 %" not in secretariat.text
        assert '"p_percent":1' not in secretariat.text
    for version in desk.read("secretariat", f"{BASE}/{NAME}/history").json()["versions"]:
        assert (version["hash"], version["parent"], version["text"]) == (None, None, None)
    for path in (f"{BASE}/{NAME}/history", f"{BASE}/{NAME}/diff"):
        assert desk.read("glisse", path).status_code == 404
        assert get(desk.app, path).status_code == 403
    assert desk.read("glisse", "/api/v1/negotiations").json() == {"agreements": []}


def test_nobody_acts_without_a_key_that_may_govern(desk: Desk) -> None:
    desk.proposed()
    desk.keys["reader"] = desk.hall.key("smhc", "read")
    desk.keys["nobody"] = {}
    for name, code in (("reader", "actor.scope"), ("nobody", "actor.anonymous")):
        for path in ("propose", "reject", "suspend", "withdraw", "terminate", "review", "resume"):
            answer = desk.post(name, f"/{NAME}/{path}", {})
            assert (answer.status_code, codes(answer)) == (403, [code])
        assert codes(desk.post(name, "", {"text": text(), **WHY})) == [code]
    assert desk.post("glisse", f"/{NAME}/reject", {}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": {}, "why": "x"}, 422),
        ({"text": {**TEXT, "terms": {"unheard": 1}}, "why": "x"}, 422),
        ({"text": {**TEXT, "tier": None}, "why": "x"}, 422),
        ({"text": text(), "why": "x", "by": "glisse"}, 422),
        ({"text": text(), "why": "x" * 2001}, 422),
        ({"text": text(), "why": ""}, 403),
        ({"text": {**text(), "holder": "glisse"}, "why": "x"}, 403),
    ],
)
def test_a_body_that_is_wrong_does_nothing(desk: Desk, body: dict[str, Any], status: int) -> None:
    answer = desk.post("bolide", "", body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert desk.read("bolide", "/api/v1/negotiations").json() == {"agreements": []}


def test_an_authority_suspends_what_it_may_not_read(desk: Desk) -> None:
    answer = desk.post("smhc", "/joint-members-bolide/suspend", {"reason": "legal_order", "why": "arrêté 12"})
    assert (answer.status_code, answer.json()["state"]) == (200, "suspended")
    assert (answer.json()["versions"], answer.json()["acts"], answer.json()["next_steps"]) == ([], [], [])
    assert desk.read("smhc", f"{BASE}/joint-members-bolide/history").status_code == 404
