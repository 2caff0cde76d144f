"""Every exit asks here: `governance.decide` answers, and the answer is one record of the audit, denials included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy.orm import Session

from governance.audit import record
from governance.decide import decide
from governance.decision import Decision, Deny, Permit, Refusal
from governance.request import Request
from hub.errors import Refused
from hub.records import audit as audit_records
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.turn import told


@dataclass(frozen=True, slots=True)
class Decided:
    """A permit, and the number of the audit record that says so."""

    permit: Permit
    seq: int


def decided(front: Front, request: Request) -> Decided:
    """Decide, and write it down once.

    Raises:
        Refused: denied; the reasons are in French and English, each with the next step.
    """
    permit = permitted(front, request)
    with front.records.write() as session:
        return Decided(permit, note(session, request, permit))


def decided_counting(front: Front, make_request: Callable[[Session], Request]) -> Decided:
    """Decide what depends on what was decided before: `make_request` counts in the session that notes the decision.

    Writers come one after the other, so of many requests at once each counts those before it.

    Raises:
        Refused: denied.
    """
    world = current_world(front)  # before the turn begins: whoever has it waits for no second connection
    with front.records.write() as session:
        request = make_request(session)
        decision = decide(request, world)
        seq = note(session, request, decision)
    if isinstance(decision, Deny):  # only now, or the denial would be rolled back
        raise refused(decision)
    return Decided(decision, seq)


def permitted(front: Front, request: Request) -> Permit:
    """Decide; a denial is written down at once, a permit is the caller's to `note` with what came of it.

    Raises:
        Refused: denied.
    """
    decision = decide(request, current_world(front))
    if isinstance(decision, Deny):
        refuse(front, request, decision)
    return decision


def refuse(front: Front, request: Request, decision: Deny) -> NoReturn:
    """Write a denial down and raise it.

    Raises:
        Refused: always.
    """
    with front.records.write() as session:
        note(session, request, decision)
    raise refused(decision)


def refused(decision: Deny) -> Refused:
    """A denial as the error that tells it."""
    return Refused(decision.reasons[0].denied.reason.en, [_reason(one) for one in decision.reasons])


def note(session: Session, request: Request, decision: Decision, *, counts: Mapping[str, int] | None = None) -> int:
    """Append one audit record within the caller's writing session; answers with its number."""
    entry = record(request, decision, after=audit_records.last(session), counts=counts)
    audit_records.append(session, entry)
    return entry.number


def _reason(one: Refusal) -> dict[str, str]:
    return {**told(one.denied), "dataset": one.dataset, "agreement": one.agreement}
