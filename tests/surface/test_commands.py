"""Every command: what is run for a member shows no more than it may see, and nobody acts that may not.

Whoever runs commands on the hub's own machine reads its records anyway. So a command that is run for no member is only
held to what even there nothing shows: what the vault holds, keys, and cells and records that no agreement lets out.
"""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from typer.testing import CliRunner

from hub.cli import app as command_line
from hub.services.replay import replay
from tests.hub.api.life import NOWHERE
from tests.surface.basin import CUBE, NOW, Basin, in_state
from tests.surface.discovery import Command, commands
from tests.surface.lawful import ROLES, may_see
from tests.surface.scanning import Scanner
from tests.surface.states import BINDING
from tests.surface.test_writing import standing
from tests.surface.things import text

LEAST_COMMANDS: Final = 100
#: These run on and on or make a hub of their own; they take in what they are given; or they write a file of documents.
LEFT_OUT: Final = {
    ("demo",),
    ("serve",),
    ("ingest",),
    ("db", "upgrade"),
    ("agreements", "start"),
    ("agreements", "load"),
}
#: Commands that a member runs to look at something; whatever else has `--as` is taken for an act.
READS: Final = {
    *(("requests", "list"), ("requests", "show"), ("requests", "offer"), ("odrl", "export"), ("registers", "ledger")),
    *(("extracts", "list"), ("extracts", "fetch"), ("extracts", "receipts"), ("attack",)),
    *(("cubes", "preview"), ("hooks", "deliveries")),
}
#: Keys are handed out and taken away by whoever runs the machine, for any member.
OF_THE_MACHINE: Final = {("keys", "new"), ("keys", "register"), ("keys", "revoke")}
#: Reads the vault itself, on the machine that has it: a holder is told there which of its records are wrong.
READS_THE_VAULT: Final = {("feeds", "findings")}
#: Whoever took an extract has a receipt of what it took.
TAKEN: Final = {("extract's account", "authority")}
#: Nobody that may act.
IDLE: Final = ("partie", "candidate", "nobody")
MEMBERS: Final = {member: role for role, (member, _) in reversed(ROLES.items()) if member and "key" not in role}
STATES: Final = ("active", "suspended")
_WHY: Final = "Ce qui a été discuté en réunion."


def values(basin: Basin, folder: Path) -> Mapping[str, list[str]]:
    """What to say for each parameter that must be said, by its name, and of what is kept from others."""
    names = basin.names
    (folder / "text.json").write_bytes(orjson.dumps(text("new-glisse-itineo", "glisse", "itineo").plain()))
    file = [str(folder / "text.json")]
    known: dict[str, list[str]] = {
        **dict.fromkeys(("file", "one", "other", "proof", "state", "key", "certificate"), file),
        **{name: [_WHY] for name in ("why", "facts", "claim", "text", "fr", "en", "name_fr", "name_en")},
        **{name: [str(folder / "out")] for name in ("out", "folder")},
        # No public address, and a feed of that name there is none: nobody is asked, and nothing that is there is moved.
        **{name: [f"{NOWHERE}/feed"] for name in ("url", "target")},
        **{"old": ["autocars-autrefois"], "new": ["bus-hautes-combes"], "kind": ["reuser", "header"]},
        **{"standard": ["gtfs", "mds"], "since": ["2026-09-01"], "base": ["1"], "number": ["1"]},
        "hook": [names["hook"], names["rival hook"]],
        "message": ["mds-trottix_1"],
        "agreement": ["joint-authority-bolide", names["offer"], names["draft"]],
        "dispute": [names["dispute"]],
        "case": [names["case"]],
        "request": [names["request"], names["request draft"]],
        "extract": [names["extract"]],
        "proposal": [names["proposal"]],
        "release": [names["members release"], names["authority release"], *file],
        "releases": [names["members release"], names["authority release"]],
        "slug": ["mds-trottix", "mds-bolide", "bus-hautes-combes", "combecycle"],
        "name": ["gtfs.stop_day"],
        "purpose": ["compliance", "research"],
        "member": ["bolide"],
    }
    once = {
        **{"about": "use", "approve": "mds-glisse", "audience": "members", "choice": "yes", "claimant": "smhc"},
        **{"college": "users", "cube": CUBE, "entry": "3", "feed": "bus-hautes-combes", "from_": "2026-09-01"},
        **{"holding": "neuf", "index": "3", "origin": "x", "public": "AAAA", "recipient": "members"},
        **{"respondent": "glisse", "subject": "mds-glisse", "to": "2026-10-01", "until": "2027-06-01"},
        **{"version_hash": names["offer hash"], "what": "joint-authority-bolide", "year": "2026"},
    }
    return {**known, **{name: [value] for name, value in once.items()}}


def lines(command: Command, known: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Ways to say a command with all that must be said, but for the member."""
    owed: list[Any] = [one for one in command.parameters if one.required and "--as" not in one.opts]
    missing = [str(one.name) for one in owed if one.name not in known]
    assert missing == [], f"{command.words}: add {missing} to `values` in {Path(__file__).name}"
    for combination in itertools.product(*(known[str(one.name)] for one in owed)):
        said = list(command.words)
        for one, value in zip(owed, combination, strict=True):
            said += [value] if one.param_type_name == "argument" else [one.opts[0], value]
        yield said + (["--json"] if "--json" in command.options else [])


def run(said: list[str], basin: Basin, written: Path) -> bytes:
    """Run it; answers with everything that it says and writes, its error included."""
    home = basin.watched.root.parent
    shutil.rmtree(written, ignore_errors=True)
    written.unlink(missing_ok=True)
    told = CliRunner().invoke(command_line, said, env={"HUB_HOME": str(home), "HUB_NOW": NOW.isoformat()})
    assert not isinstance(told.exception, AssertionError | AttributeError | KeyError | TypeError), said
    files = sorted(written.rglob("*")) if written.is_dir() else [written] * written.is_file()
    return b"\n".join([told.output.encode(), str(told.exception).encode(), *(file.read_bytes() for file in files)])


def found() -> list[Command]:
    return [command for command in commands() if command.words not in LEFT_OUT]


def test_every_command_is_known() -> None:
    every = {command.words for command in commands()}
    assert every >= LEFT_OUT | READS | OF_THE_MACHINE
    assert len(every) >= LEAST_COMMANDS
    sys.stdout.write(f"\n{len(every)} commands\n")


@pytest.mark.parametrize("state", STATES)
def test_what_is_run_for_a_member_shows_what_it_may_see(built: tuple[Basin, Path], tmp_path: Path, state: str) -> None:
    with in_state(*built, tmp_path / "home", state) as basin:
        known, scanner, leaks, seen = values(basin, tmp_path), Scanner(basin.sentinels), [], set()
        for command in (one for one in found() if one.words in READS):
            for said, member in itertools.product(lines(command, known), MEMBERS):
                purpose = said[said.index("--purpose") + 1] if "--purpose" in said else "open-reuse"
                known_to = basin.also | (TAKEN if command.words == ("extracts", "receipts") else set())
                for of in scanner.found(run([*said, "--as", member], basin, tmp_path / "out")):
                    seen.add((of, role := MEMBERS[member]))
                    if (of, role) not in known_to and not may_see(of, role=role, state=state, purpose=purpose):
                        leaks.append(f"{' '.join(said)} --as {member}, {state}: shows {of}")
    assert leaks == []
    assert ("request", "research") in seen
    assert ({("extract", "authority"), ("exact p", "authority")} <= seen) is (state in BINDING)


@pytest.mark.parametrize("state", STATES)
def test_what_is_run_for_nobody_shows_no_vault_no_key_and_nothing_unagreed(
    built: tuple[Basin, Path], tmp_path: Path, state: str
) -> None:
    with in_state(*built, tmp_path / "home", state) as basin:
        known = values(basin, tmp_path)
        cells = [one for one in basin.sentinels if one.of in ("members", "authority", "extract")]
        content = [one for one in cells if one.word not in basin.objects and (one.number or 10**9) > 10**6]
        scanner = Scanner([one for one in basin.sentinels if one.of in ("vault", "secret")] + content)
        leaks = []
        for command in (one for one in found() if "--as" not in one.options and one.words not in READS_THE_VAULT):
            for said in lines(command, known):
                if shown := scanner.found(run(said, basin, tmp_path / "out")):
                    leaks.append(f"{' '.join(said)}, {state}: shows {shown}")
    assert content
    assert leaks == []


def test_whoever_may_not_act_does_nothing_by_a_command(built: tuple[Basin, Path], tmp_path: Path) -> None:
    with in_state(*built, tmp_path / "home", "active") as basin:
        known, before, through = values(basin, tmp_path), standing(basin), []
        acts = [one for one in found() if "--as" in one.options and one.words not in READS | OF_THE_MACHINE]
        for command in acts:
            for said, member in itertools.product(list(lines(command, known))[:1], IDLE):
                told = run([*said, "--as", member], basin, tmp_path / "out")
                if standing(basin) != before:
                    through.append(f"{' '.join(said)} --as {member}: {told[:200]!r}")
                    before = standing(basin)
        assert replay(basin.front).differences == ()
    assert through == []
    assert len(acts) >= 45
