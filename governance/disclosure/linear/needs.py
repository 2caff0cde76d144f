"""What every attacker must be left in doubt of, as numbers that some possible world has to reach.

A need is met when a world in which all published sums hold, and in which the attacker's own numbers are its own, has
at least (or at most, for a lower bound) the needed value of the target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.equations import System
from governance.disclosure.rules import Rules, colluding

P = "p_percent"
SHARE = "max_share_percent"
TRIPS = "min_trips"
EXACT = "exact"

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Needs:
    """n needs: of `target` (its number) the `value` to be reached; `lower` wants a world at or below it.

    `part` says that it is the largest part of one other holding that must reach it (the rest of the others must be
    there as the coverage tells), not the total of all others. `holding` is the most exposed one, -1 for a total.
    """

    target: Ints
    value: Ints
    lower: Flags
    part: Flags
    rule: tuple[str, ...]
    holding: Ints

    def __len__(self) -> int:
        return len(self.target)


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """What an attacker sees when it has taken out its own numbers and the public ones.

    `others` (a,) is the true total of the others in each atom, `least` (a,) what it knows of it from below. `secret`
    are the numbers of the other holdings, `protected` those among them that are targets.
    """

    attacker: tuple[int, ...]
    others: Ints
    least: Ints
    secret: tuple[int, ...]
    protected: tuple[int, ...]


def view(system: System, rules: Rules, attacker: tuple[int, ...]) -> View:
    """The system as one attacker sees it."""
    many = len(system.holdings)
    secret = [index for index in range(many) if index not in attacker and system.holdings[index] not in rules.known]
    others = system.values[:, secret].sum(axis=1)
    least = np.maximum(0, system.least - (system.values.sum(axis=1) - others))
    protected = tuple(index for index in secret if system.holdings[index] not in rules.named)
    return View(attacker, others, least, tuple(secret), protected)


def needs(
    targets: sp.csr_array,
    system: System,
    rules: Rules,
    seen: View,
    *,
    exact: Flags | None,
    p_only: Flags | None,
) -> Needs:
    """Everything that one attacker must be left in doubt of, for `targets` (t, a).

    `exact` (t,) are targets that must not be recovered exactly, whatever else holds; `p_only` (t,) are those of which
    the p % rule alone is asked.
    """
    values: Ints = targets @ system.values
    values = values * np.array([name not in rules.known for name in system.holdings])
    holders = (values > 0).sum(axis=1)
    able = np.array([colluding(rules, holders=number) for number in range(int(holders.max(initial=0)) + 1)])
    faced = able[holders] >= len(seen.attacker) if len(seen.attacker) > 1 else np.ones(len(values), bool)
    other = np.ones(len(values), bool) if p_only is None else ~p_only
    total = values[:, list(seen.secret)].sum(axis=1)
    parts = [
        _p_percent(values, rules, seen, faced),
        _share(values, rules, seen, faced & other),
        *(_trips(targets, total, rules, seen, other) if system.trips is None and rules.min_trips else ()),
        *(() if exact is None else (_exact(total, exact & other),)),
    ]
    return _joined(parts)


def _p_percent(values: Ints, rules: Rules, seen: View, faced: Flags) -> Needs:
    """The attacker's upper bound of a part must leave p %: of all parts of a target the largest needs most."""
    if not seen.protected or rules.p_percent == 0:
        return _none()
    parts = values[:, list(seen.protected)]
    largest = parts.max(axis=1)
    at = np.flatnonzero((largest > 0) & faced)
    value = -(-(100 + rules.p_percent) * largest[at] // 100)
    return _of(at, value, P, part=True, holding=np.array(seen.protected)[parts[at].argmax(axis=1)])


def _share(values: Ints, rules: Rules, seen: View, faced: Flags) -> Needs:
    """Where one dominates, the upper bound of the total must reach what would make its share small enough."""
    if not seen.protected:
        return _none()
    parts = values[:, list(seen.protected)]
    largest = parts.max(axis=1)
    dominant = 100 * largest > rules.max_share_percent * values.sum(axis=1)
    at = np.flatnonzero(dominant & faced)
    value = -(-100 * largest[at] // rules.max_share_percent) - values[at][:, list(seen.attacker)].sum(axis=1)
    return _of(at, value, SHARE, part=False, holding=np.array(seen.protected)[parts[at].argmax(axis=1)])


def _trips(targets: sp.csr_array, total: Ints, rules: Rules, seen: View, asked: Flags) -> tuple[Needs, Needs]:
    """Fewer than k trips of others: as many as k must be possible, and as few as half (or what all know of)."""
    least = rules.min_trips or 0
    at = np.flatnonzero((total > 0) & (total < least) & asked)
    known: Ints = targets @ seen.least
    half = np.maximum(total[at] // 2, known[at])
    return (
        _of(at, np.full(len(at), least), TRIPS, part=False),
        _of(at, half, TRIPS, part=False, lower=True),
    )


def _exact(total: Ints, asked: Flags) -> Needs:
    at = np.flatnonzero(asked & (total > 0))
    return _of(at, total[at] + 1, EXACT, part=False)


def _of(at: Ints, value: Ints, rule: str, *, part: bool, lower: bool = False, holding: Ints | None = None) -> Needs:
    many = len(at)
    return Needs(
        at.astype(np.int64),
        value.astype(np.int64),
        np.full(many, lower),
        np.full(many, part),
        (rule,) * many,
        np.full(many, -1) if holding is None else holding,
    )


def _none() -> Needs:
    empty = np.empty(0, np.int64)
    return _of(empty, empty, P, part=True)


def _joined(parts: list[Needs]) -> Needs:
    return Needs(
        np.concatenate([one.target for one in parts]),
        np.concatenate([one.value for one in parts]),
        np.concatenate([one.lower for one in parts]),
        np.concatenate([one.part for one in parts]),
        tuple(rule for one in parts for rule in one.rule),
        np.concatenate([one.holding for one in parts]),
    )
