"""``hub feeds quality`` and ``judge``: how good feeds are over time."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import HOME, JSON
from hub.cli.render import complain, emit, emit_json, say
from hub.cli.work import open_front, reporting
from hub.records import feeds as feed_records
from hub.records.feed_models import Source
from hub.records.models import Feed
from hub.services import judging, quality
from hub.services.front import Front
from hub.services.quality import Day
from hub.settings import settings_of

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Slug = Annotated[str, typer.Argument(help="Slug of the feed.")]

_KINDS = ("freshness", "availability", "compliance")


def show_quality(
    slug: Slug,
    days: Annotated[int, typer.Option(help="How many of the newest days.", min=1, max=366)] = 30,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What is said of a feed, and its three scores a day in per mille; `*` marks a day that is not over."""
    front = open_front(home)
    must_be_there(front, slug)
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


def must_be_there(front: Front, slug: str) -> None:
    """Stop at the name of a feed that is neither registered nor kept.

    Raises:
        NotFound: it is neither.
    """
    with front.records.read() as session:
        if session.get(Source, slug) is None and session.get(Feed, slug) is None:
            feed_records.feed(session, slug)
