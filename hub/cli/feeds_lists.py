"""``hub feeds import|export``: lists of feeds that others keep, and the hub's own for others."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from feeds.catalogues import dmfr
from feeds.errors import FeedError
from hub.cli.feeds_registry import row_of
from hub.cli.options import HOME, JSON
from hub.cli.render import complain, emit_json, emit_table, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import registry, registry_export
from hub.services.registry_import import Imported, import_feeds
from hub.services.registry_plan import CHANGED, NEW, REFUSED, UNCHANGED

Home = Annotated[Path | None, HOME]


class Shape(StrEnum):
    """The shapes of lists that are read."""

    DMFR = "dmfr"
    SYSTEMS_CSV = "systems-csv"
    GBFS_MANIFEST = "gbfs-manifest"
    NAP = "nap"


def take_in(
    file: Annotated[Path, typer.Argument(help="The list: DMFR, systems.csv, manifest.json, the access point's JSON.")],
    shape: Annotated[Shape | None, typer.Option("--from", help="Its shape; else told by its content.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would do, and do nothing.")] = False,
    home: Home = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Register the feeds of a list. It adds and changes, and removes nothing; the same list again changes nothing.

    Exit code 1 when entries were refused, or when the safety brake holds it back (`hub feeds brake list`).
    """
    if not file.is_file():
        raise BadRequest(f"{file}: there is no such file")
    try:
        done = import_feeds(open_front(home), file.read_bytes(), shape=shape.value if shape else None, dry_run=dry_run)
    except FeedError as fault:
        fault.file = fault.file or file.name
        raise
    if as_json:
        emit_json(done)
    else:
        _show(done, dry_run=dry_run)
    if done.held is not None:
        complain(
            f"held back, nothing was changed: it would move more than a tenth of the active feeds. Look at "
            f"`hub feeds brake list`, then `hub feeds brake allow {done.held} --as MEMBER` and import again"
        )
    if done.held is not None or done.count(REFUSED):
        raise typer.Exit(1)


def give_out(
    as_dmfr: Annotated[bool, typer.Option("--dmfr", help="The open feeds as a DMFR document.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything registered but credentials, as JSON.")] = False,
    home: Home = None,
) -> None:
    """The hub's list of feeds, for other programs."""
    if as_dmfr == as_json:
        raise BadRequest("one of --dmfr and --json is wanted")
    front = open_front(home)
    if as_dmfr:
        sys.stdout.write(dmfr.write(registry_export.told(front)).decode())
        return
    live = registry_export.live_of(front)
    with front.records.read() as session:
        emit_json([{**row_of(one), "live": live.get(one.slug, [])} for one in registry.listed(session)])


def _show(done: Imported, *, dry_run: bool) -> None:
    rows = [
        {"row": one.row, "field": one.field, "what": one.kind, "feed": one.slug, "id": one.name, "detail": one.what}
        for one in done.changes
        if one.kind != UNCHANGED
    ]
    emit_table(rows, ("row", "field", "what", "feed", "id", "detail"), empty="Nothing new: all of it is registered.")
    counts = ", ".join(f"{done.count(kind)} {kind}" for kind in (NEW, CHANGED, UNCHANGED, REFUSED))
    other = "".join(f", {count} of format {name} passed over" for name, count in done.passed_over.items())
    say(f"{done.shape}: {counts}{other}" + (" (nothing was done)" if dry_run or done.held is not None else ""))
    if dry_run and done.is_too_much:
        say("The safety brake would hold this back: it would move more than a tenth of the active feeds.")
