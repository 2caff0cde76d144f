"""Attack 19: p from the flags.

Where all contributions of a cell are known, whether it is hidden says on which side of p it lies; whoever knows p reads
the largest part of a shown cell off it: x1 + R is known and R >= p x1, so that x1 <= (x1 + R) / (1 + p) (Handbook on
SDC, 2nd ed., section 4.2: which is why p is not published).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from governance.bilingual import Sentence
from governance.disclosure.attacks.arranging import arrange
from governance.disclosure.attacks.atoms import Arrangement
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.ground import NotComparable
from governance.disclosure.attacks.intervals import Insight
from governance.disclosure.attacks.knowledge import Knowledge, Out
from governance.disclosure.attacks.solving import insight

_NEEDS = Sentence("une diffusion", "a release")
_TOLD = Sentence("la valeur de p est connue", "the value of p is known")
_REASON = Sentence("le code dit pourquoi une case est cachée", "the code says why a cell is hidden")
_FLAGS = Sentence("cases cachées et montrées dont tout est connu", "hidden and shown cells of which all is known")


def _p_from_flags(knowledge: Knowledge) -> Learnt:
    if not knowledge.releases:
        return lacking(_NEEDS)
    facts: list[Fact] = []
    for out in knowledge.releases:
        try:
            arrangement = arrange(knowledge, [out])
        except NotComparable:
            continue
        facts += [Fact(Secret.DOOR, arrangement.place(row), 1, 1, _REASON) for row in _with_a_reason(out)]
        mind = insight(knowledge, arrangement)
        facts += _below_p(knowledge, arrangement, mind)
        facts += _between(knowledge, out, arrangement)
    return Learnt(tuple(facts), Sentence(f"{len(facts)} indices.", f"{len(facts)} clues."))


def _with_a_reason(out: Out) -> list[int]:
    """Hidden rows that say more than the one code."""
    told = out.published
    return [row for row in range(len(told)) if not told.shown[row] and told.coverage[row]]


def _below_p(knowledge: Knowledge, arrangement: Arrangement, mind: Insight) -> Iterator[Fact]:
    if knowledge.told_p is None:
        return
    for row in arrangement.shown:
        most = math.floor(100 * mind.high[row] / (100 + knowledge.told_p))
        yield Fact(Secret.PART, arrangement.place(int(row)), 0, most, _TOLD)


def _between(knowledge: Knowledge, out: Out, arrangement: Arrangement) -> Iterator[Fact]:
    """The interval of p that fits all flags, where open data and one's own tell every contribution exactly."""
    if knowledge.least is None or knowledge.most is None:
        return
    least, most = (arrangement.sums(table, knowledge.measure) for table in (knowledge.least, knowledge.most))
    hidden, shown = [0.0], [math.inf]
    for number in range(len(arrangement.rows)):
        atoms = arrangement.place(number).atoms
        parts = [int(values[atoms].sum()) for values in least.values()]
        if parts != [int(values[atoms].sum()) for values in most.values()]:
            continue
        if (ratio := _ratio(parts, knowledge)) is not None:
            (shown if out.published.shown[arrangement.rows[number].row] else hidden).append(ratio)
    low, high = max(hidden), min(shown)
    if 0 < low < high < math.inf:  # else some were hidden for another reason, and the flags say nothing sure
        yield Fact(Secret.RULE, None, low, high, _FLAGS)


def _ratio(parts: list[int], knowledge: Knowledge) -> float | None:
    """100 (X - x1 - x2) / x1 of a cell that keeps to all public floors, so that only p can have hidden it."""
    ranked = sorted((part for part in parts if part > 0), reverse=True)
    floors = knowledge.floors
    if len(ranked) < max(2, floors.min_holders) or sum(ranked[1:]) < floors.min_trips:
        return None
    if 100 * ranked[0] > floors.max_share_percent * sum(ranked):
        return None
    return float(100 * np.sum(ranked[2:]) / ranked[0])


ATTACKS = (Attack(19, Sentence("Deviner p par les codes", "Guessing p from the flags"), _NEEDS, _p_from_flags),)
