"""The one decision point: `decide(request, world) -> Permit | Deny`.

Pure: the instant comes with the request, the same input gives the same bytes. The eight steps:

1. a member unknown or not active is refused (the public may read what is open)
2. a sanction or a prohibition that forbids it
3. only registered cubes, with their own parameters; of single datasets only open ones
4. the holders are those of the cube's edition
5. for each dataset an agreement that grants it; a cube is all or nothing
6. the obligations are the strictest of all holders' terms and of the voted floors
7. a stored release that does not satisfy them is refused
8. a permit, with each test and the clause behind it

Where several agreements of one holder would do, the single most permissive carries the request; the clauses of two are
never mixed. "Would do" includes steps 6 and 7, so a request is refused only if no agreement carries it: removing an
agreement, tightening a term, adding a prohibition or a sanction can never turn a denial into a permit. What a holder's
permit rests on never becomes more permissive by it either, in the total order `governance.agreement.permissiveness`.
"""

from __future__ import annotations

import dataclasses

from governance.ask import Ask
from governance.bilateral import extract_of
from governance.decision import Decision, Deny, Passed, Permit, Refusal, Step
from governance.grants import Grant, Slot, Standing
from governance.obligations import Obligations
from governance.recall import Recall, recall_of
from governance.request import Request
from governance.standing import stand
from governance.terms.vocabulary import strictest
from governance.verdicts import denied
from governance.world import Prohibition, World

#: How many kinds of request are remembered (about 5 KB each); beyond it the memory starts anew: no answer changes.
REMEMBERED = 8192


def decide(request: Request, world: World) -> Decision:
    """Whether a request is permitted, under which obligations, and why."""
    recall = world.memo.get(request.timeless)
    known = recall.decided(request) if recall is not None else None
    return known if known is not None else _decided_anew(request, world, recall)


def _decided_anew(request: Request, world: World, recall: Recall | None) -> Decision:
    standing = stand(request, world)
    decision = _judged(request, world, standing)
    if recall is None:
        if len(world.memo) >= REMEMBERED:
            world.memo.clear()
        recall = world.memo[request.timeless] = recall_of(standing)
    recall.keep(request, decision)
    return decision


def decide_without_memory(request: Request, world: World) -> Decision:
    """The same answer as `decide`, worked out from nothing: what the memory is held against."""
    return _judged(request, world, stand(request, world))


def _judged(request: Request, world: World, standing: Standing) -> Decision:
    if standing.refusal is not None:
        return Deny((standing.refusal,))
    for prohibition in standing.prohibitions:
        if prohibition.validity.from_ <= request.at < prohibition.validity.to:
            return Deny((_prohibited(prohibition),))
    held = [next((one for one in slot.grants if one.holds(request, standing.ask)), None) for slot in standing.slots]
    chosen = [grant for grant in held if grant is not None]
    if len(chosen) < len(held):
        uncarried = [slot for slot, grant in zip(standing.slots, held, strict=True) if grant is None]
        ask = dataclasses.replace(standing.ask, at=request.at, used=request.used)
        return Deny(tuple(_nearest(slot, ask, world) for slot in uncarried))
    return _permit(chosen, standing, request)


def _prohibited(prohibition: Prohibition) -> Refusal:
    reason = denied("prohibition.in_force", "prohibition", prohibition=prohibition.id, why=prohibition.why)
    return Refusal(Step.SANCTION, reason, prohibition.subject)


def _nearest(slot: Slot, ask: Ask, world: World) -> Refusal:
    """The refusal of the agreement that came furthest: what would have to change is least there."""
    firsts = []
    for candidate, timeless in slot.candidates:
        found = [placed for placed in (timeless, candidate.refusal(ask, timed=True)) if placed is not None]
        firsts += [min(found, key=lambda placed: placed[0])] if found else []
    if firsts:
        return max(firsts, key=lambda placed: (placed[1].step, placed[0]))[1]
    holder = world.datasets[slot.dataset].holder
    none = denied("agreement.none", "agreement", dataset=slot.dataset, holder=holder)
    return Refusal(Step.AGREEMENT, none, slot.dataset)


def _permit(chosen: list[Grant], standing: Standing, request: Request) -> Permit:
    """The permit on these agreements; the instant is no part of it."""
    return Permit(
        obligations=standing.empty or _obligations(chosen, standing, request),
        because=_because(chosen, standing),
        grants={
            slot.dataset: grant.candidate.agreement.key for slot, grant in zip(standing.slots, chosen, strict=True)
        },
    )


def _obligations(chosen: list[Grant], standing: Standing, request: Request) -> Obligations:
    waives: dict[str, bool] = {}
    for slot, grant in zip(standing.slots, chosen, strict=True):
        waives[slot.holding] = waives.get(slot.holding, True) and grant.candidate.waives
    return Obligations(
        subject=request.subject,
        audience=request.audience,
        terms=strictest([grant.candidate.terms for grant in chosen]),
        edition=standing.edition,
        holders=frozenset(waives),
        named=frozenset(holding for holding, named in waives.items() if named),
        known=frozenset(slot.holding for slot in standing.slots if slot.known),
        holdings={slot.dataset: slot.holding for slot in standing.slots},
        extract=extract_of(request, chosen[0].candidate.agreement.id),
    )


def _because(chosen: list[Grant], standing: Standing) -> tuple[Passed, ...]:
    tests = list(standing.passed)
    for grant in chosen:
        one = grant.candidate
        place = (one.agreement.dataset, one.agreement.key)
        tests += [Passed(clause.step, clause.name, *place) for clause in one.clauses]
    tests += [Passed(Step.OBLIGATIONS, "strictest"), Passed(Step.PERMIT, "permit")]
    return tuple(sorted(tests, key=lambda test: test.step))
