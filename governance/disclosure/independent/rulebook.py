"""The primary rules for one cell, read once more from their text, and tried attacker by attacker.

Where the text says "the largest others, as many as may collude", this code tries every set of that many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from governance.disclosure.independent.counting import Counted
from governance.disclosure.rules import COVERAGE_CLASSES, Rules, colluding


def fewest(holders: int, rules: Rules) -> int:
    """How many holdings a reader knows to be in a published cell that has `holders`.

    That it is out tells of N, its coverage perhaps of more. Never more than there are: a cell of fewer than N is out
    only where nobody is a target, and its coverage says so.
    """
    told = next(least for least, _ in COVERAGE_CLASSES if holders >= least)
    return min(holders, max(rules.min_holders, told))


def broken(cell: Mapping[str, int], counts: Mapping[str, Mapping[str, int]], rules: Rules) -> tuple[str, ...]:
    """The rules that a published cell breaks. `cell` is what each holding adds to it, `counts` by name of threshold."""
    secret = {holding: value for holding, value in cell.items() if value > 0 and holding not in rules.known}
    total = sum(secret.values())
    if total == 0:
        return ("empty",)
    return (*_travellers(counts, rules), *_targets(secret, total, rules))


def _travellers(counts: Mapping[str, Mapping[str, int]], rules: Rules) -> Iterator[str]:
    for name, least in rules.thresholds().items():
        parts = [many for holding, many in counts[name].items() if holding not in rules.known and many > 0]
        if any(sum(parts) - sum(own) < least for own in combinations(parts, min(rules.coalition, len(parts)))):
            yield name


def _targets(secret: Mapping[str, int], total: int, rules: Rules) -> Iterator[str]:
    targets = [holding for holding in secret if holding not in rules.named]
    if not targets:
        return
    if len(secret) < rules.min_holders:
        yield "min_holders"
    if any(100 * secret[target] > rules.max_share_percent * total for target in targets):
        yield "max_share_percent"
    if any(100 * bound < (100 + rules.p_percent) * secret[target] for target, bound in _bounds(secret, targets, rules)):
        yield "p_percent"


def _bounds(secret: Mapping[str, int], targets: Sequence[str], rules: Rules) -> Iterator[tuple[str, int]]:
    """Each target, and what each set of colluders can bound it by."""
    present = fewest(len(secret), rules)
    many = colluding(rules, holders=len(secret))
    for target in targets:
        others = [value for holding, value in secret.items() if holding != target]
        for own in combinations(others, min(many, len(others))):
            yield target, sum(secret.values()) - sum(own) - max(0, present - 1 - len(own))


def broken_rows(found: Counted, rows: Sequence[int], rules: Rules) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rules that each of these rows breaks, if any."""
    values = found.values.tolist()
    counts = {name: many.tolist() for name, many in found.counts.items()}
    for row in rows:
        by_name = {name: dict(zip(found.holdings, many[row], strict=True)) for name, many in counts.items()}
        told = broken(dict(zip(found.holdings, values[row], strict=True)), by_name, rules)
        if told:
            yield row, told


def slack(secret: Mapping[str, int], rules: Rules) -> float:
    """The least of bound over what the p % rule needs, over all targets and attackers."""
    targets = [holding for holding in secret if holding not in rules.named]
    needed = {target: -(-(100 + rules.p_percent) * secret[target] // 100) for target in targets}
    return min((bound / needed[target] for target, bound in _bounds(secret, targets, rules)), default=float("inf"))
