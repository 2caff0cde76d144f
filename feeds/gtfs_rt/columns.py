"""Protocol buffers → columns: what `feeds.gtfs_rt.spec` says, value by value.

Most cells of a message are absent, and absent is not zero: a departure without a delay is not on time. Empty texts are
absent too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa
from google.protobuf.descriptor import Descriptor
from google.transit.gtfs_realtime_pb2 import FeedEntity

from feeds.gtfs_rt.spec import TEXT_FIELDS, TEXTS, TYPES, Column, Table

#: (entity, field, value, reason): a value that no column can hold.
Refused = tuple[int, str, str, str]
#: The greatest number that a column of instants holds; the standard's own type reaches twice as far.
GREATEST = 2**63 - 1


#: Where the columns' message is within a row; of each: its field, its cells, whether only its presence is wanted.
_Group = tuple[tuple[str, ...], list[tuple[str, list[Any], bool]]]


class Columns:
    """One table while it is filled."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows = 0
        self._head: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        self._cells: dict[str, list[Any]] = {column.name: [] for column in table.columns}
        self._groups = _groups(table.columns, self._cells)

    def take(self, entity: FeedEntity, position: int) -> None:
        """Add the rows that an entity has for this table."""
        for place, row in enumerate(_rows(entity, self.table.source), 1):
            head: tuple[Any, ...] = (position, entity.id, place)
            for cells, value in zip(self._head, head, strict=True):
                cells.append(value)
            self.rows += 1
            for path, leaves in self._groups:
                within = _reach(row, path)
                for leaf, cells, whether in leaves:
                    has = within is not None and within.HasField(leaf)
                    cells.append(has if whether else getattr(within, leaf) if has else None)

    def finish(self, refused: list[Refused], not_text: Counter[str]) -> pa.Table:
        """The table; what no column can hold goes to `refused`, texts that are no UTF-8 are counted."""
        entities, ids, places = self._head
        arrays = [pa.array(entities, pa.int32()), text_array(ids, "entity.id", not_text), pa.array(places, pa.int32())]
        for column in self.table.columns:
            field = f"{'.'.join(self.table.source)}.{'.'.join(column.path)}".lstrip(".")
            cells = self._cells[column.name]
            if column.type == "text":
                # An empty text names nothing: it is what a publisher writes that cannot leave a field out.
                arrays.append(text_array([cell or None for cell in cells], field, not_text))
            elif column.type == "enum":
                names = _names(self.table, column)
                arrays.append(pa.array([names.get(cell) for cell in cells], pa.string()))
            else:
                arrays.append(self._numbers(column, field, refused))
        return pa.Table.from_arrays(arrays, schema=self.table.schema)

    def _numbers(self, column: Column, field: str, refused: list[Refused]) -> pa.Array:
        cells = self._cells[column.name]
        if column.type == "int" and any(cell is not None and cell > GREATEST for cell in cells):
            for place, cell in enumerate(cells):
                if cell is not None and cell > GREATEST:
                    cells[place] = None
                    refused.append((self._head[0][place], field, str(cell), "beyond any instant"))
        return pa.array(cells, TYPES[column.type])


class Texts:
    """The texts of alerts, one row for each translation."""

    def __init__(self) -> None:
        self.rows = 0
        self._cells: dict[str, list[Any]] = {name: [] for name in TEXTS.names}

    def take(self, entity: FeedEntity, position: int) -> None:
        """Add the texts of an alert."""
        for field in TEXT_FIELDS:
            for place, one in enumerate(_rows(entity, ("alert", field, "translation")), 1):
                language = one.language if one.HasField("language") else None
                row = (position, entity.id, field, place, language, one.text)
                for cells, value in zip(self._cells.values(), row, strict=True):
                    cells.append(value)
                self.rows += 1

    def finish(self, not_text: Counter[str]) -> pa.Table:
        """The table."""
        arrays = [
            text_array(cells, f"alert.{name}", not_text)
            if TEXTS.field(name).type == pa.string()
            else pa.array(cells, TEXTS.field(name).type)
            for name, cells in self._cells.items()
        ]
        return pa.Table.from_arrays(arrays, schema=TEXTS)


def text_array(cells: Iterable[Any], field: str, not_text: Counter[str]) -> pa.Array:
    """Texts; the library hands out bytes where a text is no UTF-8."""
    clean = [text_of(cell, field, not_text) if type(cell) is bytes else cell for cell in cells]
    return pa.array(clean, pa.string())


def text_of(cell: Any, field: str, not_text: Counter[str]) -> str:
    """A text; bytes that are none are replaced, and counted."""
    if not isinstance(cell, bytes):
        return str(cell)
    not_text[field] += 1
    return cell.decode("utf-8", "replace")


def _groups(columns: Sequence[Column], cells: Mapping[str, list[Any]]) -> list[_Group]:
    """The columns by the message in which they lie, so that each is looked up once a row."""
    ordered = sorted(columns, key=lambda column: column.path[:-1])
    return [
        (path, [(column.path[-1], cells[column.name], column.type == "there") for column in group])
        for path, group in groupby(ordered, key=lambda column: column.path[:-1])
    ]


def _reach(row: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not row.HasField(step):
            return None
        row = getattr(row, step)
    return row


def _rows(entity: FeedEntity, source: tuple[str, ...]) -> Iterable[Any]:
    if not source:
        return (entity,)
    *path, last = source
    within = _reach(entity, tuple(path))
    if within is None:
        return ()
    if within.DESCRIPTOR.fields_by_name[last].is_repeated:
        found: Iterable[Any] = getattr(within, last)
        return found
    return (getattr(within, last),) if within.HasField(last) else ()


def _names(table: Table, column: Column) -> dict[int | None, str]:
    """What the numbers of an enumeration are called."""
    descriptor: Descriptor = FeedEntity.DESCRIPTOR
    for step in (*table.source, *column.path[:-1]):
        descriptor = descriptor.fields_by_name[step].message_type
    kind = descriptor.fields_by_name[column.path[-1]].enum_type
    return {value.number: value.name for value in kind.values}
