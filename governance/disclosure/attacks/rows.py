"""What one row of a release says: the interval of its sum, and how many holdings are in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.disclosure.attacks.knowledge import Out
from governance.disclosure.published import Shape


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a release. `low` and `high` enclose its sum (None: not said). `fewest` and `most` holdings are in it,
    as its coverage tells (0 and None: not said). `shown`: it has a number without noise.
    """

    out: int
    row: int
    label: Mapping[str, str]
    low: int | None
    high: int | None
    fewest: int = 0
    most: int | None = None
    shown: bool = True


def row_of(out: Out, number: int, row: int, told_k: int | None) -> Row:
    """Row `row` of the release that is number `number`; with `told_k` a hidden one is known to be below k."""
    told = out.published
    low, high = _bounds(out, row)
    if told_k is not None and int(told.value[row]) < 0:
        high = told_k - 1
    fewest, most = _coverage(told.coverage[row]) if int(told.value[row]) >= 0 else (0, None)
    shown = int(told.value[row]) >= 0 and told.about.noise is None
    return Row(number, row, _label(out, row), low, high, fewest, most, shown)


def _bounds(out: Out, row: int) -> tuple[int | None, int | None]:
    about, value = out.published.about, int(out.published.value[row])
    if about.noise is not None or value < 0:
        hidden_but_there = about.noise is None and about.shape is Shape.TABLE and about.zeros_shown
        return (1 if hidden_but_there else None), None
    half = about.rounding // 2
    # Where zeros are hidden, a few are printed as one base: whatever is printed is there.
    few = about.rounding > 1 and not about.zeros_shown and value == about.rounding
    return (1 if few else max(0, value - half)), value + about.rounding - 1 - half


def _coverage(word: str) -> tuple[int, int | None]:
    """``3-4`` → (3, 4), ``5+`` → (5, None), ``3`` → (3, 3); of another word nothing."""
    first, _, last = word.partition("-")
    if first.endswith("+") and first[:-1].isdecimal():
        return int(first[:-1]), None
    if not first.isdecimal():
        return 0, None
    return int(first), int(last) if last.isdecimal() else int(first)


def _label(out: Out, row: int) -> dict[str, str]:
    told = out.published
    label = {}
    for d, hierarchy in enumerate(told.hierarchies):
        level = int(told.level[row, d])
        ids = [hierarchy.nodes[level][node] for node in told.nodes[row][d]]
        label[out.attribute(hierarchy.dimension)] = ", ".join(ids[:6]) + (", …" if ids[6:] else "")
    return {**label, "release": out.id}
