"""``hub feeds history``: how a GBFS system's stations were, hour by hour."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from feeds.gbfs.history import shares
from hub.cli.options import HOME, JSON
from hub.cli.render import emit
from hub.cli.work import back_at_work
from hub.services.history import read_history
from hub.settings import settings_of

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]


def history_command(
    slug: Annotated[str, typer.Argument(help="Slug of the GBFS feed.")],
    since: Annotated[dt.datetime, typer.Option("--from", formats=_FORMATS, help="First hour, UTC.")],
    until: Annotated[dt.datetime, typer.Option("--to", formats=_FORMATS, help="Hour after the last one, UTC.")],
    station: Annotated[list[str] | None, typer.Option(help="Id of a station (may be given often); else all.")] = None,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """The hourly roll-up of a system's stations: vehicles and docks, and for how much of the hour it was empty or full.

    Shares are of the time in which the station was observed.
    """
    with back_at_work(settings_of(home), quiet=True) as back:
        found = read_history(back, slug, since.replace(tzinfo=dt.UTC), until.replace(tzinfo=dt.UTC))
    hours = shares(pl.DataFrame(pl.from_arrow(found)))
    rows: list[dict[str, Any]] = hours.filter(
        pl.col("station_id").is_in(station) if station else pl.lit(value=True)
    ).to_dicts()
    empty = (
        "Nothing was observed in these hours: the feed is not polled, or its history lies further back than it is kept."
    )
    emit(rows, hours.columns, as_json=as_json, empty=empty)
