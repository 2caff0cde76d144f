"""``hub feeds fetches``: every request for a feed, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import HOME, JSON
from hub.cli.render import emit
from hub.cli.work import open_front
from hub.records.feed_models import Fetch
from hub.records.fetches import fetches

_SHOWN = ("at", "name", "outcome", "status", "bytes", "took_ms", "tries", "error")


def fetches_command(
    slug: Annotated[str, typer.Argument(help="Slug of a registered feed.")],
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many of the newest.")] = 50,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Every request that was made for a feed, newest first: status, bytes, time, tries, and why it failed."""
    with open_front(home).records.read() as session:
        rows = [_row(one) for one in fetches(session, slug, most=most)]
    emit(rows, _SHOWN, as_json=as_json, empty="No request yet, or not of a registered feed.")


def _row(one: Fetch) -> dict[str, Any]:
    names = (*_SHOWN, "url", "etag", "last_modified", "digest")
    return {name: getattr(one, name) for name in names}
