"""Records of a GBFS file into rows of a table; what cannot be a row is set aside with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from feeds.gbfs.spec import Column, Table
from feeds.gbfs.values import PARSERS, Kind, Unreadable, localized

#: As much of a bad value as is kept.
_SHOWN = 200

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """A value that could not be read, and where: `row` is the record's position in its list, from 1."""

    row: int
    field: str
    value: str
    reason: str


@dataclass(slots=True)
class Parsed:
    """Rows of a table, records set aside, and values that were left out of rows that are kept.

    `positions` are the records' positions, one for each row.
    """

    rows: list[Row] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ignored: list[Reject] = field(default_factory=list)


class _SetAside(Exception):
    def __init__(self, field_name: str, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.field = field_name
        self.value = shown(value)
        self.reason = reason


def shown(value: Any) -> str:
    """A bad value as it is kept for a person to see."""
    return "" if value is None else str(value)[:_SHOWN]


def parse_records(table: Table, data: Mapping[str, Any], language: str) -> Parsed | None:
    """All rows of a table that a file's `data` holds; None when the list is not there at all.

    `language` is the system's own, for texts that come in several.
    """
    found = records(table, data)
    if found is None:
        return None
    parsed = Parsed()
    seen: dict[tuple[Any, ...], int] = {}
    for position, record in found:
        try:
            row = _row(table, record, language, parsed.ignored, position)
            _first_of_its_key(table, row, seen, position)
        except _SetAside as aside:
            parsed.rejects.append(Reject(position, aside.field, aside.value, aside.reason))
            continue
        parsed.rows.append(row)
        parsed.positions.append(position)
    return parsed


def _first_of_its_key(table: Table, row: Row, seen: dict[tuple[Any, ...], int], position: int) -> None:
    """Of records that share a key the first is kept: an order that every reader of the file can repeat."""
    key = tuple(row[name] for name in table.key)
    before = seen.setdefault(key, position)
    if before != position:
        raise _SetAside(table.key[-1], key[-1], f"given before by record {before}")


def records(table: Table, data: Mapping[str, Any]) -> Iterable[tuple[int, Any]] | None:
    """The records of a table in a file's `data`, each with its position from 1; None when they are not there."""
    listed = _at(table, data)
    if listed is None:
        return None
    numbered = enumerate(listed, start=1)
    if table.nested:
        return _nested(table, numbered)
    if table.key == ("position",):
        return ((position, _feature(record, position)) for position, record in numbered)
    return numbered


def _at(table: Table, data: Mapping[str, Any]) -> list[Any] | None:
    for path in table.paths:
        place: Any = data
        for step in path:
            place = place.get(step) if isinstance(place, dict) else None
        if not path:
            return [place]
        if isinstance(place, list):
            return place
    return None


def _nested(table: Table, numbered: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """Items of a list inside each record, each with the id of the record that holds it and the record's position."""
    owner = table.key[0]
    for position, record in numbered:
        items = record.get(table.nested) if isinstance(record, dict) else None
        for item in items if isinstance(items, list) else ():
            yield position, {**item, owner: record.get(owner)} if isinstance(item, dict) else item


def _feature(record: Any, position: int) -> Any:
    """A GeoJSON feature as a flat record: its properties, its geometry, its position."""
    if not isinstance(record, dict):
        return record
    properties = record.get("properties")
    flat = properties if isinstance(properties, dict) else {}
    return {**flat, "geometry": record.get("geometry"), "position": position}


def _row(table: Table, record: Any, language: str, ignored: list[Reject], position: int) -> Row:
    if not isinstance(record, dict):
        raise _SetAside("", record, "not an object")
    row: Row = {}
    unread: list[Reject] = []
    for column in table.columns:
        name, value = _first(column, record)
        try:
            _fill(row, column, value, language)
        except Unreadable as error:
            if column.required or column.strict:
                raise _SetAside(name, value, _reason(column, record, str(error))) from error
            unread.append(Reject(position, name, shown(value), str(error)))
    _complete(table, row)
    ignored.extend(unread)
    return row


def _first(column: Column, record: Mapping[str, Any]) -> tuple[str, Any]:
    """The first of the column's fields that has a value, with its name."""
    for name in column.fields:
        if record.get(name) is not None:
            return name, record[name]
    return next((name for name in column.fields if name in record), column.fields[0]), None


def _fill(row: Row, column: Column, value: Any, language: str) -> None:
    row[column.name] = None
    if column.kind is Kind.LOCALIZED:
        row[f"{column.name}_texts"] = None
    if value is None:
        if column.required:
            raise Unreadable("is missing")
    elif column.kind is Kind.LOCALIZED:
        row[column.name], row[f"{column.name}_texts"] = localized(value, language)
    else:
        row[column.name] = PARSERS[column.kind](value)


def _reason(column: Column, record: Mapping[str, Any], reason: str) -> str:
    """A latitude that can only be a longitude tells of two fields swapped."""
    if column.kind is Kind.LATITUDE and reason.startswith("out of range"):
        lat, lon = record.get("lat"), record.get("lon")
        if isinstance(lat, int | float) and isinstance(lon, int | float) and abs(lat) <= 180 and abs(lon) <= 90:
            return f"{reason}; lat and lon look swapped"
    return reason


def _complete(table: Table, row: Row) -> None:
    if table.either and not any(all(row[name] is not None for name in group) for group in table.either):
        wanted = " or ".join(" and ".join(group) for group in table.either)
        raise _SetAside(table.either[0][0], None, f"is missing: a record needs {wanted}")
