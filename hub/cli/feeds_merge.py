"""``hub feeds merge``: several open timetables as one file, or all those of each territory as they are published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from feeds.gtfs.merge import Merged
from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import back_at_work, open_front
from hub.durable import publish_file, staging, storage_errors
from hub.errors import BadRequest
from hub.services.merging import Remade, merge_due, merge_feeds
from hub.settings import settings_of


def merge_command(
    slugs: Annotated[list[str] | None, typer.Argument(help="Slugs of open GTFS feeds.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The archive to write.", dir_okay=False)] = None,
    is_published: Annotated[
        bool, typer.Option("--publish", help="Merge and publish the open feeds of each territory instead.")
    ] = False,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Merge open GTFS feeds into one: every id gets its feed's name and a colon before it."""
    if is_published:
        if slugs or out is not None:
            raise BadRequest("--publish merges what is open in each territory: it takes no feed and no file")
        _publish(home, as_json=as_json)
        return
    if not slugs or out is None:
        raise BadRequest("name the feeds, and with --out the archive to write")
    settings = settings_of(home)
    with storage_errors(out.parent), staging(out.parent) as work:
        done = merge_feeds(open_front(home), slugs, work / "merged.zip", limits=settings.limits)
        publish_file(work / "merged.zip", out)
    _show(done, out, as_json=as_json)


def _publish(home: Path | None, *, as_json: bool) -> None:
    with back_at_work(settings_of(home), quiet=as_json) as back, back.vault.stage() as work:
        remade = merge_due(back.front, work, limits=back.limits)
    columns = ("territory", "state", "feeds", "size", "why")
    emit([_row(one) for one in remade], columns, as_json=as_json, empty="No territory is named by any feed.")


def _row(one: Remade) -> dict[str, Any]:
    release = one.release
    state = "none" if release is None else ("made" if one.is_new else "unchanged")
    return {
        "territory": one.territory,
        "state": state,
        "feeds": sorted(release.edition["inputs"]) if release else [],
        "size": release.size if release else None,
        "why": one.why,
    }


def _show(done: Merged, out: Path, *, as_json: bool) -> None:
    names = ("code", "file", "field", "count", "message")
    notes = [{name: getattr(note, name) for name in names} for note in done.notes]
    if as_json:
        span = {"from": done.first, "to": done.last}
        emit_json({"file": str(out), "version": done.version, "rows": done.rows, "service": span, "notes": notes})
        return
    say(f"{out}: {len(done.inputs)} feeds, {done.rows.get('stops', 0)} stops, {done.rows.get('trips', 0)} trips")
    emit(notes, names, as_json=False, empty="Nothing had to be left out.")
