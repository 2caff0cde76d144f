"""Rows into Parquet, one file for each table, within bounded memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from feeds.gbfs.records import Parsed, Reject, Row
from feeds.gbfs.spec import Table
from feeds.reading import REJECTS_SCHEMA

#: Rows held before they are written.
_BATCH_ROWS = 50_000


class Growing:
    """A Parquet file that grows by batches. Opened with the first row or, when `always`, even without one."""

    def __init__(self, path: Path, schema: pa.Schema, *, always: bool) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema
        self._always = always
        self._held: list[Row] = []
        self._writer: pq.ParquetWriter | None = None

    def append(self, rows: list[Row]) -> None:
        """Add rows; they may stay in memory until the next batch is full."""
        self._held.extend(rows)
        self.rows += len(rows)
        if len(self._held) >= _BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, self._schema, compression="zstd")
        self._writer.write_table(pa.Table.from_pylist(self._held, schema=self._schema))
        self._held = []

    def close(self) -> None:
        """Write what is held, and the file's end."""
        if self._held or (self._always and self._writer is None):
            self._flush()
        self.abandon()

    def abandon(self) -> None:
        """Close the file without what is held."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class Newest:
    """What the newest snapshot says of each key, and since and until when the key was seen.

    Its memory is that of the system's stations, not of the number of snapshots.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[Any, ...], Row] = {}

    def add(self, table: Table, rows: list[Row], seen_at: dt.datetime) -> None:
        """Take the rows of one file; a row as new as the one that is kept replaces it."""
        for row in rows:
            key = tuple(row[name] for name in table.key)
            kept = self._rows.get(key)
            if kept is None:
                self._rows[key] = {"seen_from": seen_at, "seen_to": seen_at, **row}
                continue
            since, until = min(kept["seen_from"], seen_at), max(kept["seen_to"], seen_at)
            newest = row if seen_at >= kept["seen_to"] else kept
            self._rows[key] = {**newest, "seen_from": since, "seen_to": until}

    def rows(self) -> list[Row]:
        """All rows, by key."""
        return [self._rows[key] for key in sorted(self._rows)]


class Store:
    """The tables of one reading: series go to their files as they come, the newest of the others at the end."""

    def __init__(self, into: Path, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._files = {name: Growing(into / f"{name}.parquet", t.schema(), always=True) for name, t in tables.items()}
        self._newest = {name: Newest() for name, table in tables.items() if not table.series}
        self.rejects = Growing(into / "rejects.parquet", REJECTS_SCHEMA, always=False)
        self.set_aside: dict[str, int] = {}
        self._known_rejects: set[tuple[str, Reject]] = set()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _t: TracebackType | None
    ) -> None:
        for file in (*self._files.values(), self.rejects):
            if kind is None:
                file.close()
            else:
                file.abandon()

    def add(self, table: Table, parsed: Parsed, *, seen_at: dt.datetime, utc_offset_s: int | None) -> None:
        """Take what one file of one snapshot holds of a table."""
        if table.series:
            stamp = {"snapshot_at": seen_at, "utc_offset_s": utc_offset_s}
            self._files[table.name].append([{**stamp, **row} for row in parsed.rows])
        else:
            self._newest[table.name].add(table, parsed.rows, seen_at)

    def reject(self, table: Table, file: str, rejects: list[Reject]) -> list[Reject]:
        """Keep records set aside, and say which are new.

        A bad station that stays in each of ten thousand snapshots of its file is one bad station; a series' records
        are new each time.
        """
        new = rejects if table.series else [one for one in rejects if (table.name, one) not in self._known_rejects]
        if not table.series:
            self._known_rejects.update((table.name, one) for one in new)
        if new:
            self.set_aside[table.name] = self.set_aside.get(table.name, 0) + len(new)
            self.rejects.append(
                [{"file": file, "row": r.row, "field": r.field, "value": r.value, "reason": r.reason} for r in new]
            )
        return new

    def finish(self) -> tuple[dict[str, Path], dict[str, int]]:
        """Hand the newest rows to their files; answers with each table's file and its number of rows."""
        for name, newest in self._newest.items():
            self._files[name].append(newest.rows())
        files = dict(self._files)
        if self.rejects.rows:
            files["rejects"] = self.rejects
        return {name: file.path for name, file in files.items()}, {name: file.rows for name, file in files.items()}

    def newest(self, name: str) -> list[Row]:
        """What is known so far of a table that is no series."""
        return self._newest[name].rows()
