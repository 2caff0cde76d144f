"""What a rule looks at: the tables of one message as data frames, the moment of the check, the message before.

A rule is a function of a `Scene` (some: and of a `Schedule`) that yields findings. `told` makes findings of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from feeds.findings import Finding
from feeds.gtfs_rt.before import Before
from feeds.gtfs_rt.message import Message
from feeds.gtfs_rt.notices import finding
from feeds.gtfs_rt.plausible import POSIX, Plausible

#: Trips that the schedule does not have by their nature.
NOT_PLANNED = ("ADDED", "NEW")
#: Trips that may call elsewhere or at other times than the schedule says, besides.
CHANGED = (*NOT_PLANNED, "REPLACEMENT", "DUPLICATED")
_MENTIONS = ("table", "entity", "entity_id", "trip_id", "route_id", "direction_id", "start_time", "start_date",
             "trip_relationship", "modified_trip_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """A message under judgement. Each frame has a column ``table`` with its own name."""

    message: Message
    frames: Mapping[str, pl.DataFrame]
    at_s: int
    plausible: Plausible
    before: Before | None = None

    @property
    def mentions(self) -> pl.DataFrame:
        """Every trip that the message names, wherever it does."""
        named = ("trip_updates", "vehicle_positions", "informed_entities")
        found = pl.concat(self.frames[name].select(_MENTIONS) for name in named)
        return found.filter(
            pl.any_horizontal(pl.col("trip_id", "route_id", "start_time", "start_date", "direction_id").is_not_null())
        )

    @property
    def updated_calls(self) -> pl.DataFrame:
        """The stop time updates, each with its trip (``trip_id, start_date, trip_relationship``)."""
        trips = self.frames["trip_updates"].select("entity", "trip_id", "start_date", "trip_relationship")
        return self.frames["stop_time_updates"].join(trips, on="entity", how="left", maintain_order="left")


def scene_of(message: Message, *, at_s: int, plausible: Plausible, before: Before | None) -> Scene:
    """A message as rules look at it."""
    frames = {
        name: pl.DataFrame(table).with_columns(table=pl.lit(name))
        for name, table in message.tables.items()
        if name != "header"
    }
    return Scene(message, frames, at_s, plausible, before)


def told(name: str, hits: pl.DataFrame, field: str, value: str | pl.Expr | None = None) -> Iterator[Finding]:
    """One finding for each table among `hits`, with its first row as example and how many there are.

    `value` is the column, or expression, that shows what is wrong.
    """
    if hits.is_empty():
        return
    for (table,), rows in hits.group_by("table", maintain_order=True):
        first = rows.head(1)
        shown = first.select(pl.col(value) if isinstance(value, str) else value).item() if value is not None else ""
        yield finding(
            name,
            f"entity {first['entity_id'].item()}",
            file=str(table),
            row=first["entity"].item(),
            field=field,
            value="" if shown is None else str(shown),
            count=len(rows),
        )


def is_posix(column: str) -> pl.Expr:
    """Whether a value can be an instant in seconds since 1970."""
    return pl.col(column).is_between(*POSIX)


def says(column: str, *values: str) -> pl.Expr:
    """Whether an enumeration has one of these values; false where it is absent."""
    return pl.col(column).is_in(values).fill_null(value=False)
