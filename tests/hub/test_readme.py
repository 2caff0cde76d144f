"""The README's commands, run as they stand."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from hub.cli import main
from tests.hub.test_bad_input import town, zipped

README = Path(__file__).resolve().parents[2] / "README.md"
#: What other tests run: what is started for real, and what needs the demo's hub (`test_main_job`).
ELSEWHERE = ("source ", "hub serve", "hub releases", "hub cubes")


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("hub ") and not line.startswith(ELSEWHERE)]


def test_the_commands_of_the_readme_work_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUB_NOW", "2026-09-15T06:00:00+00:00")
    zipped(tmp_path / "gtfs.zip", town())
    assert len(commands()) >= 8
    for line in commands():
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as leaving:
            main()
        assert leaving.value.code in (0, None), (line, capsys.readouterr())
    told = capsys.readouterr().out
    assert "my-network: version 1" in told
    assert "files published" in told
    assert re.search(r"\bA\b.*08|28800", told), "the departures of the town's stop A are in the table"
