"""A file of a feed as a table of the very words that it holds, in Parquet, with the line of each record.

Nothing is typed and nothing refused, so that a difference loses no column and no value. Quotation marks, spaces around
a value and the order of rows say nothing in GTFS: two files that differ in these alone are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from feeds.gtfs import rows
from feeds.gtfs.archive import Archive

#: The line of a record in its file, beside the columns ``x0``, ``x1`` …: names of a feed are never names in a query.
LINE = "line"


@dataclass(frozen=True, slots=True)
class Text:
    """A file as it reads: `columns` in their order, records with as many cells, and how many records had not."""

    path: Path
    columns: tuple[str, ...]
    rows: int
    bad_rows: int


def same_bytes(one: Archive, other: Archive, file: str) -> bool:
    """Whether two feeds hold the same file, byte by byte."""
    return one.sizes[file] == other.sizes[file] and _digest(one, file) == _digest(other, file)


def _digest(archive: Archive, file: str) -> str:
    with archive.open(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_text(archive: Archive, file: str, path: Path) -> Text:
    """Write a file's records to the Parquet file `path`, in the first encoding that fits.

    Raises:
        NotCsv: it cannot be cut into records.
        FeedError: what the archive itself raises.
    """
    opener = partial(archive.open, file)
    *encodings, last = rows.encodings(opener)
    for encoding in encodings:
        try:
            return _read(opener, encoding, path)
        except UnicodeDecodeError:
            continue
    return _read(opener, last, path)


def _read(opener: Callable[[], IO[bytes]], encoding: str, path: Path) -> Text:
    header = rows.read_header(opener, encoding)
    names: Sequence[str] = header.names if header else ()
    schema = pa.schema([(LINE, pa.int64()), *((f"x{index}", pa.string()) for index in range(len(names)))])
    bad: list[rows.BadRow] = []
    count = 0
    with opener() as stream, pq.ParquetWriter(path, schema, compression="lz4") as writer:
        if header is not None:
            for lines, batch in rows.read_rows(stream, header, rows.Seen(encoding), on_bad_row=bad.append):
                writer.write_batch(pa.RecordBatch.from_arrays([lines, *batch.columns], schema=schema))
                count += batch.num_rows
    return Text(path, tuple(names), count, len(bad))
