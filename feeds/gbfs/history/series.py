"""Which states of a system are remembered, and of which columns a state is made.

`last_reported` is left out: it is the clock of a station, it moves at each poll and would make each poll a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa

#: When a poll was made, and since and until when a state held: UTC, microseconds.
INSTANT: Final = pl.Datetime("us", "UTC")
#: The instant of a change.
AT: Final = "at"
#: Whether something is not there any more; of a state, never.
GONE: Final = "gone"


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of thing whose state is remembered: the table of `feeds.gbfs.tables` it comes from, its key and values.

    Counts are 32 bits wide: a "station" of 11,849 vehicles has been seen, one of two thousand million has not.
    """

    table: str
    key: tuple[str, ...]
    values: Mapping[str, pl.DataType]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Columns of a state."""
        return {**dict.fromkeys(self.key, pl.String()), **self.values}

    @property
    def events(self) -> dict[str, pl.DataType]:
        """Columns of a change: the state from then on, or that it is gone."""
        return {AT: INSTANT, **self.schema, GONE: pl.Boolean()}


_COUNT: Final = pl.Int32()
_YES: Final = pl.Boolean()
SERIES: Final[Mapping[str, Series]] = {
    "stations": Series(
        table="station_status",
        key=("station_id",),
        values={
            **dict.fromkeys(("vehicles_available", "docks_available", "vehicles_disabled", "docks_disabled"), _COUNT),
            **dict.fromkeys(("is_installed", "is_renting", "is_returning"), _YES),
        },
    ),
    "vehicle_types": Series(
        table="vehicle_availability",
        key=("station_id", "vehicle_type_id"),
        values={"vehicles_available": _COUNT},
    ),
    "vehicles": Series(
        table="vehicles",
        key=("vehicle_id",),
        values={
            **dict.fromkeys(("lat", "lon"), pl.Float64()),
            **dict.fromkeys(("station_id", "vehicle_type_id"), pl.String()),
            **dict.fromkeys(("is_reserved", "is_disabled"), _YES),
            "current_range_m": pl.Float64(),
        },
    ),
}


def states(series: Series, table: pa.Table) -> pl.DataFrame:
    """The states that a table of one poll holds: one a key (the first), in the order of the keys.

    A column that the table does not have is unknown; a count beyond 32 bits is unknown too.
    """
    frame = pl.DataFrame(pl.from_arrow(table))
    known = [
        pl.col(name).cast(kind, strict=False) if name in frame.columns else pl.lit(None, kind).alias(name)
        for name, kind in series.schema.items()
    ]
    return frame.select(known).drop_nulls(series.key).unique(series.key, keep="first").sort(series.key)
