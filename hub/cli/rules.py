"""``hub rules``: the voted rules in force, their history, what a change would do, and the parent commons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.choice.changes import Change, loosened, nature
from governance.choice.paths import flat
from hub.cli.difference import DROP, FILE, SET, difference_of
from hub.cli.offers import read_small
from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import rules
from hub.services.commons import current_world

app = typer.Typer(help="The voted rules: floors, colleges, voting, deadlines.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]


@app.command("show")
def show(
    number: Annotated[int | None, typer.Option("--version", help="An earlier version.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """The rules in force, each by the path under which it can be changed."""
    front = open_front(home)
    ruleset = current_world(front).ruleset if number is None else rules.version(front, number)
    if as_json:
        emit_json({**ruleset.plain(), "hash": ruleset.hash()})
        return
    say(f"{ruleset.id}, version {ruleset.version}")
    rows = [{"path": path, "value": value} for path, value in flat(ruleset).items()]
    emit(rows, ("path", "value"), as_json=False, empty="No rule.")


@app.command("history")
def history(home: Home = None, as_json: AsJson = False) -> None:
    """Every version since the members first proposed a change, and what it changed."""
    rows: list[dict[str, Any]] = [
        {
            "version": one.ruleset.version,
            "from": one.from_,
            "proposal": one.proposal or "founding documents",
            "hash": one.ruleset.hash(),
            "changes": [change.sentence().en for change in found],
        }
        for one, found in rules.steps(open_front(home))
    ]
    columns = ("version", "from", "proposal", "changes")
    emit(
        rows, columns, as_json=as_json, empty="The rules are those of the founding documents; nothing was proposed yet."
    )


@app.command("diff")
def diff(
    file: Annotated[Path | None, FILE] = None,
    set_: Annotated[list[str] | None, SET] = None,
    drop: Annotated[list[str] | None, DROP] = None,
    versions: Annotated[
        tuple[int, int] | None, typer.Option("--versions", help="Compare two versions instead.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What a change would do, stricter or looser, without proposing it; or what changed between two versions."""
    front, wanted = open_front(home), difference_of(file, set_, drop)
    if bool(wanted) is (versions is not None):
        raise BadRequest("give a change (--set, --drop, a file) or --versions A B, exactly one of them")
    found = rules.tried(front, wanted) if versions is None else rules.difference(front, *versions)
    if as_json:
        emit_json([_row(change) for change in found])
        return
    for change in found:
        say(f"{change.path}: {change.sentence().en} / {change.sentence().fr}")
    weakened = ", ".join(sorted(loosened(found)))
    say(f"A {nature(found).value}" + (f"; the holders behind {weakened} have to consent." if weakened else "."))


def _row(change: Change) -> dict[str, Any]:
    return {**change.plain(), "sentence": change.sentence().plain()}


@app.command("check-parent")
def check_parent(
    file: Annotated[Path, typer.Argument(help="The parent's ruleset.yaml.", exists=True, dir_okay=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Whether the rules in force are at least as strict as a parent's; exit code 1 when they are not."""
    looser = rules.looser_than(open_front(home), read_small(file), file=file.name)
    rows = [{"path": path} for path in looser]
    emit(rows, ("path",), as_json=as_json, empty="Every floor is at least as strict as the parent's.")
    if looser:
        raise typer.Exit(1)
