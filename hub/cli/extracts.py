"""``hub extracts``: records of one holder for one named member: what is there, prepare, fetch, receipts, sweep."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from governance.periods import Period
from hub.cli.options import AS, HOME, JSON
from hub.cli.render import emit, say
from hub.cli.work import back_at_work, open_front
from hub.durable import publish_file, storage_errors
from hub.errors import BadRequest
from hub.services.back import Back
from hub.services.extracts.prepare import Told, prepare, prepare_due
from hub.services.extracts.reading import Listed, listed, open_extract
from hub.services.extracts.receipts import Receipt, receipts
from hub.services.extracts.sweep import sweep
from hub.services.keys import Actor
from hub.settings import settings_of

app = typer.Typer(help="Prepared extracts of the bilateral tier.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Member = Annotated[str, AS]
From = Annotated[dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First local day.")]
To = Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The local day after the last.")]


@app.command("list")
def list_extracts(as_: Member, home: Home = None, as_json: AsJson = False) -> None:
    """The extracts that were prepared for a member or of its data, those that were removed included."""
    rows = [_row(one) for one in listed(open_front(home), _reader(as_))]
    columns = ("extract", "agreement", "table", "from", "to", "recipient", "rows", "prepared_at", "removed_why")
    emit(rows, columns, as_json=as_json, empty=f"No extract is for {as_} or of its data.")


@app.command("prepare")
def prepare_command(
    agreement: Annotated[str | None, typer.Argument(help="Id of a bilateral agreement; without it, all.")] = None,
    table: Annotated[str | None, typer.Option(help="Only this table, of the period from --from to --to.")] = None,
    from_: From = None,
    to: To = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Prepare what is due, after removing what has ended. What must wait is told, with the reason."""
    with back_at_work(settings_of(home)) as back:
        told = _one(back, agreement, table, from_, to) if table or from_ or to else _due(back, agreement)
    rows = [_told(one) for one in told]
    columns = ("agreement", "table", "from", "to", "outcome", "extract", "why")
    emit(rows, columns, as_json=as_json, empty="No bilateral agreement has a period that is over.")


def _due(back: Back, agreement: str | None) -> list[Told]:
    return prepare_due(back, agreement=agreement)


def _one(
    back: Back, agreement: str | None, table: str | None, from_: dt.datetime | None, to: dt.datetime | None
) -> list[Told]:
    if agreement is None or table is None or from_ is None or to is None:
        raise BadRequest("one extract is named by its agreement, --table, --from and --to")
    try:
        period = Period(from_.date(), to.date())
    except ValueError as fault:
        raise BadRequest(str(fault)) from fault
    made = prepare(back, agreement, table, period)
    return [Told(f"{made.agreement}@{made.agreement_version}", made.table, period, "there", extract=made.id)]


@app.command("fetch")
def fetch(
    extract: Annotated[str, typer.Argument(help="Id of the extract.")],
    as_: Member,
    purpose: Annotated[str, typer.Option(help="Purpose of the register.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.", dir_okay=False)],
    home: Home = None,
) -> None:
    """Take an extract as its recipient; the access is decided, counted and leaves a receipt."""
    if not out.parent.is_dir():
        raise BadRequest(f"there is no folder {out.parent}")
    opened = open_extract(open_front(home), extract, actor=_reader(as_), purpose=purpose)
    part = out.parent / f".{out.name}.part"
    with storage_errors(out.parent):
        part.touch(mode=0o600)  # it was promised to nobody else
        shutil.copyfile(opened.path, part)
        publish_file(part, out)
    say(f"{out}: {opened.release.size} bytes, decision {opened.decision}, for {opened.purpose}")
    for promise in opened.promises:
        say(f"  promised: {promise.en} / {promise.fr}")


@app.command("receipts")
def receipts_command(
    as_: Member,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Who took which extract when: the takings that concern a member, newest first."""
    found, _ = receipts(open_front(home), _reader(as_), most=limit)
    columns = ("at", "recipient", "extract", "agreement", "purpose", "rows", "decision", "number", "keep_until")
    emit([_receipt(one) for one in found], columns, as_json=as_json, empty=f"No taking concerns {as_}.")


@app.command("sweep")
def sweep_command(home: Home = None, as_json: AsJson = False) -> None:
    """Remove every extract whose grant has ended."""
    with back_at_work(settings_of(home)) as back:
        swept = sweep(back)
    rows = [{"extract": one.extract, "agreement": one.agreement, "why": one.why.value} for one in swept]
    emit(rows, ("extract", "agreement", "why"), as_json=as_json, empty="Every extract's grant is in force.")


def _reader(member: str) -> Actor:
    return Actor(member, frozenset({"read"}))


def _row(one: Listed) -> dict[str, Any]:
    row = one.extract
    return {
        "extract": row.id,
        "agreement": f"{row.agreement}@{row.agreement_version}",
        "dataset": row.dataset,
        "table": row.table,
        "from": row.period_from,
        "to": row.period_to,
        "recipient": row.recipient,
        "rows": row.rows if one.sized else None,
        "prepared_at": row.prepared_at,
        "replaces": row.facts.get("replaces"),
        "removed_at": row.removed_at,
        "removed_why": row.removed_why or None,
    }


def _told(one: Told) -> dict[str, Any]:
    return {
        "agreement": one.agreement,
        "table": one.table,
        "from": one.period.from_,
        "to": one.period.to,
        "outcome": one.outcome,
        "extract": one.extract,
        "why": one.why.en if one.why else None,
    }


def _receipt(one: Receipt) -> dict[str, Any]:
    return {
        "at": one.at,
        "recipient": one.recipient,
        "extract": one.extract.id,
        "agreement": one.agreement,
        "dataset": one.dataset,
        "table": one.extract.table,
        "from": one.extract.period_from,
        "to": one.extract.period_to,
        "purpose": one.purpose,
        "rows": one.extract.rows if one.sized else None,
        "digest": one.extract.digest if one.sized else None,
        "decision": one.decision,
        "number": one.number,
        "promises": [{"fr": promise.fr, "en": promise.en} for promise in one.promises],
        "keep_until": one.keep_until,
    }
