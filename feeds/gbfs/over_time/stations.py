"""Stations over time: those that never change, and counts that stay impossible. Only what changed is written anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from feeds.gbfs.over_time.memory import Memory, Station
from feeds.gbfs.over_time.poll import COUNTED, Poll, total
from feeds.gbfs.records import Row


def stations(memory: Memory, poll: Poll) -> Memory:
    """Take in what a changed station_status says."""
    known, now_s = dict(memory.stations), memory.watched_s
    rows = {row["station_id"]: row for row in poll.rows("station_status")}
    for gone in known.keys() - rows.keys():
        del known[gone]
    for station, row in rows.items():
        before = known.get(station)
        after = _seen(before, row, now_s)
        if after is not before:
            known[station] = after
    by_type = poll.by_type()
    over = {station for station, row in rows.items() if _exceeds(row, memory.capacity.get(station))}
    untyped = {station for station, told in by_type.items() if station in rows and told != rows[station][COUNTED[0]]}
    return replace(
        memory,
        stations=known,
        uncounted=_since(memory.uncounted, over, now_s),
        untyped=_since(memory.untyped, untyped, now_s),
    )


def _seen(before: Station | None, row: Row, now_s: float) -> Station:
    counts = tuple(row[name] for name in COUNTED)
    is_open = row["is_renting"] is not False and row["is_installed"] is not False
    if before is None or before.counts != counts:
        return Station(counts, now_s, shut_s=None if is_open else now_s)
    if is_open and before.shut_s is not None:
        return replace(before, closed_s=before.closed_s + now_s - before.shut_s, shut_s=None)
    if not is_open and before.shut_s is None:
        return replace(before, shut_s=now_s)
    return before


def open_for_s(station: Station, now_s: float) -> float:
    """For how many watched seconds of its opening a station has not changed."""
    shut_s = 0.0 if station.shut_s is None else now_s - station.shut_s
    return now_s - station.since_s - station.closed_s - shut_s


def _exceeds(row: Row, capacity: int | None) -> bool:
    # A capacity of zero is how free-floating areas are often published: it says nothing.
    return bool(capacity) and capacity is not None and total(row[name] for name in COUNTED) > capacity


def _since(before: Mapping[str, float], troubled: set[str], now_s: float) -> dict[str, float]:
    return {station: before.get(station, now_s) for station in sorted(troubled)}
