"""Sanctions, disputes, registers and the ledger through the web door: who sees what, and whose key does what."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from feeds.reading import Limits
from hub.fetch import Fetcher
from hub.records.log import size
from hub.services.back import Back
from hub.services.register_making import EVALUATION, REGISTER_OF_PROCESSING, make
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.api.hall import Hall, ask, get

API = "/api/v1"
FACTS = "The planner asked for what it was refused, again and again."
RULING = {
    "text": "The operator hands its batches in within two days.",
    "summary": {"fr": "L'opérateur livre sous deux jours.", "en": "The operator hands in within two days."},
    "effects": [{"what": "correct_data", "thing": "mds-bolide"}],
}


def post(app: FastAPI, path: str, key: dict[str, str], body: Any = None, **headers: str) -> Any:
    options = {"json": body} if body is not None else {}
    return ask(app, "POST", f"{API}{path}", headers={**key, **headers}, **options)


@pytest.fixture
def keys(hall: Hall) -> dict[str, dict[str, str]]:
    names = ("secretariat", "smhc", "bolide", "glisse", "itineo", "labo-mobilites", "usagers-hc")
    return {name: hall.key(name, "read", "govern") for name in names}


def test_a_case_is_brought_answered_and_decided_and_others_do_not_learn_of_it(
    hall: Hall, app: FastAPI, keys: dict[str, dict[str, str]]
) -> None:
    charge = {"member": "itineo", "facts": FACTS}
    made = post(app, "/sanctions", keys["secretariat"], charge)
    assert (made.status_code, made.headers["etag"], made.json()["state"]) == (201, '"1"', "hearing")
    assert made.headers["cache-control"] == "private, no-store"
    case = f"/sanctions/{made.json()['id']}"
    for member in ("bolide", "glisse", "usagers-hc"):
        assert get(app, f"{API}{case}", headers=keys[member]).status_code == 404
        assert get(app, f"{API}/sanctions", headers=keys[member]).json() == {"cases": []}
        # The same words whether there is such a case or not.
        for verb, body in (
            ("statement", {"text": "x"}),
            ("decision", {"level": 1, "why": "x"}),
            ("lift", {"why": "x"}),
        ):
            there = post(app, f"{case}/{verb}", keys[member], body)
            absent = post(app, f"/sanctions/itineo-9/{verb}", keys[member], body)
            assert (there.status_code, absent.status_code) == (404, 404)
            assert there.json()["detail"].replace("itineo-1", "itineo-9") == absent.json()["detail"]
    assert get(app, f"{API}/sanctions").status_code == 403
    stated = post(app, f"{case}/statement", keys["itineo"], {"text": "A loop in our client."})
    assert stated.json()["statement"] == "A loop in our client."
    decision = {"level": 1, "why": "many denials"}
    assert post(app, f"{case}/decision", keys["itineo"], decision).json()["reasons"][0]["code"] == "sanction.concerned"
    late = post(app, f"{case}/decision", keys["secretariat"], decision, **{"If-Match": '"1"'})
    assert late.status_code == 409
    done = post(app, f"{case}/decision", keys["secretariat"], decision, **{"If-Match": '"2"'})
    assert (done.json()["state"], done.json()["step"]["level"]) == ("in_force", 1)
    members = {one["id"]: one for one in get(app, f"{API}/commons").json()["members"]}
    assert (members["itineo"]["sanction"], members["bolide"]["sanction"]) == (1, 0)
    lifted = post(app, f"{case}/lift", keys["secretariat"], {"why": "mended"})
    assert lifted.json()["state"] == "lifted"
    other = post(app, "/sanctions", keys["smhc"], {**charge, "emergency": True}).json()
    assert other["state"] == "provisional"
    closing = {"why": "it was nothing", "notice": True}
    assert post(app, f"/sanctions/{other['id']}/close", keys["secretariat"], closing).json()["state"] == "noticed"


def test_a_key_that_may_not_govern_and_no_key_do_nothing(hall: Hall, app: FastAPI) -> None:
    charge = {"member": "itineo", "facts": FACTS}
    before = _log_size(hall)
    for key in ({}, hall.key("secretariat", "read"), hall.key("nobody", "govern")):
        assert post(app, "/sanctions", key, charge).status_code == 403
        assert post(app, "/disputes", key, {"respondent": "bolide", "about": "use", "claim": FACTS}).status_code == 403
    for wrong in ({**charge, "level": 0}, {**charge, "level": 7}, {**charge, "by": "smhc"}, {"member": "itineo"}, []):
        assert post(app, "/sanctions", hall.key("secretariat", "govern"), wrong).status_code in (400, 422)
    assert _log_size(hall) == before


def _log_size(hall: Hall) -> int:
    with hall.front.records.read() as session:
        return size(session)


def test_a_dispute_goes_its_way_and_its_decision_is_published_without_names(
    hall: Hall, app: FastAPI, keys: dict[str, dict[str, str]]
) -> None:
    claim = {"respondent": "bolide", "about": "data_quality", "claim": "The feed came nine days late, three times."}
    made = post(app, "/disputes", keys["smhc"], claim).json()
    dispute, mediator = f"/disputes/{made['id']}", made["mediator"]
    for stranger in set(keys) - {"smhc", "bolide", "secretariat", mediator}:
        assert get(app, f"{API}{dispute}", headers=keys[stranger]).status_code == 404
        assert post(app, f"{dispute}/accept", keys[stranger]).status_code == 404
        assert post(app, f"{dispute}/answer", keys[stranger], {"agrees": True}).status_code == 404
    assert post(app, f"{dispute}/accept", keys["smhc"]).json()["reasons"][0]["code"] == "dispute.not_mediator"
    again = post(app, f"{dispute}/refuse", keys["bolide"], {"why": "It works for them."}).json()
    assert again["mediator"] != mediator
    mediator = again["mediator"]
    assert post(app, f"{dispute}/accept", keys[mediator]).json()["state"] == "mediating"
    until = (hall.clock.now + dt.timedelta(days=5)).isoformat()
    measure = {"subject": "mds-bolide", "recipients": ["members"], "until": until, "why": "until we know more"}
    taken = post(app, f"{dispute}/measures", keys[mediator], measure).json()["measures"]
    ended = post(app, f"{dispute}/measures/{taken[0]['id']}/end", keys[mediator], {"why": "we know more"})
    assert ended.json()["measures"] == []
    assert post(app, f"{dispute}/decision", keys[mediator], RULING).json()["reasons"][0]["code"] == "dispute.too_early"
    assert post(app, f"{dispute}/proposal", keys[mediator], RULING).json()["state"] == "proposed"
    assert post(app, f"{dispute}/answer", keys["smhc"], {"agrees": True}).json()["state"] == "half_agreed"
    assert get(app, f"{API}/disputes/decisions").json() == {"decisions": []}
    assert post(app, f"{dispute}/answer", keys["bolide"], {"agrees": True}).json()["state"] == "settled"
    assert post(app, f"{dispute}/withdraw", keys["smhc"], {"why": "too late"}).status_code == 403
    told = get(app, f"{API}/disputes/decisions")
    assert [one["outcome"] for one in told.json()["decisions"]] == ["settled"]
    assert not [name for name in ("bolide", "smhc", mediator, made["id"]) if name in told.text]


def test_documents_are_everybodys_and_the_page_loads_nothing(hall: Hall, app: FastAPI, tmp_path: Path) -> None:
    assert get(app, f"{API}/registers").json() == {"registers": []}
    assert get(app, f"{API}/registers/rgpd-2026").status_code == 404
    back = Back(
        front=hall.front,
        vault=Vault(tmp_path / "vault"),
        fetcher=Fetcher(most_bytes=1, most_s=1.0),
        timezone="Europe/Paris",
        signet=Signet(tmp_path / "keys"),
        limits=Limits(),
    )
    for signs in (REGISTER_OF_PROCESSING, EVALUATION):
        made = make(back, signs, 2026, by="secretariat")
        found = get(app, f"{API}/registers/{made.published.id}")
        assert found.content == made.files["json"]
        assert json.loads(found.content)["digest"] == made.published.newest.digest
        same = get(app, f"{API}/registers/{made.published.id}", headers={"If-None-Match": found.headers["etag"]})
        assert same.status_code == 304
        for language in ("fr", "en"):
            page = get(app, f"{API}/registers/{made.published.id}/{language}")
            assert (page.content, page.headers["content-language"]) == (made.files[language], language)
            assert "style-src 'sha256-" in page.headers["content-security-policy"]
        assert get(app, f"{API}/registers/{made.published.id}/de").status_code in (404, 422)
    listed = get(app, f"{API}/registers").json()["registers"]
    assert [one["id"] for one in listed] == ["evaluation-2026", "rgpd-2026"]
    assert all(get(app, address).status_code == 200 for one in listed for address in one["pages"].values())


def test_the_ledger_is_the_members(hall: Hall, app: FastAPI, keys: dict[str, dict[str, str]]) -> None:
    assert get(app, f"{API}/ledger").status_code == 403
    assert get(app, f"{API}/ledger", headers=hall.key("nobody", "read")).status_code == 404
    lines = {one["member"]: one for one in get(app, f"{API}/ledger", headers=keys["glisse"]).json()["members"]}
    assert lines["cars-combes"]["points"] == 100
    assert lines["glisse"]["uses"] == []
    assert lines["bolide"]["uses"] is None
