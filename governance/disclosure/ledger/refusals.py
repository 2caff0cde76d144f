"""Which releases meet at all, and what no audit of their numbers could make safe.

Releases meet when their measures are sums over the same records and a record can lie in the periods of both. Refused
outright, whatever the numbers, is

* *another edition* for an overlapping period: a newcomer's 40 trips are the difference of 130 and 90. Nothing is cast
  back; a new edition starts with a new period, and what was published before ends before it;
* *a revision*: the same question answered from other data. 131 less 118 are one holder's late file of 13 trips;
* *families without common records* (vehicle-seconds parked, and in each state), which no equation over records ties;
* *other rules for the same cells* (p = 10 and p = 15), from which the rule that hid a cell follows, unless two
  partitions are nested and the narrower audience's rules are at most as strict: nothing is hidden in a partition;
* *two roundings*, or noise drawn twice for one question: 13 is 15 to base 5 and 10 to base 10, and draws average out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum, auto

from governance.audiences import WITH_INSIDERS, knows
from governance.cubes import sums_family
from governance.disclosure.interlock import at_least_as_strict, roundings_nest, rules_agree
from governance.disclosure.ledger.claims import Claim
from governance.disclosure.published import Shape
from governance.obligations import Obligations
from governance.terms.floors import Rounding
from governance.verdicts import Denied, denied


class Meeting(Enum):
    """What two releases have to do with each other."""

    APART = auto()
    JOINT = auto()


def meet(one: Claim, other: Claim) -> bool:
    """Whether a record can lie in both.

    Neighbouring periods share none, unless they are told by different instants: a trip over midnight begins in one
    month and ends in the next. There another edition is no hindrance: the period is another.
    """
    if sums_family(one.family) != sums_family(other.family):
        return False
    if one.period.overlaps(other.period):
        return True
    touching = one.period.to == other.period.from_ or other.period.to == one.period.from_
    same_instant = len(one.instants) == 1 and one.instants == other.instants
    return touching and not same_instant and one.joined == other.joined


def concerned(new: Claim, out: Iterable[Claim]) -> tuple[Claim, ...]:
    """All releases that are tied to the new one, directly or through others, whoever reads them; sorted by id."""
    left = sorted(out, key=lambda one: one.id)
    reached: list[Claim] = []
    front = [new]
    while front:
        at = front.pop()
        near = [one for one in left if meet(at, one)]
        left = [one for one in left if one not in near]
        reached += near
        front += near
    return tuple(sorted(reached, key=lambda one: one.id))


def beside(new: Claim, other: Claim, *, nested: bool = False) -> Meeting | Denied:
    """Whether two releases are audited jointly, have nothing to do with each other, or may not both be out.

    `nested`: both are partitions, and each group of the wider audience's is a union of groups of the narrower one's.
    """
    if not meet(new, other):
        return Meeting.APART
    if new.family != other.family:
        return denied("ledger.sums", "family", existing=other.id)
    if new.period.overlaps(other.period) and new.joined != other.joined:
        return denied("ledger.edition", "edition", existing=other.id)
    return _same_question(new, other, nested=nested) if new.question == other.question else Meeting.JOINT


def _same_question(new: Claim, other: Claim, *, nested: bool) -> Meeting | Denied:
    if new.inputs != other.inputs:
        return denied("ledger.revision", "inputs", existing=other.id)
    if new.noisy and other.noisy:
        return denied("ledger.noise", "noise", existing=other.id)
    if not roundings_nest(new.obligations, other.obligations):
        return denied("ledger.rounding", Rounding.name, existing=other.id)
    if rules_agree(new.obligations, other.obligations) or (nested and _looser_inside(new, other)):
        return Meeting.JOINT
    return denied("ledger.rules", "terms", existing=other.id)


def _looser_inside(one: Claim, other: Claim) -> bool:
    """Whether the narrower audience's rules are at most as strict as the wider one's."""
    if one.shape is not Shape.PARTITION or other.shape is not Shape.PARTITION or one.audience is other.audience:
        return False
    if not (knows(one.audience, other.audience) or knows(other.audience, one.audience)):
        return False
    narrow, wide = (one, other) if knows(one.audience, other.audience) else (other, one)
    return at_least_as_strict(wide.obligations, narrow.obligations)


def tells_which_rule(one: Claim, other: Claim) -> bool:
    """Whether a set of records shown in the one and hidden in the other tells contributors which rule hid it."""
    if not {one.audience, other.audience} <= WITH_INSIDERS:
        return False
    return not rules_agree(_unrounded(one.obligations, one), _unrounded(other.obligations, one))


def _unrounded(obligations: Obligations, like: Claim) -> Obligations:
    terms = {name: term for name, term in obligations.terms.items() if name != Rounding.name}
    return replace(obligations, terms=terms, audience=like.audience)


def first_refusal(new: Claim, out: Sequence[tuple[Claim, bool]]) -> Denied | None:
    """The first release, by id, beside which the new one may not be out; each with whether the two are nested."""
    for other, nested in sorted(out, key=lambda one: one[0].id):
        verdict = beside(new, other, nested=nested)
        if isinstance(verdict, Denied):
            return verdict
    return None
