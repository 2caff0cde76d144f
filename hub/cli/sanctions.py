"""``hub sanctions``: cases against members, from the facts to the end of a step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.sanctions.case import Case
from hub.cli.options import AS, HOME, JSON, REVISION, WHY
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.services import probing, sanctions
from hub.services.front import Front
from hub.services.sanctions import Charge

app = typer.Typer(help="Sanctions: one step at a time, after a hearing; they decay.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
By = Annotated[str, AS]
Why = Annotated[str, WHY]
Revision = Annotated[int | None, REVISION]
Id = Annotated[str, typer.Argument(help="Id of the case.")]
Vote = Annotated[str, typer.Option(help="Id of the members' vote that decided it.")]


@app.command("list")
def list_cases(home: Home = None, as_json: AsJson = False) -> None:
    """Every case with its state at this moment."""
    front = open_front(home)
    rows = [_row(front, one.state) for one in sanctions.listed(front)]
    columns = ("case", "member", "state", "proposed", "level", "until", "origin", "opened_by")
    emit(rows, columns, as_json=as_json, empty="No case was ever brought.")


@app.command("show")
def show(case: Id, home: Home = None, as_json: AsJson = False) -> None:
    """One case: facts, statement, decision."""
    front = open_front(home)
    seen = sanctions.shown(front, case)
    if as_json:
        emit_json({**seen.state.plain(), "revision": seen.revision, "shown": seen.state.shown_state(front.clock())})
        return
    _tell(front, seen.state)
    say(f"  facts: {seen.state.facts}")
    say(f"  log entries: {', '.join(map(str, seen.state.entries)) or '–'}")
    say(f"  statement: {seen.state.statement or '–'}")
    if seen.state.endorsed:
        say(f"  endorsed: {seen.state.endorsed.what} level {seen.state.endorsed.level} by {seen.state.endorsed.by}")


@app.command("propose")
def propose(
    member: Annotated[str, typer.Argument(help="Id of the member that the case is about.")],
    by: By,
    facts: Annotated[str, typer.Option(help="What happened, in words; never name a natural person.")],
    entry: Annotated[list[str] | None, typer.Option(help="Id of a decision in the log (may be given twice).")] = None,
    level: Annotated[int, typer.Option(help="Proposed level, 1 to 6.")] = 1,
    emergency: Annotated[bool, typer.Option("--emergency", help="Suspend at once (level 4) for a while.")] = False,
    home: Home = None,
) -> None:
    """Bring a case; the member has the ruleset's days to be heard."""
    front = open_front(home)
    charge = Charge(member, facts, tuple(entry or ()), level, emergency)
    _tell(front, sanctions.open_case(front, charge, by=by))


@app.command("state")
def state(
    case: Id,
    by: By,
    text: Annotated[str, typer.Option(help="The member's statement.")],
    revision: Revision = None,
    home: Home = None,
) -> None:
    """The member's statement; the last one before the hearing ends counts."""
    front = open_front(home)
    _tell(front, sanctions.state(front, case, by=by, text=text, revision=revision))


@app.command("decide")
def decide(
    case: Id,
    by: By,
    why: Why,
    to: Annotated[int, typer.Option("--to", help="Level that the member comes to: one step up.")],
    vote: Vote = "",
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Decide on the next step. From level 3 on the secretariat and an authority both do; level 6 takes a vote."""
    front = open_front(home)
    _tell(front, sanctions.decide(front, case, by=by, to=to, why=why, vote=vote, revision=revision))


@app.command("notice")
def notice(case: Id, by: By, why: Why, revision: Revision = None, home: Home = None) -> None:
    """End a case with a notice, which changes no access."""
    front = open_front(home)
    _tell(front, sanctions.close(front, case, by=by, why=why, notice=True, revision=revision))


@app.command("dismiss")
def dismiss(case: Id, by: By, why: Why, revision: Revision = None, home: Home = None) -> None:
    """End a case with nothing."""
    front = open_front(home)
    _tell(front, sanctions.close(front, case, by=by, why=why, notice=False, revision=revision))


@app.command("lift")
def lift(case: Id, by: By, why: Why, vote: Vote = "", revision: Revision = None, home: Home = None) -> None:
    """End a step before it decays; it takes the deciders that the step took."""
    front = open_front(home)
    _tell(front, sanctions.lift(front, case, by=by, why=why, vote=vote, revision=revision))


@app.command("scan")
def scan(home: Home = None, as_json: AsJson = False) -> None:
    """Open a case for each member that was denied too often within 24 hours."""
    front = open_front(home)
    rows = [_row(front, one) for one in probing.scan(front)]
    emit(rows, ("case", "member", "state", "proposed"), as_json=as_json, empty="Nobody seems to probe.")


def _row(front: Front, one: Case) -> dict[str, Any]:
    return {
        "case": one.id,
        "member": one.member,
        "state": one.shown_state(front.clock()),
        "proposed": one.proposed,
        "level": one.step.level if one.step else None,
        "until": one.step.until if one.step else one.provisional_until,
        "origin": one.origin,
        "opened_by": one.opened_by,
        "hearing_ends": one.hearing_ends,
    }


def _tell(front: Front, one: Case) -> None:
    row = _row(front, one)
    level = f", level {row['level']}" if row["level"] is not None else f", level {one.proposed} proposed"
    until = f", until {row['until']:%Y-%m-%d %H:%MZ}" if row["until"] else ""
    say(f"{one.id}  {row['state']}{level}{until}; to be heard until {one.hearing_ends:%Y-%m-%d %H:%MZ}")
