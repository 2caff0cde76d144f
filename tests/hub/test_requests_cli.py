"""``hub requests``, ``hub odrl``, ``hub mds``: the commands, their exit codes, what they say of nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import hub.territory
from hub.cli import main
from tests.hub.test_bad_input import Answer

COMMONS = Path(hub.territory.__path__[0]) / "commons"
TEXT = """
datasets: [mds-bolide, mds-trottix]
tier: bilateral
purpose: stop-siting
validity: {from: 2026-12-01, to: 2099-12-01}
terms: {fields: [trips.start_zone], spatial_resolution: h3_8, temporal_resolution: P1D/hour, retention: P12M}
what_for: "Parking around stations."
"""
Run = Callable[..., Answer]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))

    def once(*words: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, words)])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capsys.readouterr()
        return Answer(int(leaving.value.code or 0), told.out, told.err)

    assert once("agreements", "load", COMMONS).code == 0
    return once


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "request.yaml"
    path.write_text(TEXT, "utf-8")
    return path


def test_the_whole_way_of_a_request(run: Run, text: Path, tmp_path: Path) -> None:
    assert "req-smhc-1  smhc: draft" in run("requests", "draft", text, "--as", "smhc").out
    text.write_text(TEXT.replace("around stations", "in Combeval"), "utf-8")
    again = run("requests", "draft", text, "--as", "smhc", "--request", "req-smhc-1", "--revision", "1")
    assert "revision 2" in again.out
    assert "submitted" in run("requests", "submit", "req-smhc-1", "--as", "smhc").out
    assert "returned" in run("requests", "return", "req-smhc-1", "--as", "bolide", "--why", "which?").out
    assert "submitted" in run("requests", "resubmit", "req-smhc-1", text, "--as", "smhc").out
    less = tmp_path / "less.yaml"
    less.write_text("terms: {spatial_resolution: commune, delay: P7D}\n", "utf-8")
    run("requests", "decide", "req-smhc-1", "--as", "bolide", "--approve", "--why", "a need", "--less", less)
    run("requests", "decide", "req-smhc-1", "--as", "trottix", "--refuse", "--why", "no")
    shown = run("requests", "show", "req-smhc-1", "--as", "smhc").out
    assert "approved_in_part" in shown
    assert "why: a need" in shown
    offered = run("requests", "offer", "req-smhc-1", "--as", "bolide", "-o", tmp_path / "offers")
    assert "offered by bolide" in offered.out
    assert "spatial_resolution: commune" in (tmp_path / "offers" / "req-smhc-1-mds-bolide.yaml").read_text("utf-8")
    renewal = ("requests", "renew", "req-smhc-1", "--as", "smhc", "--to", "2100-12-01", "--why", "late")
    assert run(*renewal).code == 0
    told = json.loads(run("requests", "show", "req-smhc-1", "--as", "smhc", "--json").out)
    assert told["parts"][0]["renewal_to"] == "2100-11-30T23:00:00Z"
    assert "revoked" in run("requests", "revoke", "req-smhc-1", "--as", "bolide", "--why", "misused").out
    assert run("requests", "close", "req-smhc-1", "--as", "smhc").code == 1
    (listed,) = json.loads(run("requests", "list", "--as", "smhc", "--json").out)
    assert (listed["request"], listed["state"]) == ("req-smhc-1", "revoked")


def test_where_there_is_nothing_it_is_said(run: Run, text: Path, tmp_path: Path) -> None:
    assert "No request" in run("requests", "list", "--as", "bolide").out
    assert json.loads(run("requests", "list", "--as", "bolide", "--json").out) == []
    assert run("requests", "show", "req-smhc-1", "--as", "smhc").code == 2
    run("requests", "draft", text, "--as", "smhc")
    assert "Nothing was approved" in run("requests", "offer", "req-smhc-1", "--as", "smhc", "-o", tmp_path / "o").out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("tier: bilateral", "tier: open"), "tier must be"),
        (("purpose:", "porpoise:"), "line 4"),
        (("P1D/hour", "P1D/tick"), "line 6"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(run: Run, text: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in TEXT
    text.write_text(TEXT.replace(*change), "utf-8")
    answer = run("requests", "draft", text, "--as", "smhc")
    assert answer.code == 2
    assert "request.yaml" in answer.line
    assert says in answer.line


def test_a_refusal_names_its_reason_and_the_next_step(run: Run, text: Path) -> None:
    run("requests", "draft", text, "--as", "smhc")
    run("requests", "submit", "req-smhc-1", "--as", "smhc")
    answer = run("requests", "decide", "req-smhc-1", "--as", "smhc", "--approve", "--why", "mine")
    assert answer.code == 1
    assert "request.own_holding" in answer.err
    text.write_bytes(b"\xff\xfe")
    assert run("requests", "draft", text, "--as", "smhc").code == 2


def test_a_policy_goes_out_and_is_read(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    exported = run("odrl", "export", "joint-members-bolide", "--as", "bolide")
    file.write_text(exported.out, "utf-8")
    said = run("odrl", "read", file)
    assert "enforced: At least 4 vehicles" in said.out
    assert "promised: The recipient deletes after P24M." in said.out
    assert json.loads(run("odrl", "read", file, "--json").out)["holder"] == "bolide"
    file.write_text(exported.out.replace('"gteq"', '"gt"', 1), "utf-8")
    refused = run("odrl", "read", file)
    assert refused.code == 1
    assert "odrl.operator" in refused.err
    file.write_bytes(b"\xff")
    assert run("odrl", "read", file).code == 2


def test_who_is_no_party_exports_the_public_form(run: Run) -> None:
    assert run("odrl", "export", "joint-members-bolide").code == 2
    refused = run("odrl", "export", "joint-members-bolide", "--as", "glisse")
    assert (refused.code, "odrl.not_party" in refused.err) == (1, True)
    public = json.loads(run("odrl", "export", "joint-members-bolide", "--public", "--remedy").out)
    assert public["conflict"] == "prohibit"
    assert public["prohibition"][0]["remedy"]


def test_the_profile_can_be_read(run: Run) -> None:
    assert "mdc:pPercent" in run("odrl", "terms").out
    assert len(json.loads(run("odrl", "terms", "--json").out)) == 30


def test_requirements_as_a_table_and_as_the_document(run: Run) -> None:
    assert "trip_type" in run("mds", "requirements", "bolide").out
    document = json.loads(run("mds", "requirements", "bolide", "--json").out)
    assert document["metadata"]["file_version"] == 1
    assert run("mds", "requirements", "smhc").code == 2
