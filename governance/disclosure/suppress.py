"""Protect a table with margins: `protect_table(contributions, rules) -> Suppressed`.

Primary rules on every key, margins included; then keys are hidden until no reader bounds a secret too closely; then
those that need not be hidden are given back; then all is audited once more from nothing. When time is up, the finest
level of the dimension with most nodes is given up and the rest is tried again: what is not solved is not published.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.linear.attack import Clock, Timer
from governance.disclosure.linear.equations import attackers_of
from governance.disclosure.linear.needs import Flags
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.tables.report import Report, usefulness
from governance.disclosure.tables.search import OutOfTime, Pattern, Task, searched
from governance.disclosure.tables.sums import Sums, coarse, coverage, primary, sums_of
from governance.disclosure.tables.watch import Table

#: Of the time that is left each attempt may take this share, and give back until this share of its own.
ATTEMPT = 0.6
GIVING_BACK = 0.7


@dataclass(frozen=True, slots=True)
class Suppressed:
    """The table as it may be published, and what that took."""

    published: Published
    report: Report


def protect_table(
    contributions: Contributions,
    rules: Rules,
    *,
    about: About,
    zeros_shown: bool,
    earlier: Published | None = None,
    weights: Mapping[tuple[str, ...], float] | None = None,
    budget_s: float | None = None,
    clock: Clock = time.monotonic,
    workers: int = 2,
) -> Suppressed:
    """Protect all keys of the hierarchies' product against the readers that `rules` imply (`attackers_of`).

    With `zeros_shown` an empty key is printed as 0, without a class of coverage; else it is hidden like any other.
    What `earlier` suppressed stays so, unless it has twice the slack. `weights` replace the factor of a combination of
    level names in what it costs to hide a key. After `budget_s` seconds of `clock` a coarser table is published (see
    `Report.coarsened`), the grand total alone in the end, and where not even that keeps to the rules nothing. With more
    workers `clock` is sent to processes of their own.
    """
    begun = clock()
    sums = sums_of(contributions, rules, zeros_shown=zeros_shown, weights=weights)
    before = _hidden_before(sums, earlier)
    timer = Timer(clock, None if budget_s is None else begun + budget_s)
    pattern, coarsened = _pattern(sums, rules, before, zeros_shown=zeros_shown, timer=timer, workers=workers)
    published = _published(sums, pattern.shown, rules, replace(about, shape=Shape.TABLE, zeros_shown=zeros_shown))
    seconds = clock() - begun
    return Suppressed(published, _report(sums, rules, pattern, before, coarsened=coarsened, seconds=seconds))


def _pattern(
    sums: Sums, rules: Rules, before: Flags, *, zeros_shown: bool, timer: Timer, workers: int
) -> tuple[Pattern, tuple[str, ...]]:
    """The pattern over all sums, and what had to be given up."""
    finest = [one.base for one in sums.keys.hierarchies]
    coarsened: list[str] = []
    while True:
        left, at = coarse(sums, finest, merged=not zeros_shown)
        attempt = timer
        if timer.deadline is not None and any(finest):
            now = timer.clock()
            attempt = Timer(timer.clock, now + ATTEMPT * (timer.deadline - now))
        try:
            found = searched(_task(left, rules, before[at], attempt, zeros_shown=zeros_shown, workers=workers))
        except OutOfTime:
            # It ends: of the grand total alone nothing need be solved.
            coarsened.append(_coarser(sums.keys.hierarchies, finest))
            continue
        shown = np.zeros(len(sums), bool)
        shown[at] = found.shown
        return Pattern(shown, found.rounds, found.programs), tuple(coarsened)


def _task(sums: Sums, rules: Rules, before: Flags, timer: Timer, *, zeros_shown: bool, workers: int) -> Task:
    kept_to = primary(sums, rules)
    table = Table(sums, rules, attackers_of(rules, sums.base.holdings), ~kept_to & (sums.cells.total > 0), zeros_shown)
    until = timer.deadline
    if until is not None:
        now = timer.clock()
        until = now + GIVING_BACK * (until - now)
    return Task(table, kept_to & ~before, kept_to, before, timer, until, workers)


def _coarser(hierarchies: Sequence[Hierarchy], finest: list[int]) -> str:
    """Give up the finest level left of the dimension with most nodes there (in place), and say so."""
    sizes = [len(one.nodes[level]) if level else 0 for one, level in zip(hierarchies, finest, strict=True)]
    chosen = int(np.argmax(sizes))
    one = hierarchies[chosen]
    given_up = one.levels[finest[chosen]]
    finest[chosen] -= 1
    return f"{one.dimension}: no {given_up}, only {one.levels[finest[chosen]]}"


def _hidden_before(sums: Sums, earlier: Published | None) -> Flags:
    """Which sums an earlier release of the same cube suppressed, by any of their names."""
    found = np.zeros(len(sums), bool)
    if earlier is None:
        return found
    hidden = {
        _name(earlier.hierarchies, earlier.level[row], [one[0] for one in earlier.nodes[int(row)]])
        for row in np.flatnonzero(~earlier.shown)
    }
    keys = sums.keys
    for key in np.flatnonzero(sums.of_key >= 0):
        if _name(keys.hierarchies, keys.level[key], keys.node[key]) in hidden:
            found[sums.of_key[key]] = True
    return found


def _name(hierarchies: Sequence[Hierarchy], level: Sequence[int], node: Sequence[int]) -> tuple[str, ...]:
    """A key by its levels and nodes, in words: two editions may number them differently."""
    parts = zip(hierarchies, level, node, strict=True)
    return tuple(text for one, at, index in parts for text in (one.dimension, one.levels[at], one.nodes[at][index]))


def _published(sums: Sums, shown: Flags, rules: Rules, about: About) -> Published:
    classes = coverage(sums, rules)
    total = sums.cells.total
    # A key that is empty and printed has the sum 0 and no class: that nobody is there it says itself.
    values = [0 if one < 0 else int(total[one]) if shown[one] else -1 for one in sums.of_key]
    told = ["" if one < 0 or not shown[one] else classes[one] for one in sums.of_key]
    nodes = [tuple((int(node),) for node in one) for one in sums.keys.node]
    return Published(about, sums.keys.hierarchies, sums.keys.level, nodes, np.array(values, np.int64), tuple(told))


def _report(
    sums: Sums, rules: Rules, pattern: Pattern, before: Flags, *, coarsened: tuple[str, ...], seconds: float
) -> Report:
    """All counts are of keys: a sum under two names counts twice."""
    held = sums.of_key >= 0
    of_key = np.where(held, sums.of_key, 0)
    total: Ints = np.where(held, sums.cells.total[of_key], 0)
    shown, naive = held & pattern.shown[of_key], held & primary(sums, rules)[of_key]
    hidden = (total > 0) & ~shown
    return Report(
        keys=len(total),
        empty=int((total == 0).sum()),
        primaries=int((hidden & ~naive).sum()),
        secondaries=int((hidden & naive).sum()),
        kept=int((hidden & naive & before[of_key]).sum()),
        attackers=len(attackers_of(rules, sums.base.holdings)),
        rounds=pattern.rounds,
        programs=pattern.programs,
        seconds=seconds,
        coarsened=coarsened,
        useful=usefulness(sums.keys, total, shown=shown, naive=naive),
    )
