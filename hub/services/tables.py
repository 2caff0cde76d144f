"""Read a released Parquet table in pages: what an answer may take is bounded, whatever the table's size."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb

from feeds.statistics import connect
from hub.errors import BadRequest

#: Working memory of all answers together, in bytes.
MEMORY: Final = 256 << 20
MOST_ROWS: Final = 1_000

#: A cell of a table; the nodes that a group of cells pools are a list.
Cell: TypeAlias = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Which rows of a table, in which order, from which on.

    `equal` compares a column with the text of a value (a list holds it when one of its items is it); `order` begins
    with the columns named and goes on with all others, so that a page always has the same rows.
    """

    equal: Mapping[str, str]
    order: Sequence[str] = ()
    descending: bool = False
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a table; `total` counts all that match, `following` is the offset of the next page, if any."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Cell], ...]
    total: int
    following: int | None


def read(path: Path, ask: Ask) -> Page:
    """A page of a table.

    Indices of H3 cells come as their hexadecimal spelling: JSON readers lose digits of 64-bit numbers.

    Raises:
        BadRequest: the table has no such column.
    """
    with _engine().cursor() as connection:
        return _read(connection, path, ask)


def columns(path: Path) -> dict[str, str]:
    """A table's columns with their types, in its own order."""
    with _engine().cursor() as connection:
        return _columns(connection, path)


def value(path: Path, column: str, equal: Mapping[str, str]) -> str | None:
    """The text of one cell: the first by the order of the column; None where no row matches."""
    page = read(path, Ask(equal, order=(column,), limit=1))
    return None if not page.rows or page.rows[0][column] is None else str(page.rows[0][column])


def distinct(path: Path, column: str, *, most: int = 2_000) -> list[str]:
    """The different values of a column as texts, in order, up to `most`."""
    with _engine().cursor() as connection:
        types = _columns(connection, path)
        _must_have(types, [column])
        single = f"unnest({_name(column)})" if _is_list(types[column]) else f"{_name(column)}::VARCHAR"
        text = f"SELECT DISTINCT one FROM (SELECT {single} AS one FROM read_parquet($path)) WHERE one IS NOT NULL"  # noqa: S608 - a column of the table
        found = connection.execute(f"{text} ORDER BY one LIMIT {int(most)}", {"path": str(path)}).fetchall()
        return [str(row[0]) for row in found]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    # One engine for all answers of the process: to start one takes longer than most answers, and so its memory
    # bounds them together. Each answer has a cursor of its own, which is what may be used from several threads.
    return connect(memory=MEMORY)


def _read(connection: duckdb.DuckDBPyConnection, path: Path, ask: Ask) -> Page:
    types = _columns(connection, path)
    _must_have(types, [*ask.equal, *ask.order])
    where, values = _where(types, ask.equal)
    source = f"FROM read_parquet($path){where}"
    values["path"] = str(path)
    counted = connection.execute(f"SELECT count(*) {source}", values).fetchone()
    total = int(counted[0]) if counted else 0
    if ask.offset >= total:
        return Page(tuple(types), (), total, None)
    limit = max(0, min(ask.limit, MOST_ROWS))
    shown = ", ".join(f"{_spelled(name, kind)} AS {_name(name)}" for name, kind in types.items())
    order = _order(types, ask)
    text = f"SELECT {shown} {source} ORDER BY {order} LIMIT {limit} OFFSET {int(ask.offset)}"
    found = connection.execute(text, values).fetchall()
    rows = tuple({name: _plain(cell) for name, cell in zip(types, row, strict=True)} for row in found)
    end = ask.offset + len(rows)
    return Page(tuple(types), rows, total, end if rows and end < total else None)


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    found = connection.execute("DESCRIBE SELECT * FROM read_parquet($path)", {"path": str(path)}).fetchall()
    return {str(row[0]): str(row[1]) for row in found}


def _must_have(types: Mapping[str, str], names: Iterable[str]) -> None:
    for name in names:
        if name not in types:
            raise BadRequest(f"there is no column {name!r}; there are {', '.join(types)}")


def _where(types: Mapping[str, str], equal: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    tests, values = [], {}
    for number, (name, wanted) in enumerate(equal.items()):
        if _is_list(types[name]):
            tests.append(f"list_contains({_name(name)}, $equal{number})")
        else:
            tests.append(f"{_spelled(name, types[name])}::VARCHAR = $equal{number}")
        values[f"equal{number}"] = wanted
    return (" WHERE " + " AND ".join(tests) if tests else ""), values


def _order(types: Mapping[str, str], ask: Ask) -> str:
    down = " DESC" if ask.descending else ""
    first = [f"{_name(name)}{down} NULLS LAST" for name in ask.order]
    return ", ".join([*first, *(f"{_name(name)} NULLS LAST" for name in types if name not in ask.order)])


def is_cell_index(name: str, kind: str) -> bool:
    """Whether a column holds indices of H3 cells: a 64-bit number under the name of a zone."""
    return kind in ("BIGINT", "UBIGINT") and ("zone" in name or "h3_" in name or name == "cell")


def _is_list(kind: str) -> bool:
    return kind.endswith("[]")


def _spelled(name: str, kind: str) -> str:
    return f"printf('%x', {_name(name)})" if is_cell_index(name, kind) else _name(name)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _plain(cell: Any) -> Cell:
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, list):
        return [str(item) for item in cell]
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, dt.datetime):
        return (
            (cell if cell.tzinfo else cell.replace(tzinfo=dt.UTC)).astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        )
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)
