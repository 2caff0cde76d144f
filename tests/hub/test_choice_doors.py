"""Collective choice through the API and the command line: who may do what, and what others get to see of it."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from governance.choice.charter import SIGNS
from governance.signing import new_key, private_pem, public_text, sign
from hub.cli import main
from hub.clock import FixedClock
from hub.released import Released
from hub.services import charter, signing
from hub.services.commons import current_world, put_in_force
from hub.services.front import Front
from hub.services.keys import issue
from hub.services.replay import replay
from tests.hub.api.hall import ask, web_door
from tests.hub.migrated import records_at
from tests.hub.test_choice import EVERYBODY, NOON, documents

V1 = "/api/v1"
SECRET = {"floors.members.p_percent": 37, "floors.members.prior_percent": 43, "floors.members.min_trips": 20}
APPLICATION = {
    "id": "velo",
    "name": {"fr": "Le Vélo", "en": "The Bike"},
    "kind": "operator",
    "college": "operators",
    "holding": "velo",
    "holding_name": {"fr": "Vélo", "en": "Bike"},
    "siren": "732829320",
    "why": "Nouvel opérateur.",
}


class Door:
    """The API of a small hub, asked by a member or by nobody."""

    def __init__(self, front: Front, clock: FixedClock) -> None:
        self.front, self.clock, self.app = front, clock, web_door(front)
        self._keys: dict[str, dict[str, str]] = {}

    def __call__(self, method: str, path: str, body: object = None, *, by: str = "", **headers: str) -> httpx.Response:
        if by and by not in self._keys:
            self._keys[by] = {"Authorization": "Bearer " + issue(self.front, by, scopes=("read", "govern"))}
        sent = {**self._keys.get(by, {}), **headers}
        return ask(self.app, method, V1 + path, headers=sent, **({} if body is None else {"json": body}))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    records = records_at(tmp_path / "records.sqlite3")
    clock = FixedClock(NOON)
    front = Front(records, Released(tmp_path / "released"), clock)
    put_in_force(front, documents())
    yield Door(front, clock)
    records.close()


def codes(answer: httpx.Response) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


def test_a_vote_from_proposal_to_new_rules(door: Door) -> None:
    made = door("POST", "/proposals", {"difference": {"floors.members.min_trips": 20}, "why": "x"}, by="bolide")
    assert (made.status_code, made.json()["id"], made.headers["ETag"]) == (201, "rules-1", '"1"')
    voted = door("POST", "/proposals/rules-1/ballots", {"choice": "yes"}, by="smhc", **{"If-Match": '"1"'})
    assert (voted.status_code, voted.json()["voted"], voted.headers["ETag"]) == (200, 1, '"2"')
    stale = door("POST", "/proposals/rules-1/ballots", {"choice": "yes"}, by="itineo", **{"If-Match": '"1"'})
    assert stale.status_code == 409
    for member in ("glisse", "itineo"):
        assert door("POST", "/proposals/rules-1/ballots", {"choice": "yes"}, by=member).status_code == 200
    early = door("POST", "/proposals/rules-1/closing", by="bolide")
    assert (early.status_code, codes(early)) == (403, ["proposal.running"])
    door.clock.now += dt.timedelta(days=14)
    assert door("GET", "/proposals").json()["proposals"][0]["due"] is True
    done = door("POST", "/proposals/rules-1/closing", by="bolide").json()
    assert (done["state"], done["tally"]["total"]["yes"], done["members"]["missing"]) == ("enacted", "52", [])
    assert door("GET", "/rules").json()["version"] == 2
    history = door("GET", "/rules/history").json()["versions"]
    assert [(one["version"], one["proposal"], len(one["changes"])) for one in history] == [
        (1, "", 0),
        (2, "rules-1", 1),
    ]
    assert history[1]["changes"][0]["sentence"]["en"].endswith("(stricter).")
    assert replay(door.front).differences == ()


def test_nobody_sees_how_others_voted_before_the_end_and_the_public_never_does(door: Door) -> None:
    door("POST", "/proposals", {"difference": {"floors.members.min_trips": 20}, "why": "x"}, by="bolide")
    door("POST", "/proposals/rules-1/ballots", {"choice": "yes"}, by="smhc")
    door("POST", "/proposals/rules-1/ballots", {"choice": "no"}, by="itineo")

    def ballots(by: str) -> Any:
        seen = door("GET", "/proposals/rules-1", by=by)
        assert seen.headers["Cache-Control"] == "private, no-store"
        return seen.json()["members"] and seen.json()["members"]["ballots"]

    assert [ballots(by) for by in ("smhc", "itineo", "glisse", "")] == [{"smhc": "yes"}, {"itineo": "no"}, {}, None]
    door.clock.now += dt.timedelta(days=14)
    door("POST", "/proposals/rules-1/closing", by="glisse")
    assert [ballots(by) for by in ("glisse", "")] == [{"smhc": "yes", "itineo": "no"}, None]


def test_values_that_help_an_attacker_are_told_to_members_only(door: Door) -> None:
    door("POST", "/proposals", {"difference": SECRET, "why": "x"}, by="bolide")
    for member in EVERYBODY:
        door("POST", "/proposals/rules-1/ballots", {"choice": "yes"}, by=member)
    assert door("POST", "/proposals/rules-1/closing", by="smhc").json()["state"] == "enacted"
    pages = ("/proposals", "/proposals/rules-1", "/rules", "/rules/history")
    everybody = "".join(door("GET", path).text for path in pages)
    members = "".join(door("GET", path, by="glisse").text for path in pages)
    assert "37" in members
    assert "43" in members
    assert not {"37", "43"} & set(everybody.replace('"', " ").replace(",", " ").replace(":", " ").split())
    world = current_world(door.front)
    assert world.ruleset.hash() not in everybody  # whoever knows all but p finds p by trying


def test_who_may_not_act_changes_nothing(door: Door) -> None:
    proposal = {"difference": {"floors.members.min_trips": 20}, "why": "x"}
    assert codes(door("POST", "/proposals", proposal)) == ["actor.anonymous"]
    reader = {"Authorization": "Bearer " + issue(door.front, "bolide", scopes=("read",))}
    assert codes(door("POST", "/proposals", proposal, **reader)) == ["actor.scope"]
    intake = {"Authorization": "Bearer " + issue(door.front, "bolide", scopes=("contribute",))}
    assert door("POST", "/proposals", proposal, by="glisse").status_code == 201
    assert door("GET", "/proposals/rules-1", **intake).json()["members"] is None
    before = replay(door.front).acts
    for path in ("/proposals/rules-1/withdrawal", "/proposals/rules-1/consents", "/proposals/rules-1/ballots"):
        body = {"choice": "yes"} if path.endswith("ballots") else {"consents": True} if "consents" in path else {}
        assert door("POST", path, body).status_code == 403
        assert door("POST", path, {**body, "by": "smhc"}, by="secretariat").status_code == 422
        assert door("POST", path, body, by="secretariat").status_code == 403
    for wrong in (
        {"difference": {"voting.quorum_percent": 40.5}, "why": "x"},
        {"difference": {"voting.quorum_percent": {"a": 1}}, "why": "x"},
        {"difference": {f"p{n}": 1 for n in range(101)}, "why": "x"},
        {"difference": {}, "why": ""},
    ):
        assert door("POST", "/proposals", wrong, by="bolide").status_code == 422
    assert door("POST", "/proposals", {"why": "x"}, by="bolide").status_code == 400
    assert door("POST", "/proposals", {"why": "x", "case": "none-1"}, by="bolide").status_code == 404
    sent = {**door._keys["glisse"], "Content-Type": "application/json"}
    half = '"\\ud800"'  # of a surrogate pair: JSON can tell it, UTF-8 cannot
    for text in (
        f'{{"difference": {{"floors.open.delay": {half}}}, "why": "x"}}',
        f'{{"difference": {{{half}: 1}}, "why": "x"}}',
        f'{{"difference": {{"voting.ballot_days": 20}}, "why": {half}}}',
        '{"difference": {"voting.ballot_days": 20}, "why": "\\u0000"}',
    ):
        assert ask(door.app, "POST", f"{V1}/proposals", headers=sent, content=text).status_code == 422
    assert door("GET", "/proposals/none").status_code == 404
    assert door("GET", "/proposals/%00").status_code in {400, 422}
    assert door("GET", "/members/%00").status_code in {400, 422}
    assert replay(door.front).acts == before


def test_an_applicant_is_admitted_signs_and_acts(door: Door) -> None:
    assert codes(door("POST", "/members", APPLICATION)) == ["actor.anonymous"]
    assert door("POST", "/members", {**APPLICATION, "kind": "robot"}, by="smhc").status_code == 400
    assert codes(door("POST", "/members", {**APPLICATION, "siren": "1"}, by="smhc")) == ["membership.siren"]
    made = door("POST", "/members", APPLICATION, by="smhc").json()
    assert (made["status"], made["proposal"]) == ("applicant", "admission-velo-1")
    assert {one["id"] for one in door("GET", "/members").json()["members"]} >= {"velo", "smhc"}
    for member in EVERYBODY:
        door("POST", "/proposals/admission-velo-1/ballots", {"choice": "yes"}, by=member)
    door("POST", "/proposals/admission-velo-1/closing", by="glisse")
    waiting = door("GET", "/members/velo").json()
    assert (waiting["status"], waiting["charter"]["current"]) == ("candidate", False)
    leaving = door("POST", "/members/glisse/leaving", {}, by="velo")
    assert codes(leaving) == ["actor.inactive"]
    key = new_key()
    signing.register(door.front, "velo", public_text(key), by="velo")
    signature = sign(key, SIGNS, "velo", charter.text_to_sign(door.front))
    assert codes(door("POST", "/charter/signatures", {"signature": signature})) == ["actor.anonymous"]
    assert codes(door("POST", "/charter/signatures", {"signature": signature}, by="glisse")) == ["signature.invalid"]
    signed = door("POST", "/charter/signatures", {"signature": signature}, by="velo").json()
    assert (signed["status"], signed["charter"]["signed_version"]) == ("active", 1)
    stored = {one["member"]: one["charter"] for one in door("GET", "/charter/signatures").json()["signatures"]}
    assert (stored["velo"]["current"], stored["glisse"]["current"]) == (True, False)
    assert replay(door.front).differences == ()


def test_leaving_holdings_and_the_mandate(door: Door) -> None:
    assert codes(door("POST", "/members/glisse/leaving", {}, by="smhc")) == ["membership.not_yours"]
    left = door("POST", "/members/glisse/leaving", {"why": "x"}, by="glisse")
    assert left.json()["leaves_at"] == "2026-04-01T12:00:00Z"
    assert door("POST", "/members/glisse/staying", {}, by="glisse").json()["leaves_at"] is None
    body = {"holding": "groupe-alizes", "why": "Rachat."}
    declared = door("POST", "/members/glisse/holding", body, by="glisse").json()
    assert (declared["holding"], declared["declared_holding"]) == ("glisse", "groupe-alizes")
    assert codes(door("POST", "/members/glisse/holding", body, by="bolide")) == ["choice.secretariat"]
    recorded = door("POST", "/members/glisse/holding", body, by="secretariat").json()
    assert (recorded["holding"], recorded["declared_holding"]) == ("groupe-alizes", None)
    told = door("GET", "/charter").json()
    assert (told["charter"]["version"], told["mandate"]["ended"], told["warnings"]) == (1, False, [])
    door.clock.now = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    assert "2026-12-31" in door("GET", "/charter").json()["warnings"][0]["fr"]
    assert door("GET", "/members/nobody").status_code == 404


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, on a home of its own with the commons loaded; ``HUB_NOW`` is its clock."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_NOW", NOON.isoformat())

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hub", *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capsys.readouterr()
        return int(leaving.value.code or 0), told.out, told.err

    folder = tmp_path / "commons"
    for name, text in documents().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    assert run("agreements", "load", str(folder))[0] == 0
    return run


def test_a_vote_on_the_command_line(hub: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "No proposal yet" in hub("votes", "list")[1]
    assert "nothing was proposed yet" in hub("rules", "history")[1]
    code, out, _ = hub("rules", "diff", "--set", "floors.members.min_trips=5")
    assert (code, "the holders behind members have to consent" in out) == (0, True)
    change = tmp_path / "change.yaml"
    change.write_text("floors.members.min_trips: 20\nfloors.open.finest: [commune x P1M]\n", "utf-8")
    assert hub("votes", "propose", str(change), "--as", "bolide", "--why", "Trop fin.")[0] == 0
    code, out, _ = hub("votes", "show", "rules-1")
    assert "plus strict" in out
    for member in ("smhc", "glisse", "itineo"):
        assert hub("votes", "ballot", "rules-1", "yes", "--as", member)[0] == 0
    code, _, err = hub("votes", "close", "rules-1", "--as", "smhc")
    assert (code, "proposal.running" in err) == (1, True)
    assert hub("votes", "consent", "rules-1", "--as", "bolide")[0] == 1
    monkeypatch.setenv("HUB_NOW", "2026-03-20T12:00:00+00:00")
    code, out, _ = hub("votes", "close", "--json")
    assert [(one["id"], one["state"]) for one in json.loads(out)] == [("rules-1", "enacted")]
    assert "yes 52" in hub("votes", "show", "rules-1")[1]
    assert json.loads(hub("rules", "show", "--json")[1])["version"] == 2
    assert [one["proposal"] for one in json.loads(hub("rules", "history", "--json")[1])] == [
        "founding documents",
        "rules-1",
    ]
    assert len(json.loads(hub("rules", "diff", "--versions", "1", "2", "--json")[1])) == 2
    parent = tmp_path / "commons" / "ruleset.yaml"
    assert hub("rules", "check-parent", str(parent))[0] == 0
    parent.write_text(parent.read_text("utf-8").replace("max_share_percent: 85", "max_share_percent: 60"), "utf-8")
    code, out, _ = hub("rules", "check-parent", str(parent))
    assert (code, "floors.open.max_share_percent" in out) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("votes", "propose", "--as", "bolide", "--why", "x"), 2, "exactly one"),
        (("votes", "propose", "--set", "nonsense", "--as", "bolide", "--why", "x"), 2, "PATH=VALUE"),
        (("votes", "propose", "--set", "floors.x.y=1", "--as", "bolide", "--why", "x"), 1, "rules.path"),
        (("votes", "propose", "--drop", "floors.open.min_trips", "--as", "bolide", "--why", "x"), 1, "rules.owed"),
        (("votes", "show", "none"), 2, "no proposal"),
        (("votes", "ballot", "none", "yes", "--as", "smhc"), 2, "no proposal"),
        (("rules", "diff"), 2, "exactly one"),
        (("rules", "show", "--version", "9"), 2, "no version 9"),
        (("members", "show", "nobody"), 2, "no member"),
        (("members", "leave", "glisse", "--as", "smhc"), 1, "membership.not_yours"),
        (("charter", "sign", "--as", "bolide", "--signature", "x"), 1, "signature.invalid"),
    ],
)
def test_what_is_wrong_is_one_line_and_the_documented_code(
    hub: Run, words: tuple[str, ...], code: int, says: str
) -> None:
    left, _, err = hub(*words)
    assert (left, says in err, "Traceback" in err) == (code, True, False)


def test_members_and_the_charter_on_the_command_line(hub: Run, tmp_path: Path) -> None:
    names = ("--name-fr", "Le Vélo", "--name-en", "The Bike", "--holding-fr", "Vélo", "--holding-en", "Bike")
    place = ("--kind", "operator", "--college", "operators", "--holding", "velo", "--siren", "732829320")
    code, out, _ = hub("members", "apply", "velo", *names, *place, "--as", "smhc", "--why", "Nouvel opérateur.")
    assert (code, "admission-velo-1" in out) == (0, True)
    rows = {one["id"]: one for one in json.loads(hub("members", "list", "--json")[1])}
    assert (rows["velo"]["status"], rows["smhc"]["status"]) == ("applicant", "active")
    assert "Bolide" in hub("members", "show", "bolide")[1]
    assert "2026-04-01" in hub("members", "leave", "glisse", "--as", "glisse")[1]
    assert "stays" in hub("members", "leave", "glisse", "--stay", "--as", "glisse")[1]
    assert "has to record" in hub("members", "regroup", "glisse", "bolide", "--as", "glisse", "--why", "x")[1]
    assert "from now on" in hub("members", "regroup", "glisse", "bolide", "--as", "secretariat", "--why", "x")[1]
    shown = json.loads(hub("charter", "show", "--json")[1])
    key, file, secret = new_key(), tmp_path / "bolide.pem", tmp_path / "secret"
    secret.write_text("une phrase assez longue\n", "utf-8")
    file.write_text(private_pem(key, "une phrase assez longue"), "utf-8")
    with_key = ("charter", "sign", "--as", "bolide", "--key", str(file), "--passphrase-file", str(secret))
    assert hub(*with_key)[0] == 1  # not registered yet
    front_key(tmp_path, public_text(key))
    assert hub(*with_key)[0] == 0
    signed = {one["member"]: one for one in json.loads(hub("charter", "signatures", "--json")[1])}
    assert (signed["bolide"]["signed_version"], signed["glisse"]["current"]) == (shown["charter"]["version"], False)
    assert "Region of the Combes" in hub("charter", "show")[1]


def front_key(tmp_path: Path, public: str) -> None:
    from hub.cli.work import open_front  # noqa: PLC0415 - the home is set by the fixture

    front = open_front(tmp_path / "home")
    signing.register(front, "bolide", public, by="bolide")
    front.records.close()
