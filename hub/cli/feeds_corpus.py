"""``hub feeds corpus``: all checks over a folder of feeds, against a run before a rule was changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import JSON
from hub.cli.render import emit_json, emit_table, say
from hub.cli.work import reporting
from hub.clock import system_clock
from hub.errors import BadRequest
from hub.services import corpus, corpus_changes
from hub.settings import settings_of

Folder = Annotated[Path, typer.Argument(help="Folder of feeds: archives, folders, GBFS systems, GTFS-RT messages.")]
_HELP_DATE = "Date that the checks are given (YYYY-MM-DD); else that of the baseline, else today."


def corpus_command(
    folder: Folder,
    baseline: Annotated[Path | None, typer.Option(help="A run to compare with, as --write made it.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write this run to a file, to be a baseline.")] = None,
    date: Annotated[str | None, typer.Option(help=_HELP_DATE)] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Run all checks over a folder of feeds; exit code 1 when a feed newly fails against the baseline."""
    before = corpus_changes.load(baseline) if baseline else None
    settings = settings_of(None)
    terms = corpus.terms_of(
        _date(date, before),
        timezone=settings.timezone,
        limits=settings.limits,
        check_s=settings.check_s,
        check_memory=settings.check_mib << 20,
    )
    with reporting(quiet=as_json) as report:
        run = corpus.run(folder, terms, progress=report)
    if write:
        corpus_changes.write(run, write)
    changes = corpus_changes.compare(before, run) if before else []
    if as_json:
        emit_json({**corpus_changes.plain(run), "changes": [_change(one) for one in changes]})
    else:
        _tell(run, changes, has_baseline=before is not None)
    if any(one.fails_newly for one in changes):
        raise typer.Exit(1)


def _date(told: str | None, before: corpus.Corpus | None) -> dt.date:
    if told is None:
        return before.date if before else system_clock().date()
    try:
        return dt.date.fromisoformat(told)
    except ValueError as fault:
        raise BadRequest(f"{told!r} is no date: YYYY-MM-DD") from fault


def _change(one: corpus_changes.Change) -> dict[str, Any]:
    return {
        "feed": one.feed,
        "before": one.before or None,
        "now": one.now or None,
        "new": list(one.new),
        "gone": list(one.gone),
        "fails_newly": one.fails_newly,
    }


def _tell(run: corpus.Corpus, changes: list[corpus_changes.Change], *, has_baseline: bool) -> None:
    rows = [
        {"feed": name, "standard": one.standard, "verdict": one.verdict, "codes": len(one.counts), "why": one.why}
        for name, one in run.feeds.items()
    ]
    emit_table(rows, ("feed", "standard", "verdict", "codes", "why"), empty="No feed in this folder.")
    skipped = [{"passed_over": name, "why": why} for name, why in run.skipped.items()]
    if skipped:
        emit_table(skipped, ("passed_over", "why"), empty="")
    if has_baseline:
        columns = ("feed", "before", "now", "new", "gone", "fails_newly")
        emit_table([_change(one) for one in changes], columns, empty="Nothing changed against the baseline.")
    newly = sum(one.fails_newly for one in changes)
    say(f"{len(run.feeds)} feeds, {len(run.skipped)} passed over, {newly} newly failing; date {run.date.isoformat()}")
