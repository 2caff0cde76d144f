"""One table of all inputs, joined: the columns of all, the records of each in their order, feed after feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO

import polars
import pyarrow as pa
import pyarrow.compute as pc

from feeds.findings import Finding, Severity
from feeds.gtfs.merge import agencies, networks
from feeds.gtfs.merge.ids import is_id, prefixed
from feeds.gtfs.merge.inputs import Input, Sheet
from feeds.gtfs.reference import TABLES
from feeds.gtfs.rows import BadRow
from feeds.gtfs.spec import Table

#: A translation is of a record, or of a text wherever it stands (reference, translations.txt).
_BY_TEXT = ("table_name", "field_name", "language", "field_value")


@dataclass(slots=True)
class Joint:
    """What is known of all inputs while tables are joined, and what is noted on the way."""

    inputs: Sequence[Input]
    only_agency: Mapping[str, str | None]
    move_networks: frozenset[str]
    notes: list[Finding] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    _texts: dict[tuple[str | None, ...], str | None] = field(default_factory=dict)

    def note(self, code: str, message: str, given: Input, file: str, *, name: str = "", count: int = 1) -> None:
        """Tell what had to be changed or left out."""
        self.notes.append(Finding(code, Severity.INFO, message, given.where(file), field=name, count=count))

    def columns(self, table: Table, sheets: Mapping[str, Sheet]) -> list[str]:
        """The columns of a joined table: those of the reference in its order, then others as they come."""
        present = [name for sheet in sheets.values() for name in sheet.kept]
        known = [name for name in table.columns if name in present or self._is_added(table, name)]
        others = [name for name in dict.fromkeys(present) if name not in table.columns]
        if table.name == "routes" and self.move_networks:
            known.remove(networks.NETWORK_ID)
        return known + others

    def _is_added(self, table: Table, name: str) -> bool:
        if name == agencies.AGENCY_ID:
            return agencies.needs_agency(table) or (table.name == "attributions" and any(self.only_agency.values()))
        return bool(self.move_networks) and table.name in ("networks", "route_networks") and is_id(table, name)

    def first_said(self, key: tuple[str | None, ...], text: str | None) -> tuple[bool, bool]:
        """Whether a text is translated for the first time, and whether it was translated otherwise before."""
        if key in self._texts:
            return False, self._texts[key] != text
        self._texts[key] = text
        return True, False


def join(table: Table, joint: Joint, open_entry: Callable[[], AbstractContextManager[IO[bytes]]]) -> None:
    """Write one table; the entry is opened only when there is something to write."""
    sheets = {given.slug: sheet for given in joint.inputs if (sheet := given.sheet(table)) is not None}
    added = _added(table, joint)
    if not sheets and not added:
        return
    columns = joint.columns(table, sheets)
    count = 0
    with open_entry() as stream:
        stream.write(_line(columns))
        for given in joint.inputs:
            if given.slug in sheets:
                for batch in _records(table, joint, given, sheets[given.slug]):
                    stream.write(_text(columns, batch))
                    count += batch.num_rows
            if given.slug in added:
                stream.write(_text(columns, added[given.slug]))
                count += added[given.slug].num_rows
    joint.rows[table.name] = count


def _records(table: Table, joint: Joint, given: Input, sheet: Sheet) -> Iterator[pa.RecordBatch]:
    """The records of one input as they are in the merged table."""
    _note_columns(table, joint, given, sheet)
    bad: list[int] = []

    def count_bad(_: BadRow) -> None:
        bad.append(1)

    for batch in given.batches(table, sheet, on_bad_row=count_bad):
        columns = {
            name: prefixed(given.prefix, column) if is_id(table, name) else column
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }
        if agencies.AGENCY_ID in table.columns:
            only = joint.only_agency[given.slug]
            columns[agencies.AGENCY_ID] = agencies.said(table, columns, given, only, batch.num_rows)
        made = pa.RecordBatch.from_pydict(columns)
        yield _translations(joint, given, made) if table.name == "translations" else made
    if bad:
        sentence = "records with more or fewer cells than the header are left out"
        joint.note("merge_record_left_out", sentence, given, table.file, count=len(bad))


def _note_columns(table: Table, joint: Joint, given: Input, sheet: Sheet) -> None:
    for name in sheet.kept:
        if name not in table.columns:
            sentence = "a column that the reference does not know is kept as it is: ids in it are not prefixed"
            joint.note("merge_unknown_column_kept", sentence, given, table.file, name=name)
    lost = len(sheet.header.names) - len(sheet.kept)
    if lost:
        sentence = "columns without a name, or with that of another, are left out"
        joint.note("merge_column_left_out", sentence, given, table.file, count=lost)


def _added(table: Table, joint: Joint) -> dict[str, pa.RecordBatch]:
    """Records of networks that routes.txt told of, by input."""
    if table.name not in ("networks", "route_networks"):
        return {}
    found: dict[str, pa.RecordBatch] = {}
    for given in joint.inputs:
        pairs = networks.moved(given) if given.slug in joint.move_networks else []
        if not pairs:
            continue
        told = pairs if table.name == "route_networks" else dict.fromkeys((network,) for network, _ in pairs)
        columns = zip(*told, strict=True)
        found[given.slug] = pa.RecordBatch.from_pydict(
            {
                name: [given.prefix + one for one in ids]
                for name, ids in zip(("network_id", "route_id"), columns, strict=False)
            }
        )
        joint.note("merge_networks_moved", "networks of routes.txt are told in files of their own", given, table.file)
    return found


def _translations(joint: Joint, given: Input, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Without translations of the input's feed_info.txt, and each text translated once."""
    keep, own, others = [], 0, 0
    for row in batch.to_pylist():
        if row.get("table_name") == "feed_info":
            own += 1
            keep.append(False)
        elif row.get("field_value") is None:
            keep.append(True)
        else:
            is_first, differs = joint.first_said(tuple(row.get(name) for name in _BY_TEXT), row.get("translation"))
            others += differs
            keep.append(is_first)
    file = TABLES["translations"].file
    if own:
        sentence = "translations of feed_info.txt are left out: the merged feed has its own"
        joint.note("merge_translation_left_out", sentence, given, file, count=own)
    if others:
        sentence = "texts that another feed translates otherwise keep the first translation"
        joint.note("merge_translation_left_out", sentence, given, file, count=others)
    return batch.filter(pa.array(keep, pa.bool_()))


def _text(columns: Sequence[str], batch: pa.RecordBatch) -> bytes:
    """Records as CSV, in the order of `columns`; what needs quotes gets them."""
    given = dict(zip(batch.schema.names, batch.columns, strict=True))
    nothing = pa.nulls(batch.num_rows, pa.string())
    whole = [pc.cast(given.get(name, nothing), pa.string()) for name in columns]
    frame = polars.DataFrame([polars.Series(str(at), column) for at, column in enumerate(whole)])
    return frame.write_csv(include_header=False, quote_style="necessary").encode()


def written(columns: Sequence[str], batch: pa.RecordBatch) -> bytes:
    """A whole small table as CSV, its header included."""
    return _line(columns) + _text(columns, batch)


def _line(columns: Sequence[str]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerow(columns)
    return sink.getvalue().encode()
