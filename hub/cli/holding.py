"""``hub agreements``, its part on what holds: suspend, review, resume, withdraw, terminate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.negotiation.states import SUSPENSION_CODES
from hub.cli.negotiating import tell
from hub.cli.options import AS, HOME, REVISION, WHY
from hub.cli.work import open_front
from hub.services import negotiate_holding

app = typer.Typer()

Home = Annotated[Path | None, HOME]
By = Annotated[str, AS]
Why = Annotated[str, WHY]
Revision = Annotated[int | None, REVISION]
Id = Annotated[str, typer.Argument(help="Id of the agreement.")]


@app.command("suspend")
def suspend(
    agreement: Id,
    by: By,
    code: Annotated[
        str, typer.Option("--reason", help=f"One of {', '.join(SUSPENSION_CODES)}; the holder owes none.")
    ] = negotiate_holding.NO_REASON_OWED,
    why: Why = "",
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Suspend at once: the next decision denies. By the holder, the secretariat or an authority."""
    front = open_front(home)
    tell(front, negotiate_holding.suspend(front, agreement, by=by, code=code, why=why, revision=revision))


@app.command("review")
def review(agreement: Id, by: By, why: Why, revision: Revision = None, home: Home = None) -> None:
    """Keep one's suspension for as long once more, and say why."""
    front = open_front(home)
    tell(front, negotiate_holding.review(front, agreement, by=by, why=why, revision=revision))


@app.command("resume")
def resume(
    agreement: Id,
    by: By,
    whose: Annotated[
        str | None, typer.Option(help="Whose suspension: holder, hub, or the id of an authority; else one's own.")
    ] = None,
    why: Why = "",
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Lift a suspension: one's own; or an authority's, which both parties lift together."""
    front = open_front(home)
    tell(front, negotiate_holding.resume(front, agreement, by=by, whose=whose, why=why, revision=revision))


@app.command("withdraw")
def withdraw(agreement: Id, by: By, why: Why = "", revision: Revision = None, home: Home = None) -> None:
    """Leave, as its holder, when the notice has run out; until then it binds."""
    front = open_front(home)
    tell(front, negotiate_holding.withdraw(front, agreement, by=by, why=why, revision=revision))


@app.command("terminate")
def terminate(agreement: Id, by: By, why: Why = "", revision: Revision = None, home: Home = None) -> None:
    """End it at once: one party asks, the other confirms with the same command; the secretariat with a reason."""
    front = open_front(home)
    tell(front, negotiate_holding.terminate(front, agreement, by=by, why=why, revision=revision))
