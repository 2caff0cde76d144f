"""What of the message before is needed to judge the next one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from feeds.gtfs_rt.message import Message


@dataclass(frozen=True, slots=True)
class Before:
    """The message before: its header's timestamp, the digest of its entities, its vehicles (``vehicle_id, lat, lon,
    timestamp_s``) and, where it is known, when it was fetched.
    """

    timestamp_s: int | None
    content_digest: str
    positions: pl.DataFrame
    at: dt.datetime | None = None

    @classmethod
    def of(cls, message: Message, at: dt.datetime | None = None) -> Before:
        """What is remembered of a message that was fetched at `at`."""
        columns = ["vehicle_id", "lat", "lon", "timestamp_s"]
        positions = pl.DataFrame(message.tables["vehicle_positions"].select(columns)).drop_nulls(columns[:3])
        once = positions.unique("vehicle_id", keep="none", maintain_order=True)
        return cls(message.timestamp_s, message.content_digest, once, at)
