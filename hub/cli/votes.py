"""``hub votes``: proposals to change the rules, ballots, holders' consent, and closing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.acts import HUB
from hub.cli.difference import DROP, FILE, SET, difference_of
from hub.cli.options import AS, HOME, JSON, REVISION, WHY
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import closing, proposal_views, proposals
from hub.services.front import Front

app = typer.Typer(help="Proposals, ballots, consent: how the members decide.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
As = Annotated[str, AS]
Why = Annotated[str, WHY]
Revision = Annotated[int | None, REVISION]
Id = Annotated[str, typer.Argument(help="Id of the proposal.")]


@app.command("propose")
def propose(
    by: As,
    why: Why,
    file: Annotated[Path | None, FILE] = None,
    set_: Annotated[list[str] | None, SET] = None,
    drop: Annotated[list[str] | None, DROP] = None,
    sanction: Annotated[str, typer.Option(help="Vote on this sanction case instead of the rules.")] = "",
    name: Annotated[str, typer.Option("--id", help="Id of the proposal; else one is chosen.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Put a change of the rules to the vote, for instance --set floors.members.min_trips=20."""
    wanted = difference_of(file, set_, drop)
    if bool(sanction) is bool(wanted):
        raise BadRequest("propose a change of the rules (--set, --drop, a file) or a --sanction, exactly one of them")
    front = open_front(home)
    if sanction:
        made = proposals.propose_sanction(front, sanction, by=by, why=why, proposal=name)
    else:
        made = proposals.propose(front, wanted, by=by, why=why, proposal=name)
    _tell(front, made.id, as_json=as_json)


@app.command("list")
def list_proposals(home: Home = None, as_json: AsJson = False) -> None:
    """All proposals, newest first."""
    front = open_front(home)
    rows = [
        {**proposal_views.summary(one, at=front.clock()), "about": f"{one.subject.value} {one.thing}"}
        for one in proposals.listed(front)
    ]
    columns = ("id", "about", "nature", "state", "due", "by", "closes_at", "voted", "voters")
    emit(rows, columns, as_json=as_json, empty="No proposal yet: `hub votes propose` opens one.")


@app.command("show")
def show(proposal: Id, home: Home = None, as_json: AsJson = False) -> None:
    """One proposal: what it changes, what it needs, and the count once it has ended."""
    _tell(open_front(home), proposal, as_json=as_json)


@app.command("ballot")
def ballot(
    proposal: Id,
    choice: Annotated[str, typer.Argument(help="yes, no or abstain.")],
    by: As,
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Cast a member's ballot, or change it, until the vote ends."""
    found = proposals.ballot(open_front(home), proposal, choice, by=by, revision=revision)
    until = f"{found.closes_at:%Y-%m-%d %H:%MZ}"
    say(f"{by}: {choice}. {len(found.ballots)} of {len(found.roll.voters)} have voted; until {until}.")


@app.command("consent")
def consent(
    proposal: Id,
    by: As,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse, or take the consent back.")] = False,
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Say as a holder whether the floors that protect its data may be loosened."""
    proposals.consent(open_front(home), proposal, by=by, consents=not refuse, revision=revision)
    say(f"{by} {'does not consent' if refuse else 'consents'}.")


@app.command("close")
def close(
    proposal: Annotated[str | None, typer.Argument(help="Id of the proposal; else all whose time has come.")] = None,
    by: Annotated[str, AS] = HUB,
    revision: Revision = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Count the ballots of a vote that has ended, and do what was voted."""
    front = open_front(home)
    if proposal is not None:
        closing.close(front, proposal, by=by, revision=revision)
        _tell(front, proposal, as_json=as_json)
        return
    done = closing.close_due(front)
    rows = [proposal_views.summary(one, at=front.clock()) for one in done]
    emit(rows, ("id", "state", "voted", "voters"), as_json=as_json, empty="No vote waits to be closed.")


@app.command("withdraw")
def withdraw(proposal: Id, by: As, why: Why = "", revision: Revision = None, home: Home = None) -> None:
    """Take a member's own proposal back while it is voted on."""
    proposals.withdraw(open_front(home), proposal, by=by, why=why, revision=revision)
    say(f"{proposal} is withdrawn.")


def _tell(front: Front, proposal: str, *, as_json: bool) -> None:
    found = proposals.one(front, proposal)
    # Whoever runs the hub sees what a member sees, and no ballot while the vote runs.
    shown = proposal_views.shown(found.state, reader="", at=front.clock())
    if as_json:
        emit_json({**shown, "revision": found.revision})
        return
    for line in _lines(shown):
        say(line)


def _lines(shown: dict[str, Any]) -> list[str]:
    needed, subject = shown["needed"], shown["subject"]
    majority = f"{needed['yes_percent']} %" if needed["yes_percent"] else "more than half"
    lines = [
        f"{shown['id']}  {subject['kind']} {subject['thing']}  ({'to be closed' if shown['due'] else shown['state']})",
        f"  proposed by {shown['by']}: {shown['why']}",
        *(f"  {one['sentence']['en']} / {one['sentence']['fr']}" for one in shown["changes"]),
        f"  needs a quorum of {needed['quorum_percent']} %, {majority} of what is expressed"
        + (f", a majority in {needed['colleges']} colleges" if needed["colleges"] else ""),
        f"  {shown['voted']} of {shown['voters']} have voted; ballots until {shown['closes_at']:%Y-%m-%d %H:%MZ}",
    ]
    members = shown["members"]
    if members["concerned"]:
        consents = [f"{one} ({'yes' if members['consents'].get(one) else 'not yet'})" for one in members["concerned"]]
        lines.append(f"  consent owed by: {', '.join(consents)}")
    return lines + _count(shown["tally"], members["missing"])


def _count(tally: dict[str, Any] | None, missing: list[str]) -> list[str]:
    if tally is None:
        return []
    total = tally["total"]
    lines = [f"  of {total['entitled']} %: yes {total['yes']}, no {total['no']}, abstain {total['abstain']}"]
    for name, one in tally["colleges"].items():
        lines.append(f"    {name}: yes {one['yes']}, no {one['no']}, of {one['entitled']}")
    lines += [f"  short of: {', '.join(tally['short'])}"] if tally["short"] else []
    return lines + ([f"  no consent of: {', '.join(missing)}"] if missing else [])
