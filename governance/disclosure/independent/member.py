"""What a reader of a release can work out of all others together, with what it contributed itself.

The attack that the hub ran for each member, run by the member: it needs the release and its own contributions only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.independent.knowledge import TOLERANCE, UNBOUNDED, Knowledge
from governance.disclosure.independent.layout import members, named, placed, same_domain
from governance.disclosure.independent.saying import Said, said
from governance.disclosure.independent.structure import layers
from governance.disclosure.published import Published, Shape
from governance.disclosure.rules import COVERAGE_CLASSES


@dataclass(frozen=True, slots=True)
class Learnt:
    """The sum of all others in a key lies between `low` and `high`, both included (None: nothing bounds it).

    `shown`: the key is published, so that the reader has only to take its `own` out. `present` is how many others are
    said to be in it at least. Not `proven`: the bounds could not be computed.
    """

    key: str
    shown: bool
    own: int
    low: int
    high: int | None
    present: int = 0
    proven: bool = True

    @property
    def exact(self) -> bool:
        """Whether the sum is known to the unit."""
        return self.proven and self.low == self.high

    @property
    def width(self) -> float:
        """How many units there are between the bounds."""
        return np.inf if self.high is None else float(self.high - self.low)


def own_parts(published: Published, own: Contributions | None) -> Ints:
    """What the reader has itself in each row; nothing, if it contributes nothing.

    Raises:
        NotAudited: the contributions have other dimensions.
    """
    found = np.zeros(len(published), np.int64)
    if own is None:
        return found
    same_domain(published, own)
    for rows in layers(published):
        row = placed(published, rows, own.cell).row
        np.add.at(found, row[row >= 0], own.value[row >= 0])
    return found


def possible(published: Published, own: Ints) -> bool:
    """Whether there is anything that the others could have so that all published numbers hold; `own` by row."""
    if (published.shown & (said(published).high < own)).any():
        return False
    if published.about.shape is Shape.PARTITION:
        return True  # of disjoint groups, each can be whatever the others are
    return _fits(_knowledge(published, own, full=False))


def _fits(knowledge: Knowledge) -> bool:
    return not knowledge.solve(np.zeros((1, knowledge.rows.shape[1]))).impossible


def learnt(published: Published, own: Ints) -> list[Learnt]:
    """What can be learnt of each row, the narrowest suppressed ones first, then those that are published.

    Of published rows by subtraction; of suppressed ones by linear programming over all published sums.
    """
    hidden = [*_hidden(published, own)] if published.about.shape is Shape.TABLE else []
    narrow = sorted(hidden, key=lambda one: (one.width, one.key))
    told = said(published)
    return narrow + [_shown(published, told, own, row) for row in np.flatnonzero(published.shown).tolist()]


def _shown(published: Published, told: Said, own: Ints, row: int) -> Learnt:
    mine = int(own[row])
    least = {name: fewest for fewest, name in COVERAGE_CLASSES}.get(published.coverage[row], 0)
    low, high = max(0, int(told.low[row]) - mine), max(0, int(told.high[row]) - mine)
    return Learnt(named(published, row), True, mine, low, high, max(0, least - (mine > 0)))


def _hidden(published: Published, own: Ints) -> Iterator[Learnt]:
    knowledge = _knowledge(published, own, full=published.about.zeros_shown)
    if not _fits(knowledge):
        knowledge = _knowledge(published, own, full=False)
    keys = members(published)
    for row in np.flatnonzero(~published.shown).tolist():
        goal = keys[[row]].toarray().astype(np.float64)
        least, most = -knowledge.solve(-goal).bound, knowledge.solve(goal).bound
        proven = bool(np.isfinite(least) and np.isfinite(most))
        low = int(np.ceil(least - TOLERANCE)) if proven else 0
        high = int(np.floor(most + TOLERANCE)) if proven and most < knowledge.ceiling else None
        yield Learnt(named(published, row), False, int(own[row]), low, high, proven=proven)


def _knowledge(published: Published, own: Ints, *, full: bool) -> Knowledge:
    """All others as one: the published sums less one's own. `full`: what is suppressed is not empty, or it were a 0."""
    shown = published.shown
    told = said(published)
    floor = np.maximum(1 - own, 0) * full
    low = np.where(shown, np.maximum(told.low - own, 0), floor)
    high = np.where(shown, told.high - own, UNBOUNDED)
    ceiling = 10 * (1 + int(high[shown].max(initial=0)))
    rows = np.flatnonzero(shown | (low > 0))
    none = np.zeros(len(rows), np.int64)
    return Knowledge(csr_array(members(published)[rows]), low[rows], high[rows], none, 1, ceiling)
