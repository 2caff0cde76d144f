"""The guides' commands, run as they stand by a real shell, on a hub with the demo's commons."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hub.territory
from hub.bootstrap import front_office
from hub.services.commons import put_in_force, read_folder
from hub.services.demo import END
from hub.settings import Settings
from tests.hub.warm_command import warm_command

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
COMMONS = Path(hub.territory.__path__[0]) / "commons"
#: When the demo's hub lives, which the guide begins with.
NOW = END.isoformat()


def with_block(language: str) -> list[Path]:
    """The guides that have something to run in a language."""
    return [path for path in sorted(GUIDES.glob("*.md")) if f"```{language}\n" in path.read_text("utf-8")]


def test_every_guide_has_something_that_is_run() -> None:
    # Python is run by `tests.governance.disclosure.test_hard_markets`.
    assert [path.stem for path in with_block("python")] == ["hard-markets"]
    assert {*with_block("sh"), *with_block("python")} == set(GUIDES.glob("*.md"))


def script(guide: Path) -> str:
    blocks = re.findall(r"```sh\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)
    assert blocks, guide
    return "set -euo pipefail\n" + "\n".join(blocks)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_NOW", NOW)
    home = tmp_path / ".demo"
    front = front_office(Settings(home=home))
    front.records.upgrade()
    put_in_force(front, read_folder(COMMONS))
    front.records.close()
    return home


@pytest.mark.parametrize("guide", with_block("sh"), ids=lambda path: path.stem)
def test_every_command_of_a_guide_works_in_its_order(guide: Path, home: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1"}
    environment.pop("HUB_HOME", None)
    with warm_command(environment, set(re.findall(r"\bhub ([a-z]+)", script(guide)))) as place:
        environment["PATH"] = f"{place}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        shell = ["bash", "-c", script(guide)]
        done = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for sign in EXPECTED[guide.stem]:
        assert re.search(sign, done.stdout), (sign, done.stdout)


def test_the_guides_command_is_the_installed_one(tmp_path: Path) -> None:
    installed = [str(Path(sys.executable).parent / "hub")]
    environment = {**os.environ, "NO_COLOR": "1", "HUB_HOME": str(tmp_path / "home")}
    with warm_command(environment, ["agreements"]) as place:
        for words in (["--help"], ["agreements", "list"], ["agreements", "no-such-word"]):
            one, other = (
                subprocess.run([*command, *words], env=environment, capture_output=True, text=True, check=False)
                for command in (installed, [str(place / "hub")])
            )
            assert (one.returncode, one.stdout, one.stderr) == (other.returncode, other.stdout, other.stderr), words


#: What a reader must find in the output, in words that only the right outcome has.
EXPECTED = {
    "negotiate": (
        r"zones: from H3 8 hexagon to H3 7 hexagon \(stricter\)",
        r"delay: from 30 days to 14 days \(looser\)",
        r"permit-glisse: verified",
        r"promised: .*deletes after",
        r"permit-glisse: suspended",
        r"version 4 proposed",
        r"withdrawing",
    )
}
