"""``hub audit``: a holder's day with the log, on the command line alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from governance.log.checkpoint import read_checkpoint, sign_checkpoint
from governance.signing import new_key, private_pem, public_text, read_private
from hub.bootstrap import front_office
from hub.cli import main
from hub.cli.witness import replacing
from hub.errors import BadRequest
from hub.services import log_witnesses
from hub.services.log_export import exported
from hub.services.signing import register
from hub.settings import settings_of
from hub.signet import Signet
from tests.hub.log_hall import LogHall, log_hall
from tests.hub.test_bad_input import Answer

Run = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LogHall]:
    """A hub with a few entries, and a key of bolide's that lies outside it."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_NOW", "2026-03-01T12:00:00Z")
    front = front_office(settings_of())
    front.records.upgrade()
    made = log_hall(front.records, tmp_path)
    key = new_key()
    (tmp_path / "bolide.pem").write_text(private_pem(key, "correct horse"))
    register(made.front, "bolide", public_text(key), by="bolide")
    yield made
    front.records.close()


@pytest.fixture
def hub(home: LogHall, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> Run:
    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["hub", "audit", *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capfdbinary.readouterr()
        return Answer(int(leaving.value.code or 0), told.out.decode(), told.err.decode())

    return run


def checkpoint(hub: Run) -> tuple[str, str]:
    """The log's name and the hub's key, as a member would be told them."""
    note = hub("checkpoint").out
    key = orjson.loads(hub("prove", "--since", "0").out)["checkpoint"]["key"]
    return note.split("\n")[0], key


def test_a_holder_takes_its_entries_away_and_verifies_them(hub: Run, tmp_path: Path, monkeypatch: Any) -> None:
    file = str(tmp_path / "trottix.jsonl")
    assert hub("export", "trottix", "-o", file).code == 0
    _, key = checkpoint(hub)
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "nowhere"))  # the file is all that it needs
    told = orjson.loads(hub("verify", file, "--key", key, "--json").out)
    assert (told["whole"], told["member"], told["entries"], told["key"]) == (True, "trottix", 6, key)
    assert "Whole: 6 entries of trottix" in hub("verify", file).out
    assert not (tmp_path / "nowhere").exists()
    other = hub("verify", file, "--key", public_text(new_key()))
    assert (other.code, "key.other" in other.err) == (1, True)
    whole = Path(file).read_bytes()
    Path(file).write_bytes(whole.replace(b"combecycle", b"combecyclo"))
    changed = hub("verify", file, "--json")
    assert changed.code == 1
    assert {one["name"] for one in orjson.loads(changed.out)["faults"]} == {"entry.text"}
    Path(file).write_bytes(whole[:-200])
    assert "file.cut" in hub("verify", file).err
    assert hub("verify", str(tmp_path / "nothing")).code == 2


def test_the_secretariat_takes_everything(hub: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "all.jsonl")
    assert hub("export", "--all", "-o", file).code == 0
    assert "Whole: all " in hub("verify", file).out
    assert hub("export").code == 2
    assert hub("export", "trottix", "--all").code == 2
    assert hub("export", "nobody").code == 2
    assert hub("export", "trottix").out.startswith('{"after":0,')


def test_a_member_watches_the_log(hub: Run, home: LogHall, tmp_path: Path) -> None:
    origin, key = checkpoint(hub)
    state, proof, line = (str(tmp_path / name) for name in ("witness.json", "proof.json", "line"))
    begin = ("witness", "init", state, "--as", "bolide", "--key", key, "--origin", origin)
    assert hub(*begin).code == 0
    assert hub(*begin).code == 2  # a witness that forgets is none

    def cosign(since: int) -> Answer:
        Path(proof).write_text(hub("prove", "--since", str(since)).out)
        words = ("witness", "cosign", state, proof, "--key", str(tmp_path / "bolide.pem"))
        return hub(*words, "--passphrase", "correct horse", "-o", line)

    assert cosign(0).code == 0
    size = orjson.loads(Path(state).read_bytes())["size"]
    assert hub("witness", "accept", line, "--as", "trottix").code == 1
    assert "cosigned by bolide" in hub("witness", "accept", line, "--as", "bolide").out
    assert hub("verify", "--json").code == 0
    home.ask("bolide", "trottix-gbfs")
    hub("checkpoint")
    assert "log.inconsistent" in cosign(0).err
    assert orjson.loads(Path(state).read_bytes())["size"] == size
    assert cosign(size).code == 0
    file = str(tmp_path / "bolide.jsonl")
    hub("export", "bolide", "--since", str(size), "-o", file)
    assert hub("verify", file, "--since", state).code == 0


def test_a_fork_is_proved_by_two_witnesses_files(hub: Run, tmp_path: Path) -> None:
    _, key = checkpoint(hub)
    note = hub("checkpoint").out
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text(note)
    other.write_text(note)
    same = hub("witness", "compare", str(one), str(other), "--key", key)
    assert (same.code, "of one tree" in same.out) == (0, True)
    home = settings_of().home

    forged = replace(read_checkpoint(note)[0], root=bytes(32))
    other.write_text(str(sign_checkpoint(forged, Signet(home / "keys").key())))
    proved = hub("witness", "compare", str(one), str(other), "--key", key)
    assert proved.code == 1
    assert note in proved.err
    assert str(other.read_text()) in proved.err


def test_erasing_is_signed_at_once_and_exports_go_on_verifying(hub: Run, tmp_path: Path) -> None:
    listed = orjson.loads(hub("list", "trottix", "--json").out)
    decision = next(one for one in listed if one["action"] == "read")
    erased = hub("erase", str(decision["index"]), "--why", "demande d'effacement")
    assert erased.code == 0
    assert orjson.loads(hub("show", str(decision["index"])).out)["erased"] is True
    assert orjson.loads(hub("show", decision["id"]).out)["index"] == decision["index"]
    file = str(tmp_path / "trottix.jsonl")
    hub("export", "trottix", "-o", file)
    assert orjson.loads(hub("verify", file, "--json").out)["erased"] == 1
    assert "1 texts erased" in hub("verify").out
    assert hub("erase", "0", "--why", "x").code == 1
    assert hub("erase", str(decision["index"]), "--why", "x", "--as", "bolide").code == 1
    assert hub("show", "999").code == 2


def test_the_hub_verifies_itself(hub: Run, home: LogHall) -> None:
    hub("checkpoint")
    assert orjson.loads(hub("verify", "--json").out)["whole"] is True
    assert orjson.loads(hub("rebuild", "--json").out)["differences"] == []
    assert "the state is what the log says" in hub("rebuild").out
    home.sql("UPDATE thing SET revision = 9 WHERE kind = 'key'")
    assert hub("rebuild").code == 1
    found = hub("verify", "--json")
    assert found.code == 1
    assert {one["name"] for one in orjson.loads(found.out)["faults"]} == {"state.differs"}
    assert hub("prove", "0").code == 0
    assert hub("prove").code == 2
    assert hub("prove", "999").code == 2


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    class PowerCut(Exception):
        pass

    def cut() -> None:
        with replacing(tmp_path / "file") as file:
            file.write(b"half")
            raise PowerCut

    with pytest.raises(PowerCut):
        cut()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BadRequest, match="cannot be written"), replacing(tmp_path / "no" / "file"):
        pass


def test_what_was_asked_and_whose_keys_one_was_told_is_said_when_verifying(hub: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "trottix.jsonl")
    assert hub("export", "trottix", "-o", file, "--after", "2").code == 0
    assert "counter.gap" in hub("verify", file).err
    told = hub("verify", file, "--after", "2")
    assert (told.code, "4 entries of trottix after the first 2" in told.out) == (0, True)
    assert orjson.loads(hub("verify", file, "--after", "2", "--json").out)["after"] == 2
    for wrong in ("bolide", "bolide=x", f"={public_text(new_key())}"):
        assert hub("verify", file, "--witness", wrong).code == 2
    assert hub("verify", "--after", "2").code == 2


def test_a_cosignature_is_unverified_until_the_witnesss_key_is_told(home: LogHall, hub: Run, tmp_path: Path) -> None:
    state, proof, line, file = (str(tmp_path / name) for name in ("state.json", "proof.json", "line", "mine.jsonl"))
    origin, key = checkpoint(hub)
    Path(proof).write_text(hub("prove", "--since", "0").out)
    pem = str(tmp_path / "bolide.pem")
    hub("witness", "init", state, "--as", "bolide", "--key", key, "--origin", origin)
    cosigned = hub("witness", "cosign", state, proof, "--key", pem, "--passphrase", "correct horse", "-o", line)
    assert cosigned.code == 0, cosigned.err
    kept = read_private(Path(pem).read_text(), "correct horse")
    size = orjson.loads(Path(proof).read_bytes())["checkpoint"]["size"]
    log_witnesses.accept(home.front, "bolide", size, Path(line).read_text("utf-8").splitlines()[-1])
    with Path(file).open("wb") as out:
        out.writelines(exported(home.front, "trottix"))
    own = public_text(kept)
    assert f"unverified: bolide by key {own}" in hub("verify", file).out
    assert "(cosigned by bolide)" in hub("verify", file, "--witness", f"bolide={own}").out
    assert hub("verify", file, "--witness", f"bolide={key}").code == 1
