"""Cases of tables with margins: what is hidden beside the primary cells, and against whom that was audited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from governance.disclosure import suppress
from governance.disclosure.attacks.knowledge import Knowledge
from governance.disclosure.attacks.truth import Truth
from governance.disclosure.cells import Cells, safe, tally
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import Published, Shape
from governance.disclosure.rules import Rules, coverage_class
from governance.disclosure.suppress import protect_table
from tests.governance.disclosure.attacks.market import MEMBERS, Market, about, floors, market, out

Off = frozenset[str]
Attackers = Callable[[Rules, tuple[str, ...]], tuple[tuple[int, ...], ...]]

#: Trips of a, b and c (columns) by zone and band: 25 of a, 15 of b and 10 of c in zone U in the morning, and so on.
THREE = {
    ("U", "am"): (25, 15, 10),
    ("U", "noon"): (0, 35, 0),
    ("U", "pm"): (25, 0, 40),
    ("V", "am"): (0, 35, 30),
    ("V", "noon"): (0, 5, 15),
    ("V", "pm"): (5, 5, 15),
    ("W", "am"): (25, 0, 0),
    ("W", "noon"): (40, 30, 40),
    ("W", "pm"): (0, 10, 20),
}
#: Trips of a to e, likewise: pairs are withstood here.
FIVE = {
    ("U", "am"): (20, 25, 15, 15, 15),
    ("U", "pm"): (10, 0, 0, 0, 15),
    ("V", "am"): (25, 0, 15, 10, 0),
    ("V", "pm"): (10, 25, 0, 0, 0),
    ("W", "am"): (25, 15, 0, 5, 20),
    ("W", "pm"): (20, 10, 5, 10, 5),
}
PAIRS = replace(MEMBERS, coalition=2, everywhere=True)


def table_market(cells: dict[tuple[str, str], tuple[int, ...]]) -> Market:
    """The market of a table of trips by zone, band and holding."""
    zones, bands = (sorted({key[place] for key in cells}) for place in (0, 1))
    parts = [
        (*key, "abcde"[number], trips, min(trips, 6))
        for key, row in cells.items()
        for number, trips in enumerate(row)
        if trips
    ]
    return market((Hierarchy.flat("zone", "zone", zones), Hierarchy.flat("band", "band", bands)), parts)


def protected(one: Market, rules: Rules, *, attackers: Attackers | None = None, zeros_shown: bool = False) -> Published:
    found, told = one.contributions(rules=rules), about(Shape.TABLE, zeros_shown=zeros_shown)
    with pytest.MonkeyPatch.context() as patch:
        if attackers is not None:
            patch.setattr(suppress, "attackers_of", attackers)
        made = protect_table(found, rules, about=told, zeros_shown=zeros_shown, workers=1)
    return made.published


def naive(one: Market, rules: Rules) -> Published:
    """Every key, margins included, by the primary rules alone."""
    found = one.contributions(rules=rules)
    level, nodes, value, coverage = [], [], [], []
    for levels in product(*(range(len(each.levels)) for each in one.hierarchies)):
        counts = [len(each.nodes[at]) for each, at in zip(one.hierarchies, levels, strict=True)]
        above = [
            each.ancestors[at][found.cell[:, d]]
            for d, (each, at) in enumerate(zip(one.hierarchies, levels, strict=True))
        ]
        cells = tally(found, np.ravel_multi_index(tuple(above), counts).astype(np.int64), size=int(np.prod(counts)))
        good = safe(cells, rules)
        value += np.where(good, cells.total, -1).tolist()
        coverage += [_class(cells, key) if good[key] else "" for key in range(len(good))]
        nodes += [tuple((int(node),) for node in key) for key in np.ndindex(*counts)]
        level += [levels] * len(good)
    told = about(Shape.TABLE)
    return Published(told, one.hierarchies, np.array(level, np.int8), nodes, np.array(value), tuple(coverage))


def _class(cells: Cells, key: int) -> str:
    return coverage_class(int((cells.values[key] > 0).sum()))[1]


def _read(published: Published, one: Market, rules: Rules, *me: str) -> tuple[Knowledge, Truth]:
    own = one.of(*me) if me else None
    return Knowledge((out(published),), own=own, floors=floors(rules)), one.truth(rules, me=me)


def secondary(off: Off) -> tuple[Knowledge, Truth]:
    """Nine cells with totals, one of them of two trips of each: its row less the two others are its six trips."""
    cells = {(zone, band): (20, 20, 20) for zone in ("U", "V", "W") for band in ("am", "noon", "pm")}
    one = table_market({**cells, ("V", "noon"): (2, 2, 2)})
    return _read(naive(one, MEMBERS) if "secondary" in off else protected(one, MEMBERS), one, MEMBERS)


def _outsider(rules: Rules, holdings: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    return ((),)


def _each(rules: Rules, holdings: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    return ((), *((number,) for number in range(len(holdings))))


def insider(off: Off) -> tuple[Knowledge, Truth]:
    """The same, audited against the public alone: b, who knows its own part of each cell, finds more."""
    one = table_market(THREE)
    attackers = _outsider if "insider" in off else None
    return _read(protected(one, MEMBERS, attackers=attackers), one, MEMBERS, "b")


def pairs(off: Off) -> tuple[Knowledge, Truth]:
    """Five holdings, audited against each alone: a and b together find more."""
    one = table_market(FIVE)
    return _read(protected(one, PAIRS, attackers=_each if "pairs" in off else None), one, PAIRS, "a", "b")


def zeros(off: Off) -> tuple[Knowledge, Truth]:
    """Nobody is in W by night; a printed 0 says so, the one code does not."""
    one = table_market({**THREE, ("W", "night"): (0, 0, 0), ("U", "night"): (20, 20, 20)})
    return _read(protected(one, MEMBERS, zeros_shown="zeros" in off), one, MEMBERS, "a")


def one_code(off: Off) -> tuple[Knowledge, Truth]:
    """A code that says of each hidden cell whether it failed by itself."""
    one = table_market(THREE)
    published = protected(one, MEMBERS)
    if "one_code" in off:
        first = naive(one, MEMBERS)
        failed = {(tuple(first.level[row]), first.nodes[row]) for row in range(len(first)) if not first.shown[row]}
        reasons = tuple(
            told
            if published.shown[row]
            else "first"
            if (tuple(published.level[row]), published.nodes[row]) in failed
            else "second"
            for row, told in enumerate(published.coverage)
        )
        published = replace(published, coverage=reasons)
    return _read(published, one, MEMBERS)
