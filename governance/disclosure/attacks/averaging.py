"""Attack 10: averaging. Several noisy answers to one question, each drawn anew, have a mean with little noise.

The noise of the mean of n answers is sigma / sqrt(n). The same file read twice is one answer. With consistent noise it
needs other partitions of the same whole: so a true 24 was recovered from noise of ±4 with 800 partitions.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from governance.bilingual import Sentence
from governance.disclosure.attacks.arranging import arrange
from governance.disclosure.attacks.atoms import Arrangement
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.ground import NotComparable
from governance.disclosure.attacks.knowledge import Knowledge, Out

#: Standard errors on either side of the mean: one interval in 370 is wrong.
_WIDE = 3.0
_NEEDS = Sentence("des nombres bruités", "numbers with noise in them")
_MEAN = Sentence("la moyenne des réponses bruitées", "the mean of the noisy answers")


def _averaged(knowledge: Knowledge) -> Learnt:
    noisy = [out for out in knowledge.releases if out.published.about.noise is not None]
    if not noisy:
        return lacking(_NEEDS)
    try:
        arrangement = arrange(knowledge, noisy)
    except NotComparable as fault:
        return Learnt((), Sentence(f"Abandonnée : {fault}", f"Given up: {fault}"), tried=False)
    facts = []
    for row, estimates in _estimates(noisy, arrangement).items():
        mean, error = _mean(estimates)
        low, high = math.ceil(mean - _WIDE * error), math.floor(mean + _WIDE * error)
        if high < low:
            low = high = round(mean)
        facts.append(Fact(Secret.TRIPS, arrangement.place(row), max(0, low), max(0, high), _MEAN))
    fr, en = f"{len(noisy)} tirages différents.", f"{len(noisy)} different draws."
    return Learnt(tuple(facts), Sentence(fr, en))


def _estimates(noisy: Sequence[Out], arrangement: Arrangement) -> Mapping[int, list[tuple[float, float]]]:
    """For the first row about each place: each independent answer with its sigma. The same file twice is one answer."""
    sigma = [sigma_of(out.published.about.noise or {}) for out in noisy]
    seen: dict[bytes, int] = {}
    found: defaultdict[int, dict[tuple[object, ...], tuple[float, float]]] = defaultdict(dict)
    for number, one in enumerate(arrangement.rows):
        first = seen.setdefault(arrangement.place(number).atoms.tobytes(), number)
        value = int(noisy[one.out].published.value[one.row])
        drawn = (noisy[one.out].published.value.tobytes(), one.row)
        found[first].setdefault(drawn, (float(value), sigma[one.out]))
    return {row: list(answers.values()) for row, answers in found.items()}


def sigma_of(noise: Mapping[str, Any]) -> float:
    """The scale of the noise that a release says was added: the ratio times the sensitivity of one unit's keys."""
    return float(noise["ratio_milli"]) / 1000 * float(noise["per_key"]) * math.sqrt(float(noise["keys"]))


def _mean(estimates: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The mean, weighted by the inverse variance, and its standard error."""
    values = np.array([value for value, _ in estimates])
    weights = 1 / np.maximum(1e-9, np.array([sigma for _, sigma in estimates]) ** 2)
    return float((values * weights).sum() / weights.sum()), float(1 / math.sqrt(weights.sum()))


ATTACKS = (Attack(10, Sentence("Moyenne des réponses bruitées", "Averaging"), _NEEDS, _averaged),)
