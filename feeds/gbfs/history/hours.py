"""The hourly roll-up of stations. It holds sums, minima and maxima only, so that the roll-ups of parts add up.

Times are in microseconds of observation: whatever was not observed is in no sum, and a share is over what was. A
flag that the system does not tell counts as not set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from feeds.gbfs.history.intervals import SINCE, UNTIL
from feeds.gbfs.history.series import INSTANT

HOUR: Final = "hour"
_KEY: Final = ("station_id", HOUR)
#: Sums over the observed time of an hour. Where docks or a flag are unknown, their time is not in ``…_known_us``.
_SUMS: Final = (
    "observed_us",
    "vehicle_us",
    "empty_us",
    "docks_known_us",
    "dock_us",
    "full_us",
    "installed_us",
    "renting_us",
    "returning_us",
)
_LEAST: Final = ("vehicles_min", "docks_min")
_MOST: Final = ("vehicles_max", "docks_max")
HOURS: Final[dict[str, pl.DataType]] = {
    "station_id": pl.String(),
    HOUR: INSTANT,
    **dict.fromkeys(_SUMS, pl.Int64()),
    **dict.fromkeys(("vehicles_min", "vehicles_max", "docks_min", "docks_max"), pl.Int32()),
}


def hours(stations: pl.DataFrame) -> pl.DataFrame:
    """The roll-up of intervals of stations: one row a station and UTC hour (schema `HOURS`)."""
    start = pl.datetime_ranges(pl.col(SINCE).dt.truncate("1h"), pl.col(UNTIL), "1h", closed="left")
    cut = stations.with_columns(start.alias(HOUR)).explode(HOUR)
    begin, end = pl.max_horizontal(SINCE, HOUR), pl.min_horizontal(UNTIL, pl.col(HOUR).dt.offset_by("1h"))
    timed = cut.with_columns((end - begin).dt.total_microseconds().alias("us"))
    vehicles, docks = pl.col("vehicles_available"), pl.col("docks_available")
    weights = {
        "observed_us": pl.lit(1),
        "vehicle_us": vehicles,
        "empty_us": vehicles == 0,
        "docks_known_us": docks.is_not_null(),
        "dock_us": docks,
        "full_us": docks == 0,
        **{f"{name}_us": pl.col(f"is_{name}") for name in ("installed", "renting", "returning")},
    }
    summed = timed.group_by(_KEY).agg(
        *((pl.col("us") * weight.cast(pl.Int64)).sum().alias(name) for name, weight in weights.items()),
        vehicles.min().alias("vehicles_min"),
        vehicles.max().alias("vehicles_max"),
        docks.min().alias("docks_min"),
        docks.max().alias("docks_max"),
    )
    return summed.select(pl.col(name).cast(kind) for name, kind in HOURS.items()).sort(_KEY)


def merged(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The roll-up of all that these are roll-ups of, if no two of them saw the same time."""
    whole = pl.concat([pl.DataFrame(schema=HOURS), *parts])
    found = whole.group_by(_KEY).agg(pl.col(_SUMS).sum(), pl.col(_LEAST).min(), pl.col(_MOST).max())
    return found.select(list(HOURS)).sort(_KEY)


def shares(rolled: pl.DataFrame) -> pl.DataFrame:
    """As a person reads it: means, and shares of the observed time from 0 to 1; `observed_s` says how long that was."""
    observed, known = pl.col("observed_us"), pl.col("docks_known_us")
    known = pl.when(known > 0).then(known)
    flags = {f"{name}_share": pl.col(f"{name}_us") / observed for name in ("installed", "renting", "returning")}
    return rolled.select(
        *_KEY,
        (observed / 1_000_000).alias("observed_s"),
        "vehicles_min",
        (pl.col("vehicle_us") / observed).alias("vehicles_mean"),
        "vehicles_max",
        "docks_min",
        (pl.col("dock_us") / known).alias("docks_mean"),
        "docks_max",
        (pl.col("empty_us") / observed).alias("empty_share"),
        (pl.col("full_us") / known).alias("full_share"),
        **flags,
    )
