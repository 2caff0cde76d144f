"""Which batches of the vault an extract is made from, told without reading a record."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from governance.periods import Period
from hub.errors import Conflict, StorageError
from hub.records import feeds as feed_records
from hub.services.back import Back

#: A service in use tells of itself at least this often: what came since the end of a period says that it is complete.
_SILENCE = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The batches that may hold records of a period.

    `digest` is over theirs; `last` is the newest record of all batches.
    """

    paths: tuple[Path, ...]
    digest: str
    last: dt.datetime | None

    def cover(self, period: Period) -> bool:
        """Whether the feed has gone on to the end of the period, or near it."""
        return self.last is not None and self.last.date() + _SILENCE >= period.to


def inputs(back: Back, dataset: str, table: str, period: Period, *, local: str) -> Inputs:
    """The batches of a table whose records of the local time `local` may lie in a period.

    Raises:
        StorageError: the vault lacks a batch that the records know of.
    """
    with back.front.records.read() as session:
        digests = [version.digest for version in feed_records.versions(session, dataset, most=None)]
    paths, touching, last = [], [], None
    for digest in sorted(digests):
        tables = back.vault.tables(dataset, digest)
        if not tables:
            # Records of what happens to be left would be a wrong extract, and a correction of it later.
            raise StorageError(f"the vault lacks a batch of {dataset} that the records know of")
        span = _span(tables[table], local) if table in tables else None
        if span is None:
            continue
        last = span[1] if last is None else max(last, span[1])
        if span[0].date() < period.to and span[1].date() >= period.from_:
            paths.append(tables[table])
            touching.append(digest)
    return Inputs(tuple(paths), hashlib.sha256("\n".join(touching).encode()).hexdigest(), last)


def must_have(paths: Iterable[Path], columns: Iterable[str]) -> None:
    """Make sure that each batch has the columns that will be read.

    Raises:
        Conflict: one was taken in before its zones were known.
    """
    for path in paths:
        lacking = sorted(set(columns) - set(pq.read_schema(path).names))
        if lacking:
            raise Conflict(
                f"a batch was taken in before its zones were known (no column {lacking[0]}): take it in again"
            )


def _span(path: Path, local: str) -> tuple[dt.datetime, dt.datetime] | None:
    """The first and the last local time of a file, from its own statistics; None where it has no record."""
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    found = [
        column.statistics
        for group in groups
        for column in (group.column(number) for number in range(group.num_columns))
        if column.path_in_schema == local and column.statistics is not None and column.statistics.has_min_max
    ]
    if not found:
        return None
    return min(one.min for one in found), max(one.max for one in found)
