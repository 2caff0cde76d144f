"""``hub agreements``: who shares what with whom; and loading the commons' documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.agreement import Agreement
from governance.commons_yaml import load
from governance.world import World
from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import NotFound
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.front import Front
from hub.services.questions import must_be_answerable
from hub.services.starter import start
from hub.settings import settings_of

app = typer.Typer(help="Agreements between the members, and the commons' documents.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Folder = Annotated[Path, typer.Argument(help="Folder of members.yaml, datasets.yaml, agreements/*.yaml …")]


@app.command("list")
def list_agreements(home: Home = None, as_json: AsJson = False) -> None:
    """Every agreement with its state at this moment."""
    front = open_front(home)
    rows = [_row(front, one) for one in current_world(front).agreements]
    columns = ("agreement", "dataset", "tier", "recipient", "audience", "purpose", "until", "state")
    emit(rows, columns, as_json=as_json, empty="No agreement: every dataset is sealed.")


def _row(front: Front, one: Agreement) -> dict[str, Any]:
    return {
        "agreement": one.key,
        "holder": one.holder,
        "dataset": one.dataset,
        "tier": one.tier.value,
        "recipient": one.recipient.plain(),
        "audience": one.audiences.plain(),
        "purpose": one.purposes.plain(),
        "from": one.validity.from_,
        "until": one.validity.to,
        "state": one.state_at(front.clock()).value,
    }


@app.command("show")
def show(
    agreement: Annotated[str, typer.Argument(help="Id of the agreement.")], home: Home = None, as_json: AsJson = False
) -> None:
    """One agreement, its clauses as sentences: enforced by the machine, or promised by the recipient."""
    front = open_front(home)
    found = [one for one in current_world(front).agreements if agreement in (one.id, one.key)]
    if not found:
        raise NotFound(f"no agreement is called {agreement!r}")
    if as_json:
        emit_json([{**one.plain(), "hash": one.hash(), "state": one.state_at(front.clock()).value} for one in found])
        return
    for one in found:
        say(f"{one.key}  {one.title.en} / {one.title.fr}  ({one.state_at(front.clock()).value})")
        for clause in one.clauses():
            kept = "promised" if clause.promised else "enforced"
            say(f"  {kept}: {clause.sentence().en} / {clause.sentence().fr}")


@app.command("check")
def check(folder: Folder) -> None:
    """Read the commons' documents and say what they hold; changes nothing."""
    world = load(read_folder(folder))
    must_be_answerable(world.cubes)
    _say(world)


@app.command("start")
def start_command(
    folder: Annotated[Path, typer.Argument(help="Folder to write the documents into; empty or absent.")],
    feed: Annotated[str, typer.Option("--feed", "-f", help="Slug of the first feed, opened to everyone.")],
    standard: Annotated[str, typer.Option(help="gtfs or gbfs.")] = "gtfs",
) -> None:
    """Write the documents of a commons to begin with, in which one feed is open; edit them, then load them."""
    settings = settings_of()
    written = start(folder, slug=feed, standard=standard, timezone=settings.timezone, year=settings.clock().year)
    _say(load(read_folder(folder)))
    say(f"{len(written)} documents in {folder}. Put them in force: hub agreements load {folder}")


@app.command("load")
def load_command(folder: Folder, home: Home = None) -> None:
    """Check the commons' documents as a whole and put them in force; the earlier ones stay as history."""
    front = open_front(home)
    front.records.upgrade()
    changed = put_in_force(front, read_folder(folder))
    say("In force now:" if changed else "These documents are in force already:")
    _say(current_world(front))


def _say(world: World) -> None:
    counts = {
        "members": len(world.members),
        "holdings": len(world.holdings),
        "datasets": len(world.datasets),
        "cubes": len(world.cubes),
        "agreements": len(world.agreements),
    }
    say(f"{world.basin.name.en}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
