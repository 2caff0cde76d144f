"""``hub feeds quality``, ``judge`` and ``incidents``: how good feeds are over time, and what was said to that."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import AS, HOME, JSON, LANG, language_asked
from hub.cli.render import complain, emit, emit_json, say
from hub.cli.work import open_front, reporting
from hub.errors import NotFound
from hub.records import feeds as feed_records
from hub.records.feed_models import Source
from hub.records.models import Feed
from hub.services import incidents, judging, quality
from hub.services.front import Front
from hub.services.incidents import Told
from hub.services.quality import Day
from hub.services.wording import Language
from hub.settings import settings_of

incidents_app = typer.Typer(
    help="What was wrong with a feed, since when, and what was said to it.", no_args_is_help=True
)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Lang = Annotated[str | None, LANG]
By = Annotated[str, AS]
Slug = Annotated[str, typer.Argument(help="Slug of the feed.")]
Number = Annotated[int, typer.Argument(help="Number of the incident.", min=1)]

_KINDS = ("freshness", "availability", "compliance")


def show_quality(
    slug: Slug,
    days: Annotated[int, typer.Option(help="How many of the newest days.", min=1, max=366)] = 30,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What is said of a feed, and its three scores a day in per mille; `*` marks a day that is not over."""
    front = open_front(home)
    _must_be_there(front, slug)
    found = quality.of_feed(front, slug, days=days)
    standings = [
        {
            "check": one.check,
            "verdict": one.verdict,
            "since": one.since,
            "newest": one.facts["raw"],
            "judged_at": one.at,
        }
        for one in found.standings
    ]
    if as_json:
        details = [
            {**row, "details": one.facts["details"]} for row, one in zip(standings, found.standings, strict=True)
        ]
        emit_json({"feed": slug, "standings": details, "days": [_day(one) for one in found.days]})
        return
    empty = "Not judged yet: `hub feeds judge` does it now, the scheduler each hour."
    emit(standings, ("check", "verdict", "since", "newest", "judged_at"), as_json=False, empty=empty)
    if found.days:
        emit([_line(one) for one in found.days], ("day", *_KINDS), as_json=False, empty="")


def _day(one: Day) -> dict[str, Any]:
    return {"day": one.day, **{kind: {"value": row.value, **row.details} for kind, row in one.scores.items()}}


def _line(one: Day) -> dict[str, Any]:
    over = all(row.details["over"] for row in one.scores.values())
    values = {kind: row.value for kind, row in one.scores.items()}
    return {"day": f"{one.day.isoformat()}{'' if over else ' *'}", **values}


def judge(home: Home = None, as_json: AsJson = False) -> None:
    """Judge every feed now: standings, incidents, today's scores. Exit code 1 when the brake held failures back."""
    settings = settings_of(home)
    front = open_front(home)
    with reporting(quiet=as_json) as report:
        done = judging.judge_all(front, front.clock(), timezone=settings.timezone, progress=report)
    if as_json:
        emit_json(asdict(done))
    else:
        say(f"{done.feeds} feeds judged; incidents: {done.opened} opened, {done.closed} closed")
    if done.brake is not None:
        complain(
            f"{len(done.held)} feeds newly fail at once, which may be our own fault: held back as {done.brake}; see "
            "`hub feeds brake list`"
        )
        raise typer.Exit(1)


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
    _must_be_there(front, slug)
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
        "says": incidents.sentence(row.check).fr if language == "fr" else incidents.sentence(row.check).en,
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


def _must_be_there(front: Front, slug: str) -> None:
    with front.records.read() as session:
        if session.get(Source, slug) is None and session.get(Feed, slug) is None:
            feed_records.feed(session, slug)
