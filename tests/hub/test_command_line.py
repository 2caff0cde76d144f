"""The command line where nothing is as it should be: one line each, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
import typer

from hub.cli import COMMANDS, main
from tests.hub.test_bad_input import Answer, hub, town, zipped  # noqa: F401 - the fixture `hub`


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """The command with no commons, no feed, no home."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["hub", *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capsys.readouterr()
        return Answer(int(leaving.value.code or 0), told.out, told.err)

    return run


@pytest.mark.parametrize("words", ["feeds list", "audit verify", "audit list", "releases list", "keys list"])
def test_a_hub_that_was_never_used_is_an_empty_one(bare: Callable[..., Answer], words: str) -> None:
    answer = bare(*words.split())
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.strip()


def test_without_a_commons_the_command_says_what_to_do(bare: Callable[..., Answer]) -> None:
    answer = bare("agreements", "list")
    assert answer.code == 1
    assert "hub agreements load" in answer.line


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HUB_TIMEZONE", "Nowhere", "HUB_TIMEZONE"),
        ("HUB_MEMORY_MIB", "abc", "HUB_MEMORY_MIB"),
        ("HUB_DATABASE_URL", "secret-nonsense", "HUB_DATABASE_URL"),
        ("HUB_HOME", "/dev/null/x", "cannot be kept here"),
    ],
)
def test_a_wrong_setting_is_named_and_not_repeated(
    bare: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    answer = bare("feeds", "list")
    assert answer.code == 2
    assert says in answer.line
    assert "secret" not in answer.err


def test_what_a_feed_says_is_never_taken_for_markup(hub: Callable[..., Answer], tmp_path: Path) -> None:  # noqa: F811
    files = town()
    files["stops.txt"] = f"{files['stops.txt']}C,X,[/red],5\n"
    hub("ingest", str(zipped(tmp_path / "odd.zip", files)), "--feed", "bus-hautes-combes")
    answer = hub("feeds", "findings", "bus-hautes-combes")
    assert answer.code in (0, 1)
    assert "[/red]" in answer.out


def test_a_folder_of_folders_is_no_feed(hub: Callable[..., Answer], tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    answer = hub("ingest", str(tmp_path / "a"), "--feed", "bus-hautes-combes")
    assert answer.code == 1
    assert "no file of a feed" in answer.line
    assert hub("ingest", "", "--feed", "bus-hautes-combes").code == 2


def test_a_commons_to_begin_with_can_be_loaded(bare: Callable[..., Answer], tmp_path: Path) -> None:
    folder = str(tmp_path / "commons")
    assert bare("agreements", "start", folder, "--feed", "my-network").code == 0
    assert bare("agreements", "load", folder).code == 0
    assert bare("agreements", "start", folder, "--feed", "my-network").code == 1


def test_the_list_says_of_each_command_what_its_own_help_begins_with() -> None:
    own = {name: typer.main.get_command(import_module(f"hub.cli.{name}").app).help or "" for name in COMMANDS}
    assert {name: text.partition("\n")[0] for name, text in own.items()} == dict(COMMANDS)


_LISTED = """
import sys
from hub.cli import main
sys.argv = ["hub", *sys.argv[1:]]
try:
    main()
except SystemExit:
    loaded = [name for name in ("hub.cli.work", "hub.bootstrap", "duckdb") if name in sys.modules]
    sys.stdout.write(f"loaded {loaded}")
"""
_COMPLETED = {"_HUB_COMPLETE": "complete_bash", "COMP_WORDS": "hub ", "COMP_CWORD": "1"}


@pytest.mark.parametrize(("words", "environment"), [(["--help"], {}), ([], {}), ([], _COMPLETED)])
def test_to_list_the_commands_loads_none_of_them(words: list[str], environment: dict[str, str]) -> None:
    program = [sys.executable, "-c", _LISTED, *words]
    done = subprocess.run(program, env=os.environ | environment, capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in COMMANDS)
    assert ("Usage" in done.stdout) is not bool(environment)
    assert done.stdout.endswith("loaded []")
