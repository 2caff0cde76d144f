"""What members see of requests for access: the request, its parts, and what became of them as agreements.

A holder sees the request and its own part; what the other holders decided is between each of them and the applicant:
they may be its competitors.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from governance.agreement import Agreement
from governance.parties import Kind
from governance.requests.access_request import AccessRequest, State
from governance.requests.drafts import agreement_ids, drafts
from governance.requests.parts import Part
from governance.requests.steps import ACCESS_REQUEST
from governance.world import World
from hub.errors import NotFound
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.turn import Seen, all_seen, seen


def listed(front: Front, *, by: str) -> list[Seen]:
    """The requests that a member may see, as it may see them, by id."""
    world = current_world(front)
    found = [(one, as_seen(one.state, by, world)) for one in all_seen(front, ACCESS_REQUEST)]
    return [replace(one, state=state) for one, state in found if state is not None]


def shown(front: Front, request: str, *, by: str) -> Seen:
    """One request as a member may see it.

    Raises:
        NotFound: no such request, or not the member's to see.
    """
    found = seen(front, ACCESS_REQUEST, request)
    state = as_seen(found.state, by, current_world(front))
    if state is None:
        raise NotFound(f"no request is called {request!r}")
    return replace(found, state=state)


def offers(front: Front, request: str, *, by: str) -> tuple[Agreement, ...]:
    """The draft agreements that the granted parts became, as far as the member may see them.

    Raises:
        NotFound: no such request, or not the member's to see.
    """
    state: AccessRequest = shown(front, request, by=by).state
    return tuple(one for holder in sorted(state.parts) for one in drafts(state, state.parts[holder]))


def agreements_of(world: World, request: AccessRequest, part: Part) -> list[Agreement]:
    """The agreements of the commons that came of a part: the entitlement itself."""
    names = set(agreement_ids(request, part))
    return [one for one in world.agreements if one.id in names and one.holder == part.holder]


def as_seen(request: AccessRequest, member: str, world: World) -> AccessRequest | None:
    """What a member sees: the applicant all; of what was submitted the secretariat all, and a holder its own part."""
    party = world.members.get(member)
    if party is None or not party.active:
        return None
    if member == request.applicant:
        return request
    if request.stored is State.DRAFT or request.submitted_at is None:
        return None
    if party.kind is Kind.SECRETARIAT:
        return request
    own = request.parts.get(member)
    return replace(request, parts={member: own}) if own is not None else None


def described(front: Front, found: Seen) -> dict[str, Any]:
    """A request (as somebody may see it) with all that clock and agreements say of it at this instant."""
    request: AccessRequest = found.state
    world, at = current_world(front), front.clock()
    return {
        "id": request.id,
        "revision": found.revision,
        "applicant": request.applicant,
        "state": request.state_at(at).value,
        "asked": dict(request.asked.plain()),
        "drafted_at": request.drafted_at,
        "submitted_at": request.submitted_at,
        "deadline": request.deadline,
        "returned_by": request.returned_by,
        "returned_why": request.returned_why,
        "closed_at": request.ended_at,
        "parts": [_part(world, request, request.parts[holder], at) for holder in sorted(request.parts)],
    }


def _part(world: World, request: AccessRequest, part: Part, at: dt.datetime) -> dict[str, Any]:
    grant, renewal = part.grant, part.renewal if part.awaits_renewal(at) else None
    answers = [*part.decisions, *([part.revoked] if part.revoked else [])]
    return {
        "holder": part.holder,
        "datasets": sorted(part.datasets),
        "state": request.part_at(part.holder, at).value,
        "decided_at": part.decisions[0].at if part.decisions else None,
        "reasons": [one.why for one in answers],
        "granted": dict(grant.plain()) if grant else None,
        "renewal_to": renewal.to if renewal else None,
        "renewal_deadline": renewal.deadline if renewal else None,
        "revoked_at": part.revoked.at if part.revoked else None,
        "agreements": [
            {"agreement": one.key, "dataset": one.dataset, "state": one.state_at(at).value}
            for one in agreements_of(world, request, part)
        ],
    }
