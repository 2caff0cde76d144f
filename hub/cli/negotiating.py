"""``hub agreements``, its part on negotiating: draft, propose, counter, accept, reject, amend; diff and history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.negotiation.states import WORDS
from hub.cli.offers import read_offer_file
from hub.cli.options import AS, HOME, JSON, REVISION, WHY
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.services import negotiate
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.negotiate_reading import Look, look_here
from hub.services.turn import Seen

app = typer.Typer()

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
By = Annotated[str, AS]
Why = Annotated[str, WHY]
Revision = Annotated[int | None, REVISION]
Id = Annotated[str, typer.Argument(help="Id of the agreement.")]
File = Annotated[Path, typer.Argument(help="The text: YAML as in the documents' agreements, or JSON (*.json).")]


@app.command("draft")
def draft(
    file: File,
    by: By,
    why: Why,
    counterparty: Annotated[
        str | None, typer.Option("--with", help="The other party, where the recipient is not one member.")
    ] = None,
    home: Home = None,
) -> None:
    """Write an agreement down, or revise one's own draft; nobody else sees it before it is proposed."""
    front = open_front(home)
    text = read_offer_file(file, current_world(front))
    tell(front, negotiate.draft(front, text, by=by, why=why, counterparty=counterparty))


@app.command("amend")
def amend(agreement: Id, file: File, by: By, why: Why, revision: Revision = None, home: Home = None) -> None:
    """Draft what shall hold instead of what holds; the old version stays in force until the new one takes over."""
    front = open_front(home)
    text = read_offer_file(file, current_world(front))
    tell(front, negotiate.amend(front, agreement, text, by=by, why=why, revision=revision))


@app.command("propose")
def propose(agreement: Id, by: By, why: Why = "", revision: Revision = None, home: Home = None) -> None:
    """Show one's draft to the other party; then it is that party's turn."""
    front = open_front(home)
    tell(front, negotiate.propose(front, agreement, by=by, why=why, revision=revision))


@app.command("counter")
def counter(agreement: Id, file: File, by: By, why: Why, revision: Revision = None, home: Home = None) -> None:
    """Answer the last version with one's own, and say why."""
    front = open_front(home)
    text = read_offer_file(file, current_world(front))
    tell(front, negotiate.counter(front, agreement, text, by=by, why=why, revision=revision))


@app.command("accept")
def accept(
    agreement: Id,
    by: By,
    version_hash: Annotated[str, typer.Option("--hash", help="Hash of the version that you read (see show).")],
    why: Why = "",
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Take the last version as it is; then both parties sign it."""
    front = open_front(home)
    tell(front, negotiate.accept(front, agreement, version_hash, by=by, why=why, revision=revision))


@app.command("reject")
def reject(agreement: Id, by: By, why: Why = "", revision: Revision = None, home: Home = None) -> None:
    """End what is being negotiated; a version that holds already goes on."""
    front = open_front(home)
    tell(front, negotiate.reject(front, agreement, by=by, why=why, revision=revision))


@app.command("diff")
def diff(
    agreement: Id,
    before: Annotated[int | None, typer.Argument(help="Number of a version; else what the newest answers.")] = None,
    after: Annotated[int | None, typer.Argument(help="Number of another version; else the newest.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What changed from one version to another, clause by clause, and whether it became stricter or looser."""
    look = look_here(open_front(home), agreement)
    rows = [
        {"clause": one.clause, "direction": one.direction.value, **one.sentence().plain()}
        for one in look.changes(before, after)
    ]
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        say(f"{row['en']} / {row['fr']}")
    if not rows:
        say("Nothing changed.")


@app.command("history")
def history(agreement: Id, home: Home = None, as_json: AsJson = False) -> None:
    """Who did what when and why, and what comes next."""
    look = look_here(open_front(home), agreement)
    rows = [{"at": one.at, "by": one.by, "what": one.what, "why": one.why} for one in look.acts]
    if as_json:
        emit_json({**standing(look), "acts": rows, "versions": [_version(look, one.number) for one in look.versions]})
        return
    emit(rows, ("at", "by", "what", "why"), as_json=False, empty="Nothing was done to it yet.")
    say_standing(look)


def _version(look: Look, number: int) -> dict[str, Any]:
    one = look.version(number)
    return {
        "number": one.number,
        "author": one.author,
        "at": one.at,
        "why": one.why,
        "hash": one.hash,
        "parent": one.parent,
        "offered_at": one.offered_at,
        "signed_by": sorted(one.signers),
        "text": one.text.plain(),
    }


def standing(look: Look) -> dict[str, Any]:
    """Where an agreement stands, for machines."""
    state, held = look.state, look.state.held_at(look.at)
    return {
        "agreement": state.id,
        "state": state.state_at(look.at).value,
        "revision": look.revision,
        "holder": state.holder,
        "counterparty": state.counterparty,
        "in_force": held.number if held else None,
        "negotiated": state.pending.state.value if state.pending else None,
        "turn": state.pending.turn if state.pending and state.pending.turn else None,
        "last_hash": state.last.hash,
        "suspensions": [
            {"by": one.by, "code": one.code, "why": one.why, "at": one.at, "review_by": one.review_by}
            for one in state.suspensions
        ],
        "leaves_at": state.leaves_at,
        "next": [one.plain() for one in look.missing],
    }


def say_standing(look: Look) -> None:
    """Where an agreement stands, for people."""
    state = look.state
    words = WORDS[state.state_at(look.at)]
    held = state.held_at(look.at)
    parts = [f"{state.id}: {words.en} / {words.fr}"]
    parts += [f"version {held.number}"] if held else []
    if state.pending is not None and held is not None:
        pending = WORDS[state.pending.state]
        parts.append(f"version {state.last.number} {pending.en} / {pending.fr}")
    say(f"{', '.join(parts)} (revision {look.revision}, last hash {state.last.hash})")
    for one in look.missing:
        say(f"  next: {one.en} / {one.fr}")


def tell(front: Front, done: Seen) -> None:
    """Say where an agreement stands after an act."""
    say_standing(look_here(front, done.state.id))
