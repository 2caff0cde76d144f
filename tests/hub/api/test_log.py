"""The log through the API: members only, their own entries only, and files that verify without the hub."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from governance.log.check import check_export
from governance.log.checkpoint import cosign, read_checkpoint
from governance.log.witness import Witness, seen
from governance.signing import public_text
from hub.services.log_checkpoints import sign_log
from hub.services.signing import register
from tests.hub.api.hall import CUBE, Hall, ask, get

LOG = "/api/v1/log"
HUB = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
READS = [
    f"{LOG}/checkpoint",
    f"{LOG}/entries",
    f"{LOG}/proof?entry=0",
    f"{LOG}/consistency?old=0",
    f"{LOG}/export",
]


@pytest.fixture
def logged(app: FastAPI, hall: Hall) -> int:
    """Somebody looked at trottix's data and at the market, glisse's data, and the log was signed."""
    get(app, "/api/v1/feeds/mds-trottix/versions")
    get(app, "/api/v1/feeds/mds-glisse/versions")
    get(app, f"/api/v1/releases/{hall.releases['members']}/data?purpose=mobility-planning", headers=hall.key("bolide"))
    register(hall.front, "trottix", public_text(WITNESS), by="trottix")
    made = sign_log(hall.front, HUB)
    assert made is not None
    return made.size


@pytest.mark.parametrize("path", READS)
def test_only_members_read_the_log(app: FastAPI, hall: Hall, logged: int, path: str) -> None:
    assert get(app, path).status_code == 403
    assert get(app, path, headers=hall.key("trottix", "contribute")).status_code == 403
    answer = get(app, path, headers=hall.key("secretariat"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("path", READS[2:3] + READS[4:])
def test_before_the_first_checkpoint_the_log_says_so(app: FastAPI, hall: Hall, path: str) -> None:
    assert get(app, path, headers=hall.key("secretariat")).status_code == 409


def test_a_member_sees_its_own_entries_and_no_other(app: FastAPI, hall: Hall, logged: int) -> None:
    def subjects(member: str) -> list[str]:
        listed = get(app, f"{LOG}/entries", headers=hall.key(member)).json()["entries"]
        said = [json.loads(one["text"]) for one in listed]
        assert all([each["party"] for each in one["openings"]] == [member] for one in listed)
        assert [one["openings"][0]["number"] for one in listed] == list(range(len(listed), 0, -1))
        return [one["subject"] for one in said if one["type"] == "decision"]

    assert subjects("trottix") == [CUBE, "mds-trottix"]
    assert subjects("glisse") == [CUBE, "mds-glisse"]
    assert subjects("itineo") == []
    everything = get(app, f"{LOG}/entries", headers=hall.key("secretariat")).json()["entries"]
    assert [one["index"] for one in everything] == list(range(logged - 1, -1, -1))


def test_entries_come_page_by_page(app: FastAPI, hall: Hall, logged: int) -> None:
    headers, path, found = hall.key("secretariat"), f"{LOG}/entries?limit=2", []
    while path:
        page = get(app, path, headers=headers).json()
        found += [one["index"] for one in page["entries"]]
        path = (page["next"] or "").removeprefix("https://hub.test")
    assert found == list(range(logged - 1, -1, -1))


def test_an_export_verifies_by_itself_and_holds_what_concerns_the_member(app: FastAPI, hall: Hall, logged: int) -> None:
    answer = get(app, f"{LOG}/export", headers=hall.key("glisse"))
    found = check_export(answer.content.splitlines(keepends=True), key=public_text(HUB))
    assert (found.faults, found.member, found.entries, found.size) == ((), "glisse", 3, logged)
    assert 'mds-trottix","table' not in answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="log-glisse.jsonl"'
    whole = get(app, f"{LOG}/export", headers=hall.key("secretariat"))
    assert check_export(whole.content.splitlines(keepends=True), key=public_text(HUB)).entries == logged
    assert get(app, f"{LOG}/export?since=1", headers=hall.key("glisse")).status_code == 400


def test_what_an_entry_hides_is_served_to_nobody(app: FastAPI, hall: Hall, logged: int) -> None:
    for member in ("bolide", "secretariat"):
        texts = [get(app, path, headers=hall.key(member)).text for path in (f"{LOG}/entries", f"{LOG}/export")]
        assert not any("hidden" in text for text in texts)


def test_the_id_that_a_reader_was_handed_leads_to_its_proof(app: FastAPI, hall: Hall, logged: int) -> None:
    headers = hall.key("bolide")
    path = f"/api/v1/releases/{hall.releases['members']}/data?purpose=mobility-planning"
    decision = get(app, path, headers=headers).headers["commons-decision"]
    assert get(app, f"{LOG}/proof?entry={decision}", headers=headers).status_code == 409  # not covered yet
    sign_log(hall.front, HUB)
    found = get(app, f"{LOG}/proof?entry={decision}", headers=headers).json()
    assert found["commitment"].startswith(decision)
    assert get(app, f"{LOG}/proof?entry={decision}", headers=hall.key("glisse")).status_code == 200
    assert get(app, f"{LOG}/proof?entry={decision}", headers=hall.key("itineo")).status_code == 403
    assert get(app, f"{LOG}/proof?entry={'0' * 16}", headers=headers).status_code == 404
    assert get(app, f"{LOG}/proof?entry=x", headers=headers).status_code == 422


def test_a_member_watches_the_log_and_cosigns_it(app: FastAPI, hall: Hall, logged: int) -> None:
    headers = hall.key("trottix", "read", "govern")
    told = get(app, f"{LOG}/consistency?old=0", headers=headers).json()
    origin = read_checkpoint(told["checkpoint"]["note"])[0].origin
    state = seen(Witness(origin, public_text(HUB), "trottix"), told["checkpoint"]["note"], [])
    line = str(cosign(read_checkpoint(state.note)[0], "trottix", WITNESS, time_s=int(hall.clock.now.timestamp())))
    body = {"size": state.size, "line": line}
    assert ask(app, "POST", f"{LOG}/cosignatures", json=body).status_code == 403
    assert ask(app, "POST", f"{LOG}/cosignatures", json=body, headers=hall.key("trottix")).status_code == 403
    refused = ask(app, "POST", f"{LOG}/cosignatures", json=body, headers=hall.key("bolide", "govern"))
    assert refused.json()["reasons"][0]["code"] == "cosignature.refused"
    taken = ask(app, "POST", f"{LOG}/cosignatures", json=body, headers=headers)
    assert (taken.status_code, taken.json()["witness"]) == (200, "trottix")
    assert line in get(app, f"{LOG}/checkpoint", headers=headers).json()["note"]
    get(app, "/api/v1/feeds/mds-trottix/versions")
    sign_log(hall.front, HUB)
    further = get(app, f"{LOG}/consistency?old={state.size}", headers=headers).json()
    path = [bytes.fromhex(one) for one in further["proof"]]
    assert seen(state, further["checkpoint"]["note"], path).size == logged + 1
    export = get(app, f"{LOG}/export", headers=headers).content.splitlines(keepends=True)
    assert check_export(export, since=state).whole


@pytest.mark.parametrize("body", [{}, {"size": 0, "line": "x"}, {"size": 1, "line": "x" * 2_000}, {"size": 1}])
def test_a_cosignature_of_another_form_is_refused(app: FastAPI, hall: Hall, body: dict[str, object]) -> None:
    answer = ask(app, "POST", f"{LOG}/cosignatures", json=body, headers=hall.key("trottix", "govern"))
    assert answer.status_code == 422


def test_a_file_of_all_entries_verifies_though_some_are_shut(
    app: FastAPI, hall: Hall, logged: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An entry of a kind that stays among its parties; the key of trottix stands for an agreement's act here.
    monkeypatch.setattr("hub.services.log_discretion._AMONG_OTHERS", ("key.",))
    answer = get(app, f"{LOG}/export", headers=hall.key("secretariat"))
    found = check_export(answer.content.splitlines(keepends=True), key=public_text(HUB))
    assert (found.faults, found.shut, found.erased) == ((), 1, 0)
    shut = [one for one in get(app, f"{LOG}/entries", headers=hall.key("secretariat")).json()["entries"] if one["shut"]]
    assert [(one["text"], one["salt"], one["erased"]) for one in shut] == [(None, None, False)]
    own = check_export(get(app, f"{LOG}/export", headers=hall.key("trottix")).content.splitlines(keepends=True))
    assert (own.faults, own.shut) == ((), 0)
