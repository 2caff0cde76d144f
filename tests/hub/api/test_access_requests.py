"""Requests for access, policies and MDS requirements through the API: who may, what is told, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from governance.odrl.place import PolicyRefused
from governance.odrl.read import read_policy_text
from hub.services.commons import put_in_force, read_folder
from hub.services.replay import replay
from tests.hub.api.hall import COMMONS, Hall, ask, get

API = "/api/v1"
TEXT: dict[str, Any] = {
    "datasets": ["mds-bolide", "mds-trottix"],
    "tier": "bilateral",
    "purpose": "stop-siting",
    "validity": ["2026-12-01T00:00:00+01:00", "2027-12-01T00:00:00+01:00"],
    "terms": {"fields": ["trips.start_zone"], "spatial_resolution": "h3_8", "temporal_resolution": "P1D/hour"},
    "what_for": "Parking around stations.",
}


def post(app: FastAPI, hall: Hall, member: str, path: str, body: Any = None, **headers: str) -> Any:
    return ask(app, "POST", f"{API}{path}", json=body, headers={**hall.key(member, "govern"), **headers})


def submitted(app: FastAPI, hall: Hall) -> str:
    name = post(app, hall, "smhc", "/requests", TEXT).json()["id"]
    assert post(app, hall, "smhc", f"/requests/{name}/submit").status_code == 200
    return str(name)


def test_a_request_from_its_draft_to_its_revocation(app: FastAPI, hall: Hall) -> None:
    made = post(app, hall, "smhc", "/requests", TEXT)
    name = made.json()["id"]
    assert (made.status_code, made.headers["etag"], made.json()["state"]) == (201, '"1"', "draft")
    assert made.headers["cache-control"] == "private, no-store"
    path = f"/requests/{name}"
    again = post(app, hall, "smhc", f"{path}/text", {**TEXT, "what_for": "Bays."})
    assert again.json()["asked"]["what_for"] == "Bays."
    assert post(app, hall, "smhc", f"{path}/submit").json()["state"] == "submitted"
    assert post(app, hall, "bolide", f"{path}/return", {"why": "which?"}).json()["returned_why"] == "which?"
    assert post(app, hall, "smhc", f"{path}/resubmit", {}).json()["state"] == "submitted"
    answer = {"approved": True, "why": "a public need", "terms": {"spatial_resolution": "commune"}}
    decided = post(app, hall, "bolide", f"{path}/decide", answer).json()
    assert [part["holder"] for part in decided["parts"]] == ["bolide"]
    assert decided["parts"][0]["granted"]["terms"]["spatial_resolution"] == "commune"
    assert post(app, hall, "trottix", f"{path}/decide", {"approved": False, "why": "no"}).status_code == 200
    shown = get(app, f"{API}{path}", headers=hall.key("smhc")).json()
    assert [part["state"] for part in shown["parts"]] == ["granted", "refused"]
    (offer,) = get(app, f"{API}{path}/offers", headers=hall.key("smhc")).json()["offers"]
    assert (offer["id"], offer["state"], offer["recipient"]) == (f"{name}-mds-bolide", "draft", ["member:smhc"])
    renewal = {"to": "2028-12-01T00:00:00+01:00", "why": "works are late"}
    assert post(app, hall, "smhc", f"{path}/renew", renewal).json()["parts"][0]["renewal_to"] == "2028-11-30T23:00:00Z"
    assert post(app, hall, "bolide", f"{path}/revoke", {"why": "misused"}).json()["state"] == "revoked"
    late = post(app, hall, "smhc", f"{path}/close", {})
    assert (late.status_code, late.json()["reasons"][0]["code"]) == (403, "request.step")
    assert replay(hall.front).differences == ()


def test_a_request_may_be_closed(app: FastAPI, hall: Hall) -> None:
    name = submitted(app, hall)
    closed = post(app, hall, "smhc", f"/requests/{name}/close", {"why": "done otherwise"}).json()
    assert (closed["state"], {part["state"] for part in closed["parts"]}) == ("closed", {"closed"})


@pytest.mark.parametrize("member", ["glisse", "velovif", "itineo", "labo-mobilites"])
def test_strangers_learn_nothing_not_even_that_it_is_there(app: FastAPI, hall: Hall, member: str) -> None:
    name = submitted(app, hall)
    there = get(app, f"{API}/requests/{name}", headers=hall.key(member))
    nowhere = get(app, f"{API}/requests/req-smhc-9", headers=hall.key(member))
    assert (there.status_code, there.json()["detail"].replace(name, "req-smhc-9")) == (404, nowhere.json()["detail"])
    assert get(app, f"{API}/requests", headers=hall.key(member)).json() == {"requests": []}
    for step, body in (("decide", {"approved": True, "why": "x"}), ("return", {"why": "x"}), ("close", {})):
        assert post(app, hall, member, f"/requests/{name}/{step}", body).status_code == 404


@pytest.mark.parametrize("scopes", [None, ("read",), ("contribute",)])
def test_only_a_key_that_may_govern_acts(app: FastAPI, hall: Hall, scopes: tuple[str, ...] | None) -> None:
    headers = hall.key("smhc", *scopes) if scopes else {}
    answer = ask(app, "POST", f"{API}/requests", json=TEXT, headers=headers)
    assert answer.status_code == 403
    listed = get(app, f"{API}/requests", headers=headers)
    assert listed.status_code == (200 if scopes == ("read",) else 403)


def test_who_was_overtaken_is_told(app: FastAPI, hall: Hall) -> None:
    name = submitted(app, hall)
    answer = {"approved": False, "why": "no"}
    late = post(app, hall, "bolide", f"/requests/{name}/decide", answer, **{"If-Match": '"1"'})
    assert late.status_code == 409
    assert post(app, hall, "bolide", f"/requests/{name}/decide", answer, **{"If-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"terms": {"unheard": 1}}, 422),
        ({"terms": {"min_trips": 2**60}}, 422),
        ({"terms": {"named": ["members"]}}, 422),
        ({"tier": "open"}, 422),
        ({"validity": ["2026-12-01T00:00:00", "2027-12-01T00:00:00"]}, 422),
        ({"applicant": "bolide"}, 422),
        ({"datasets": []}, 422),
        ({"datasets": "mds-bolide"}, 422),
        ({"what_for": " "}, 422),
    ],
)
def test_a_wrong_text_is_refused_and_nothing_is_written(
    app: FastAPI, hall: Hall, change: dict[str, Any], status: int
) -> None:
    answer = post(app, hall, "smhc", "/requests", {**TEXT, **change})
    assert answer.status_code == status, answer.json()
    assert get(app, f"{API}/requests", headers=hall.key("smhc")).json() == {"requests": []}


def test_a_decision_of_nonsense_changes_nothing(app: FastAPI, hall: Hall) -> None:
    name = submitted(app, hall)
    for body in (
        {"approved": True},
        {"approved": "perhaps", "why": "x"},
        {"approved": True, "why": "x", "terms": {"min_trips": 2**60}},
        {"approved": True, "why": "x", "datasets": ["mds-trottix"]},
        {"approved": True, "why": "x", "holder": "trottix"},
    ):
        assert post(app, hall, "bolide", f"/requests/{name}/decide", body).status_code in {403, 422}
    assert get(app, f"{API}/requests/{name}", headers=hall.key("smhc")).json()["revision"] == 2


# Policies ---------------------------------------------------------------------------------------------------------

SECRET_P, SECRET_Q = 37, 41
BILATERAL = f"""
id: alone-bolide
version: 1
title: {{fr: "Seul", en: "Alone"}}
holder: bolide
dataset: mds-bolide
tier: bilateral
state: active
recipient: ["member:smhc"]
validity: {{from: 2026-01-01, to: 2028-01-01}}
audience: [bilateral]
purpose: [compliance]
terms: {{fields: [trips.start_zone], p_percent: {SECRET_P}, prior_percent: {SECRET_Q}, no_reidentification: true}}
"""


@pytest.fixture
def with_agreement(hall: Hall) -> Hall:
    expired = BILATERAL.replace("alone-bolide", "past-bolide").replace("2028-01-01", "2026-02-01")
    files = {"agreements/alone.yaml": BILATERAL, "agreements/past.yaml": expired}
    put_in_force(hall.front, {**read_folder(COMMONS), **files})
    return hall


@pytest.mark.parametrize("member", ["bolide", "smhc"])
def test_a_party_has_the_whole_agreement(app: FastAPI, with_agreement: Hall, member: str) -> None:
    answer = get(app, f"{API}/agreements/alone-bolide/odrl", headers=with_agreement.key(member))
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["cache-control"] == "private, no-store"
    read = read_policy_text(answer.text)
    assert (read.terms["p_percent"].plain(), read.terms["prior_percent"].plain()) == (SECRET_P, SECRET_Q)
    assert answer.json()["dspace:state"] == {"@id": "dspace:FINALIZED"}
    public = get(app, f"{API}/agreements/alone-bolide@1/odrl?public=true", headers=with_agreement.key(member))
    assert "mdc:withheld" in public.json()


@pytest.mark.parametrize("member", [None, "glisse", "itineo", "secretariat"])
def test_others_have_the_public_form(app: FastAPI, with_agreement: Hall, member: str | None) -> None:
    headers = with_agreement.key(member) if member else {}
    answer = get(app, f"{API}/agreements/alone-bolide/odrl", headers=headers)
    assert answer.json()["mdc:withheld"] == ["mdc:pPercent", "mdc:priorPercent"]
    assert "mdc:hash" not in answer.json()
    numbers = [one["rightOperand"] for one in answer.json()["permission"][0]["action"][0]["refinement"]]
    assert SECRET_P not in numbers
    assert SECRET_Q not in numbers
    with pytest.raises(PolicyRefused):
        read_policy_text(answer.text)
    assert get(app, f"{API}/agreements/past-bolide/odrl", headers=headers).status_code == 404


def test_a_key_that_may_only_contribute_reads_as_the_public_does(app: FastAPI, with_agreement: Hall) -> None:
    headers = with_agreement.key("bolide", "contribute")
    assert "mdc:withheld" in get(app, f"{API}/agreements/alone-bolide/odrl", headers=headers).json()
    assert get(app, f"{API}/agreements/past-bolide/odrl", headers=headers).status_code == 404


def test_a_party_has_what_is_past_too(app: FastAPI, with_agreement: Hall) -> None:
    answer = get(app, f"{API}/agreements/past-bolide/odrl", headers=with_agreement.key("smhc"))
    assert read_policy_text(answer.text).id == "past-bolide"


def test_a_remedy_is_told_on_request(app: FastAPI, with_agreement: Hall) -> None:
    answer = get(app, f"{API}/agreements/alone-bolide/odrl?remedy=true").json()
    assert answer["prohibition"][0]["remedy"] == [{"@type": "Duty", "action": "mdc:warning"}]


def test_no_agreement_of_that_name(app: FastAPI, hall: Hall) -> None:
    assert get(app, f"{API}/agreements/nothing/odrl").status_code == 404


# MDS requirements -------------------------------------------------------------------------------------------------


def test_requirements_are_public_and_say_when_they_changed(app: FastAPI, hall: Hall) -> None:
    answer = get(app, f"{API}/members/bolide/mds/requirements")
    assert answer.headers["content-type"] == "application/vnd.mds+json;version=2.0"
    assert answer.json()["metadata"]["file_version"] == 1
    assert answer.headers["etag"] == get(app, f"{API}/members/bolide/mds/requirements").headers["etag"]
    assert get(app, f"{API}/members/smhc/mds/requirements").status_code == 404
    assert get(app, f"{API}/members/bolide/mds/requirements?provider_id=x").status_code == 400
