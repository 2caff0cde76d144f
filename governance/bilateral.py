"""The bilateral tier: records of one holder, for one member, one purpose and one period, as a prepared extract.

Beside the steps of every decision these tests hold for extracts. The first ones look at the request, the last ones at
each agreement: a bilateral agreement is with exactly one member for exactly one purpose, says which fields and how
coarse, and speaks of records made while it is valid. Nothing of that is taken for granted when it is silent.
"""

from __future__ import annotations

from governance.agreement import Agreement
from governance.ask import Ask
from governance.audiences import Audience
from governance.extract import Extract
from governance.parties import SUSPENDED_FROM
from governance.request import Action, Request
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Delay, Named
from governance.terms.scope import Fields, SpatialResolution, TemporalResolution
from governance.verdicts import ALLOWED, Denied, Verdict, denied
from governance.world import World

#: Clauses that a bilateral agreement must have: a clause that is not there would allow everything.
OWED = (Fields.name, SpatialResolution.name, TemporalResolution.name)


def is_extract(request: Request) -> bool:
    """Whether records of one holder are prepared for, or read by, one member."""
    return request.audience is Audience.BILATERAL and request.action in {Action.EXTRACT, Action.READ}


def one_recipient(request: Request, world: World) -> Denied | None:
    """An extract is for one active member, and read by that member alone; nothing else has a recipient."""
    if not is_extract(request):
        return denied("bilateral.not_an_extract", "recipient") if request.recipient is not None else None
    if request.recipient is None:
        return denied("bilateral.no_recipient", "recipient")
    if request.action is Action.READ and request.actor != request.recipient:
        return denied("actor.not_in_audience", "recipient", actor=request.actor, audience=request.audience.value)
    member = world.members.get(request.recipient)
    if member is None:
        return denied("actor.unknown", "recipient", actor=request.recipient)
    return None if member.active else denied("actor.inactive", "recipient", actor=member.id)


def unsanctioned_recipient(request: Request, world: World) -> Denied | None:
    """Nothing is prepared for a member to whom it would not be served."""
    if request.action is not Action.EXTRACT or request.recipient is None:
        return None
    level = world.members[request.recipient].sanction
    return denied("sanction.forbids", "sanction", level=int(level)) if level >= SUSPENDED_FROM else None


def described(request: Request, world: World) -> Denied | None:
    """An extract says which table, which fields and how coarse; nothing else says any of it."""
    told = {"table": bool(request.table), "fields": bool(request.fields), "grain": request.grain is not None}
    if not is_extract(request):
        asked = [name for name, value in told.items() if value] or (["fields"] if request.fields is not None else [])
        asked += ["agreement"] if request.agreement else []
        return denied("bilateral.not_an_extract", asked[0]) if asked else None
    missing = [name for name, value in told.items() if not value]
    return denied("bilateral.not_described", missing[0]) if missing else None


def within_floors(request: Request, world: World) -> Denied | None:
    """The members voted floors for the bilateral tier, and the extract is coarse enough for them."""
    if not is_extract(request) or request.grain is None:
        return None
    floors = world.floors_for(request.audience, request.period)
    if floors is None:
        return denied("bilateral.no_floors", "audience")
    if not floors.allows(request.grain):
        return denied("cube.too_fine", "finest", grain=request.grain, audience=request.audience.value)
    return None


def whole_steps(request: Request, world: World) -> Denied | None:
    """The period of an extract follows the calendar step of its grain."""
    if not is_extract(request) or request.grain is None:
        return None
    step = request.grain.time.step
    if request.period is None or not request.period.follows(step):
        return denied("cube.period", "period", period=request.period, step=step)
    return None


def extract_of(request: Request, agreement: str) -> Extract | None:
    """What is prepared or read, as its obligations state it; None for anything that is no extract."""
    if not is_extract(request) or request.recipient is None or request.fields is None or request.grain is None:
        return None
    return Extract(request.recipient, agreement, request.table, request.fields, request.grain)


def other_extract(request: Request, world: World) -> Denied | None:
    """A stored extract is read for what it is: of this dataset, for this member, with these fields, this coarse."""
    applied = request.applied
    if applied is None or applied.extract is None:
        return denied("release.not_stated", "applied")
    now = extract_of(request, request.agreement or applied.extract.agreement)
    if (applied.subject, applied.audience, applied.extract) != (request.subject, request.audience, now):
        return denied("release.unmet", "extract")
    return None


def under(request: Request) -> str:
    """The id of the one agreement that may carry an extract: the one it was prepared under; empty where any may."""
    built = request.applied.extract if request.applied else None
    return built.agreement if built is not None and request.action is Action.READ else request.agreement


def sole_recipient(agreement: Agreement, ask: Ask) -> Verdict:
    """Whether the agreement is with exactly the one member that the extract is for."""
    if ask.recipients is not None and len(ask.recipients) == 1 and agreement.recipient.values == ask.recipients:
        return ALLOWED
    return _breach(agreement, agreement.recipient)


def sole_purpose(agreement: Agreement, ask: Ask) -> Verdict:
    """Whether the agreement is for exactly one purpose, which covers the one asked for."""
    if len(agreement.purposes.values) == 1 and agreement.purposes.verify(ask) == ALLOWED:
        return ALLOWED
    return _breach(agreement, agreement.purposes)


def _breach(agreement: Agreement, term: Term) -> Denied:
    names = {"agreement": agreement.key, "dataset": agreement.dataset, "holder": agreement.holder}
    return denied("agreement.term", term.name, **names, term=term)


def owed(agreement: Agreement, clause: str, _: Ask) -> Verdict:
    """Whether the agreement has a clause that the bilateral tier cannot do without."""
    if clause in agreement.terms:
        return ALLOWED
    return denied("bilateral.owed", clause, agreement=agreement.key, holder=agreement.holder)


def began_within(agreement: Agreement, ask: Ask) -> Verdict:
    """Whether the records were made while the agreement was valid: it opens no archive of earlier years."""
    if ask.begun_at is not None and agreement.validity.from_ <= ask.begun_at:
        return ALLOWED
    from_ = agreement.validity.from_.isoformat()
    return denied("bilateral.too_early", "validity", agreement=agreement.key, holder=agreement.holder, begins=from_)


def kept_by_nobody(agreement: Agreement) -> tuple[Term, ...]:
    """Clauses that protect statistics and mean nothing for single records: whoever wrote them meant something else."""
    means_something = {Delay.name, Named.name}
    return tuple(
        term
        for name, term in agreement.terms.items()
        if term.enforcement is Enforcement.FLOOR and name not in means_something
    )
