"""Every exit asks here: `governance.decide` answers, and the answer is one record of the audit, denials included."""

from __future__ import annotations

from collections.abc import Mapping
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
    raise Refused(decision.reasons[0].denied.reason.en, [_reason(one) for one in decision.reasons])


def note(session: Session, request: Request, decision: Decision, *, counts: Mapping[str, int] | None = None) -> int:
    """Append one audit record within the caller's writing session; answers with its number."""
    entry = record(request, decision, after=audit_records.last(session), counts=counts)
    audit_records.append(session, entry)
    return entry.number


def _reason(one: Refusal) -> dict[str, str]:
    told = one.denied
    return {
        "code": told.code,
        "clause": told.clause,
        "dataset": one.dataset,
        "agreement": one.agreement,
        "sentence_fr": told.reason.fr,
        "sentence_en": told.reason.en,
        "next_fr": told.next_step.fr,
        "next_en": told.next_step.en,
    }
