"""Which joint releases may stand beside one another where their numbers cannot be audited together.

That is so where the records of one are not at hand, or its rows are not known: for such releases what follows holds,
and for all others `governance.disclosure.ledger`, which uses the same comparison of rules.

The rules of one table say nothing of two. How subtraction works, with k = 10 and three holdings or more in a cell:

* *a total.* Flows to zone Z: 40 from A, 25 from B, and 7 from C, which is protected. Trip ends in Z: 72, safe by
  itself. 72 - 40 - 25 = 7. Trip ends are the column totals of the flows, so they are one family of measures here.
* *two grids.* A commune's 120 trips, less its H3 cells' 60 and 52, leave 8 for the cell that is not shown.
* *two periods.* January to March, less February, less March; a month, less all its days but one.
* *two editions.* The three holders' 90 less the four holders' 130: the fourth's 40, exactly.
* *a revision.* 118 last week and 131 today: one holder's late file of 13 trips, which everyone can date.
* *two sets of rules.* A cell shown to the members (p = 10) and hidden from the open (p = 15) tells that p lies between:
  with X - x2 = 115 known to a competitor, x1 is between 115 / 1.15 = 100 and 115 / 1.10 = 104.5. So where
  contributors read both, both follow the same rules; rounding apart, which only blurs.
* *parked time and fleet.* Parked vehicle-seconds summed over zones are the fleet's, less those on a trip.

So without a joint audit: of one family (or of families that are sums of one another), for overlapping periods, only the
same cube, grid, period, holders and data may be released again, for another audience. A narrower audience reads the
wider releases too, so whatever the wider one shows, the narrower must show as well: its rules are at most as strict.
What the authority learns from a cell that only it sees is that the contributors' rules failed there: the p % rule, or
the thresholds beside the largest part. The first alone leaves an outsider an interval for the largest holding that is
wider than its own floor asks: with p = 10, between 48 and 85 % of X; that it may have been the second only widens it.

Of the waivers those that take effect are compared (`Obligations.waived`); one that is given without the others' changes
no cell.

When in doubt the answer is no; the order of publication makes no difference to the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from governance.audiences import WITH_INSIDERS, Audience, knows
from governance.canonical import Plain
from governance.cubes import Cube, sums_family
from governance.obligations import Obligations
from governance.periods import Period
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Delay, Rounding
from governance.verdicts import ALLOWED, Verdict, denied


@dataclass(frozen=True, slots=True)
class ReleaseClaim:
    """What a release is about, as far as others must know of it.

    `inputs` is the digest of the data it was computed from (every batch of every dataset of the edition);
    `obligations` are the rules it was built to.
    """

    id: str
    cube: str
    family: str
    grain: str
    period: Period
    inputs: str
    obligations: Obligations

    @property
    def audience(self) -> Audience:
        """Who may read it."""
        return self.obligations.audience

    @property
    def question(self) -> tuple[object, ...]:
        """What was asked, of which days."""
        return (self.cube, self.grain, self.period)

    @property
    def joined(self) -> tuple[object, ...]:
        """Whose data was joined, and which datasets were one holding's."""
        return (self.obligations.edition, self.obligations.holders, dict(self.obligations.holdings))

    def plain(self) -> Plain:
        """As JSON."""
        return {
            "cube": self.cube,
            "family": self.family,
            "grain": self.grain,
            "id": self.id,
            "inputs": self.inputs,
            "obligations": self.obligations.plain(),
            "period": [self.period.from_.isoformat(), self.period.to.isoformat()],
        }


def claim(cube: Cube, *, id: str, period: Period, inputs: str, obligations: Obligations) -> ReleaseClaim:
    """The claim of a release of `cube`."""
    return ReleaseClaim(id, cube.id, cube.family, str(cube.grain), period, inputs, obligations)


def may_stand_beside(new: ReleaseClaim, existing: Iterable[ReleaseClaim]) -> Verdict:
    """Whether a joint release may be published beside those that are out.

    Every one that was ever published counts: what was read cannot be unread, so a release that was withdrawn since
    belongs into `existing` all the same.
    """
    for other in sorted(existing, key=lambda one: one.id):
        verdict = _pair(new, other)
        if verdict != ALLOWED:
            return verdict
    return ALLOWED


def _pair(new: ReleaseClaim, other: ReleaseClaim) -> Verdict:
    if sums_family(new.family) != sums_family(other.family) or not new.period.overlaps(other.period):
        return ALLOWED
    if new.question != other.question:
        return denied("interlock.overlap", "family", existing=other.id)
    if new.joined != other.joined:
        return denied("interlock.edition", "edition", existing=other.id)
    if new.inputs != other.inputs:
        return denied("interlock.revision", "inputs", existing=other.id)
    if not rules_agree(new.obligations, other.obligations):
        return denied("interlock.rules", "terms", existing=other.id)
    return ALLOWED


def rules_agree(one: Obligations, other: Obligations) -> bool:
    """Whether the pattern of cells of the two tells nothing: equal rules, or a narrower outsider's looser ones."""
    if one.audience is other.audience:
        return _shown_by(one) == _shown_by(other) and _rounding(one) == _rounding(other)
    if {one.audience, other.audience} <= WITH_INSIDERS:
        return _shown_by(one) == _shown_by(other) and roundings_nest(one, other)
    if not (knows(one.audience, other.audience) or knows(other.audience, one.audience)):
        return False
    narrow, wide = (one, other) if knows(one.audience, other.audience) else (other, one)
    return at_least_as_strict(wide, narrow)


def _floors(rules: Obligations) -> dict[str, Term]:
    return {name: term for name, term in rules.of(Enforcement.FLOOR).items() if name not in {Delay.name, Rounding.name}}


def _shown_by(rules: Obligations) -> tuple[object, ...]:
    """Everything that decides which cells are shown; the delay and the rounding do not."""
    return (_floors(rules), rules.waived, rules.known)


def _rounding(rules: Obligations) -> int:
    term = rules.terms.get(Rounding.name)
    return term.value if isinstance(term, Rounding) else 1


def roundings_nest(one: Obligations, other: Obligations) -> bool:
    """Two roundings of one number narrow it down (13 is 15 to base 5, 10 to base 10), unless one is exact anyway."""
    low, high = sorted((_rounding(one), _rounding(other)))
    return low in {1, high}


def at_least_as_strict(wide: Obligations, narrow: Obligations) -> bool:
    """Whether every cell that the wide rules show is shown by the narrow ones too."""
    held, asked = _floors(wide), _floors(narrow)
    stricter = all(name in held and held[name].at_least_as_strict(term) for name, term in asked.items())
    return stricter and wide.waived <= narrow.waived and wide.known == narrow.known and roundings_nest(wide, narrow)
