"""One attacker of a table while it is being protected: what was found possible once is not searched for again.

When more is hidden, every world found so far stays possible; when a key is given back, those stay that agree with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.attack import Attack, Timer
from governance.disclosure.linear.equations import Breach
from governance.disclosure.linear.needs import Flags
from governance.disclosure.linear.structure import Structure
from governance.disclosure.linear.system import Question, attacks
from governance.disclosure.rules import Rules
from governance.disclosure.tables.sums import Sums

#: So many worlds are kept at most before those that serve nothing are dropped.
MOST_WORLDS = 400


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """A table to be protected, against its `attackers`. `exact` (s,) must not be recovered at all."""

    sums: Sums
    rules: Rules
    attackers: tuple[tuple[int, ...], ...]
    exact: Flags
    zeros_shown: bool

    def question(self, shown: Flags) -> Question:
        """What is asked when these sums are published: every sum is a target."""
        system = self.sums.system(shown, zeros_shown=self.zeros_shown)
        return Question(system, self.sums.member, self.rules, exact=self.exact & ~shown)


#: Breaches by attacker, target, rule and side.
Known: TypeAlias = frozenset[tuple[tuple[int, ...], int, str, bool]]


def named(breach: Breach) -> tuple[tuple[int, ...], int, str, bool]:
    """A breach without its numbers."""
    return (breach.attacker, breach.target, breach.rule, breach.lower)


class Watch:
    """`solved` counts the programs."""

    def __init__(self, table: Table, attacker: tuple[int, ...]) -> None:
        self._table, self.attacker = table, attacker
        self.solved = 0
        self.forget()

    def forget(self) -> None:
        """Begin anew, without the worlds found so far."""
        atoms = self._table.sums.member.shape[1]
        self._totals: Ints = np.empty((0, atoms), np.int64)
        self._parts: Ints = np.empty((0, atoms), np.int64)

    def breaches(
        self, shown: Flags, known: Structure, timer: Timer, *, given: int | None = None, ignored: Known = frozenset()
    ) -> Sequence[Breach]:
        """What this attacker breaks when these sums are published, but for what is `ignored`. When one sum is `given`
        back, the first breach found is enough.
        """
        question = self._table.question(shown)
        (attack,) = attacks(question, self.attacker, self._table.attackers, timer=timer, known=known)
        self._remember(attack, given)
        skipped = frozenset((target, rule, lower) for who, target, rule, lower in ignored if who == self.attacker)
        found = attack.breaches(first=given is not None, ignored=skipped)
        self.solved += attack.solved
        self._learn(attack)
        return found

    def _remember(self, attack: Attack, given: int | None) -> None:
        """Take in what was found before, as far as it agrees with what is given back."""
        if not len(self._totals):
            return
        agree = np.ones(len(self._totals), bool)
        if given is not None:
            row = self._table.sums.member[[given]]
            agree = (row @ self._totals.T == (row @ attack.others)[:, None])[0]
        for one in attack.opened:
            atoms = one.program.component.atoms
            # Where coverage binds otherwise than it did, what one part can be is searched for anew.
            parts = self._parts[agree][:, atoms] if given is None or not one.program.ties else 0
            totals = self._totals[agree][:, atoms]
            attack.reach.add_many(one, totals, parts * np.ones_like(totals))

    def _learn(self, attack: Attack) -> None:
        """Keep the worlds that were found, as whole worlds: elsewhere what really is, with nothing for any one part."""
        if not attack.found:
            return
        totals = np.tile(attack.others, (len(attack.found), 1))
        parts = np.tile((attack.others - attack.sure) * (attack.known.alone >= 0), (len(attack.found), 1))
        for row, (one, world) in enumerate(attack.found):
            atoms = one.program.component.atoms
            totals[row, atoms], parts[row, atoms] = world.total, world.part
        self._totals = np.concatenate([self._totals, totals])
        self._parts = np.concatenate([self._parts, parts])
        if len(self._totals) > MOST_WORLDS:
            self._prune(attack)

    def _prune(self, attack: Attack) -> None:
        """Keep the worlds that are the best for some target in some component."""
        used = np.zeros(len(self._totals), bool)
        for one in attack.opened:
            atoms = one.program.component.atoms
            reached = one.wanted @ self._totals[:, atoms].T
            parts = one.wanted @ self._parts[:, atoms].T
            for best in (reached.argmax(axis=1), reached.argmin(axis=1), parts.argmax(axis=1)):
                used[best] = True
        self._totals, self._parts = self._totals[used], self._parts[used]
