"""``hub feeds brake``: runs that would have touched too many feeds at once, and what a person says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import AS, HOME, JSON
from hub.cli.render import emit, say
from hub.cli.work import open_front
from hub.records import brakes
from hub.records.feed_models import Brake
from hub.services import brake
from hub.services.commons import current_world
from hub.services.speaking import must_be_active

brake_app = typer.Typer(help="Runs held back because they would touch too many feeds at once.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
By = Annotated[str, AS]
Held = Annotated[int, typer.Argument(help="Number of the run that is held back.", min=1)]


@brake_app.command("list")
def list_brakes(
    most: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50, home: Home = None, as_json: AsJson = False
) -> None:
    """The runs that were held back, newest first, with the feeds that they would have touched."""
    with open_front(home).records.read() as session:
        rows = [_brake(one) for one in brakes.listed(session, most=most)]
    columns = ("number", "at", "run", "state", "feeds", "of", "hidden", "decided_by")
    emit(rows, columns, as_json=as_json, empty="No run was ever held back.")


def _brake(one: Brake) -> dict[str, Any]:
    return {
        "number": one.id,
        "at": one.at,
        "run": one.run,
        "state": one.state,
        "feeds": len(one.facts["hidden"]),
        "of": one.facts["of"],
        "hidden": one.facts["hidden"],
        "decided_at": one.decided_at,
        "decided_by": one.decided_by or None,
        "used_at": one.facts.get("used_at"),
    }


@brake_app.command("allow")
def allow(number: Held, by: By, home: Home = None) -> None:
    """Let the next run do exactly what it wanted, once."""
    _decide(home, number, allow=True, by=by)


@brake_app.command("refuse")
def refuse(number: Held, by: By, home: Home = None) -> None:
    """Refuse it: what the run wanted stays held back; `allow` takes that back."""
    _decide(home, number, allow=False, by=by)


def _decide(home: Path | None, number: int, *, allow: bool, by: str) -> None:
    front = open_front(home)
    must_be_active(current_world(front), by)
    done = brake.decide(front, number, allow=allow, by=by)
    say(f"{done.id}  {done.run}: {done.state} by {done.decided_by}; {len(done.facts['hidden'])} feeds")
