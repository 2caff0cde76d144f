"""Rules of the header, of all instants in a message, and of the message before it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from feeds.findings import Finding
from feeds.gtfs_rt.notices import finding
from feeds.gtfs_rt.plausible import FOREVER_S, POSIX, VERSIONS
from feeds.gtfs_rt.scene import Scene, is_posix, told

#: Which instants a message holds: table, column, field.
_MEASURED = (
    ("trip_updates", "timestamp_s", "trip_update.timestamp"),
    ("vehicle_positions", "timestamp_s", "vehicle.timestamp"),
)
_PREDICTED = (
    ("stop_time_updates", "arrival_s", "stop_time_update.arrival.time"),
    ("stop_time_updates", "departure_s", "stop_time_update.departure.time"),
)
_PERIODS = (
    ("alert_periods", "start_s", "alert.active_period.start"),
    ("alert_periods", "end_s", "alert.active_period.end"),
)


def header(scene: Scene) -> Iterator[Finding]:
    """Version, timestamp and incrementality."""
    message = scene.message
    if message.version not in VERSIONS:
        yield _told("version_unknown", "gtfs_realtime_version", message.version)
    requires = VERSIONS.get(message.version, not message.version.startswith("1"))
    if message.timestamp_s is None:
        yield _told("header_timestamp_missing" if requires else "timestamp_missing", "timestamp")
    if message.incrementality is None and requires:
        yield _told("incrementality_missing", "incrementality")
    if message.incrementality == "DIFFERENTIAL":
        yield _told("differential", "incrementality", "DIFFERENTIAL")
    else:
        deleted = scene.frames["entities"].filter(pl.col("is_deleted").fill_null(value=False))
        yield from told("deleted_in_full_dataset", deleted, "entity.is_deleted")
    if not message.entities:
        yield finding("no_entity", file="header")


def age(scene: Scene) -> Iterator[Finding]:
    """Whether the message is old, or of the future, or no instant at all."""
    stamp = scene.message.timestamp_s
    if stamp is None:
        return
    if not POSIX[0] <= stamp <= POSIX[1]:
        yield _told("not_posix_time", "timestamp", str(stamp))
        return
    late = scene.at_s - stamp
    if late > scene.plausible.stale_s:
        yield _told("stale_header", "timestamp", str(stamp), f"{late} s")
    if late < -scene.plausible.future_s:
        yield _told("timestamp_in_future", "timestamp", str(stamp), f"{-late} s")


def instants(scene: Scene) -> Iterator[Finding]:
    """Timestamps of entities, predictions, periods of alerts."""
    for table, column, field in _MEASURED:
        # 0 is no timestamp (`simple_rules`), rather than a wrong one.
        wrong = (pl.col(column) != 0) & ~is_posix(column)
        yield from told("not_posix_time", scene.frames[table].filter(wrong), field, column)
    for table, column, field in _PREDICTED:
        yield from told("not_posix_time", scene.frames[table].filter(~is_posix(column)), field, column)
    for table, column, field in _PERIODS:
        # 0 says "no bound", though leaving it out says it better.
        wrong = (pl.col(column) != 0) & ~pl.col(column).is_between(POSIX[0], FOREVER_S)
        yield from told("not_posix_time", scene.frames[table].filter(wrong), field, column)
    made = scene.message.timestamp_s
    for table, column, field in _MEASURED:
        frame = scene.frames[table].filter(is_posix(column))
        ahead = frame.filter(pl.col(column) > scene.at_s + scene.plausible.future_s)
        yield from told("timestamp_in_future", ahead, field, column)
        if made is not None and POSIX[0] <= made <= POSIX[1]:
            yield from told("timestamp_after_header", frame.filter(pl.col(column) > made), field, column)


def since_before(scene: Scene) -> Iterator[Finding]:
    """What the header says beside the one of the message before."""
    before, stamp = scene.before, scene.message.timestamp_s
    if before is None or before.timestamp_s is None or stamp is None:
        return
    step = stamp - before.timestamp_s
    if step < 0:
        yield _told("time_travel", "timestamp", str(stamp), f"{-step} s back")
    if step == 0 and before.content_digest != scene.message.content_digest:
        yield _told("same_timestamp_other_content", "timestamp", str(stamp))
    # Only whoever asks often can tell that there was no message in between.
    asked_s = None if before.at is None else scene.at_s - int(before.at.timestamp())
    if asked_s is not None and asked_s <= scene.plausible.refresh_s < step:
        yield _told("refresh_too_slow", "timestamp", str(stamp), f"{step} s")


def _told(name: str, field: str, value: str = "", detail: str = "") -> Finding:
    return finding(name, detail, file="header", field=f"header.{field}", value=value)
