"""What live feeds said, poll by poll, in the vault: one small file a poll, merged by the hour, forgotten in time.

Layout below the vault's folder::

    history/<kind>/<slug>/<day>/<hour>/<instant>.arrow      a poll: its tables, one Arrow stream after the other
    history/<kind>/<slug>/<day>/<hour>/<table>.parquet      polls that were merged; names those that it holds

Days and hours are UTC. A poll's file appears whole or not at all. A merged file says which polls are in it, so a kill
between its appearance and the end of theirs counts nothing twice.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from hub.durable import publish_file, storage_errors
from hub.errors import BadRequest
from hub.services.back import Back

#: The table of the polls themselves: when each was, also those that said nothing new.
POLLS: Final = "polls"
#: The column that says by which poll a row came; a table that has it already keeps its own.
AT: Final = "at"
FOLDER: Final = "history"
_INSTANT: Final = pa.timestamp("us", "UTC")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_TABLE: Final = b"table"
_HOLDS: Final = b"polls"
_COMPRESSED: Final = pa.ipc.IpcWriteOptions(compression="lz4")


def append(back: Back, kind: str, slug: str, tables: Mapping[str, pa.Table], at: dt.datetime) -> bool:
    """Keep what one poll said; False where a poll of this very instant is kept already, which then stays.

    Raises:
        BadRequest: a name that cannot name a file.
        StorageError: there is no room; nothing was kept.
    """
    hour = hour_folder(back, kind, slug, at)
    target = hour / f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%S%f}.arrow"
    if target.exists() or target.name in _merged(hour / f"{POLLS}.parquet"):
        return False
    polls = pa.table({AT: pa.array([at], _INSTANT)})
    stamped = {_named(name): _stamped(table, at) for name, table in tables.items()} | {POLLS: polls}
    with back.vault.stage() as work, storage_errors(back.vault.root):
        staged = work / "poll"
        with staged.open("wb") as out:
            for name, table in stamped.items():
                schema = table.schema.with_metadata({_TABLE: name.encode()})
                with pa.ipc.new_stream(out, schema, options=_COMPRESSED) as writer:
                    writer.write_table(table.cast(schema))
        publish_file(staged, target)
    return True


def read(hour: Path, table: str) -> pa.Table | None:
    """The rows of a table that came in one hour (see `hours`), poll by poll; None where no poll had it."""
    found = list(_pieces(hour, _parts(hour), table))
    return pa.concat_tables(found, promote_options="permissive") if found else None


def days(back: Back, kind: str, slug: str) -> list[dt.date]:
    """The days of which something is kept, the first one first."""
    root = _root(back, kind, slug)
    names = sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    return [dt.date.fromisoformat(name) for name in names]


def hours(back: Back, kind: str, slug: str, day: dt.date) -> list[Path]:
    """The folders of a day's hours that hold anything, the first one first."""
    folder = day_folder(back, kind, slug, day)
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def slugs(back: Back, kind: str) -> list[str]:
    """The feeds of which something of this kind is kept."""
    root = back.vault.root / FOLDER / _named(kind)
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def compact(back: Back, kind: str, slug: str, day: dt.date) -> int:
    """Merge a day's polls into one Parquet file an hour and table; answers with the number of polls that were merged.

    It may be done again when more came.
    """
    merged = 0
    with back.vault.turn_of(f"{kind}.{slug}"), storage_errors(back.vault.root):
        for hour in hours(back, kind, slug, day):
            parts = _parts(hour)
            if parts:
                _merge(back, hour, parts)
                merged += len(parts)
    return merged


def retain(
    back: Back,
    kind: str,
    now: dt.datetime,
    *,
    keep_days: int,
    shortest: Mapping[str, int],
    held: Collection[str] = (),
) -> list[str]:
    """Forget whole days that lie more than so many days back, of a feed in `shortest` as many as it says, if fewer.

    Nothing is forgotten of a feed in `held`. Answers with what was forgotten, as ``<slug>/<day>``.
    """
    gone: list[str] = []
    for slug in sorted({*slugs(back, kind)} - {*held}):
        first = now.astimezone(dt.UTC).date() - dt.timedelta(days=min(keep_days, shortest.get(slug, keep_days)))
        with back.vault.turn_of(f"{kind}.{slug}"), back.vault.stage() as work:
            for day in days(back, kind, slug):
                if day < first:
                    # Out of the way at once; what a kill leaves of it is swept with the work folder.
                    day_folder(back, kind, slug, day).rename(work / day.isoformat())
                    gone.append(f"{slug}/{day}")
    return gone


def hand_over(back: Back, kinds: Iterable[str], old: str, new: str) -> int:
    """Move the days of a renamed feed to its new name, in the turn of the first of `kinds`; answers with how many.

    A day that the new name has of its own is not touched. Each day moves by one rename.
    """
    kinds, moved = list(kinds), 0
    if not any(_root(back, kind, old).is_dir() for kind in kinds):
        return 0
    with (
        back.vault.turn_of(f"{kinds[0]}.{old}"),
        back.vault.turn_of(f"{kinds[0]}.{new}"),
        storage_errors(back.vault.root),
    ):
        for kind in kinds:
            for day in days(back, kind, old):
                target = day_folder(back, kind, new, day)
                if not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    day_folder(back, kind, old, day).rename(target)
                    moved += 1
            if not days(back, kind, old) and _root(back, kind, old).is_dir():
                _root(back, kind, old).rmdir()
    return moved


def day_folder(back: Back, kind: str, slug: str, day: dt.date) -> Path:
    """Where a day lies, or would."""
    return _root(back, kind, slug) / day.isoformat()


def hour_folder(back: Back, kind: str, slug: str, at: dt.datetime) -> Path:
    """Where the hour of an instant lies, or would."""
    utc = at.astimezone(dt.UTC)
    return day_folder(back, kind, slug, utc.date()) / f"{utc:%H}"


def _root(back: Back, kind: str, slug: str) -> Path:
    return back.vault.root / FOLDER / _named(kind) / _named(slug)


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadRequest(f"{name!r} cannot name a folder: small letters, digits, hyphen and underscore only")
    return name


def _stamped(table: pa.Table, at: dt.datetime) -> pa.Table:
    if AT in table.column_names:
        return table
    return table.append_column(AT, pa.array([at] * table.num_rows, _INSTANT))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A table of one poll."""

    name: str
    rows: pa.Table


def _parts(hour: Path) -> list[Path]:
    return sorted(hour.glob("*.arrow"))


def _tables(part: Path) -> Iterator[_Piece]:
    with pa.memory_map(str(part)) as source:
        while source.tell() < source.size():
            with pa.ipc.open_stream(source) as stream:
                name = stream.schema.metadata[_TABLE].decode()
                yield _Piece(name, stream.read_all().replace_schema_metadata(None))


def _pieces(hour: Path, parts: Iterable[Path], table: str) -> Iterator[pa.Table]:
    """A table of an hour: what was merged, then poll by poll what was not."""
    merged = hour / f"{table}.parquet"
    if merged.exists():
        yield pq.read_table(merged, partitioning=None).replace_schema_metadata(None)
    known = _merged(merged)
    for part in parts:
        if part.name not in known:
            yield from (piece.rows for piece in _tables(part) if piece.name == table)


def _merged(file: Path) -> frozenset[str]:
    """The polls that a merged file holds."""
    if not file.exists():
        return frozenset()
    return frozenset(pq.read_schema(file).metadata[_HOLDS].decode().split())


def _merge(back: Back, hour: Path, parts: list[Path]) -> None:
    schemas: dict[str, list[Any]] = {}
    for part in parts:
        for piece in _tables(part):
            schemas.setdefault(piece.name, []).append(piece.rows.schema)
    # The polls come last: a poll of this hour is known by them to be kept.
    for name in sorted(schemas, key=lambda one: (one == POLLS, one)):
        with back.vault.stage() as work:
            publish_file(_write(hour, parts, name, schemas[name], work / "merged"), hour / f"{name}.parquet")
    for part in parts:
        part.unlink()


def _write(hour: Path, parts: list[Path], table: str, schemas: list[Any], into: Path) -> Path:
    before = hour / f"{table}.parquet"
    if before.exists():
        schemas = [pq.read_schema(before).remove_metadata(), *schemas]
    schema = pa.unify_schemas(schemas, promote_options="permissive")
    held = " ".join(sorted(_merged(before) | {part.name for part in parts}))
    with pq.ParquetWriter(into, schema.with_metadata({_HOLDS: held.encode()}), compression="zstd") as writer:
        for piece in _pieces(hour, parts, table):
            whole = pa.concat_tables([schema.empty_table(), piece], promote_options="permissive")
            writer.write_table(whole.replace_schema_metadata({_HOLDS: held.encode()}))
    return into
