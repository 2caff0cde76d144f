"""Rows of a statistic or a cube as people read them: headings with units, clock times, durations, shares, bars."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.api.language import Language
from hub.services.tables import Cell, Page
from hub.web.drawing import number
from hub.web.texts import TEXTS, text

#: Seconds since noon minus 12 h of the service day: shown as a clock, beyond 24:00 after midnight.
CLOCK: Final = frozenset({"first_s", "last_s"})
#: Columns that help a reader of files, not of pages.
HIDDEN: Final = frozenset({"pattern", "group", "status"})
#: Columns that are words and yet do not say what a bar is about.
NO_LABEL: Final = frozenset({"coverage", "distance_source"})
_BARS: Final = 12
#: How many nodes of a group are named in a cell of a page; the file has them all.
_POOLED: Final = 4
_BAR_HEIGHT: Final = 22
_LABEL_WIDTH: Final = 380
_BAR_WIDTH: Final = 360


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: what it is called, in which unit, and whether it holds numbers."""

    column: str
    title: str
    unit: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart, in pixels; `value` is its number as it is written in the table."""

    label: str
    value: str
    width: int
    top: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of the first rows; `measure` and `unit` say of what."""

    bars: tuple[Bar, ...]
    measure: str
    unit: str
    height: int
    label_width: int = _LABEL_WIDTH
    width: int = _LABEL_WIDTH + _BAR_WIDTH + 90


@dataclass(frozen=True, slots=True)
class View:
    """A table as it is drawn: each row's first cell is its heading."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    chart: Chart | None


def view(
    page: Page,
    *,
    units: Mapping[str, str],
    language: Language,
    measure: str = "",
    names: Mapping[str, Mapping[str, str]] | None = None,
    absent: str = "",
) -> View:
    """Draw up a page of rows; `measure` is the column to chart, `names` what the ids of a column are called.

    `absent` is written where the measure has no number.
    """
    columns = [name for name in page.columns if not _is_hidden(name) and not _is_empty(page, name)]
    headings = tuple(_heading(name, units, language) for name in columns)
    rows = tuple(
        tuple(
            absent
            if absent and name == measure and row[name] is None
            else _named(row[name], name, units, language, names or {})
            for name in columns
        )
        for row in page.rows
    )
    chart = _chart(page, rows, headings, measure, language) if measure in columns else None
    return View(headings, rows, chart)


def _is_hidden(name: str) -> bool:
    # The level of a node is in its name for whoever reads pages; files have it apart.
    return name in HIDDEN or name.endswith("_level")


def _is_empty(page: Page, name: str) -> bool:
    return bool(page.rows) and all(row[name] is None for row in page.rows)


def _heading(name: str, units: Mapping[str, str], language: Language) -> Heading:
    key = f"column.{name}"
    title = text(key, language) if key in TEXTS else name
    return Heading(name, title, _unit(name, units, language), name in units)


def _unit(name: str, units: Mapping[str, str], language: Language) -> str:
    unit = units.get(name, "")
    shown = {"s": "clock" if name in CLOCK else "duration"}.get(unit, "share" if unit.startswith("share") else unit)
    key = f"unit.{shown}"
    return text(key, language) if key in TEXTS else unit


def _named(
    cell: Cell, name: str, units: Mapping[str, str], language: Language, names: Mapping[str, Mapping[str, str]]
) -> str:
    called = names.get(name.removeprefix("from_").removeprefix("to_"), {}).get(str(cell))
    return f"{called} ({cell})" if called and called != cell else shown_cell(cell, name, units, language)


def shown_cell(cell: Cell, name: str, units: Mapping[str, str], language: Language) -> str:
    """One cell as people read it."""
    unit = units.get(name, "")
    if isinstance(cell, list):
        return _pooled(cell, language)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if unit == "s":
            return clock(cell) if name in CLOCK else duration(cell)
        if unit.startswith("share"):
            return f"{number(round(100 * float(cell), 1), language)} %"
        if not unit:
            return str(cell)
    return number(cell, language)


def _pooled(nodes: Sequence[str], language: Language) -> str:
    """The nodes that a group of cells pools: the first ones, and how many more."""
    named = [text(f"node.{node}", language) if f"node.{node}" in TEXTS else node for node in nodes]
    more = f" +{len(nodes) - _POOLED}" if len(nodes) > _POOLED else ""
    return ", ".join(named[:_POOLED]) + more


def clock(seconds: float) -> str:
    """A time of the service day; 25:30 is half past one in the night after it."""
    minutes = int(seconds) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def duration(seconds: float) -> str:
    """A length of time in its two largest units: 14 h 05 min, 12 min 30 s, 45 s."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


def _chart(
    page: Page, rows: Sequence[Sequence[str]], headings: Sequence[Heading], measure: str, language: Language
) -> Chart | None:
    place = next(number for number, heading in enumerate(headings) if heading.column == measure)
    values = [_value(row[measure]) for row in page.rows[:_BARS]]
    largest = max(values, default=0.0)
    if largest <= 0:
        return None
    labels = [heading.column for heading in headings if not heading.is_number and heading.column not in NO_LABEL]
    bars = tuple(
        Bar(
            label=_short(" · ".join(_brief(row[at]) for at, one in enumerate(headings) if one.column in labels)),
            value=row[place],
            width=round(_BAR_WIDTH * value / largest),
            top=position * _BAR_HEIGHT,
        )
        for position, (row, value) in enumerate(zip(rows, values, strict=False))
    )
    heading = headings[place]
    return Chart(bars, heading.title, heading.unit, len(bars) * _BAR_HEIGHT + 4)


def _value(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _brief(cell: str) -> str:
    # The index of an H3 cell ends in as many f as its resolution leaves open; they tell nothing.
    return re.sub(r"^(8[0-9a-f]{5,}?)f{3,}$", r"\1…", cell)


def _short(label: str, most: int = 60) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"
