"""A new release, and everything that is out: may it stand beside them, coarser if need be? `audit_jointly(new, out)`.

What is published is never touched. Where the joint audit finds something, the new release gives way:

* a partition is pooled: the groups that a finding is about with their nearest neighbours, in rounds; and when that does
  not end it, all groups of the component that they are in;
* of a table more is suppressed, the cheapest keys that the findings follow from first, until nothing is found;
* else it is refused, naming the release that stands in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from governance.audiences import Audience
from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.asking import Asking
from governance.disclosure.ledger.atoms import Sheet, sheet
from governance.disclosure.ledger.checks import agrees, refusal
from governance.disclosure.ledger.claims import Placed, Records
from governance.disclosure.ledger.findings import Effort, Finding, Limits
from governance.disclosure.ledger.giving_way import Pools, suppressions
from governance.disclosure.ledger.joint import JointAudit
from governance.disclosure.ledger.nesting import Part, independent, layers, parts
from governance.disclosure.ledger.pooling import pooled
from governance.disclosure.ledger.reading import Reading, readings
from governance.disclosure.published import Shape
from governance.verdicts import ALLOWED, Verdict, denied


@dataclass(frozen=True, eq=False, slots=True)
class Admission:
    """What becomes of a new release.

    `verdict` allows `placed` to be published: the release as it came, or with less in it (`coarsened`): with groups
    pooled, or with the rows `suppress` of a table suppressed besides. What keeps to the rules still does then.
    `effort` is for the builder's eyes: what was audited, and what was too large or too late to be solved.
    """

    verdict: Verdict
    placed: Placed
    coarsened: bool
    suppress: tuple[int, ...]
    effort: Effort


def audit_jointly(new: Placed, out: Sequence[Placed], records: Records, *, limits: Limits | None = None) -> Admission:
    """Whether `new` may be published beside everything that is `out`, all over the same `records`.

    `out` are the releases that are `concerned`, whoever reads them; those that were withdrawn since count too. The
    numbers of `new` are exact (finishing comes after); those that are out are as they were published.

    Raises:
        ValueError: `new` does not say what the records add up to.
    """
    bounds = limits or Limits()
    deadline = None if bounds.seconds is None else bounds.clock() + bounds.seconds
    if not new.claim.noisy and not agrees(new, records):
        raise ValueError(f"{new.claim.id}: the release is not the sum of its records")
    near = sorted(out, key=lambda one: one.claim.id)
    refused = refusal(new, near, records)
    if refused is not None:
        return Admission(refused, new, False, (), Effort())
    return _Rounds(near, records, bounds, deadline).run(new)


class _Rounds:
    """Audit, give way, audit again."""

    def __init__(self, out: Sequence[Placed], records: Records, limits: Limits, deadline: float | None) -> None:
        self._out, self._records, self._limits, self._deadline = out, records, limits, deadline
        self._cleared: dict[Audience, Ints] = {}
        self._effort = Effort()

    def run(self, new: Placed) -> Admission:
        """Until nothing is found, or nothing is left to give."""
        placed, turn = new, 0
        while True:
            audited = [self._audited(reading) for reading in readings(placed, self._out)]
            found = [one for one in audited if one.found]
            if not found:
                return Admission(ALLOWED, placed, placed is not new, tuple(sorted(placed.spared)), self._effort)
            less = self._less(placed, found, turn)
            if less is None:
                return self._denied(new, found)
            placed, turn = less, turn + 1

    def _less(self, placed: Placed, found: Sequence[Audited], turn: int) -> Placed | None:
        """The release with less in it; None when there is nothing left to give. Each turn it has fewer rows to show."""
        if placed.claim.noisy:
            return None
        if placed.claim.shape is Shape.TABLE:
            keys = {key for one in found for key in suppressions(one.sheet, one.found, placed.published)}
            return placed.suppressing(keys) if keys and not self._all_unsolved(found) else None
        coarser = self._coarser(placed, found, turn)
        return coarser if len(coarser.published) < len(placed.published) else None

    def _coarser(self, placed: Placed, audited: Sequence[Audited], turn: int) -> Placed:
        """Neighbours pooled at first; what is still found after all the rounds is pooled by components."""
        sets: list[set[int]] = []
        for one in audited:
            way = Pools(one.sheet, one.parts, placed.published)
            sets += way.neighbours(one.found) if turn < self._limits.rounds else way.everything(one.found)
        return pooled(placed, self._records, sets)

    @staticmethod
    def _all_unsolved(found: Sequence[Audited]) -> bool:
        return all(not finding.solved for one in found for finding in one.found)

    def _audited(self, reading: Reading) -> Audited:
        made = sheet(reading.read, self._records, new=0)
        kept = independent(made, layers(made, families(reading.read)))
        components = parts(made, kept)
        asking = Asking(made, reading, self._limits, self._deadline)
        mark = marks(made)
        cleared = np.isin(mark, self._cleared.get(reading.audience, np.empty(0, np.int64)))
        found = JointAudit(asking, cleared, self._effort).findings(components)
        safe = np.zeros(len(mark), bool)
        safe[np.concatenate([np.empty(0, np.int64), *(one.atoms for one in components)])] = True
        safe[np.array([atom for one in found for atom in one.atoms], np.int64)] = False
        self._cleared[reading.audience] = mark[safe]
        return Audited(reading, made, components, found)

    def _denied(self, new: Placed, found: Sequence[Audited]) -> Admission:
        existing = _in_the_way(found[0])
        if self._all_unsolved(found):
            return Admission(denied("ledger.unsolved", "joint", existing=existing), new, False, (), self._effort)
        return Admission(denied("ledger.joint", "joint", existing=existing), new, False, (), self._effort)


@dataclass(frozen=True, eq=False, slots=True)
class Audited:
    """A reading, its sheet and components, and what was found."""

    reading: Reading
    sheet: Sheet
    parts: Sequence[Part]
    found: Sequence[Finding]


def marks(made: Sheet) -> Ints:
    """A number for each atom that stays the same while the atom does: coarser rows only make unions of atoms."""
    inside = np.flatnonzero(made.atom >= 0)
    many = made.rows.shape[1]
    first = np.full(many, len(made.atom), np.int64)
    np.minimum.at(first, made.atom[inside], inside)
    found: Ints = first * (len(made.atom) + 1) + np.bincount(made.atom[inside], minlength=many)
    return found


def families(read: Sequence[Placed]) -> Ints:
    """Which rows of each release are disjoint: all groups of a partition; the keys of a table of the same levels."""
    found = []
    for one in read:
        partition = one.claim.shape is Shape.PARTITION
        levels = np.zeros((len(one.published), 1), np.int64) if partition else one.published.level.astype(np.int64)
        found.append(np.unique(levels, axis=0, return_inverse=True)[1].ravel())
    return np.concatenate(found).astype(np.int64)


def _in_the_way(audited: Audited) -> str:
    """The release that is out and that the first finding follows from."""
    made = audited.sheet
    for finding in audited.found:
        old = [row for row in finding.blame if not made.new[row]]
        if old:
            return audited.reading.read[int(made.release[old[0]])].claim.id
    return audited.reading.read[-1].claim.id
