"""The search for a pattern: hide until no attacker breaks anything, then give back what need not be hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.attack import Timer
from governance.disclosure.linear.needs import Flags
from governance.disclosure.rules import Rules
from governance.disclosure.tables.crew import Crew, crew
from governance.disclosure.tables.repair import repaired
from governance.disclosure.tables.sums import primary
from governance.disclosure.tables.watch import Known, Table, named


class OutOfTime(Exception):
    """No pattern was found in time."""


@dataclass(frozen=True, eq=False, slots=True)
class Pattern:
    """Which sums are published (s,), and what the search took."""

    shown: Flags
    rounds: int
    programs: int


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """From `begin`, the sums shown at first. Given back may be what is `allowed` by the primary rules, and what was
    hidden in an earlier period (`kept`) only with twice the slack. `until` is the instant when giving back ends.
    """

    table: Table
    begin: Flags
    allowed: Flags
    kept: Flags
    timer: Timer
    until: float | None
    workers: int


def searched(task: Task) -> Pattern:
    """A pattern that nobody breaks.

    Raises:
        OutOfTime: time was up before.
    """
    with crew(task.table, workers=task.workers) as watchers:
        shown, rounds = _hidden(task, watchers, task.begin, rounds=0)
        spare = task.allowed & ~shown
        giving = Timer(task.timer.clock, task.until)
        shown = _given_back(shown, _dearest(task.table, spare & ~task.kept), giving, [(watchers, frozenset())])
        shown = _given_back_twice(task, shown, _dearest(task.table, spare & task.kept), giving, watchers)
        # The last word is that of an audit that remembers nothing of the search.
        watchers.forget()
        shown, rounds = _hidden(task, watchers, shown, rounds=rounds)
        return Pattern(shown, rounds, watchers.solved)


def doubled(rules: Rules) -> Rules:
    """Rules with twice the slack: of p and of k."""
    return replace(
        rules,
        min_trips=None if rules.min_trips is None else 2 * rules.min_trips,
        p_percent=2 * rules.p_percent,
    )


def _hidden(task: Task, watchers: Crew, shown: Flags, *, rounds: int) -> tuple[Flags, int]:
    """Hide until nobody breaks anything; an attack that was not solved counts as one that succeeds."""
    while breaches := watchers.breaches(shown, task.timer):
        if task.timer.left <= 0:
            raise OutOfTime
        shown, rounds = repaired(task.table, shown, breaches, timer=task.timer), rounds + 1
    return shown, rounds


def _dearest(table: Table, candidates: Flags) -> Ints:
    """The candidates, what is worth most first."""
    at = np.flatnonzero(candidates)
    found: Ints = at[np.argsort(-table.sums.weight[at], kind="stable")]
    return found


def _given_back(shown: Flags, candidates: Ints, timer: Timer, watchers: Sequence[tuple[Crew, Known]]) -> Flags:
    """Each candidate in turn is shown again, where that gives no attacker anything."""
    for one in candidates:
        if timer.left <= 0:
            break
        tried = shown.copy()
        tried[one] = True
        if not any(each.breaches(tried, timer, given=int(one), ignored=known) for each, known in watchers):
            shown = tried
    return shown


def _given_back_twice(task: Task, shown: Flags, candidates: Ints, timer: Timer, watchers: Crew) -> Flags:
    """The same with twice the slack: what held by the doubled rules must hold afterwards as well."""
    rules = doubled(task.table.rules)
    candidates = candidates[primary(task.table.sums, rules)[candidates]]
    if not len(candidates):
        return shown
    table = replace(task.table, rules=rules)
    with crew(table, workers=task.workers) as strict:
        missed = frozenset(named(one) for one in strict.breaches(shown, timer))
        return _given_back(shown, candidates, timer, [(watchers, frozenset()), (strict, missed)])
