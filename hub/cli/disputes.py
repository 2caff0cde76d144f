"""``hub disputes``: between two members, with a mediator drawn by lot."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from governance.disputes.case import Dispute, Ruling
from hub.cli.options import AS, HOME, JSON, REVISION, WHY
from hub.cli.render import complain, emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import dispute_views, disputes
from hub.services.disputes import Claim
from hub.services.front import Front

app = typer.Typer(help="Disputes between members, and their published decisions.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
By = Annotated[str, AS]
Why = Annotated[str, WHY]
Revision = Annotated[int | None, REVISION]
Id = Annotated[str, typer.Argument(help="Id of the dispute.")]
Text = Annotated[str, typer.Option(help="The decision in words, for the parties.")]
Fr = Annotated[str, typer.Option("--summary-fr", help="What is published, in French: roles instead of names.")]
En = Annotated[str, typer.Option("--summary-en", help="What is published, in English: roles instead of names.")]
Effects = Annotated[
    list[str] | None, typer.Option("--effect", help="WHAT=THING, such as overturn_sanction=bolide-1 (may be repeated).")
]


@app.command("list")
def list_disputes(home: Home = None, as_json: AsJson = False) -> None:
    """Every dispute with its state at this moment."""
    front = open_front(home)
    rows = [_row(front, one.state) for one in dispute_views.listed(front)]
    columns = ("dispute", "state", "claimant", "respondent", "about", "mediator", "mediation_ends")
    emit(rows, columns, as_json=as_json, empty="No dispute was ever opened.")


@app.command("show")
def show(dispute: Id, home: Home = None, as_json: AsJson = False) -> None:
    """One dispute: claim, mediator, measures, ruling."""
    front = open_front(home)
    seen = dispute_views.shown(front, dispute)
    if as_json:
        emit_json({**seen.state.plain(), "revision": seen.revision, "shown": seen.state.shown_state(front.clock())})
        return
    _tell(front, seen.state)
    say(f"  claim: {seen.state.claim}")
    for one in seen.state.measures:
        say(f"  measure {one.id}: {one.subject} to {', '.join(one.recipients)} until {one.until:%Y-%m-%d %H:%MZ}")
    if seen.state.ruling:
        say(f"  ruling: {seen.state.ruling.text}")


@app.command("draw")
def draw(dispute: Id, home: Home = None, as_json: AsJson = False) -> None:
    """Draw the lots again from the log, and show how; exit code 1 if something else comes out than was logged."""
    front = open_front(home)
    again = dispute_views.drawn_again(front, dispute_views.shown(front, dispute).state)
    rows = [{**one.plain(), "same": same} for one, same in again]
    columns = ("round", "size", "root", "candidates", "seed", "drawn", "same")
    emit(rows, columns, as_json=as_json, empty="No lot was drawn yet.")
    if not as_json:
        say("seed: SHA-256 of canonical JSON {dispute, root, round, size}; drawn: candidates[seed mod their number]")
    if not all(same for _, same in again):
        complain("the log does not come to the draw that is kept")
        raise typer.Exit(1)


@app.command("decisions")
def decisions(home: Home = None, as_json: AsJson = False) -> None:
    """The decisions that everybody may read, without names."""
    rows = [dict(one) for one in dispute_views.published(open_front(home))]
    emit(rows, ("ended", "about", "outcome", "summary"), as_json=as_json, empty="No dispute was decided yet.")


@app.command("open")
def open_command(
    claimant: Annotated[str, typer.Argument(help="Id of the member that claims.")],
    respondent: Annotated[str, typer.Argument(help="Id of the other party.")],
    about: Annotated[str, typer.Option(help="data_quality, use, terms, sanction or other.")],
    claim: Annotated[str, typer.Option(help="The claim, in words; never name a natural person.")],
    by: Annotated[str | None, AS] = None,
    home: Home = None,
) -> None:
    """Open a dispute; its mediator is drawn at once."""
    front = open_front(home)
    _tell(front, disputes.open_dispute(front, Claim(claimant, respondent, about, claim), by=by or claimant))


@app.command("accept")
def accept(dispute: Id, by: By, revision: Revision = None, home: Home = None) -> None:
    """The mediator takes the dispute up."""
    front = open_front(home)
    _tell(front, disputes.accept(front, dispute, by=by, revision=revision))


@app.command("refuse")
def refuse(dispute: Id, by: By, why: Why, revision: Revision = None, home: Home = None) -> None:
    """Refuse the mediator; another one is drawn."""
    front = open_front(home)
    _tell(front, disputes.refuse_mediator(front, dispute, by=by, why=why, revision=revision))


@app.command("measure")
def measure(
    dispute: Id,
    by: By,
    why: Why,
    subject: Annotated[str, typer.Option(help="Id of a dataset or a cube.")],
    recipient: Annotated[list[str], typer.Option(help="everyone, members, college:ID or member:ID (may be repeated).")],
    until: Annotated[dt.datetime, typer.Option(help="When it ends, in UTC.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])],
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Forbid something while the dispute goes on."""
    front = open_front(home)
    ends = until.replace(tzinfo=dt.UTC)
    made = disputes.measure(
        front, dispute, by=by, subject=subject, recipients=recipient, until=ends, why=why, revision=revision
    )
    _tell(front, made)


@app.command("relieve")
def relieve(
    dispute: Id,
    name: Annotated[str, typer.Argument(help="Id of the measure.")],
    by: By,
    why: Why,
    revision: Revision = None,
    home: Home = None,
) -> None:
    """End a provisional measure."""
    front = open_front(home)
    _tell(front, disputes.relieve(front, dispute, name, by=by, why=why, revision=revision))


@app.command("propose")
def propose(
    dispute: Id,
    by: By,
    text: Text,
    fr: Fr,
    en: En,
    effect: Effects = None,
    revision: Revision = None,
    home: Home = None,
) -> None:
    """The mediator proposes a decision."""
    front = open_front(home)
    _tell(front, disputes.propose(front, dispute, _ruling(text, fr, en, effect), by=by, revision=revision))


@app.command("agree")
def agree(dispute: Id, by: By, revision: Revision = None, home: Home = None) -> None:
    """A party agrees to the proposal."""
    front = open_front(home)
    _tell(front, disputes.answer(front, dispute, by=by, agrees=True, revision=revision))


@app.command("decline")
def decline(dispute: Id, by: By, why: Annotated[str, WHY] = "", revision: Revision = None, home: Home = None) -> None:
    """A party declines the proposal."""
    front = open_front(home)
    _tell(front, disputes.answer(front, dispute, by=by, agrees=False, why=why, revision=revision))


@app.command("impose")
def impose(
    dispute: Id,
    by: By,
    text: Text,
    fr: Fr,
    en: En,
    effect: Effects = None,
    revision: Revision = None,
    home: Home = None,
) -> None:
    """The mediator decides: after a refusal, or when the days of mediation are over."""
    front = open_front(home)
    _tell(front, disputes.impose(front, dispute, _ruling(text, fr, en, effect), by=by, revision=revision))


@app.command("withdraw")
def withdraw(dispute: Id, by: By, why: Why, revision: Revision = None, home: Home = None) -> None:
    """The claimant withdraws."""
    front = open_front(home)
    _tell(front, disputes.withdraw(front, dispute, by=by, why=why, revision=revision))


def _ruling(text: str, fr: str, en: str, effects: list[str] | None) -> Ruling:
    pairs = [one.partition("=") for one in effects or []]
    if any(not thing for _, _, thing in pairs):
        raise BadRequest("an effect is written WHAT=THING")
    return disputes.ruling_of(text, {"fr": fr, "en": en}, [{"what": what, "thing": thing} for what, _, thing in pairs])


def _row(front: Front, one: Dispute) -> dict[str, Any]:
    return {
        "dispute": one.id,
        "state": one.shown_state(front.clock()),
        "claimant": one.claimant,
        "respondent": one.respondent,
        "about": one.about.value,
        "mediator": one.mediator,
        "mediation_ends": one.mediation_ends,
    }


def _tell(front: Front, one: Dispute) -> None:
    row = _row(front, one)
    mediator = f", mediator {one.mediator}" if one.mediator else ", no mediator"
    say(f"{one.id}  {row['state']}: {one.claimant} and {one.respondent} about {row['about']}{mediator}")
