"""The commands of the registry: what they print, for people and for machines, and their exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feeds.catalogues import read
from hub.bootstrap import front_office
from hub.cli import main
from hub.services.commons import put_in_force, read_folder
from hub.settings import settings_of
from tests.feeds.examples import examples
from tests.hub.api.hall import COMMONS
from tests.hub.test_bad_input import Answer

URL = "https://data.example.fr/gtfs.zip"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["hub", *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capsys.readouterr()
        return Answer(int(leaving.value.code or 0), told.out, told.err)

    return run


def test_a_feed_s_life_in_commands(hub: Callable[..., Answer]) -> None:
    assert "hub feeds add" in hub("feeds", "registered").out

    added = hub("feeds", "add", "bus", URL, "--standard", "gtfs", "--licence", "lov2", "--every", "3600")
    assert (added.code, added.out.strip()) == (0, f"bus: GTFS at {URL}, every 3600 s")
    assert "No other name" in hub("feeds", "ids", "bus").out
    names = json.loads(hub("feeds", "ids", "bus", "--add", "mdb:mdb-1026", "--json").out)
    assert names == [{"who": "mdb", "id": "mdb-1026"}]
    assert hub("feeds", "set", "bus", "--title", "Cars", "--every", "0").code == 0
    assert hub("feeds", "rename", "bus", "coach").out.strip() == "bus leads on to coach"
    assert json.loads(hub("feeds", "rename", "coach", "cars", "--json").out) == {"old": "coach", "leads_to": "cars"}
    assert hub("feeds", "remove", "cars").out.strip().endswith("not fetched")
    [row] = json.loads(hub("feeds", "export", "--json").out)
    assert row == {
        **{"feed": "cars", "standard": "gtfs", "url": URL, "title": "Cars", "holder": "", "licence": "etalab-2.0"},
        **{"territory": "", "schedule": None, "every_s": None, "active": False, "credential": False},
        **{"names": ["mdb:mdb-1026"], "superseded": ["bus", "coach"], "live": []},
    }


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["set", "nobody", "--title", "x"], 2, "fetches no feed 'nobody'"),
        (["remove", "nobody"], 2, "fetches no feed"),
        (["rename", "nobody", "x"], 2, "no feed is registered or kept"),
        (["ids", "nobody"], 2, "no feed is called"),
        (["ids", "bus", "--add", "mdb-1"], 2, "WHO:ID"),
        (["add", "bus", "https://u:SECRET@a.example", "--standard", "gtfs"], 2, "a user or a password"),
        (["import", "/nowhere/x.json"], 2, "no such file"),
        (["export"], 2, "one of --dmfr and --json"),
        (["export", "--dmfr"], 1, "hub agreements load"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(hub: Callable[..., Answer], words: list[str], code: int, says: str) -> None:
    answer = hub("feeds", *words)
    assert answer.code == code
    assert says in answer.line
    assert "SECRET" not in answer.err


def test_a_list_is_taken_in_and_told_row_by_row(hub: Callable[..., Answer], tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_bytes(examples()["nap"])

    dry = hub("feeds", "import", str(file), "--dry-run")
    assert dry.code == 1
    assert "nap: 2 new, 0 changed, 0 unchanged, 1 refused" in dry.out
    assert "1 of format GTFS (community)" in dry.out
    assert "1 of format NeTEx passed over" in dry.out
    assert "(nothing was done)" in dry.out
    assert "resources[3].url" in dry.out
    told = json.loads(hub("feeds", "import", str(file), "--from", "nap", "--json").out)
    assert [change["kind"] for change in told["changes"]] == ["new", "new", "refused"]
    assert "0 new, 0 changed, 2 unchanged" in hub("feeds", "import", str(file)).out
    file.write_bytes(b'{"feeds":\n}')
    broken = hub("feeds", "import", str(file))
    assert (broken.code, "list.json, row 2" in broken.line) == (1, True)


def test_a_list_that_is_held_back_says_what_to_do(hub: Callable[..., Answer], tmp_path: Path) -> None:
    def systems(version: str) -> str:
        file = tmp_path / f"{version}.json"
        entries = [
            {"system_id": f"s{n}", "versions": [{"version": "3.0", "url": f"https://s{n}.example/{version}"}]}
            for n in range(3)
        ]
        file.write_text(json.dumps({"data": {"datasets": entries}}))
        return str(file)

    front = front_office(settings_of(tmp_path / "home"))
    front.records.upgrade()
    put_in_force(front, read_folder(COMMONS))  # only a member that is there lets something through
    front.records.close()
    assert hub("feeds", "import", systems("a")).code == 0
    assert "The safety brake would hold" in hub("feeds", "import", systems("b"), "--dry-run").out
    held = hub("feeds", "import", systems("b"))
    assert (held.code, "hub feeds brake allow 1" in held.line) == (1, True)
    assert hub("feeds", "brake", "allow", "1", "--as", "nobody").code == 2
    assert hub("feeds", "brake", "allow", "1", "--as", "secretariat").code == 0
    assert "3 changed" in hub("feeds", "import", systems("b")).out


def test_dmfr_is_printed_and_read_again(hub: Callable[..., Answer], tmp_path: Path) -> None:
    front = front_office(settings_of(tmp_path / "home"))
    front.records.upgrade()
    put_in_force(front, read_folder(COMMONS))
    front.records.close()
    hub("feeds", "add", "bus-hautes-combes", URL, "--standard", "gtfs")
    hub("feeds", "add", "mds-trottix", "https://mds.example.fr", "--standard", "mds")

    [one] = read(hub("feeds", "export", "--dmfr").out.encode()).feeds

    assert (one.name.id, one.url, one.licence) == ("bus-hautes-combes", URL, "etalab-2.0")
