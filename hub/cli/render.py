"""What the commands print: JSON for machines, tables for people, one line for an error."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Rich honours NO_COLOR and draws nothing fancy when the output is no terminal; a pipe has no width to fold to.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 400)
errors = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """One line for a person, as it is."""
    console.print(line, markup=False, soft_wrap=True)


def complain(line: str, reasons: Iterable[Mapping[str, str]] = ()) -> None:
    """One line for an error, and one for each reason of a denial."""
    errors.print(f"hub: {line}", style="bold red", markup=False, soft_wrap=True)
    for reason in reasons:
        errors.print(f"  {reason['code']}: {reason['sentence_en']}", markup=False, soft_wrap=True)
        errors.print(f"    {reason['next_en']}", markup=False, soft_wrap=True)


def emit_json(value: Any) -> None:
    """A value as JSON, keys in order, instants in ISO 8601."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z
    sys.stdout.write(orjson.dumps(value, option=options, default=str).decode() + "\n")


def emit_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, empty: str) -> None:
    """Rows as a table; `empty` says what it means that there are none."""
    if not rows:
        say(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=not console.is_terminal)
    for row in rows:
        # As text: what a feed says is never taken for markup.
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    console.print(table)


def emit(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Rows as JSON or as a table of the named columns."""
    if as_json:
        emit_json(list(rows))
    else:
        emit_table(rows, columns, empty=empty)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "–"
    return str(value)
