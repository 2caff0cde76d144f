"""``hub feeds diff``: what changed from one version of a timetable or of a GBFS system to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from feeds.gtfs.diff import Wish
from hub.cli.options import HOME, JSON, LANG, language_asked
from hub.cli.render import emit_json, emit_table, say
from hub.cli.work import back_at_work
from hub.errors import BadRequest
from hub.services.differences import between, of_archives
from hub.settings import settings_of

_COUNTS = (
    "rows_added_count",
    "rows_deleted_count",
    "rows_modified_count",
    "columns_added_count",
    "columns_deleted_count",
)


def diff_command(
    feed: Annotated[
        str,
        typer.Argument(help="Slug of the feed; or path of a GTFS archive or GBFS folder, and the other one's as A."),
    ],
    base: Annotated[str, typer.Argument(metavar="A", help="Version: number, day (2026-03-01) or current.")],
    new: Annotated[str | None, typer.Argument(metavar="B", help="The other version; none for two paths.")] = None,
    cap: Annotated[int, typer.Option(help="Changed rows told of each file, at most.", min=0)] = 50,
    everything: Annotated[bool, typer.Option("--all", help="Tell all changed rows, whatever --cap says.")] = False,
    moved: Annotated[float, typer.Option(help="Metres from which a stop or station has moved.", min=0)] = 50.0,
    lang: Annotated[str | None, LANG] = None,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """What changed from A to B, in words and by file; with --json as a GTFS Diff document (MobilityData, 2.0.0-rc1).

    Of GBFS systems the document has the same shape.
    """
    language = language_asked(lang)
    with back_at_work(settings_of(home)) as back:
        wish = Wish(back.front.clock(), cap=None if everything else cap, moved_m=moved)
        if new is None:
            found = of_archives(back, _path(feed), _path(base), wish)
        else:
            found = between(back, feed, base, new, wish)
    if as_json:
        emit_json(found)
        return
    for sentence in found["meaning"]["words"][language]:
        say(sentence)
    rows = [{"file": one["file_name"], "status": one["status"], **_numbers(one)} for one in found["summary"]["files"]]
    columns = ("file", "status", *(name.removesuffix("_count") for name in _COUNTS))
    emit_table(rows, columns, empty="No row of any file differs.")


def _numbers(entry: dict[str, Any]) -> dict[str, int]:
    return {name.removesuffix("_count"): entry.get(name, 0) for name in _COUNTS}


def _path(name: str) -> Path:
    if not Path(name).exists():
        raise BadRequest(f"{name}: no such file or folder (two versions of a feed take three arguments: SLUG A B)")
    return Path(name)
