"""The schedule that messages speak of, opened once and held against message after message.

Made from the tables that `feeds.gtfs.read` wrote. Times are seconds since noon minus 12 h of the service day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from feeds.gtfs_rt.lines import Lines

_CALLS = ("trip_key", "stop_sequence", "stop_key", "arrives_s", "departs_s", "interpolated")
_STOPS = {"stop_key": pl.Int32, "stop_id": pl.String, "location_type": pl.Int8, "stop_lat": pl.Float64,
          "stop_lon": pl.Float64}  # fmt: skip
_FREQUENCIES = {"trip_key": pl.Int32, "start_s": pl.Int32, "end_s": pl.Int32, "headway_secs": pl.Int32,
                "exact_times": pl.Int8}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a message is compared with.

    trips: ``trip_key, trip_id, route_id, service_key, direction_id, shape_id, first_s, left_s, exact_times, loops``
        (`first_s` and `left_s` are arrival and departure of the first call; `exact_times` is null unless
        frequencies.txt has the trip; `loops`: whether it calls somewhere twice)
    calls: ``trip_key, stop_sequence, stop_id, arrives_s, departs_s, interpolated`` (of the schedule's own times, or put
        in between two of them)
    stops: ``stop_id, location_type, lat, lon``
    routes: ``route_id, route_type``
    days: ``service_key, date``
    frequencies: ``trip_key, start_s, end_s, headway_secs, exact_times``
    """

    trips: pl.DataFrame
    calls: pl.DataFrame
    stops: pl.DataFrame
    routes: pl.DataFrame
    agencies: frozenset[str]
    days: pl.DataFrame
    frequencies: pl.DataFrame
    timezone: str
    lines: Lines

    @classmethod
    def open(cls, tables: Mapping[str, Path]) -> Schedule:
        """Open the tables of a reading, by name.

        Raises:
            KeyError: one of ``agency``, ``stops``, ``routes``, ``trips``, ``stop_times``, ``service_days`` is missing.
        """
        keyed = columns(tables["stops"], _STOPS)
        stops = keyed.select("stop_id", "location_type", lat="stop_lat", lon="stop_lon")
        calls = (
            pl.read_parquet(tables["stop_times"], columns=list(_CALLS))
            .join(keyed.select("stop_key", "stop_id"), on="stop_key", how="left")
            .drop("stop_key")
            .sort("trip_key", "stop_sequence")
        )
        agency = columns(tables["agency"], {"agency_id": pl.String, "agency_timezone": pl.String})
        frequencies = columns(tables.get("frequencies"), _FREQUENCIES)
        zones = agency["agency_timezone"].drop_nulls()
        return cls(
            trips=_trips(tables["trips"], calls, frequencies),
            calls=calls,
            stops=stops,
            routes=columns(tables["routes"], {"route_id": pl.String, "route_type": pl.Int16}),
            agencies=frozenset(agency["agency_id"].drop_nulls()),
            days=pl.read_parquet(tables["service_days"], columns=["service_key", "date"]),
            frequencies=frequencies,
            timezone=zones[0] if len(zones) else "UTC",
            lines=Lines(tables.get("shapes"), stops),
        )


def _trips(path: Path, calls: pl.DataFrame, frequencies: pl.DataFrame) -> pl.DataFrame:
    trips = columns(path, {"trip_key": pl.Int32, "trip_id": pl.String, "route_id": pl.String,
                            "service_key": pl.Int32, "direction_id": pl.Int8, "shape_id": pl.String})  # fmt: skip
    spans = calls.group_by("trip_key").agg(
        first_s=pl.col("arrives_s").first(),
        left_s=pl.col("departs_s").first(),
        loops=pl.col("stop_id").drop_nulls().is_duplicated().any(),
    )
    # A trip is in frequencies.txt with or without exact times, never both (reference, frequencies.txt).
    often = frequencies.group_by("trip_key").agg(exact_times=pl.col("exact_times").fill_null(0).max())
    return trips.join(spans, on="trip_key", how="left").join(often, on="trip_key", how="left")


def columns(path: Path | None, wanted: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """These columns of a table; those that it does not have are null, a table that is not there has no row."""
    if path is None:
        return pl.DataFrame(schema=dict(wanted))
    there = set(pl.read_parquet_schema(path))
    read = pl.read_parquet(path, columns=[name for name in wanted if name in there])
    return read.select(
        (pl.col(name) if name in there else pl.lit(None).alias(name)).cast(kind) for name, kind in wanted.items()
    )
