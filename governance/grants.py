"""Steps 5 to 7 of a decision, as far as they do not depend on the instant: which agreements could carry a request.

For each dataset the candidates stand in the order of a total order, most permissive first, and each carries its own
clauses alone. Whatever makes a request stricter only removes candidates, so it can never turn a denial into a permit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from governance.agreement import Agreement, permissiveness
from governance.ask import Ask
from governance.audiences import Audience
from governance.clauses import Clause, carrying, counting, storing, unwaived
from governance.decision import Passed, Refusal
from governance.obligations import Obligations, without_waiver
from governance.request import Request
from governance.ruleset import Ladder
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Delay, Named
from governance.terms.use import Rate
from governance.terms.vocabulary import strictest
from governance.verdicts import Allowed, Denied
from governance.world import Prohibition

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

    def ready(self, ask: Ask) -> dt.datetime | None:
        """When the delay has run out; None where there is none to wait for."""
        delay = self.terms.get(Delay.name)
        return delay.ready(ask.ready_from) if isinstance(delay, Delay) and ask.ready_from else None

    def instants(self, ask: Ask) -> set[dt.datetime]:
        """The instants at which what the candidate allows changes by itself."""
        ready = self.ready(ask)
        return {self.agreement.validity.from_, self.agreement.validity.to, *([ready] if ready else [])}


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
    """One dataset of a request, its holding, and the agreements that could carry it.

    `candidates` are all agreements on it, each with what refuses it at any instant, if anything does; `grants` those
    that nothing but the clock and the counters can refuse, most permissive first.
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


@dataclass(frozen=True, slots=True)
class Case:
    """What a candidate is judged by: the request's facts, the floors in force, the holding, the stored release.

    `slowed` is by how much a reader is slowed down by a sanction, if it is. `under` is the id of the one agreement that
    may carry the request; empty: any.
    """

    ask: Ask
    floors: Mapping[str, Term]
    holding: str
    applied: Obligations | None
    slowed: Ladder | None
    under: str = ""


def weigh(agreement: Agreement, granting: tuple[Clause, ...], case: Case) -> tuple[Candidate, Placed | None]:
    """An agreement as a candidate, and what refuses it at any instant, if anything does.

    One that does not grant what is asked for is not put under the floors: most of a dataset's agreements are others'.
    """
    clauses = (*granting, *carrying(agreement, case.under))
    bare = Candidate(agreement, {}, False, (), clauses)
    refusal = bare.refusal(case.ask, timed=False)
    if refusal is not None:
        return bare, refusal
    one = _under_floors(agreement, clauses, case)
    return one, one.refusal(case.ask, timed=False)


def _under_floors(agreement: Agreement, clauses: tuple[Clause, ...], case: Case) -> Candidate:
    audience = case.ask.audience
    terms = strictest([case.floors, without_waiver(agreement.terms)])
    terms = throttled(terms, audience=audience, ladder=case.slowed) if case.slowed else terms
    waives = audience.value in agreement.waives
    ranked = {**terms, Named.name: agreement.terms[Named.name]} if waives else terms
    took_effect = case.applied is not None and case.holding in case.applied.waived
    waiver = (unwaived(),) if took_effect and not waives else ()
    tests = (*clauses, *storing(terms), *waiver, *counting(terms))
    return Candidate(agreement, terms, waives, permissiveness(ranked), tests)


def throttled(terms: Mapping[str, Term], *, audience: Audience, ladder: Ladder) -> dict[str, Term]:
    """Terms for a reader under sanction: a part of the rate; and some hours later, but never on the open tier."""
    slowed = dict(terms)
    rate, delay = terms.get(Rate.name), terms.get(Delay.name)
    if isinstance(rate, Rate):
        slowed[Rate.name] = Rate(max(1, rate.value // ladder.throttle_divisor))
    if audience is not Audience.OPEN:
        held_s = delay.value if isinstance(delay, Delay) else 0
        slowed[Delay.name] = Delay(held_s + ladder.throttle_delay_hours * 3600)
    return slowed


def grant(candidate: Candidate, ask: Ask) -> Grant:
    """What is left to look at of a candidate that every timeless test let pass: the clock and the counters."""
    counted = tuple(term for term in candidate.terms.values() if term.enforcement is Enforcement.DOOR)
    validity = candidate.agreement.validity
    return Grant(candidate, validity.from_, validity.to, candidate.ready(ask), counted)
