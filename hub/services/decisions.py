"""Every exit asks here: `governance.decide` answers, and the answer is one entry of the log, denials included."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from sqlalchemy.orm import Session

from governance import audit
from governance.decide import decide
from governance.decision import Decision, Deny, Permit, Refusal, Step
from governance.request import Request
from governance.verdicts import denied
from governance.world import World
from hub.errors import Refused
from hub.records import log as log_records
from hub.services.commons import current_world, world_at
from hub.services.front import Front
from hub.services.turn import told

#: In whose name the hub itself publishes and prepares.
SECRETARIAT: Final = "secretariat"


@dataclass(frozen=True, slots=True)
class Decided:
    """A permit, and the id of the log's entry that says so: it tells nothing of how much else is logged."""

    permit: Permit
    id: str


def decided(front: Front, request: Request) -> Decided:
    """Decide, and write it down once.

    Raises:
        Refused: denied; the reasons are in French and English, each with the next step.
    """
    return decided_counting(front, lambda _: replace(request, at=front.clock()))


def decided_counting(front: Front, make_request: Callable[[Session], Request]) -> Decided:
    """Decide what depends on what was decided before: `make_request` counts in the session that notes the decision.

    Writers come one after the other, so of many requests at once each counts those before it; and none is permitted by
    a world that an act before it in the log has ended.

    Raises:
        Refused: denied.
    """
    with front.records.write() as session:
        request = make_request(session)
        world = world_at(front, session, request.at)
        decision = decide(request, world)
        noted = note(session, request, decision, world=world)
    if isinstance(decision, Deny):  # only now, or the denial would be rolled back
        raise refused(decision)
    return Decided(decision, noted)


def permitted(front: Front, request: Request) -> Permit:
    """Decide; a denial is written down at once, a permit is the caller's to `note` with what came of it.

    Raises:
        Refused: denied.
    """
    return _permitted(front, request, current_world(front))


def _permitted(front: Front, request: Request, world: World) -> Permit:
    decision = decide(request, world)
    if isinstance(decision, Deny):
        refuse(front, request, decision)
    return decision


def decided_again(front: Front, session: Session, request: Request, permit: Permit) -> tuple[World, Decision]:
    """Decide once more in the turn that keeps what was made under a permit: a suspension that came meanwhile holds.

    Answers with the world of the turn too. Where what is owed has changed, what was made does not satisfy it.
    """
    at = front.clock()
    world = world_at(front, session, at)
    decision = decide(replace(request, at=at), world)
    if isinstance(decision, Permit) and decision.obligations.digest != permit.obligations.digest:
        decision = Deny((Refusal(Step.STORED_RELEASE, denied("release.overtaken", "obligations"), request.subject),))
    return world, decision


def refuse(front: Front, request: Request, decision: Deny) -> NoReturn:
    """Write a denial down and raise it.

    Raises:
        Refused: always.
    """
    world = current_world(front)
    with front.records.write() as session:
        note(session, request, decision, world=world)
    raise refused(decision)


def refused(decision: Deny) -> Refused:
    """A denial as the error that tells it."""
    return Refused(decision.reasons[0].denied.reason.en, [_reason(one) for one in decision.reasons])


def note(
    session: Session, request: Request, decision: Decision, *, world: World, counts: Mapping[str, int] | None = None
) -> str:
    """Append a decision to the log within the caller's writing session; answers with the entry's id.

    `world` says whom the subject concerns: those members find the entry among their own.
    """
    entry = audit.decided(request, decision, world, randomness=secrets.token_bytes, counts=counts)
    return log_records.decision_id(session, log_records.append(session, entry))


def _reason(one: Refusal) -> dict[str, str]:
    return {**told(one.denied), "dataset": one.dataset, "agreement": one.agreement}
