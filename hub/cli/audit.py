"""``hub audit``: what was decided at the exits, and whether the record of it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.audit import Broken, verify_chain
from hub.cli.options import HOME, JSON
from hub.cli.render import complain, emit, emit_json, say
from hub.cli.work import open_front
from hub.records import audit as audit_records

app = typer.Typer(help="The audit of every decision at an exit.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]


@app.command("list")
def list_records(
    home: Home = None,
    as_json: AsJson = False,
    most: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=10_000)] = 50,
) -> None:
    """The newest records, newest first."""
    with open_front(home).records.read() as session:
        rows = [dict(one.plain()) for one in audit_records.newest(session, most=most)]
    columns = ("number", "at", "actor", "action", "subject", "audience", "permitted", "reasons")
    emit(rows, columns, as_json=as_json, empty="Nothing was asked of the hub yet.")


@app.command("verify")
def verify(home: Home = None, as_json: AsJson = False) -> None:
    """Check that no record was changed, removed or put in between; exit code 1 if one was."""
    with open_front(home).records.read() as session:
        chain = verify_chain(audit_records.records(session))
    if isinstance(chain, Broken):
        if as_json:
            emit_json({"whole": False, "number": chain.number, "reason": chain.reason})
        complain(f"audit record {chain.number}: {chain.reason}")
        raise typer.Exit(1)
    if as_json:
        emit_json({"whole": True, "records": chain.records, "last": chain.last})
    else:
        say(f"Whole: {chain.records} records, the last hash is {chain.last}")
