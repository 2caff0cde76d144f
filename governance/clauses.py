"""The tests of an agreement, one for each of its clauses, in the order in which they are made.

What it grants comes first (step 5): that does not depend on the voted floors, so it is put together once for each
agreement and audience. What a stored release and the counters must satisfy (step 7) depends on the terms under them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from governance.agreement import Agreement
from governance.ask import Ask
from governance.audiences import Audience, Tier
from governance.bilateral import OWED, began_within, kept_by_nobody, owed, sole_purpose, sole_recipient
from governance.decision import Step
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Delay, Named
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.verdicts import ALLOWED, Allowed, Denied, Verdict, denied

#: Which tier an agreement must be of, by audience. Nothing is of the sealed tier.
TIERS: Mapping[Audience, Tier] = {
    Audience.OPEN: Tier.OPEN,
    Audience.IDENTIFIED: Tier.IDENTIFIED,
    Audience.MEMBERS: Tier.MEMBERS,
    Audience.AUTHORITY: Tier.MEMBERS,
    Audience.BILATERAL: Tier.BILATERAL,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One test of an agreement; `timed` ones depend on the instant or on what was used already."""

    step: Step
    name: str
    timed: bool
    verify: Callable[[Ask], Verdict]


#: Whom an agreement is for is tested before whether it is in force, and that before what it covers: so the refusal
#: that comes furthest is the one that its reader would look into first.
_FOR_WHOM = (Recipient.name, ForAudience.name, ForPurpose.name)


def granting(agreement: Agreement, audience: Audience) -> tuple[Clause, ...]:
    """The tests of what an agreement grants to an audience."""
    return (*_granted(agreement, audience), *(_extracted(agreement) if audience is Audience.BILATERAL else ()))


def _granted(agreement: Agreement, audience: Audience) -> tuple[Clause, ...]:
    step = Step.AGREEMENT
    scoped = {term.name: term for term in agreement.clauses() if term.enforcement is Enforcement.SCOPE}
    within = {name: Clause(step, name, False, _within(term, agreement)) for name, term in scoped.items()}
    if audience is Audience.BILATERAL:
        within[Recipient.name] = Clause(step, Recipient.name, False, partial(sole_recipient, agreement))
        within[ForPurpose.name] = Clause(step, ForPurpose.name, False, partial(sole_purpose, agreement))
    return (
        Clause(step, "tier", False, lambda _: ALLOWED if agreement.tier is TIERS.get(audience) else _tier(agreement)),
        *(within[name] for name in _FOR_WHOM),
        Clause(step, "state", False, lambda _: ALLOWED if agreement.binding else _state(agreement)),
        Clause(step, "validity", True, lambda ask: ALLOWED if agreement.in_force(ask.at) else _validity(agreement)),
        *(clause for name, clause in within.items() if name not in {*_FOR_WHOM, Validity.name}),
    )


def _extracted(agreement: Agreement) -> tuple[Clause, ...]:
    """What an extract needs beside, of the agreement that carries it."""
    step = Step.AGREEMENT
    return (
        *(Clause(step, name, False, partial(owed, agreement, name)) for name in OWED),
        Clause(step, "period", False, partial(began_within, agreement)),
        *(Clause(step, term.name, False, _unkept(term, agreement)) for term in kept_by_nobody(agreement)),
    )


def _unkept(term: Term, agreement: Agreement) -> Callable[[Ask], Verdict]:
    return lambda _: denied("bilateral.unkept", term.name, agreement=agreement.key, holder=agreement.holder)


def carrying(agreement: Agreement, under: str) -> tuple[Clause, ...]:
    """What was prepared under one agreement is carried by it alone: it ends with it."""
    if not under or under == agreement.id:
        return ()
    other = denied("bilateral.other_agreement", "agreement", agreement=agreement.key, under=under)
    return (Clause(Step.AGREEMENT, "agreement", False, lambda _: other),)


def _state(agreement: Agreement) -> Denied:
    if agreement.unsigned:
        missing = ", ".join(agreement.unsigned)
        return denied("agreement.unsigned", "state", agreement=agreement.key, holder=agreement.holder, missing=missing)
    return denied("agreement.state", "state", agreement=agreement.key, state=agreement.state, holder=agreement.holder)


def _tier(agreement: Agreement) -> Denied:
    return denied("agreement.tier", "tier", agreement=agreement.key, tier=agreement.tier, holder=agreement.holder)


def _validity(agreement: Agreement) -> Denied:
    key, holder = agreement.key, agreement.holder
    return denied("agreement.validity", "validity", agreement=key, validity=agreement.validity, holder=holder)


def _within(term: Term, agreement: Agreement) -> Callable[[Ask], Verdict]:
    def verify(ask: Ask) -> Verdict:
        if isinstance(term.verify(ask), Allowed):
            return ALLOWED
        return denied(
            "agreement.term",
            term.name,
            agreement=agreement.key,
            dataset=agreement.dataset,
            holder=agreement.holder,
            term=term,
        )

    return verify


def storing(terms: Mapping[str, Term]) -> tuple[Clause, ...]:
    """The tests of what a stored release was built to, and of the delay."""
    floors = [term for term in terms.values() if term.enforcement is Enforcement.FLOOR]
    return tuple(Clause(Step.STORED_RELEASE, term.name, isinstance(term, Delay), term.verify) for term in floors)


def unwaived() -> Clause:
    """A release for which the holding's waiver took effect needs it of every one of its agreements."""
    return Clause(Step.STORED_RELEASE, Named.name, False, lambda _: denied("release.unmet", Named.name))


def counting(terms: Mapping[str, Term]) -> tuple[Clause, ...]:
    """The tests of what the reader took already."""
    door = [term for term in terms.values() if term.enforcement is Enforcement.DOOR]
    return tuple(Clause(Step.STORED_RELEASE, term.name, True, term.verify) for term in door)
