"""Changes as intervals [since, until): how a day is kept once it is over.

A state holds from the poll that showed it to the poll that showed another. Where no poll came for longer than
`gap`, nobody knows: the interval ends `gap` after the last poll, and the next begins with the next poll.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from feeds.gbfs.history.series import AT, GONE, INSTANT, Series

SINCE: Final = "since"
UNTIL: Final = "until"


def intervals(
    series: Series, events: pl.DataFrame, polls: pl.Series, *, end: dt.datetime, gap: dt.timedelta
) -> pl.DataFrame:
    """The intervals that events at these polls tell, up to `end`; by key and time."""
    news = _news(series, events.sort(*series.key, AT, maintain_order=True))
    until = pl.col(AT).shift(-1).over(series.key).fill_null(pl.lit(end, INSTANT))
    held = news.with_columns(until.alias(UNTIL)).rename({AT: SINCE}).filter(~pl.col(GONE))
    seen = _observed(polls, end=end, gap=gap)
    cut = held.join(seen, how="cross").filter((pl.col(SINCE) < pl.col("to")) & (pl.col(UNTIL) > pl.col("from")))
    inside = [pl.max_horizontal(SINCE, "from").alias(SINCE), pl.min_horizontal(UNTIL, "to").alias(UNTIL)]
    return cut.with_columns(inside).select(*series.key, SINCE, UNTIL, *series.values).sort(*series.key, SINCE)


def state_at(series: Series, found: pl.DataFrame, at: dt.datetime) -> pl.DataFrame:
    """The states at an instant, by key: what the poll of that instant showed."""
    holds = (pl.col(SINCE) <= pl.lit(at, INSTANT)) & (pl.col(UNTIL) > pl.lit(at, INSTANT))
    return found.filter(holds).select(list(series.schema)).sort(series.key)


def _news(series: Series, events: pl.DataFrame) -> pl.DataFrame:
    # The first events of an hour repeat what was known; a run of the same state is one interval.
    told = [*series.values, GONE]
    before = pl.struct(pl.col(told).shift(1).over(series.key))
    first = pl.int_range(pl.len()).over(series.key) == 0
    return events.filter(first | pl.struct(told).ne_missing(before))


def _observed(polls: pl.Series, *, end: dt.datetime, gap: dt.timedelta) -> pl.DataFrame:
    """The stretches in which polls came without a gap, as ``from`` and ``to``."""
    frame = pl.DataFrame({AT: polls.cast(INSTANT).unique().sort()})
    last = pl.lit(end, INSTANT)
    starts = (pl.col(AT).diff() > gap).fill_null(value=True).cum_sum()
    runs = frame.group_by(starts.alias("run"), maintain_order=True).agg(
        pl.col(AT).min().alias("from"), (pl.col(AT).max() + gap).alias("to")
    )
    return runs.with_columns(pl.min_horizontal("to", last).alias("to")).select("from", "to")
