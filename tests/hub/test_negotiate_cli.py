"""Negotiating from the command line, with keys that members keep on machines of their own."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from hub.cli import main
from tests.hub.parties import TEXT
from tests.hub.test_bad_input import Answer, hub  # noqa: F401 - the fixture `hub`

NAME = TEXT["id"]
Run = Callable[..., Answer]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command on a member's machine, where there is no hub and none may be made."""

    def run(*words: str) -> Answer:
        with monkeypatch.context() as here:
            here.setenv("HUB_HOME", "/proc/no-hub-here")
            here.setattr(sys, "argv", ["hub", *words])
            with pytest.raises(SystemExit) as leaving:
                main()
        told = capsys.readouterr()
        return Answer(int(leaving.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def phrase(tmp_path: Path) -> str:
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery staple\n", "utf-8")
    return str(path)


def written(folder: Path, name: str = "offer.yaml", **changes: object) -> str:
    """A negotiator's file in the form of the documents."""
    first, last = TEXT["validity"]
    plain = {**TEXT, "validity": {"from": first[:10], "to": last[:10]}, **changes}
    path = folder / name
    # Days without quotes, as people write them.
    path.write_text(
        yaml.safe_dump(plain, allow_unicode=True)
        .replace("'2026-03-01'", "2026-10-01")
        .replace("'2027-03-01'", "2027-10-01"),
        "utf-8",
    )
    return str(path)


def kept(run: Run, alone: Run, member: str, folder: Path, phrase: str) -> str:
    """A key of a member's own, registered."""
    path = str(folder / f"{member}.pem")
    made = alone("keys", "new", member, "--signing", "--out", path, "--passphrase-file", phrase)
    assert made.code == 0, made.err
    public = made.out.split()[1]
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert "ENCRYPTED" in Path(path).read_text("utf-8")
    assert run("keys", "register", member, public).code == 0
    return path


def test_a_negotiation_with_signatures_made_offline(hub: Run, alone: Run, tmp_path: Path, phrase: str) -> None:  # noqa: F811
    bolide, smhc = (kept(hub, alone, name, tmp_path, phrase) for name in ("bolide", "smhc"))
    offer = written(tmp_path)
    answer = hub("agreements", "draft", offer, "--as", "smhc", "--why", "Suivre la flotte.")
    assert (answer.code, answer.err) == (0, "")
    assert hub("agreements", "propose", NAME, "--as", "smhc").code == 0
    other = written(tmp_path, "other.yaml", terms={"delay": "PT24H", "fields": ["trips"], "min_trips": 30})
    answer = hub("agreements", "counter", NAME, other, "--as", "bolide", "--why", "k plus haut, délai plus court")
    assert "smhc is to accept, counter or reject." in answer.out
    told = hub("agreements", "diff", NAME).out.splitlines()
    assert told == [
        "delay: from 7 days to 24 hours (looser) / délai : de 7 jours à 24 heures (plus souple)",
        "k: from 20 to 30 (stricter) / k : de 20 à 30 (plus strict)",
    ]
    shown = json.loads(hub("agreements", "show", NAME, "--json").out)[0]
    assert (shown["state"], shown["standing"]["turn"]) == ("countered", "smhc")
    assert hub("agreements", "accept", NAME, "--as", "smhc", "--hash", "0" * 64).code == 1
    assert hub("agreements", "accept", NAME, "--as", "smhc", "--hash", shown["hash"]).code == 0

    exported = str(tmp_path / "text.json")
    assert hub("agreements", "export", NAME, "-o", exported).code == 0
    for member, key in (("bolide", bolide), ("smhc", smhc)):
        signature = str(tmp_path / f"{member}.sig")
        words = ("agreements", "sign", exported, "--key", key, "--as", member, "-o", signature)
        signed = alone(*words, "--passphrase-file", phrase)
        assert signed.code == 0, signed.err
        assert f"{NAME}@2 signed by {member}" in signed.out
        assert hub("agreements", "submit", signature).code == 0
    listed = {row["agreement"]: row["state"] for row in json.loads(hub("agreements", "list", "--json").out)}
    assert listed[f"{NAME}@2"] == "verified"  # it begins in October
    history = json.loads(hub("agreements", "history", NAME, "--json").out)
    assert [(one["by"], one["what"], one["why"]) for one in history["acts"]] == [
        ("smhc", "drafted", "Suivre la flotte."),
        ("smhc", "proposed", ""),
        ("bolide", "countered", "k plus haut, délai plus court"),
        ("smhc", "accepted", ""),
        ("bolide", "signed", ""),
        ("smhc", "signed", ""),
        ("hub", "verified", ""),
    ]
    assert "2026-09-30 22:00 UTC" in history["next"][0]["en"]
    assert "k plus haut" in hub("agreements", "history", NAME).out


def test_a_small_member_signs_in_the_hub(hub: Run, tmp_path: Path, phrase: str) -> None:  # noqa: F811
    for member in ("bolide", "smhc"):
        made = hub("keys", "new", member, "--signing", "--in-hub", "--passphrase-file", phrase)
        assert made.code == 0, made.err
    name = "joint-authority-bolide"
    for member in ("bolide", "smhc"):
        answer = hub("agreements", "sign", name, "--as", member, "--passphrase-file", phrase)
        assert answer.code == 0, answer.err
    shown = json.loads(hub("agreements", "history", name, "--json").out)
    assert shown["versions"][0]["signed_by"] == ["bolide", "smhc"]
    assert shown["state"] == "active"
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase\n", "utf-8")
    again = hub("agreements", "sign", "joint-members-bolide", "--as", "bolide", "--passphrase-file", str(wrong))
    assert (again.code, "passphrase" in again.line) == (2, True)


def test_what_holds_is_suspended_and_ended(hub: Run) -> None:  # noqa: F811
    name = "joint-members-bolide"
    assert "suspended / suspendu" in hub("agreements", "suspend", name, "--as", "bolide").out
    assert "suspended / suspendu" in hub("agreements", "show", name).out
    refused = hub("agreements", "resume", name, "--as", "glisse")
    assert (refused.code, "negotiation.stranger" in refused.err) == (1, True)
    assert "active / en vigueur" in hub("agreements", "resume", name, "--as", "bolide").out
    assert hub("agreements", "resume", name, "--as", "bolide").code == 0  # the same again is one act
    assert hub("agreements", "withdraw", name, "--as", "bolide", "--revision", "1").code == 1
    assert "The notice runs until" in hub("agreements", "withdraw", name, "--as", "bolide").out
    ended = hub("agreements", "terminate", name, "--as", "hub", "--why", "décision du litige 4")
    assert "terminated / résilié" in ended.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("keys new bolide --signing", "say where the key is kept"),
        ("keys new bolide --signing --in-hub --no-passphrase", "sealed under a passphrase"),
        ("keys new bolide --in-hub", "add --signing"),
        ("keys new nobody --signing --in-hub --passphrase-file {phrase}", "no member is called"),
        ("keys new bolide --signing --out {phrase} --no-passphrase", "never written over"),
        ("keys new bolide --signing --out /nowhere/key.pem --no-passphrase", "cannot be written"),
        ("keys new bolide --signing --in-hub --passphrase-file /nowhere", "cannot be read"),
        ("keys register bolide AAAA", "32 bytes in base64"),
        ("keys revoke nothing", "no key is called"),
        ("agreements draft /nowhere.yaml --as bolide --why x", "cannot be read"),
        ("agreements draft {odd} --as bolide --why x", "is not JSON"),
        ("agreements submit {odd}", "is not JSON"),
        ("agreements show nothing", "no agreement is called"),
        ("agreements history nothing", "no agreement called"),
        ("agreements export nothing", "no agreement 'nothing'"),
        ("agreements export joint-members-bolide --version 9", "the version 9"),
        ("agreements sign joint-members-bolide --as bolide -o x.sig", "one's own --key"),
        ("agreements suspend nothing --as bolide", "no agreement is called"),
    ],
)
def test_what_is_wrong_gets_one_line(hub: Run, tmp_path: Path, phrase: str, words: str, says: str) -> None:  # noqa: F811
    odd = tmp_path / "odd.json"
    odd.write_text("{", "utf-8")
    answer = hub(*words.format(phrase=phrase, odd=odd).split())
    assert answer.code == 2
    assert says in answer.line


def test_keys_of_both_kinds_are_listed_and_ended(hub: Run, alone: Run, tmp_path: Path, phrase: str) -> None:  # noqa: F811
    assert hub("keys", "new", "bolide").code == 0
    kept(hub, alone, "bolide", tmp_path, phrase)
    bare = alone("keys", "new", "bolide", "--signing", "-o", str(tmp_path / "bare.pem"), "--no-passphrase")
    assert bare.code == 0
    rows = json.loads(hub("keys", "list", "bolide", "--json").out)
    assert [(row["kind"], row["scopes"]) for row in rows] == [("api", ["read"]), ("signing", ["sign"])]
    for row, says in zip(rows, ("opens nothing", "signs nothing"), strict=True):
        assert says in hub("keys", "revoke", row["id"]).out
    assert all(row["revoked_at"] for row in json.loads(hub("keys", "list", "--json").out))
    assert hub("keys", "revoke", rows[1]["id"], "--why", "encore").code == 1
