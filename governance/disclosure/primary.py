"""The primary rules for one cell, in the words of the handbook: `judge(cell, rules) -> Safe | Unsafe`.

Contributions are by *holding*. What the audience knows already is taken out first: it hides nobody. Of what remains
let X be the sum, t the largest contribution that is a target (not waived), A what the largest others, as many as may
collude, know of it, and R the number of holdings that must be there besides (the reader knows of N, or of as many as
the coverage tells), each with 1 at least. Then the cell is unsafe when

* trips, vehicles or users, less the c largest parts of each where contributors read (c the coalition), are fewer than
  their thresholds (a traveller's secret; no waiver touches it): who adds k - 2 trips of its own must not read the
  two of others, so every reader finds k beside its own, or nothing;
* fewer than N holdings contribute;
* t > share · X, so that X nearly is t (dominance);
* X - t - A - R < p · t: the colluders, who know A, bound t within p % by X - A - R.

The largest target is the worst case of the last two: for a smaller one the left side is larger, the right smaller.
A cell without targets keeps to the travellers' thresholds only.

The vectorised form for millions of rows is `governance.disclosure.protect`; the tests hold one against the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from governance.disclosure.rules import Rules, colluding, known_present


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one holding adds to a cell; `counts` are its trips, vehicles, users, by the name of their threshold."""

    holding: str
    value: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Safe:
    """The cell may be published."""


@dataclass(frozen=True, slots=True)
class Unsafe:
    """The cell may not be published. Which rules fail is for the builder's eyes only: it tells about the secret."""

    rules: tuple[str, ...]


Judgement: TypeAlias = Safe | Unsafe


def judge(cell: Iterable[Contribution], rules: Rules) -> Judgement:
    """Whether a cell keeps to the primary rules; several contributions of one holding are one."""
    secret = [one for one in cell if one.holding not in rules.known]
    values = Counter[str]()
    for one in secret:
        values[one.holding] += one.value
    failed = [] if sum(values.values()) > 0 else ["empty"]
    for name, least in rules.thresholds().items():
        if _beside_the_largest(secret, name, many=rules.coalition) < least:
            failed.append(name)
    failed += _on_holdings({holding: value for holding, value in values.items() if value > 0}, rules)
    return Unsafe(tuple(failed)) if failed else Safe()


def _beside_the_largest(cell: Iterable[Contribution], name: str, *, many: int) -> int:
    """What is counted less the largest parts, as many as may collude: the least that a colluder finds of others."""
    parts = Counter[str]()
    for one in cell:
        parts[one.holding] += one.counts.get(name, 0)
    return sum(sorted(parts.values(), reverse=True)[many:])


def _on_holdings(values: Mapping[str, int], rules: Rules) -> Sequence[str]:
    targets = [holding for holding in values if holding not in rules.named]
    if not targets:
        return ()
    failed = []
    total = sum(values.values())
    target = max(targets, key=lambda holding: (values[holding], holding))
    others = sorted((value for holding, value in values.items() if holding != target), reverse=True)
    known = sum(others[: colluding(rules, holders=len(values))]) + known_present(len(values), rules)
    if len(values) < rules.min_holders:
        failed.append("min_holders")
    if 100 * values[target] > rules.max_share_percent * total:
        failed.append("max_share_percent")
    if 100 * (total - values[target] - known) < rules.p_percent * values[target]:
        failed.append("p_percent")
    return failed
