"""One audience's joint audit: what its attackers learn from the new release beside everything else that they read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger import exact
from governance.disclosure.ledger.asking import Asking, Question
from governance.disclosure.ledger.atoms import Flags
from governance.disclosure.ledger.findings import Effort, Finding
from governance.disclosure.ledger.nesting import Part
from governance.disclosure.ledger.patches import gathered, patches
from governance.disclosure.ledger.sides import Twofold, twofold
from governance.disclosure.ledger.twofold import atoms_open, parts_short
from governance.disclosure.linear.equations import attackers_of

#: The rule that is named where nothing was solved.
UNSOLVED = "unsolved"
#: Rows times rows times atoms up to which the sums that rows tell between them are looked for by elimination.
ELIMINATED = 200_000_000


@dataclass(frozen=True, eq=False, slots=True)
class JointAudit:
    """The audit of one reading over its sheet.

    `cleared` (a,) are atoms that an earlier audit of a finer release found safe: they are still, for coarser rows leave
    more worlds.
    """

    asking: Asking
    cleared: Flags
    effort: Effort

    @property
    def attackers(self) -> Sequence[tuple[int, ...]]:
        """Those who read."""
        return attackers_of(self.asking.reading.rules, self.asking.sheet.holdings)

    def findings(self, parts: Sequence[Part]) -> list[Finding]:
        """Everything that is learnt too well."""
        limits = self.asking.limits
        self.effort.components += len(parts)
        self.effort.atoms += sum(len(one.atoms) for one in parts)
        self.effort.rows += sum(len(one.rows) for one in parts)
        found = [self._unsolved(one) for one in parts if len(one.atoms) > limits.widest]
        small = [one for one in parts if len(one.atoms) <= limits.widest]
        # Components of two partitions are one flow together; the others are taken one by one.
        flat = [one for one in small if self._twofold(one) is not None]
        if flat:
            rows, atoms = (
                np.sort(np.concatenate(both)) for both in zip(*((one.rows, one.atoms) for one in flat), strict=True)
            )
            two = self._twofold(Part(atoms, rows))
            found += self._by_flows(two, rows) if two is not None else [self._unsolved(one) for one in flat]
        chosen = {id(one) for one in flat}
        for part in small:
            found += self._hidden(part) + ([] if id(part) in chosen else self._by_programs(part))
        return found

    def _twofold(self, part: Part) -> Twofold | None:
        sheet = self.asking.sheet
        return None if sheet.noisy[part.rows].any() else twofold(sheet, part.rows, part.atoms)

    def _by_programs(self, part: Part) -> list[Finding]:
        limits = self.asking.limits
        if len(part.atoms) > limits.tangled or self.asking.late():
            return [self._unsolved(part)]
        if len(part.atoms) <= limits.whole:
            return self._whole(part)
        left = np.flatnonzero(~self.cleared[part.atoms])
        return self._patched(part.rows, part.atoms, left, self.attackers)

    def _by_flows(self, two: Twofold, rows: Ints) -> list[Finding]:
        """Two partitions: flows for the parts, worlds and bounds for the single atoms."""
        found: list[Finding] = []
        sheet, rules = self.asking.sheet, self.asking.reading.rules
        for attacker in self.attackers:
            if self.asking.late():
                return [*found, self._unsolved(Part(two.atoms, rows))]
            if len(attacker) < 2 or rules.everywhere:
                for short in parts_short(sheet, two, rules, attacker, self.effort):
                    found.append(self._finding(attacker, short.rule, short.atoms, rows))
            open_atoms = atoms_open(
                sheet,
                two,
                rules,
                attacker,
                asked=~self.cleared[two.atoms],
                few=self.asking.few(two.atoms),
                limits=self.asking.limits,
                late=self.asking.late,
                effort=self.effort,
            )
            found += [self._finding(attacker, one.rule, np.array([one.atom]), rows) for one in open_atoms]
        return found

    def _patched(self, rows: Ints, atoms: Ints, left: Ints, attackers: Sequence[tuple[int, ...]]) -> list[Finding]:
        """Programs around each atom of `left` (places in `atoms`); those beyond the limits count as unsafe."""
        found: list[Finding] = []
        inside = sp.csr_array(self.asking.sheet.rows[rows][:, atoms])
        done = np.zeros(len(atoms), bool)
        for number, (free, asked) in enumerate(patches(inside, left, size=self.asking.limits.patch)):
            if number == self.asking.limits.patches or self.asking.late():
                rest = left[~done[left]]
                self.effort.unsolved += len(rest)
                return found + [self._finding((), UNSOLVED, atoms[[one]], rows) for one in rest.tolist()]
            done[asked] = True
            self.effort.patches += 1
            near = np.flatnonzero(np.diff(sp.csr_array(inside[:, free]).indptr))
            targets = sp.csr_array(
                (np.ones(len(asked), np.int64), (np.arange(len(asked)), np.searchsorted(free, asked))),
                shape=(len(asked), len(free)),
            )
            found += self.asking.ask(_question(rows[near], atoms[free], targets), attackers)
        return found

    def _whole(self, part: Part) -> list[Finding]:
        """A small component: its atoms, its rows, and the sums that its rows tell between them."""
        rows = sp.csr_array(self.asking.sheet.rows[part.rows][:, part.atoms])
        every = [sp.csr_array(sp.eye_array(len(part.atoms), dtype=np.int64)), rows]
        if rows.shape[0] ** 2 * rows.shape[1] <= ELIMINATED:
            every.append(exact.told_sums(rows))
        targets = sp.csr_array(sp.vstack(every).tocsr())
        return self.asking.ask(_question(part.rows, part.atoms, targets), self.attackers)

    def _hidden(self, part: Part) -> list[Finding]:
        """Keys that are suppressed and reach into a component, with what of them lies elsewhere as it truly is."""
        sheet = self.asking.sheet
        hidden = np.flatnonzero(~sheet.shown)
        reached = hidden[np.diff(sp.csr_array(sheet.rows[hidden][:, part.atoms]).indptr) > 0]
        if not len(reached):
            return []
        atoms = np.unique(np.concatenate([part.atoms, sheet.rows[reached].indices]))
        shown = (sheet.rows[np.flatnonzero(sheet.shown)].T @ np.ones(int(sheet.shown.sum()), np.int64)) > 0
        fixed = shown[atoms] & ~np.isin(atoms, part.atoms)
        targets = sp.csr_array(sheet.rows[reached][:, atoms])
        return self.asking.ask(Question(part.rows, atoms, targets, fixed, sheet.exact[reached]), self.attackers)

    def _finding(self, attacker: tuple[int, ...], rule: str, atoms: Ints, rows: Ints) -> Finding:
        """With the rows that the atoms lie in to blame."""
        sheet = self.asking.sheet
        around = np.unique(gathered(sheet.columns, atoms))
        # `rows` are in ascending order.
        at = np.minimum(np.searchsorted(rows, around), len(rows) - 1)
        touched = around[rows[at] == around]
        return Finding(
            self.asking.reading.audience,
            tuple(sheet.holdings[one] for one in attacker),
            rule,
            tuple(np.sort(atoms).tolist()),
            tuple(touched.tolist()),
            solved=rule != UNSOLVED,
        )

    def _unsolved(self, part: Part) -> Finding:
        self.effort.unsolved += len(part.atoms)
        return self._finding((), UNSOLVED, part.atoms, part.rows)


def _question(rows: Ints, atoms: Ints, targets: sp.csr_array) -> Question:
    return Question(rows, atoms, targets, np.zeros(len(atoms), bool), np.zeros(targets.shape[0], bool))
