"""What a poll says that was not known: the only rows that are written down."""

from __future__ import annotations

import datetime as dt

import polars as pl

from feeds.gbfs.history.series import AT, GONE, INSTANT, Series


def changes(series: Series, known: pl.DataFrame, now: pl.DataFrame, at: dt.datetime) -> pl.DataFrame:
    """The events that lead from the states `known` to the states `now`: other states, and what is gone."""
    other = now.join(known, on=list(series.schema), how="anti", nulls_equal=True)
    gone = known.join(now, on=list(series.key), how="anti")
    nothing = [pl.lit(None, kind).alias(name) for name, kind in series.values.items()]
    there, lost = pl.lit(value=False).alias(GONE), pl.lit(value=True).alias(GONE)
    both = pl.concat([other.with_columns(there), gone.with_columns(*nothing, lost)])
    stamped = both.with_columns(pl.lit(at, INSTANT).alias(AT))
    return stamped.select(list(series.events)).sort(series.key)


def standing(series: Series, events: pl.DataFrame) -> pl.DataFrame:
    """The states after all these events: of each key the newest, unless it is gone."""
    newest = events.sort(AT, maintain_order=True).unique(series.key, keep="last")
    return newest.filter(~pl.col(GONE)).select(list(series.schema)).sort(series.key)
