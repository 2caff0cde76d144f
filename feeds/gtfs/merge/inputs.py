"""What is merged: archives under their slugs, and what must be known of all of them before the first row is written."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO

import pyarrow as pa

from feeds.errors import UnusableFeed
from feeds.gtfs import rows
from feeds.gtfs.archive import Archive
from feeds.gtfs.spec import Table

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of one input as it will be read: encoding, header, and which columns are kept, by their place."""

    encoding: str
    header: rows.Header
    kept: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Input:
    """One of the feeds. `slug` is put before its ids; `digest` is that of its content."""

    slug: str
    archive: Archive
    digest: str

    @property
    def prefix(self) -> str:
        """What its ids begin with. No slug has a colon, so it is taken off again without a doubt."""
        return f"{self.slug}:"

    def where(self, file: str) -> str:
        """One of its files as it is named in notes and errors."""
        return f"{self.slug}/{file}"

    def sheet(self, table: Table) -> Sheet | None:
        """How one of its tables is read; None when it has none, or an empty one."""
        if table.file not in self.archive.sizes:
            return None
        opener = partial(self.archive.open, table.file)
        encoding = next(one for one in rows.encodings(opener) if one == rows.FALLBACK or _fits(opener, one))
        header = rows.read_header(opener, encoding)
        if header is None:
            return None
        return Sheet(encoding, header, {name: at for at, name in enumerate(header.names) if not _made_up(header, at)})

    def batches(
        self, table: Table, sheet: Sheet, *, on_bad_row: Callable[[rows.BadRow], None] = lambda _: None
    ) -> Iterator[pa.RecordBatch]:
        """The records of a table as text, in the order of the file, without the columns that have no name of their own.

        Raises:
            UnusableFeed: the file cannot be cut into records.
        """
        seen = rows.Seen(sheet.encoding)
        with self.archive.open(table.file) as stream:
            try:
                for _, batch in rows.read_rows(stream, sheet.header, seen, on_bad_row=on_bad_row):
                    yield batch.select(list(sheet.kept.values()))
            except rows.NotCsv as damage:
                raise UnusableFeed(str(damage), file=self.where(table.file)) from damage

    def records(self, table: Table) -> list[dict[str, str | None]]:
        """All records of a small table.

        Raises:
            UnusableFeed: the file cannot be cut into records.
        """
        sheet = self.sheet(table)
        return [] if sheet is None else [row for batch in self.batches(table, sheet) for row in batch.to_pylist()]


def _fits(opener: Callable[[], IO[bytes]], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with opener() as stream:
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _made_up(header: rows.Header, at: int) -> bool:
    """Whether a column's name is one that the reader gave it, for it had none or that of another."""
    name, number = header.names[at], f"_{at + 1}"
    return at in header.blank or (name.endswith(number) and name.removesuffix(number) in header.doubled)
