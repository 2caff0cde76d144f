"""``hub registers``: the register of processing and the yearly evaluation, made, signed and checked; the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from governance.registers.document import fault_of
from hub.cli.options import HOME, JSON
from hub.cli.render import complain, emit, emit_json, say
from hub.cli.work import back_at_work, open_front
from hub.documents import LANGUAGES, NotADocument, page
from hub.errors import BadRequest
from hub.services import register_making
from hub.services.ledger import ledger
from hub.services.registers import published, read_document
from hub.settings import settings_of

app = typer.Typer(help="What the commons tells of itself, signed; who gives and who uses.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Year = Annotated[int, typer.Option("--year", help="Year that it is about.")]
Out = Annotated[Path, typer.Option("-o", "--out", help="Folder to write the files into.", file_okay=False)]
By = Annotated[str, typer.Option("--as", help="Id of the secretariat, which makes it.")]


@app.command("rgpd")
def rgpd(year: Year, out: Out = Path(), by: By = "secretariat", home: Home = None) -> None:
    """Make, sign and publish the register of processing activities (GDPR, article 30)."""
    _make(register_making.REGISTER_OF_PROCESSING, year, out, by=by, home=home)


@app.command("evaluation")
def evaluation(year: Year, out: Out = Path(), by: By = "secretariat", home: Home = None) -> None:
    """Make, sign and publish the yearly evaluation."""
    _make(register_making.EVALUATION, year, out, by=by, home=home)


def _make(signs: str, year: int, out: Path, *, by: str, home: Path | None) -> None:
    with back_at_work(settings_of(home)) as back:
        made = register_making.make(back, signs, year, by=by)
    out.mkdir(parents=True, exist_ok=True)
    for form, content in made.files.items():
        name = f"{made.published.id}.json" if form == "json" else f"{made.published.id}.{form}.html"
        (out / name).write_bytes(content)
        say(str(out / name))
    say(f"digest {made.published.newest.digest}")


@app.command("list")
def list_registers(home: Home = None, as_json: AsJson = False) -> None:
    """What was published, and when."""
    rows = [
        {"document": one.id, "editions": len(one.editions), "at": one.newest.at, "digest": one.newest.digest}
        for one in published(open_front(home))
    ]
    columns = ("document", "editions", "at", "digest")
    emit(rows, columns, as_json=as_json, empty="Nothing was published: `hub registers evaluation --year Y` makes one.")


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The signed JSON file.", exists=True, dir_okay=False)],
    html: Annotated[list[Path] | None, typer.Option(help="Its page, to compare (may be given twice).")] = None,
    key: Annotated[str, typer.Option(help="The hub's public key, as you were told it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a document's digest and signature, and its pages; needs no hub. Exit code 1 if anything is wrong."""
    document = read_document(file.read_bytes())
    fault = fault_of(document, key=key) or _fault_of_pages(document, html or [])
    if as_json:
        emit_json({"fault": fault, "key": document.get("key"), "valid": not fault})
    elif not fault:
        pinned = "as given" if key else "not compared with any you were told: give --key"
        say(f"Valid: {document['signs']} {document['body'].get('year', '')}, key {document['key']} ({pinned})")
    if fault:
        complain(fault)
        raise typer.Exit(1)


@app.command("ledger")
def show_ledger(
    days: Annotated[int, typer.Option(help="How far back uses are counted, in days.", min=1, max=3_660)] = 365,
    reader: Annotated[str | None, typer.Option("--as", help="Show what this member sees; else everything.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What each member gives (points from 0 to 100 for each dataset) and how much it uses."""
    front = open_front(home)
    lines = ledger(front, since=front.clock() - dt.timedelta(days=days), reader=reader)
    rows = [
        {
            "member": one.member,
            "points": one.points,
            "gives": [f"{given.dataset} {given.points}" for given in one.datasets],
            "uses": one.used,
            "details": {name: [uses.answers, uses.extracts] for name, uses in (one.uses or {}).items()},
        }
        for one in lines
    ]
    emit(rows, ("member", "points", "gives", "uses"), as_json=as_json, empty="No member yet.")


def _fault_of_pages(document: Mapping[str, Any], html: Sequence[Path]) -> str:
    try:
        pages = [page(document, language) for language in LANGUAGES]
    except NotADocument as fault:
        return str(fault)
    return next((f"{one} does not show this document" for one in html if _read(one) not in pages), "")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise BadRequest(f"{path}: {fault.strerror}") from fault
