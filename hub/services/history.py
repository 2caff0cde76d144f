"""The history of GBFS systems in the vault: each poll as what it changed, a closed day as intervals, and hours.

Polls are kept by `hub.services.archive`; the first one of an hour says all, so that an hour can be read by itself. A
day that is over is closed: its polls become intervals, its hourly roll-up is kept apart (and longer), and the key under
which its vehicles were named is destroyed. Layout below ``history/`` of the vault::

    gbfs/<slug>/<day>/key                            while the day is open
    gbfs/<slug>/<day>/<hour>/…                       while the day is open
    gbfs/<slug>/<day>/stations.parquet, …            once it is closed
    gbfs-hours/<slug>/<day>/stations.parquet         its hourly roll-up
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from feeds.gbfs import history
from feeds.gbfs.history.series import GONE
from hub.durable import publish_file, publish_once, storage_errors
from hub.errors import BadRequest, Conflict
from hub.services import archive
from hub.services.back import Back

KIND: Final = "gbfs"
HOURS: Final = "gbfs-hours"
STATIONS: Final = "stations"
#: A state is believed for so long after the poll that showed it.
GAP: Final = dt.timedelta(minutes=15)
#: Days for which hourly roll-ups are kept: five years.
ROLLUP_DAYS: Final = 1827
_KEY: Final = "key"
_VEHICLES: Final = "vehicles"


def append_snapshot(back: Back, slug: str, tables: Mapping[str, pa.Table], at: dt.datetime) -> bool:
    """Remember what a poll at the instant `at` said, in tables named and typed as in `feeds.gbfs.tables`.

    A table that is not given was not asked for: what is known of it stays. False where this poll is kept already.

    Raises:
        Conflict: the day was closed.
    """
    day = _day_of(at)
    with back.vault.turn_of(f"{KIND}.{slug}"):
        if _is_closed(back, slug, day):
            raise Conflict(f"{day} of {slug} is closed: nothing is added to it")
        told: dict[str, pa.Table] = {}
        for name, series in history.SERIES.items():
            if series.table in tables:
                now = history.states(series, tables[series.table])
                if name == _VEHICLES:
                    now = history.hidden(now, _key(back, slug, day))
                told[name] = _events(back, slug, name, now, at).to_arrow(compat_level=pl.CompatLevel.oldest())
        return archive.append(back, KIND, slug, told, at)


def compact(back: Back, slug: str, day: dt.date) -> bool:
    """Close a day that is over; False where there is nothing to close. A kill on the way leaves it open.

    Raises:
        BadRequest: the day is not over.
    """
    if day >= _day_of(back.front.clock()):
        raise BadRequest(f"{day} is not over")
    folder = archive.day_folder(back, KIND, slug, day)
    with back.vault.turn_of(f"{KIND}.{slug}"), storage_errors(back.vault.root):
        is_open = not _is_closed(back, slug, day)
        if is_open:
            if not archive.hours(back, KIND, slug, day):
                return False
            _close(back, slug, day)
        _forget_polls(folder)  # also those that a killed run left
    return is_open


def retain(
    back: Back,
    now: dt.datetime,
    *,
    keep_days: int,
    shortest: Mapping[str, int] | None = None,
    held: Collection[str] = (),
    rollup_days: int = ROLLUP_DAYS,
) -> list[str]:
    """Forget what lies too far back: days after `keep_days`, their roll-ups after `rollup_days`; a feed in `shortest`
    (what its agreements allow, in days) is kept no longer than that in either form, and all of one in `held` is kept.
    """
    allowed = shortest or {}
    gone = archive.retain(back, KIND, now, keep_days=keep_days, shortest=allowed, held=held)
    return gone + archive.retain(back, HOURS, now, keep_days=rollup_days, shortest=allowed, held=held)


def read_history(back: Back, slug: str, since: dt.datetime, until: dt.datetime) -> pa.Table:
    """The hourly roll-up of stations (schema `feeds.gbfs.history.HOURS`) of the hours that begin in [since, until).

    Raises:
        BadRequest: a slug that is none.
    """
    known = {*archive.days(back, KIND, slug), *archive.days(back, HOURS, slug)}
    wanted = sorted(day for day in known if _day_of(since) <= day <= _day_of(until))
    rolled = [_rolled(back, slug, day) for day in wanted]
    whole = pl.concat([pl.DataFrame(schema=history.HOURS), *rolled])
    bounds = [pl.lit(one.astimezone(dt.UTC), pl.Datetime("us", "UTC")) for one in (since, until)]
    return whole.filter(pl.col("hour") >= bounds[0], pl.col("hour") < bounds[1]).sort("station_id", "hour").to_arrow()


def read_day(back: Back, slug: str, day: dt.date, series: str = STATIONS) -> pl.DataFrame:
    """A day's intervals of a series, whether the day is closed or not; empty where nothing is known."""
    file = archive.day_folder(back, KIND, slug, day) / f"{series}.parquet"
    if _is_closed(back, slug, day):
        return _frame(pq.read_table(file, partitioning=None)) if file.exists() else _intervals(back, slug, day, series)
    return _intervals(back, slug, day, series)


def _events(back: Back, slug: str, name: str, now: pl.DataFrame, at: dt.datetime) -> pl.DataFrame:
    """What a poll changes; the first one of an hour tells all, and what of the hours before is gone."""
    series = history.SERIES[name]
    this, nothing = archive.hour_folder(back, KIND, slug, at), pl.DataFrame(schema=series.schema)
    for hour in reversed(archive.hours(back, KIND, slug, _day_of(at))):
        before = archive.read(hour, name) if hour <= this else None
        if before is None or not before.num_rows:
            continue
        known = history.standing(series, _frame(before))
        found = history.changes(series, known, now, at)
        if hour == this:
            return found
        return pl.concat([found.filter(pl.col(GONE)), history.changes(series, nothing, now, at)])
    return history.changes(series, nothing, now, at)


def _intervals(back: Back, slug: str, day: dt.date, name: str) -> pl.DataFrame:
    series = history.SERIES[name]
    hours = archive.hours(back, KIND, slug, day)
    events = [_frame(found) for found in _read(hours, name)]
    polls = [_frame(found)[archive.AT] for found in _read(hours, archive.POLLS)]
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
    known = pl.concat([pl.DataFrame(schema=series.events), *events])
    instants = pl.concat([pl.Series(archive.AT, [], pl.Datetime("us", "UTC")), *polls])
    return history.intervals(series, known, instants, end=end, gap=GAP)


def _read(hours: list[Path], table: str) -> Iterator[pa.Table]:
    return (found for hour in hours if (found := archive.read(hour, table)) is not None)


def _rolled(back: Back, slug: str, day: dt.date) -> pl.DataFrame:
    kept = archive.day_folder(back, HOURS, slug, day) / f"{STATIONS}.parquet"
    if kept.exists():
        return _frame(pq.read_table(kept, partitioning=None))
    return history.hours(read_day(back, slug, day))


def _close(back: Back, slug: str, day: dt.date) -> None:
    folder = archive.day_folder(back, KIND, slug, day)
    found = {name: _intervals(back, slug, day, name) for name in history.SERIES}
    rolled = history.hours(found[STATIONS])
    polls = [_frame(one) for one in _read(archive.hours(back, KIND, slug, day), archive.POLLS)]
    with back.vault.stage() as work:
        _publish(rolled, work, archive.day_folder(back, HOURS, slug, day) / f"{STATIONS}.parquet")
        for name, frame in found.items():
            _publish(frame, work, folder / f"{name}.parquet")
        # It stands for the closing of the day: only when it is there, the others are.
        _publish(pl.concat(polls).sort(archive.AT), work, folder / f"{archive.POLLS}.parquet")


def _publish(frame: pl.DataFrame, work: Path, target: Path) -> None:
    times = [name for name, kind in frame.schema.items() if kind.is_temporal()]
    packed = dict.fromkeys(times, "DELTA_BINARY_PACKED")
    others = [name for name in frame.columns if name not in times]
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    staged = work / target.name
    pq.write_table(
        table, staged, compression="zstd", compression_level=9, use_dictionary=others, column_encoding=packed
    )
    publish_file(staged, target)


def _forget_polls(folder: Path) -> None:
    (folder / _KEY).unlink(missing_ok=True)
    for hour in sorted(path for path in folder.iterdir() if path.is_dir()):
        shutil.rmtree(hour)


def _is_closed(back: Back, slug: str, day: dt.date) -> bool:
    return (archive.day_folder(back, KIND, slug, day) / f"{archive.POLLS}.parquet").exists()


def _key(back: Back, slug: str, day: dt.date) -> bytes:
    """The key of a day's vehicles: random, made with its first poll, destroyed when the day is closed."""
    file = archive.day_folder(back, KIND, slug, day) / _KEY
    if not file.exists():
        with back.vault.stage() as work:
            (work / _KEY).write_bytes(secrets.token_bytes(32))
            file.parent.mkdir(parents=True, exist_ok=True)
            publish_once(work / _KEY, file)
    return file.read_bytes()


def _frame(table: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(table))


def _day_of(at: dt.datetime) -> dt.date:
    return at.astimezone(dt.UTC).date()
