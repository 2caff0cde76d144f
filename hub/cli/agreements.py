"""``hub agreements``: who shares what with whom, and the commons' documents; how they come about is beside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from governance.agreement import Agreement
from governance.commons_yaml import load
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.states import WORDS
from governance.negotiation.steps import AGREEMENT
from governance.world import World
from hub.cli import agreement_signing, holding, negotiating
from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import NotFound
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.front import Front
from hub.services.negotiate_reading import Look, look_here
from hub.services.questions import must_be_answerable
from hub.services.starter import start
from hub.services.turn import all_seen
from hub.settings import settings_of

app = typer.Typer(help="Agreements between the members, and the commons' documents.", no_args_is_help=True)
for part in (negotiating, agreement_signing, holding):
    app.registered_commands += part.app.registered_commands

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Folder = Annotated[Path, typer.Argument(help="Folder of members.yaml, datasets.yaml, agreements/*.yaml …")]


@app.command("list")
def list_agreements(home: Home = None, as_json: AsJson = False) -> None:
    """Every agreement with its state at this moment, those that are being negotiated too."""
    front = open_front(home)
    rows = [_row(front, one) for one in current_world(front).agreements]
    for seen in all_seen(front, AGREEMENT):
        state: Negotiation = seen.state
        if state.pending is not None:
            rows.append({**_row(front, state.last.text), "state": state.pending.state.value})
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
        "unsigned": list(one.unsigned),
    }


@app.command("show")
def show(
    agreement: Annotated[str, typer.Argument(help="Id of the agreement.")], home: Home = None, as_json: AsJson = False
) -> None:
    """One agreement, its clauses as sentences, enforced by the machine or promised by the recipient; what is next."""
    front = open_front(home)
    look = _lives(front, agreement.partition("@")[0])
    found = [one for one in current_world(front).agreements if agreement in (one.id, one.key)]
    if look is not None and look.state.pending is not None and agreement in (look.state.id, look.state.last.text.key):
        found.append(replace(look.state.last.text, state=look.state.pending.state))
    if not found and look is not None:  # what was rejected is in no world
        found = [replace(look.state.last.text, state=look.state.state_at(look.at))]
    if not found:
        raise NotFound(f"no agreement is called {agreement!r}")
    if as_json:
        lives = negotiating.standing(look) if look is not None else None
        emit_json([{**_row(front, one), **one.plain(), "hash": one.hash(), "standing": lives} for one in found])
        return
    for one in found:
        _say_agreement(front, one)
    if look is not None:
        negotiating.say_standing(look)


def _lives(front: Front, agreement: str) -> Look | None:
    """The agreement's life; None when it only stands in the documents."""
    try:
        return look_here(front, agreement)
    except NotFound:
        return None


def _say_agreement(front: Front, one: Agreement) -> None:
    words = WORDS[one.state_at(front.clock())]
    say(f"{one.key}  {one.title.en} / {one.title.fr}  ({words.en} / {words.fr})")
    if one.unsigned:
        say(f"  not signed by / non signé par : {', '.join(one.unsigned)}")
    for clause in one.clauses():
        kept = "promised" if clause.promised else "enforced"
        say(f"  {kept}: {clause.sentence().en} / {clause.sentence().fr}")
    if one.rgpd is not None:
        say(f"  personal data: {one.rgpd.sentence().en} / {one.rgpd.sentence().fr}")


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
