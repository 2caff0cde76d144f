"""One file of the feed → one staged Parquet file: typed cells, each record with its line.

Staged tables still hold text ids and may hold doubled or dangling records: `feeds.gtfs.link` settles those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from feeds.findings import Finding, Severity
from feeds.gtfs import cells, rows
from feeds.gtfs.ledger import Fault, Ledger
from feeds.gtfs.spec import Column, Table

#: The column that carries each record's line in its file through all steps, and stays in the tables.
LINE = "csv_row"
#: Names that later steps add; a column of the feed that is called so gets a number.
_RESERVED = frozenset({LINE, "stop_key", "trip_key", "route_key", "service_key", "shape_key"})

Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged table: where it is, the columns of the reference its file had, further columns, records kept."""

    table: Table
    path: Path
    present: frozenset[str]
    extra: tuple[str, ...]
    rows: int


def stage(table: Table, opener: Opener, into: Path, ledger: Ledger) -> Staged | None:
    """Read one file in the first encoding that fits; None when no record can be read from it.

    Raises:
        FeedError: what the archive itself raises.
    """
    for encoding in rows.encodings(opener):
        trial = Ledger(into / f"{table.name}-{encoding}")
        try:
            staged = _stage(table, opener, rows.Seen(encoding), into, trial)
        except UnicodeDecodeError:
            continue
        except rows.NotCsv as damage:
            trial.note(Finding("csv_parsing_failed", Severity.ERROR, str(damage), table.file))
            staged = None
        ledger.absorb(trial)
        return staged
    return None


def _stage(table: Table, opener: Opener, seen: rows.Seen, into: Path, ledger: Ledger) -> Staged | None:
    header = rows.read_header(opener, seen.encoding)
    if header is None:
        ledger.note(Finding("empty_file", Severity.ERROR, "the file is empty", table.file))
        return None
    if not set(header.names) & set(table.columns) and table.columns:
        ledger.note(Finding("missing_required_column", Severity.ERROR, "no column of this table", table.file, 1))
        return None
    _judge_header(table, header, ledger)
    shape = _Shape(table, header)
    path = into / f"{table.name}.staged.parquet"
    count = 0
    with opener() as stream, pq.ParquetWriter(path, shape.schema, compression="lz4") as writer:
        bad = _BadRows(table.file, len(header.names), ledger)
        for lines, batch in rows.read_rows(stream, header, seen, on_bad_row=bad):
            typed = _typed(shape, lines, batch, ledger)
            count += typed.num_rows
            writer.write_batch(typed)
    _judge_text(table, seen, ledger)
    return Staged(table, path, frozenset(header.names) & frozenset(table.columns), tuple(shape.extra.values()), count)


class _Shape:
    """How a file's columns become a staged table's: all columns of the reference, then those it does not know."""

    def __init__(self, table: Table, header: rows.Header) -> None:
        self.table = table
        taken = {column.stored.casefold() for column in table.columns.values()} | _RESERVED
        self.extra: dict[str, str] = {}
        for name in header.names:
            if name not in table.columns:
                # DuckDB's names know no case: Stop_ID beside stop_id would be the same column.
                self.extra[name] = _free_name(name, taken)
                taken.add(self.extra[name].casefold())
        self.schema = pa.schema(
            [(LINE, pa.int64())]
            + [(column.stored, cells.arrow_type(column.type)) for column in table.columns.values()]
            + [(name, pa.string()) for name in self.extra.values()]
        )


def _free_name(name: str, taken: set[str] | frozenset[str]) -> str:
    number, free = 1, name
    while free.casefold() in taken:
        number, free = number + 1, f"{name}_{number + 1}"
    return free


class _BadRows:
    """Sets aside the records that have more or fewer cells than the header."""

    def __init__(self, file: str, columns: int, ledger: Ledger) -> None:
        self._file, self._columns, self._ledger = file, columns, ledger

    def __call__(self, row: rows.BadRow) -> None:
        line, found, text = row
        sentence = f"the record has {found} cells, the header {self._columns}"
        self._ledger.reject(Fault(self._file, line, "", text, "invalid_row_length", sentence))


@dataclass(slots=True)
class _Batch:
    """A batch on its way from text to types: `keep` loses each record that turns out to be unusable."""

    table: Table
    lines: pa.Array
    given: Mapping[str, pa.Array]
    ledger: Ledger
    keep: pa.Array | None = None

    def typed(self, column: Column) -> pa.Array:
        """One column; a needed cell without a usable value sets its record aside, once."""
        text = self.given.get(column.name)
        if text is None:
            text = pa.nulls(len(self.lines), pa.string())
        typed, bad = cells.parse(text, column.type) if column.type in cells.KINDS else (text, None)
        if column.needed and typed.null_count:
            self._tell(column, pc.is_null(typed), text)
            self.keep = _both(self.keep, pc.is_valid(typed))
        elif bad is not None:
            self._tell(column, bad, text)
        return typed

    def _tell(self, column: Column, lost: pa.Array, text: pa.Array) -> None:
        mask = _both(self.keep, lost)
        for line, value in zip(self.lines.filter(mask).to_pylist(), text.filter(mask).to_pylist(), strict=True):
            fault = _fault(self.table, column, line, value)
            if column.needed:
                self.ledger.reject(fault)
            else:
                self.ledger.null(fault)


def _both(keep: pa.Array | None, mask: pa.Array) -> pa.Array:
    return mask if keep is None else pc.and_(keep, mask)


def _fault(table: Table, column: Column, line: int, value: str | None) -> Fault:
    if value is None:
        return Fault(table.file, line, column.name, "", "missing_required_field", "no value")
    code, sentence = cells.fault_of(value, column.type)
    return Fault(table.file, line, column.name, value, code, sentence)


def _typed(shape: _Shape, lines: pa.Array, batch: pa.RecordBatch, ledger: Ledger) -> pa.RecordBatch:
    given: Mapping[str, pa.Array] = dict(zip(batch.schema.names, batch.columns, strict=True))
    work = _Batch(shape.table, lines, given, ledger)
    columns = [work.typed(column) for column in shape.table.columns.values()]
    columns += [given[name] for name in shape.extra]
    whole = pa.RecordBatch.from_arrays([lines, *columns], schema=shape.schema)
    return whole if work.keep is None else whole.filter(work.keep)


def _judge_header(table: Table, header: rows.Header, ledger: Ledger) -> None:
    known = table.columns.values()
    for column in known:
        if column.required and column.name not in header.names:
            note = Finding("missing_required_column", Severity.ERROR, "the column is missing", table.file, 1)
            ledger.note(_at(note, column.name))
    for name in header.doubled:
        note = Finding("duplicated_column", Severity.ERROR, "the header names this column twice", table.file, 1)
        ledger.note(_at(note, name))
    for index in header.blank:
        sentence = f"column {index + 1} has no name"
        ledger.note(Finding("empty_column_name", Severity.ERROR, sentence, table.file, 1))
    for name in header.names:
        if table.columns and name not in table.columns:
            note = Finding("unknown_column", Severity.INFO, "not in the reference, kept as text", table.file, 1)
            ledger.note(_at(note, name))


def _at(finding: Finding, column: str) -> Finding:
    return Finding(finding.code, finding.severity, finding.message, finding.file, finding.row, column)


def _judge_text(table: Table, seen: rows.Seen, ledger: Ledger) -> None:
    if seen.encoding != "utf-8":
        sentence = f"the file is not UTF-8; it was read as {seen.encoding}"
        ledger.note(Finding("invalid_character", Severity.ERROR, sentence, table.file))
    if seen.quotes % 2:
        sentence = "a quotation mark is not closed: records may have run together"
        ledger.note(Finding("unclosed_quote", Severity.ERROR, sentence, table.file))
    if seen.empty_rows:
        note = Finding("empty_row", Severity.WARNING, "records without any value", table.file, count=seen.empty_rows)
        ledger.note(note)
