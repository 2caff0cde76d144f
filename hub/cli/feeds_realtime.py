"""``hub feeds realtime``: take one GTFS Realtime message in, as the worker does with each that it fetches."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from feeds.errors import FeedError
from feeds.findings import Verdict
from feeds.gtfs_rt.read import content_of
from hub.cli.options import HOME, JSON, LANG, language_asked
from hub.cli.render import emit, emit_json, say
from hub.cli.work import back_at_work
from hub.errors import BadRequest
from hub.services.realtime import Taken, take
from hub.services.wording import mend_in, message_in
from hub.settings import settings_of

_SHOWN = ("severity", "kind", "code", "count", "file", "row", "field", "value")


def realtime_command(
    slug: Annotated[str, typer.Argument(help="Slug of the GTFS Realtime feed.")],
    file: Annotated[str, typer.Argument(help="File with one message; - for standard input.")],
    schedule: Annotated[
        str | None, typer.Option(help="Slug of the schedule to judge it against, else the one it is registered with.")
    ] = None,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
    lang: Annotated[str | None, LANG] = None,
) -> None:
    """Judge one message against its schedule, keep it, archive it, and let readers have it if the feed is open.

    Exit code 0: no error was found. 1: error findings, or no message at all. 2: no such file, no room.
    """
    with back_at_work(settings_of(home)) as back:
        content = _content(file)
        try:
            taken = take(back, slug, content, at=back.front.clock(), schedule=schedule)
        except FeedError as fault:
            fault.file = fault.file or Path(file).name
            raise
    language = language_asked(lang)
    rows = [
        {
            **{name: getattr(one, name) for name in _SHOWN},
            "message": message_in(language, one),
            "mend": mend_in(language, one),
        }
        for one in taken.report.findings
    ]
    if as_json:
        emit_json({**_told(taken), "findings": rows})
    else:
        _say(taken)
        emit(rows, ("severity", "code", "count", "file", "row", "value", "message"), as_json=False,
             empty="Nothing was found: no error, no warning.")  # fmt: skip
    if taken.report.verdict is Verdict.FAIL:
        raise typer.Exit(1)


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    if not Path(file).is_file():
        raise BadRequest(f"{file}: there is no such file")
    return content_of(Path(file))


def _told(taken: Taken) -> dict[str, Any]:
    against = taken.against
    return {
        "feed": taken.slug,
        "new": taken.is_new,
        "schedule": against.slug if against else None,
        "schedule_version": against.version if against else None,
        "verdict": taken.report.verdict.value,
        "published": taken.published,
        "why_not": taken.why,
        "rows": dict(taken.rows),
    }


def _say(taken: Taken) -> None:
    judged = f"{taken.against.slug} version {taken.against.version}" if taken.against else "no schedule"
    out = "published" if taken.published else taken.why
    same = "" if taken.is_new else ", the very message before"
    say(f"{taken.slug}: verdict {taken.report.verdict.value} against {judged}{same}; {out}")
    say("  rows: " + ", ".join(f"{name} {count:,}" for name, count in sorted(taken.rows.items()) if count))
