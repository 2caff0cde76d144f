"""Steps 5 to 7 of a decision, as far as they do not depend on the instant: which agreements could carry a request.

For each dataset the candidates stand in the order of a total order, most permissive first, and each carries its own
clauses alone. Whatever makes a request stricter only removes candidates, so it can never turn a denial into a permit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from governance.agreement import Agreement, permissiveness
from governance.ask import Ask
from governance.audiences import Audience, Tier
from governance.decision import Passed, Permit, Refusal, Step
from governance.obligations import Obligations, without_waiver
from governance.parties import THROTTLE_DELAY_S, THROTTLE_DIVISOR
from governance.request import Request
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Delay, Named
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.terms.use import Rate
from governance.terms.vocabulary import strictest
from governance.verdicts import ALLOWED, Allowed, Denied, Verdict, denied
from governance.world import Prohibition

#: Which tier an agreement must be of, by audience. Bilateral extracts are no joint statistics and have no exit here.
TIERS: Mapping[Audience, Tier] = {
    Audience.OPEN: Tier.OPEN,
    Audience.MEMBERS: Tier.MEMBERS,
    Audience.AUTHORITY: Tier.MEMBERS,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One test of an agreement; `timed` ones depend on the instant or on what was used already."""

    step: Step
    name: str
    timed: bool
    verify: Callable[[Ask], Verdict]


#: A refusal with the place of its test among an agreement's tests.
Placed: TypeAlias = tuple[int, Refusal]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agreement under the voted floors. `terms` are the strictest of both, `clauses` its tests in order."""

    agreement: Agreement
    terms: Mapping[str, Term]
    waives: bool
    rank: tuple[float, ...]
    clauses: tuple[Clause, ...]

    def refusal(self, ask: Ask, *, timed: bool) -> Placed | None:
        """The first test that fails among those that depend on the instant, or among those that do not."""
        for place, clause in enumerate(self.clauses):
            if clause.timed is timed:
                verdict = clause.verify(ask)
                if isinstance(verdict, Denied):
                    return place, Refusal(clause.step, verdict, self.agreement.dataset, self.agreement.key)
        return None


@dataclass(frozen=True, slots=True)
class Grant:
    """A candidate that every timeless test let pass; what is left is to look at the clock and the counters."""

    candidate: Candidate
    from_: dt.datetime
    to: dt.datetime
    ready: dt.datetime | None
    counted: tuple[Term, ...]

    def holds(self, request: Request, ask: Ask) -> bool:
        """Whether the timed tests pass too, at the request's instant; `ask` is all the rest."""
        if not self.from_ <= request.at < self.to or (self.ready is not None and request.at < self.ready):
            return False
        if request.used is None or not self.counted:
            return True
        now = replace(ask, used=request.used)
        return all(isinstance(term.verify(now), Allowed) for term in self.counted)


@dataclass(frozen=True, slots=True)
class Slot:
    """One dataset of a request, its holding, and the agreements that could carry it, most permissive first.

    `candidates` are all agreements on it, each with what refuses it at any instant, if anything does.
    """

    dataset: str
    holding: str
    known: bool
    candidates: tuple[tuple[Candidate, Placed | None], ...]
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything about a request but the instant. `refusal` ends it at once; `prohibitions` are those to look at."""

    ask: Ask
    refusal: Refusal | None
    prohibitions: tuple[Prohibition, ...] = ()
    slots: tuple[Slot, ...] = ()
    passed: tuple[Passed, ...] = ()
    edition: str = ""
    empty: Obligations | None = None
    permits: dict[tuple[str, ...], Permit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """What a candidate is judged by: the request's facts, the floors in force, the holding, the stored release.

    `throttled` is true for a reader under a sanction that slows it down.
    """

    ask: Ask
    floors: Mapping[str, Term]
    holding: str
    applied: Obligations | None
    throttled: bool


def candidate(agreement: Agreement, case: Case) -> Candidate:
    """Put an agreement under the floors and list its tests."""
    terms = strictest([case.floors, without_waiver(agreement.terms)])
    audience = case.ask.audience
    terms = throttled(terms, audience=audience) if case.throttled else terms
    waives = audience.value in agreement.waives
    ranked = {**terms, Named.name: agreement.terms[Named.name]} if waives else terms
    tests = (*_granted(agreement, audience), *_stored(terms), *_waiver(case, waives), *_counted(terms))
    return Candidate(agreement, terms, waives, permissiveness(ranked), tests)


def throttled(terms: Mapping[str, Term], *, audience: Audience) -> dict[str, Term]:
    """Terms for a reader under sanction: a tenth of the rate; and a day later, but never on the open tier."""
    slowed = dict(terms)
    rate, delay = terms.get(Rate.name), terms.get(Delay.name)
    if isinstance(rate, Rate):
        slowed[Rate.name] = Rate(max(1, rate.value // THROTTLE_DIVISOR))
    if audience is not Audience.OPEN:
        slowed[Delay.name] = Delay((delay.value if isinstance(delay, Delay) else 0) + THROTTLE_DELAY_S)
    return slowed


#: Whom an agreement is for is tested before whether it is in force, and that before what it covers: so the refusal
#: that comes furthest is the one that its reader would look into first.
_FOR_WHOM = (Recipient.name, ForAudience.name, ForPurpose.name)


def _granted(agreement: Agreement, audience: Audience) -> tuple[Clause, ...]:
    step = Step.AGREEMENT
    scoped = {term.name: term for term in agreement.clauses() if term.enforcement is Enforcement.SCOPE}
    within = {name: Clause(step, name, False, _within(term, agreement)) for name, term in scoped.items()}
    return (
        Clause(step, "tier", False, lambda _: ALLOWED if agreement.tier is TIERS.get(audience) else _tier(agreement)),
        *(within[name] for name in _FOR_WHOM),
        Clause(step, "state", False, lambda _: ALLOWED if agreement.binding else _state(agreement)),
        Clause(step, "validity", True, lambda ask: ALLOWED if agreement.in_force(ask.at) else _validity(agreement)),
        *(clause for name, clause in within.items() if name not in {*_FOR_WHOM, Validity.name}),
    )


def _state(agreement: Agreement) -> Denied:
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


def _stored(terms: Mapping[str, Term]) -> tuple[Clause, ...]:
    floors = [term for term in terms.values() if term.enforcement is Enforcement.FLOOR]
    return tuple(Clause(Step.STORED_RELEASE, term.name, isinstance(term, Delay), term.verify) for term in floors)


def _waiver(case: Case, waives: bool) -> tuple[Clause, ...]:
    """A release for which the holding's waiver took effect needs it of every one of its agreements."""
    if case.applied is None or waives or case.holding not in case.applied.waived:
        return ()
    return (Clause(Step.STORED_RELEASE, Named.name, False, lambda _: denied("release.unmet", Named.name)),)


def _counted(terms: Mapping[str, Term]) -> tuple[Clause, ...]:
    door = [term for term in terms.values() if term.enforcement is Enforcement.DOOR]
    return tuple(Clause(Step.STORED_RELEASE, term.name, True, term.verify) for term in door)


def grant(candidate: Candidate, ask: Ask) -> Grant:
    """What is left to look at of a candidate that every timeless test let pass: the clock and the counters."""
    delay = candidate.terms.get(Delay.name)
    ready = delay.ready(ask.ready_from) if isinstance(delay, Delay) and ask.ready_from else None
    counted = tuple(term for term in candidate.terms.values() if term.enforcement is Enforcement.DOOR)
    validity = candidate.agreement.validity
    return Grant(candidate, validity.from_, validity.to, ready, counted)
