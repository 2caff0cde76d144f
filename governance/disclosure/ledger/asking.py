"""Linear programs about some rows and atoms of a sheet, and what of their answers is new."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.atoms import Flags, Sheet
from governance.disclosure.ledger.findings import Finding, Limits
from governance.disclosure.ledger.reading import Reading
from governance.disclosure.linear.equations import Breach, System
from governance.disclosure.linear.system import audit

#: Two bounds are the same when they are nearer than this.
NEAR = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """Targets (t, n) over some `atoms` (n,), numbers in the sheet, and the sheet's `rows` that are equations.

    Atoms `fixed` (n,) are taken at their true value (what of a target lies elsewhere). Targets that are `exact` (t,)
    must not be recovered to the unit.
    """

    rows: Ints
    atoms: Ints
    targets: sp.csr_array
    fixed: Flags
    exact: Flags


@dataclass(frozen=True, eq=False, slots=True)
class Asking:
    """Who asks about which sheet, within which limits."""

    sheet: Sheet
    reading: Reading
    limits: Limits
    deadline: float | None

    def late(self) -> bool:
        """Whether time is up."""
        return self.deadline is not None and self.limits.clock() >= self.deadline

    def ask(self, question: Question, attackers: Sequence[tuple[int, ...]]) -> list[Finding]:
        """What the attackers learn too well, and did not know from what was out before."""
        found = []
        for rows, p_only in self._equations(question.rows):
            breaches = self._breaches(question, rows, attackers, p_only=p_only)
            who = sorted({one.attacker for one in breaches})
            before = rows[~self.sheet.new[rows]]
            known = self._breaches(question, before, who, p_only=p_only, only={one.target for one in breaches})
            found += [self._finding(one, rows, question) for one in _added(breaches, known)]
        return found

    def few(self, atoms: Ints) -> Flags:
        """Atoms whose vehicles, beside those of the attackers, are too few to be told to the unit."""
        least = self.reading.rules.min_vehicles
        if least is None or self.sheet.devices is None:
            return np.zeros(len(atoms), bool)
        many = np.sort(self.sheet.devices[atoms], axis=1)
        beside = many[:, : max(0, many.shape[1] - self.reading.rules.coalition)].sum(axis=1)
        few: Flags = (beside < least) & (many.sum(axis=1) > 0)
        return few

    def _equations(self, rows: Ints) -> Iterator[tuple[Ints, bool]]:
        """The rows to be reckoned with, and whether of the p % rule alone.

        Noise hides travellers by itself, whatever else is known (that is what its budget pays for); operators it does
        not hide, so for them a noisy number counts as if it were exact.
        """
        noisy = self.sheet.noisy[rows]
        yield rows, bool(noisy.any())
        quiet = rows[~noisy]
        if noisy.any() and self.sheet.new[quiet].any():
            yield quiet, False

    def _breaches(
        self,
        question: Question,
        rows: Ints,
        attackers: Sequence[tuple[int, ...]],
        *,
        p_only: bool,
        only: set[int] | None = None,
    ) -> tuple[Breach, ...]:
        chosen = np.arange(question.targets.shape[0]) if only is None else np.array(sorted(only), np.int64)
        if not len(attackers) or not len(chosen):
            return ()
        targets = sp.csr_array(question.targets[chosen])
        single = np.diff(targets.indptr) == 1
        exact = question.exact[chosen]
        exact[single] |= self.few(question.atoms)[targets.indices[targets.indptr[:-1][single]]]
        found = audit(
            self._system(question, rows),
            targets,
            self.reading.rules,
            attackers=attackers,
            exact=exact,
            p_only=np.full(len(chosen), p_only),
            deadline=self.deadline,
            clock=self.limits.clock,
            workers=self.limits.workers if len(question.atoms) > WORTH_A_PROCESS else 1,
        )
        return tuple(
            Breach(one.attacker, int(chosen[one.target]), *(getattr(one, name) for name in _REST)) for one in found
        )

    def _system(self, question: Question, rows: Ints) -> System:
        """The equations of some rows over the question's atoms, all others as they truly are.

        Where those others hold enough holdings already, a row's coverage asks nothing of the atoms left.
        """
        sheet, atoms = self.sheet, question.atoms
        away = np.ones(sheet.rows.shape[1], bool)
        away[atoms[~question.fixed]] = False
        ranked = np.sort(sheet.values, axis=1)[:, : max(0, sheet.values.shape[1] - self.reading.rules.coalition)]
        apart = sheet.rows[rows] @ np.where(away, ranked.sum(axis=1), 0)
        fixed = np.flatnonzero(question.fixed)
        alone = sp.csr_array(
            (np.ones(len(fixed), np.int64), (np.arange(len(fixed)), fixed)), shape=(len(fixed), len(atoms))
        )
        over = sp.csr_array(sheet.rows[rows][:, atoms])
        holders = np.where(apart >= sheet.holders[rows], 0, sheet.holders[rows])
        return System(
            sheet.holdings,
            sheet.values[atoms],
            None if sheet.trips is None else sheet.trips[atoms],
            sp.csr_array(sp.vstack([over, alone]).tocsr()),
            np.concatenate([holders, np.zeros(len(fixed), np.int64)]),
        )

    def _finding(self, breach: Breach, rows: Ints, question: Question) -> Finding:
        targets = question.targets
        inside = targets.indices[targets.indptr[breach.target] : targets.indptr[breach.target + 1]]
        return Finding(
            self.reading.audience,
            tuple(self.sheet.holdings[one] for one in breach.attacker),
            breach.rule,
            tuple(sorted(question.atoms[inside].tolist())),
            tuple(int(rows[row]) for row in breach.blame if row < len(rows)),
            solved=not math.isnan(breach.bound),
        )


#: A question over fewer atoms is answered sooner than a process starts.
WORTH_A_PROCESS = 5_000
_REST = ("rule", "holding", "bound", "needed", "blame", "lower")


def _added(breaches: Sequence[Breach], known: Sequence[Breach]) -> list[Breach]:
    """The breaches that were none, or less of one, before the new release."""
    before = {_key(one): one.bound for one in known}
    return [one for one in breaches if not _as_close(one, before.get(_key(one), math.nan))]


def _as_close(breach: Breach, before: float) -> bool:
    return before >= breach.bound - NEAR if breach.lower else before <= breach.bound + NEAR


def _key(breach: Breach) -> tuple[object, ...]:
    return (breach.attacker, breach.target, breach.rule, breach.holding, breach.lower)
