"""Attacks 17 and 18: what one was allowed yesterday, and what one is allowed for something else.

Both are tried on the decision itself, in worlds that differ from today's by one act, so nothing of the commons changes:
an agreement behind a permit expires or is suspended, and the old token, ETag or queued copy is presented once more; a
purpose is put forward that no single agreement grants, so that only clauses of two together would carry it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from governance.agreement import Agreement, State
from governance.bilingual import Sentence
from governance.decide import decide_without_memory
from governance.decision import Decision, Permit
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.knowledge import Knowledge
from governance.request import Request
from governance.world import World

_NEEDS = Sentence("un membre qui lit quelque chose aujourd'hui", "a member that may read something today")
_ENDED = Sentence("lue après la fin de l'accord {agreement}", "read after the agreement {agreement} had ended")
_MIXED = Sentence("{agreement} ne permet pas {what}", "{agreement} does not grant {what}")


def _old_permits(knowledge: Knowledge) -> Learnt:
    if knowledge.world is None or not knowledge.requests:
        return lacking(_NEEDS)
    facts, tried = [], 0
    for request in knowledge.requests:
        allowed = _decided(knowledge, request, knowledge.world)
        for agreement in _behind(allowed, knowledge.world):
            for later, world in _ended(request, agreement, knowledge.world):
                tried += 1
                if isinstance(_decided(knowledge, later, world), Permit):
                    how = _ENDED.filled(agreement=agreement.key)
                    facts.append(Fact(Secret.DOOR, None, 1, 1, how, request.subject))
    fr, en = f"{tried} anciens permis présentés.", f"{tried} old permits were shown again."
    return Learnt(tuple(facts), Sentence(fr, en))


def _decided(knowledge: Knowledge, request: Request, world: World) -> Decision:
    return (knowledge.decide or decide_without_memory)(request, world)


def _behind(decision: Decision, world: World) -> list[Agreement]:
    if not isinstance(decision, Permit):
        return []
    keys = set(decision.grants.values())
    return [agreement for agreement in world.agreements if agreement.key in keys]


def _ended(request: Request, agreement: Agreement, world: World) -> Iterator[tuple[Request, World]]:
    """The same request when all that could carry the dataset is suspended, and when it has expired."""
    of_it = [one for one in world.agreements if one.dataset == agreement.dataset]
    suspended = {one.key: replace(one, state=State.SUSPENDED) for one in of_it}
    yield request, replace(world, agreements=tuple(suspended.get(one.key, one) for one in world.agreements))
    yield replace(request, at=max(one.validity.to for one in of_it)), world


def _laundered(knowledge: Knowledge) -> Learnt:
    if knowledge.world is None or not knowledge.requests:
        return lacking(_NEEDS)
    facts, tried = [], 0
    for request in knowledge.requests:
        for purpose in sorted(knowledge.world.purposes.purposes):
            tried += 1
            asked = replace(request, purpose=purpose)
            decision = _decided(knowledge, asked, knowledge.world)
            facts += [
                Fact(Secret.DOOR, None, 1, 1, _MIXED.filled(agreement=agreement.key, what=what), request.subject)
                for agreement in _behind(decision, knowledge.world)
                for what in _not_granted(agreement, asked, knowledge.world)
            ]
    fr, en = f"{tried} finalités présentées.", f"{tried} purposes were put forward."
    return Learnt(tuple(facts), Sentence(fr, en))


def _not_granted(agreement: Agreement, request: Request, world: World) -> Iterator[str]:
    """What an agreement that is said to carry a request does not grant by itself."""
    if not any(world.purposes.covers(granted, request.purpose) for granted in agreement.purposes.values):
        yield request.purpose
    if request.audience.value not in agreement.audiences.values:
        yield request.audience.value
    if not agreement.in_force(request.at):
        yield request.at.date().isoformat()


ATTACKS = (
    Attack(17, Sentence("Accord fini, ancien permis", "An ended agreement, an old permit"), _NEEDS, _old_permits),
    Attack(
        18, Sentence("Finalité blanchie, accords mêlés", "Purpose laundering, mixed agreements"), _NEEDS, _laundered
    ),
)
