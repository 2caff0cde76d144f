"""Audit a table with margins: structure and sums first, then every set of attackers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.independent.attack import Attack
from governance.disclosure.independent.audited import Audited, Breach, audited
from governance.disclosure.independent.counting import Counted, counted
from governance.disclosure.independent.knowledge import UNBOUNDED, Knowledge
from governance.disclosure.independent.layout import Placed, members, named, placed, same_domain
from governance.disclosure.independent.needs import Attackers, Needs, counts_travellers, needs, readers
from governance.disclosure.independent.rulebook import broken_rows, fewest
from governance.disclosure.independent.saying import misplaced, must_be, said, secret, untrue
from governance.disclosure.independent.structure import layers
from governance.disclosure.published import Published, Shape
from governance.disclosure.rules import Rules


def audit_table(
    published: Published,
    contributions: Contributions,
    rules: Rules,
    *,
    attackers: Sequence[Sequence[str]] | None = None,
) -> Audited:
    """Audit a table against the contributions that it was made from.

    `attackers` are the sets of holdings to try (empty: an outsider); None for all that the rules speak of. Of rounded
    numbers (`about.rounding`) attackers know the interval that is rounded to each, and sums are right within it.

    Raises:
        NotAudited: it is no table, its numbers carry noise, or the contributions have other dimensions.
        ValueError: an attacker is no holding.
    """
    must_be(published, Shape.TABLE)
    same_domain(published, contributions)
    laid = [placed(published, rows, contributions.cell) for rows in layers(published)]
    found = counted(contributions, [layer.row for layer in laid], len(published))
    hall = _Hall(published, contributions, found, members(published), _truth(contributions, found), rules)
    tried = _tried(found, rules, attackers)
    breaches = [*_stated(published, laid, found, rules)]
    slacks: list[float] = []
    for group in tried:
        broken, left = hall.attacked(group)
        breaches += broken
        slacks += left
    return audited(len(tried) * len(published), slacks, breaches)


def _tried(found: Counted, rules: Rules, attackers: Sequence[Sequence[str]] | None) -> list[Attackers]:
    if attackers is None:
        return list(readers(found, rules))
    return [tuple(found.holdings.index(name) for name in group) for group in attackers]


def _stated(published: Published, laid: Sequence[Placed], found: Counted, rules: Rules) -> Iterator[Breach]:
    yield from misplaced(published, laid)
    yield from untrue(published, found, rules)
    empty_as_zero = (found.values.sum(axis=1) == 0) & published.about.zeros_shown
    shown = np.flatnonzero(published.shown & ~empty_as_zero).tolist()
    for row, told in broken_rows(found, shown, rules):
        for rule in told:
            yield Breach(rule, named(published, row))


def _truth(contributions: Contributions, found: Counted) -> Ints:
    """What each holding really has in each base cell: (h, number of base cells)."""
    shape = tuple(one.size for one in contributions.hierarchies)
    truth = np.zeros((len(found.holdings), int(np.prod(shape))), np.int64)
    cell = np.ravel_multi_index(tuple(contributions.cell.T), shape)
    np.add.at(truth, (contributions.holding, cell), contributions.value)
    return truth


@dataclass(frozen=True, eq=False, slots=True)
class _Hall:
    """Where all attackers meet the same table: keys (r, n) over base cells, truth (h, n)."""

    published: Published
    contributions: Contributions
    found: Counted
    keys: csr_array
    truth: Ints
    rules: Rules

    def attacked(self, attackers: Attackers) -> tuple[list[Breach], list[float]]:
        """What these attackers learn, and the slacks of what they do not."""
        others = np.setdiff1d(secret(self.found, self.rules), attackers)
        own = np.delete(self.found.values, others, axis=1).sum(axis=1)
        asked = needs(
            self.found,
            attackers,
            hidden=~self.published.shown,
            sure=self._sure(own),
            travellers=counts_travellers(self.contributions),
            rules=self.rules,
        )
        if not asked.any:
            return [], []
        knowledge = self._knowledge(attackers, own, others=len(others), most=asked.most)
        names = tuple(self.found.holdings[place] for place in attackers)
        if not knowledge.possible(self.truth[others]):
            return [Breach("contradiction", "the whole table", names)], []
        attack = Attack(self.keys, knowledge, self.truth[others], asked)
        breaches = [self._breach(asked, names, *broken) for broken in attack.run()]
        return breaches, list(attack.slacks())

    def _breach(self, asked: Needs, names: tuple[str, ...], rule: str, row: int, bound: float) -> Breach:
        needed = {"p_percent": asked.part, "travellers_low": asked.low}.get(rule, asked.total)
        holding = self.found.holdings[asked.whose[row]] if rule == "p_percent" else None
        return Breach(rule, named(self.published, row), names, holding, bound, float(needed[row]))

    def _knowledge(self, attackers: Attackers, own: Ints, *, others: int, most: int) -> Knowledge:
        """The release, less the attackers' own parts and less what is public elsewhere."""
        told = said(self.published)
        shown = self.published.shown
        low = np.where(shown, np.maximum(told.low - own, 0), self._floor(own))
        high = np.where(shown, told.high - own, UNBOUNDED)
        rows = np.flatnonzero(shown | (low > 0))
        return Knowledge(
            csr_array(self.keys[rows]),
            low[rows],
            high[rows],
            self._least(attackers)[rows],
            others,
            10 * (1 + int(self.truth.sum()) + most),
        )

    def _least(self, attackers: Attackers) -> Ints:
        """How many of the others are known to be in each row."""
        values = self.found.values
        holders = (values[:, secret(self.found, self.rules)] > 0).sum(axis=1).tolist()
        told = zip(holders, self.published.coverage, strict=True)
        least = [fewest(many, self.rules) if coverage else 0 for many, coverage in told]
        inside = (values[:, list(attackers)] > 0).sum(axis=1)
        found: Ints = np.maximum(np.array(least, np.int64) - inside, 0)
        return found

    def _floor(self, own: Ints) -> Ints:
        """How much of others is in each suppressed row at least: where empty ones are printed as 0, it is none of them.

        Unless one that is empty is suppressed nonetheless: then nobody can tell.
        """
        hidden = ~self.published.shown
        empty = self.found.values.sum(axis=1) == 0
        tells = self.published.about.zeros_shown and not (hidden & empty).any()
        found: Ints = np.where(hidden & tells, np.maximum(1 - own, 0), 0)
        return found

    def _sure(self, own: Ints) -> Ints:
        """How much of others is in each row at least, for what suppressed rows of the finest levels there are in it."""
        levels = self.published.level
        finest = np.flatnonzero((levels == levels.max(axis=0, initial=0)).all(axis=1))
        first = np.zeros(self.keys.shape[1], np.int64)
        first[self.keys.indices[self.keys.indptr[finest]]] = self._floor(own)[finest]
        found: Ints = self.keys @ first
        return found
