"""A CSV file as a stream of Arrow batches of text, each record with the line it stands on.

Memory is bounded by the size of a block, whatever the file. What a person would see in an editor is what counts:
a byte-order mark, CRLF, spaces around, empty lines and quoted line breaks change neither values nor line numbers.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

#: Bytes of text that are parsed at a time. A record must be shorter than this.
BLOCK = 2 << 20
#: A header line longer than this is no header of a table.
_LONGEST_HEADER = 1 << 16
#: What a file that is not UTF-8 is read as.
FALLBACK = "cp1252"


#: How pyarrow says that a file ends with its header.
_NOTHING_AFTER_HEADER = ("Empty CSV", "Could not skip initial")


class NotCsv(Exception):
    """The text cannot be cut into records; says why."""


@dataclass(slots=True)
class Header:
    """The columns of a file as they are read: trimmed, with blank and doubled names replaced and told."""

    names: list[str]
    doubled: list[str] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    lines: int = 1


@dataclass(slots=True)
class Seen:
    """What the stream showed on the way, complete once it has been read to its end."""

    encoding: str = "utf-8"
    quotes: int = 0
    spaced: bool = False
    empty_rows: int = 0


class _Text(io.RawIOBase):
    """Bytes in, UTF-8 out; notes quotes and spaces, so that later steps can skip what cannot be there."""

    def __init__(self, stream: IO[bytes], seen: Seen) -> None:
        self._stream, self._seen = stream, seen
        self._decoder = codecs.getincrementaldecoder(seen.encoding)("strict" if seen.encoding == "utf-8" else "replace")
        self._last = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raw = self._stream.read(BLOCK if size < 0 else size)
        text = self._decoder.decode(raw, final=not raw)
        out = raw if self._seen.encoding == "utf-8" else text.encode()
        self._seen.quotes += out.count(b'"')
        self._seen.spaced = self._seen.spaced or _has_spaces(self._last + out)
        self._last = out[-1:]
        return out

    def readinto(self, buffer: Any) -> int:
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


#: Where one of these is, there may be something to trim; a quoted value may begin and end with anything.
_SPACES = (b'"', b", ", b" ,", b" \n", b"\n ", b" \r", b"\t", b"\xc2\xa0")


def _has_spaces(chunk: bytes) -> bool:
    return any(pattern in chunk for pattern in _SPACES)


def encodings(opener: Callable[[], IO[bytes]]) -> tuple[str, ...]:
    """The encodings to try, in order: UTF-16 by its mark; otherwise UTF-8, then Windows-1252 which holds Latin-1."""
    with opener() as stream:
        head = stream.read(2)
    return ("utf-16",) if head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ("utf-8", FALLBACK)


def read_header(opener: Callable[[], IO[bytes]], encoding: str) -> Header | None:
    """The header of a file, or None when it holds nothing but white space."""
    with opener() as stream:
        head = stream.read(_LONGEST_HEADER).decode(encoding, errors="replace").removeprefix("\ufeff")
    lines = head.splitlines()
    before = next((number for number, line in enumerate(lines) if line.strip()), None)
    if before is None:
        return None
    header = Header([], lines=before + 1)
    for index, raw in enumerate(next(csv.reader([lines[before]]))):
        header.names.append(_unique(raw.strip(), index, header))
    return header


def _unique(name: str, index: int, header: Header) -> str:
    if not name:
        header.blank.append(index)
        return f"column_{index + 1}"
    if name in header.names:
        header.doubled.append(name)
        return f"{name}_{index + 1}"
    return name


#: A record that has more or fewer cells than the header: line, cells found, its text.
BadRow = tuple[int, int, str]


def read_rows(
    stream: IO[bytes], header: Header, seen: Seen, *, on_bad_row: Callable[[BadRow], None]
) -> Iterator[tuple[pa.Array, pa.RecordBatch]]:
    """Yield (line of each record, batch of text columns); empty cells are null, empty records are left out.

    Raises:
        NotCsv: the text cannot be cut into records.
        UnicodeDecodeError: it is not in the encoding that `seen` names.
        FeedError: what the stream itself raises.
    """
    bad: list[BadRow] = []

    def set_aside(row: pacsv.InvalidRow) -> str:
        bad.append((row.number, row.actual_columns, row.text))
        return "skip"

    reader = _open(_Text(stream, seen), header, set_aside)
    lines = _Lines(header.lines, seen)
    while reader is not None:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            break
        except pa.ArrowInvalid as damage:
            raise NotCsv(str(damage).splitlines()[0]) from damage
        numbers = lines.number(batch, bad, on_bad_row)
        yield _tidy(batch, numbers, seen)
    lines.finish(bad, on_bad_row)


def _open(text: _Text, header: Header, set_aside: Callable[[pacsv.InvalidRow], str]) -> Any:
    try:
        return pacsv.open_csv(
            io.BufferedReader(text, BLOCK),
            read_options=pacsv.ReadOptions(
                use_threads=False, block_size=BLOCK, skip_rows=header.lines, column_names=header.names
            ),
            parse_options=pacsv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=set_aside
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(header.names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid as damage:
        if any(words in str(damage) for words in _NOTHING_AFTER_HEADER):
            return None
        raise NotCsv(str(damage).splitlines()[0]) from damage


class _Lines:
    """Turns the parser's record numbers into line numbers, batch after batch.

    Records are counted from 1 for the header; a bad record is reported by the parser with that number. Line breaks
    inside quotes put the lines of all that follows further down.
    """

    def __init__(self, header_lines: int, seen: Seen) -> None:
        self._next, self._shift, self._seen = header_lines + 1, 0, seen
        self._told = 0

    def number(self, batch: pa.RecordBatch, bad: list[BadRow], on_bad_row: Callable[[BadRow], None]) -> pa.Array:
        taken = {record for record, _, _ in bad[self._told :]}
        numbers: list[int] = []
        breaks = _line_breaks(batch) if self._seen.quotes else None
        if not taken and breaks is None:
            first = self._next + self._shift
            self._next += batch.num_rows
            return pa.array(np.arange(first, first + batch.num_rows))
        for index in range(batch.num_rows):
            self._skip(taken, bad, on_bad_row)
            numbers.append(self._next + self._shift)
            self._next += 1
            self._shift += breaks[index] if breaks is not None else 0
        return pa.array(numbers, pa.int64())

    def finish(self, bad: list[BadRow], on_bad_row: Callable[[BadRow], None]) -> None:
        for record, cells, text in bad[self._told :]:
            self._tell((record, cells, text), on_bad_row)

    def _skip(self, taken: set[int], bad: list[BadRow], on_bad_row: Callable[[BadRow], None]) -> None:
        while self._next in taken:
            self._tell(bad[self._told], on_bad_row)
            self._next += 1

    def _tell(self, row: BadRow, on_bad_row: Callable[[BadRow], None]) -> None:
        record, cells, text = row
        self._told += 1
        if text.strip():
            on_bad_row((record + self._shift, cells, text))
        else:
            self._seen.empty_rows += 1
        self._shift += text.count("\n")


def _line_breaks(batch: pa.RecordBatch) -> list[int] | None:
    """Line breaks inside the values of each record, or None when there are none at all."""
    total = None
    for column in batch.columns:
        found = pc.fill_null(pc.count_substring(column, "\n"), 0)
        total = found if total is None else pc.add(total, found)
    return total.to_pylist() if total is not None and pc.any(pc.greater(total, 0)).as_py() else None


def _tidy(batch: pa.RecordBatch, numbers: pa.Array, seen: Seen) -> tuple[pa.Array, pa.RecordBatch]:
    """Trim where there are spaces to trim; leave out records without a value."""
    if seen.spaced:
        trimmed = [_empty_to_null(pc.utf8_trim_whitespace(column)) for column in batch.columns]
        batch = pa.RecordBatch.from_arrays(trimmed, names=batch.schema.names)
    if any(column.null_count == 0 for column in batch.columns):
        return numbers, batch
    full = pc.is_valid(batch.columns[0])
    for column in batch.columns[1:]:
        full = pc.or_(full, pc.is_valid(column))
    seen.empty_rows += batch.num_rows - pc.sum(full).as_py() if batch.num_rows else 0
    return numbers.filter(full), batch.filter(full)


def _empty_to_null(column: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
