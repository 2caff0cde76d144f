"""``hub feeds incidents``: what was wrong with a feed, since when, and what was said to that."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.bilingual import Language
from hub.cli.feeds_quality import must_be_there
from hub.cli.options import AS, HOME, JSON, LANG, language_asked
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import NotFound
from hub.services import incidents
from hub.services.incidents import Told

incidents_app = typer.Typer(
    help="What was wrong with a feed, since when, and what was said to it.", no_args_is_help=True
)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Lang = Annotated[str | None, LANG]
By = Annotated[str, AS]
Slug = Annotated[str, typer.Argument(help="Slug of the feed.")]
Number = Annotated[int, typer.Argument(help="Number of the incident.", min=1)]


@incidents_app.command("list")
def list_incidents(
    slug: Slug,
    most: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    lang: Lang = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """A feed's incidents, newest first."""
    front = open_front(home)
    must_be_there(front, slug)
    language = language_asked(lang)
    rows = [_incident(one, language) for one in incidents.of_feed(front, slug, most=most)]
    columns = ("number", "check", "opened_at", "closed_at", "says", "notes")
    emit(rows, columns, as_json=as_json, empty="No incident: nothing was ever found wrong for long enough.")


@incidents_app.command("show")
def show_incident(slug: Slug, number: Number, lang: Lang = None, home: Home = None, as_json: AsJson = False) -> None:
    """One incident with what made it and its notes."""
    one = next(iter(incidents.of_feed(open_front(home), slug, before=number + 1, most=1)), None)
    if one is None or one.incident.number != number:
        raise NotFound(f"feed {slug!r} has no incident {number}")
    _tell(one, language_asked(lang), as_json=as_json)


@incidents_app.command("note")
def note(
    slug: Slug,
    number: Number,
    text: Annotated[str, typer.Argument(help="The note: plain text, 2,000 characters at most; never changed.")],
    by: By,
    lang: Lang = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a note to an incident in a member's name."""
    language = language_asked(lang)
    _tell(incidents.written(open_front(home), slug, number, text, by=by), language, as_json=as_json)


def _incident(one: Told, language: Language) -> dict[str, Any]:
    row = one.incident
    return {
        "number": row.number,
        "check": row.check,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "says": incidents.sentence(row.check).said(language),
        "details": row.facts["details"],
        "notes": len(one.notes),
    }


def _tell(one: Told, language: Language, *, as_json: bool) -> None:
    row = _incident(one, language)
    notes = [{"at": note.at, "by": note.by, "text": note.text} for note in one.notes]
    if as_json:
        emit_json({**row, "notes": notes})
        return
    ended = f"until {row['closed_at']:%Y-%m-%d %H:%MZ}" if row["closed_at"] else "and is open"
    say(f"{row['number']}  {row['check']}: {row['says']}; since {row['opened_at']:%Y-%m-%d %H:%MZ} {ended}")
    for name, value in sorted(row["details"].items()):
        say(f"  {name}: {value}")
    emit(notes, ("at", "by", "text"), as_json=False, empty="No notes yet.")
