"""Attacks 13 and 22: worlds of the attacker's own making, with the secret and without, each put through the public
pipeline; then a statistic of what comes out is tried as a guess. The area under its ROC curve says how well it does.

13 asks for one traveller (Pyrgelis, Troncoso, De Cristofaro, *Knock Knock, Who's There?*, 2018; Guan et al., *Zero-
Knowledge membership inference*, 2024): the statistic is what is published of the cells through which it passes. 22 asks
for what the choice of groups tells (minimality: Wong et al., 2007): the statistic is how many cells are pooled there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from governance.bilingual import Sentence
from governance.disclosure.attacks.arranging import arrange
from governance.disclosure.attacks.atoms import Ints
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.knowledge import Knowledge, Out

_NEEDS = Sentence(
    "les cases d'un voyageur et des mondes de référence", "a traveller's cells and worlds of one's own to compare with"
)
_SUM = Sentence("ce qui est publié de ses cases", "what is published of its cells")
_POOLED = Sentence("combien de cases sont regroupées là", "how many cells are pooled there")


def auc(without: Sequence[float], with_: Sequence[float]) -> float:
    """The area under the ROC curve of a score (Mann-Whitney): 1 tells always, 0.5 is chance."""
    lower = np.searchsorted(np.sort(without), with_, side="left").sum()
    ties = np.searchsorted(np.sort(without), with_, side="right").sum() - lower
    return float((lower + ties / 2) / (len(without) * len(with_)))


def _rows_of(knowledge: Knowledge, out: Out, target: pa.Table) -> list[tuple[int, Ints]]:
    """The finest rows with a number that hold cells of the target, each with its value and atoms' cells."""
    arrangement = arrange(knowledge, [out])
    atoms = set(arrangement.located(target).tolist()) - {-1}
    size = np.bincount(arrangement.atom_of_cell, minlength=arrangement.atoms)
    found = []
    for atom in sorted(atoms):
        rows = arrangement.columns[:, [atom]].indices
        shown = [int(row) for row in rows if arrangement.rows[int(row)].shown or out.published.about.noise is not None]
        if shown:
            finest = min(shown, key=lambda row: int(size[arrangement.place(row).atoms].sum()))
            found.append((int(out.published.value[finest]), _base_cells(out, finest)))
    return found


def _base_cells(out: Out, row: int) -> Ints:
    """How many base nodes the row pools along each dimension."""
    told = out.published
    return np.array(
        [
            sum(len(hierarchy.below(int(told.level[row, d]), node)) for node in told.nodes[row][d])
            for d, hierarchy in enumerate(told.hierarchies)
        ],
        np.int64,
    )


def published_sum(knowledge: Knowledge, out: Out, target: pa.Table) -> float:
    """The sum of the finest numbers that hold the target's cells; a number that holds several counts once for each."""
    return float(sum(value for value, _ in _rows_of(knowledge, out, target)))


def pooled(knowledge: Knowledge, out: Out, target: pa.Table) -> float:
    """Minus how many base cells are pooled with the target's; a place that is not shown is pooled with everything."""
    found = _rows_of(knowledge, out, target)
    return -float(sum(int(sizes.prod()) for _, sizes in found)) if found else -1e18


def _scores(
    knowledge: Knowledge, statistic: Callable[[Knowledge, Out, pa.Table], float]
) -> tuple[list[float], list[float]] | None:
    """The statistic of each world without and with the secret; None where something is missing for it."""
    if knowledge.reference is None or knowledge.target is None:
        return None
    target = knowledge.target
    without, with_ = ([statistic(knowledge, out, target) for out in found] for found in knowledge.reference)
    return without, with_


def _traveller(knowledge: Knowledge) -> Learnt:
    if (scores := _scores(knowledge, published_sum)) is None:
        return lacking(_NEEDS)
    if knowledge.rest is not None:
        without, with_ = (
            [one - known for one, known in zip(found, rest, strict=True)]
            for found, rest in zip(scores, knowledge.rest, strict=True)
        )
        scores = without, with_
    return _told(auc(*scores), _SUM)


def _minimality(knowledge: Knowledge) -> Learnt:
    """Whichever way round it tells: a group that was split, or one that was not."""
    if (scores := _scores(knowledge, pooled)) is None:
        return lacking(_NEEDS)
    found = auc(*scores)
    return _told(max(found, 1 - found), _POOLED)


def _told(found: float, how: Sentence) -> Learnt:
    note = Sentence(f"Aire sous la courbe : {found:.2f}.", f"Area under the curve: {found:.2f}.")
    return Learnt((Fact(Secret.GUESS, None, found, 1.0, how),), note)


ATTACKS = (
    Attack(13, Sentence("Présence d'un voyageur", "Membership of a traveller"), _NEEDS, _traveller),
    Attack(22, Sentence("Groupes qui n'ont pas été divisés", "Groups that were not split"), _NEEDS, _minimality),
)
