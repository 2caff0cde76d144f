"""``hub sanctions`` and ``hub disputes``: each step by its command, exit codes, JSON; and the job that scans."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import hub.territory
from feeds.reading import Limits
from hub.bootstrap import front_office
from hub.cli import app
from hub.clock import FixedClock
from hub.errors import HubError
from hub.fetch import Fetcher
from hub.jobs.scheduler import rhythm
from hub.jobs.worker import run_one
from hub.released import Released
from hub.services import probing, sanctions
from hub.services.back import Back
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.settings import settings_of
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.migrated import records_at
from tests.hub.test_sanctions import deny

COMMONS = Path(hub.territory.__path__[0]) / "commons"
NOON = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
FACTS = "--facts=It asked for what it was refused, again and again."


class Machine:
    """The commands of one hub, at an instant that can be moved."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.monkeypatch = home, monkeypatch
        self.at(NOON)
        self.run("agreements", "load", str(COMMONS))

    def at(self, instant: dt.datetime) -> None:
        self.monkeypatch.setenv("HUB_NOW", instant.isoformat())

    def run(self, *words: str) -> str:
        result = CliRunner().invoke(app, [*words, "--home", str(self.home)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    def refused(self, *words: str) -> str:
        with pytest.raises(HubError) as fault:
            self.run(*words)
        return str(getattr(fault.value, "reasons", [{"code": "–"}])[0]["code"])

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path / "hub", monkeypatch)


def test_a_case_by_commands(machine: Machine) -> None:
    assert "No case" in machine.run("sanctions", "list")
    assert machine.json("sanctions", "list") == []
    assert "itineo-1  hearing" in machine.run("sanctions", "propose", "itineo", "--as=secretariat", FACTS)
    assert machine.refused("sanctions", "decide", "itineo-1", "--as=secretariat", "--to=1", "--why=x") == (
        "sanction.heard_first"
    )
    machine.run("sanctions", "state", "itineo-1", "--as=itineo", "--text=A loop in our client.")
    assert "in_force, level 1" in machine.run(
        "sanctions", "decide", "itineo-1", "--as=secretariat", "--to=1", "--why=x"
    )
    shown = machine.json("sanctions", "show", "itineo-1")
    assert (shown["shown"], shown["revision"], shown["step"]["level"]) == ("in_force", 3, 1)
    assert "statement: A loop" in machine.run("sanctions", "show", "itineo-1")
    assert "lifted" in machine.run("sanctions", "lift", "itineo-1", "--as=secretariat", "--why=mended")
    machine.run("sanctions", "propose", "bolide", "--as=smhc", FACTS, "--emergency")
    assert "noticed" in machine.run("sanctions", "notice", "bolide-1", "--as=secretariat", "--why=x")
    machine.run("sanctions", "propose", "bolide", "--as=smhc", f"{FACTS} 2")
    assert "dismissed" in machine.run("sanctions", "dismiss", "bolide-2", "--as=smhc", "--why=x")
    assert "Nobody seems" in machine.run("sanctions", "scan")
    assert machine.json("sanctions", "scan") == []


def test_a_dispute_by_commands(machine: Machine) -> None:
    claim = ("--about=use", "--claim=It used the extracts for another purpose.")
    assert "No dispute" in machine.run("disputes", "list")
    assert "No dispute" in machine.run("disputes", "decisions")
    machine.run("disputes", "open", "smhc", "bolide", *claim)
    first = machine.json("disputes", "show", "dispute-1")["draws"][0]["drawn"]
    machine.run("disputes", "refuse", "dispute-1", "--as=bolide", "--why=It works for them.")
    draws = machine.json("disputes", "draw", "dispute-1")
    assert [one["same"] for one in draws] == [True, True]
    mediator = draws[-1]["drawn"]
    assert mediator != first
    assert "seed: SHA-256" in machine.run("disputes", "draw", "dispute-1")
    by = f"--as={mediator}"
    machine.run("disputes", "accept", "dispute-1", by)
    until = ("--subject=mds-bolide", "--recipient=members", "--until=2027-02-10", "--why=until we know more")
    machine.run("disputes", "measure", "dispute-1", by, *until)
    name = machine.json("disputes", "show", "dispute-1")["measures"][0]["id"]
    assert f"measure {name}: mds-bolide" in machine.run("disputes", "show", "dispute-1")
    machine.run("disputes", "relieve", "dispute-1", name, by, "--why=we know more")
    ruling = (
        "--text=The extracts are deleted within a week.",
        "--summary-fr=Les extraits sont supprimés sous une semaine.",
        "--summary-en=The extracts are deleted within a week.",
        "--effect=terminate_agreement=joint-members-bolide",
    )
    machine.refused("disputes", "propose", "dispute-1", by, *ruling[:3], "--effect=terminate_agreement")
    machine.run("disputes", "propose", "dispute-1", by, *ruling)
    machine.run("disputes", "decline", "dispute-1", "--as=bolide")
    machine.run("disputes", "agree", "dispute-1", "--as=smhc")
    assert "decided" in machine.run("disputes", "impose", "dispute-1", by, *ruling)
    assert machine.json("disputes", "decisions")[0]["effects"] == ["terminate_agreement"]
    machine.run("disputes", "open", "smhc", "bolide", *claim)
    assert "withdrawn" in machine.run("disputes", "withdraw", "dispute-2", "--as=smhc", "--why=settled")
    machine.run("disputes", "open", "glisse", "smhc", *claim)
    third = machine.json("disputes", "show", "dispute-3")["draws"][0]["drawn"]
    machine.run("disputes", "accept", "dispute-3", f"--as={third}")
    machine.run("disputes", "propose", "dispute-3", f"--as={third}", *ruling[:3])
    machine.run("disputes", "agree", "dispute-3", "--as=smhc")
    assert "settled" in machine.run("disputes", "agree", "dispute-3", "--as=glisse")


def test_a_forged_draw_is_found_by_the_command(machine: Machine) -> None:
    machine.run("disputes", "open", "smhc", "bolide", "--about=use", "--claim=It used the extracts otherwise.")
    front = front_office(settings_of(machine.home))
    with front.records.engine.begin() as connection:
        state = json.loads(connection.exec_driver_sql("SELECT state FROM thing WHERE kind = 'dispute'").scalar_one())
        state["draws"][0]["root"] = "0" * 64
        connection.exec_driver_sql("UPDATE thing SET state = ? WHERE kind = 'dispute'", (json.dumps(state),))
    front.records.close()
    result = CliRunner().invoke(app, ["disputes", "draw", "dispute-1", "--home", str(machine.home)])
    assert result.exit_code == 1


def test_the_scan_is_a_job_of_the_rhythm(tmp_path: Path) -> None:
    records = records_at(tmp_path / "records" / "records.sqlite3")
    front = Front(records, Released(tmp_path / "released"), FixedClock(NOON))
    assert "enqueue_scan" in {job.id for job in rhythm(front).get_jobs()}
    assert probing.enqueue_scan(front) is False  # there is no commons yet
    put_in_force(front, read_folder(COMMONS))
    deny(front, "itineo", 20)
    assert probing.enqueue_scan(front) is True
    assert probing.enqueue_scan(front) is False
    back = Back(
        front=front,
        vault=Vault(tmp_path / "vault"),
        fetcher=Fetcher(most_bytes=1, most_s=1.0),
        timezone="Europe/Paris",
        signet=Signet(tmp_path / "keys"),
        limits=Limits(),
    )
    assert run_one(back, "worker")
    assert [one.state.member for one in sanctions.listed(front)] == ["itineo"]
    records.close()
