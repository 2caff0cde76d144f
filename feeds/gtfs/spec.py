"""How the specification is written down: tables, columns, types, marks.

The tables themselves are in `feeds.gtfs.reference`. There, one line is a column: its name, its type, and marks:

- ``!``  needed: a record without a usable value cannot be used and is set aside
- ``*``  required by the reference, but a record without it still says something and is kept
- ``>table.column``  refers to that column; an unknown value sets the record aside when the column is needed (``!``),
  otherwise the value is kept and reported
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """Field types of the reference, as far as they change how a cell is read; the last group stays text."""

    DATE = "date"
    TIME = "time"
    INTEGER = "integer"
    ENUM = "enum"
    FLOAT = "float"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    ID = "id"
    TEXT = "text"
    URL = "url"
    EMAIL = "email"
    PHONE = "phone"
    LANGUAGE = "language"
    TIMEZONE = "timezone"
    COLOR = "color"
    CURRENCY = "currency"
    AMOUNT = "amount"  # stays text: money is decimal, its places depend on the currency


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a table. `refers` lists the (table, column) pairs of which one must hold the value."""

    name: str
    type: Type
    needed: bool = False
    required: bool = False
    refers: tuple[tuple[str, str], ...] = ()

    @property
    def stored(self) -> str:
        """The column's name in Parquet: times are kept in seconds and say so (``arrival_time`` → ``arrival_s``)."""
        return f"{self.name.removesuffix('_time')}_s" if self.type is Type.TIME else self.name


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the reference. `key` is its primary key; empty when any two records may be alike."""

    name: str
    file: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    required: bool = False


def _column(line: str) -> Column:
    name, kind, *marks = line.split()
    references = tuple((table, column) for mark in marks if mark[0] == ">" for table, column in [mark[1:].split(".")])
    return Column(name, Type(kind), needed="!" in marks, required="!" in marks or "*" in marks, refers=references)


def table(name: str, key: str, columns: str, *, required: bool = False) -> Table:
    """Read a table's lines; `key` names its primary key's columns, separated by spaces."""
    parsed = [_column(line) for line in columns.strip().splitlines()]
    return Table(name, f"{name}.txt", tuple(key.split()), {column.name: column for column in parsed}, required)
