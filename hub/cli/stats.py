"""``hub stats``: every statistic with its formula, and its rows for a feed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services.decisions import SECRETARIAT
from hub.services.keys import Actor
from hub.services.statistics import Wish, definition, definitions, open_statistic, rows

app = typer.Typer(help="Statistics: what they mean, and their numbers.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Name = Annotated[str, typer.Argument(help="Id of the statistic, such as gtfs.stop_day.")]


@app.command("list")
def list_statistics(as_json: AsJson = False) -> None:
    """Every statistic that the hub computes."""
    found = [
        {
            "statistic": one.id,
            "title": one.title["en"],
            "titre": one.title["fr"],
            "unit": dict(one.unit),
            "dimensions": list(one.dimensions),
            "source": one.source,
        }
        for one in definitions().values()
    ]
    emit(found, ("statistic", "title", "titre", "dimensions"), as_json=as_json, empty="No statistic.")


@app.command("show")
def show(name: Name, as_json: AsJson = False) -> None:
    """One statistic: formula, units, source and the very text that computes it."""
    one = definition(name)
    if as_json:
        emit_json({name: getattr(one, name) for name in one.__dataclass_fields__ if name != "sql"} | {"sql": one.sql})
        return
    say(f"{one.id}: {one.title['en']} / {one.title['fr']}")
    say(f"formula: {one.formula.strip()}")
    say("unit: " + ", ".join(f"{column} in {unit}" for column, unit in one.unit.items()))
    say(f"source: {one.source}\n")
    say(one.sql)


@app.command("run")
def run(
    name: Name,
    feed: Annotated[str, typer.Option("--feed", "-f", help="Slug of the feed.")],
    date: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Service day, YYYY-MM-DD.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="COLUMN=VALUE; may be given several times.")] = None,
    order: Annotated[str | None, typer.Option(help="Column to sort by, largest first.")] = None,
    limit: Annotated[int, typer.Option(help="Rows at most.", min=1, max=1000)] = 50,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """The released numbers of a statistic for a feed."""
    wish = Wish(
        date=date.date() if date else None,
        equal=_equal(where or []),
        order=(order,) if order else (),
        descending=order is not None,
        limit=limit,
    )
    reader = Actor(SECRETARIAT, frozenset({"read"}))
    page = rows(open_statistic(open_front(home), feed, name, actor=reader), wish)
    if as_json:
        emit_json({"statistic": name, "feed": feed, "total": page.total, "rows": list(page.rows)})
        return
    emit(page.rows, page.columns, as_json=False, empty="No row: no service on that day, or nothing matches.")
    if page.total > len(page.rows):
        say(f"{len(page.rows)} of {page.total} rows; --limit shows more, --where and --order choose.")


def _equal(where: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in where]
    for column, sign, _ in pairs:
        if not column or not sign:
            raise BadRequest("--where takes COLUMN=VALUE")
    return {column: value for column, _, value in pairs}
