"""Guards of a request that need the world: who may ask, who may decide, and whether what is asked exists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from governance.acts import act_refused
from governance.audiences import Tier
from governance.parties import SUSPENDED_FROM, Kind, Member, Sanction
from governance.requests.access_request import AccessRequest
from governance.requests.asked import Asked
from governance.terms.scope import Fields, SpatialResolution, TemporalResolution, Territory
from governance.world import World

#: A request for records says which, how fine and of when; their agreement owes it too.
OWED = (Fields.name, SpatialResolution.name, TemporalResolution.name)


def check_actor(by: str, world: World) -> Member:
    """The active member that acts.

    Raises:
        ActRefused: it is unknown or not active.
    """
    member = world.members.get(by)
    if member is None:
        raise act_refused("actor.unknown", "member", actor=by)
    if not member.active:
        raise act_refused("actor.inactive", "status", actor=by)
    return member


def check_may_ask(by: str, world: World) -> None:
    """Whoever may not receive anything negotiated has nothing to ask for.

    Raises:
        ActRefused: an inactive member, or a sanction of level 4 or more.
    """
    _check_level(check_actor(by, world), Sanction(SUSPENDED_FROM))


def check_may_approve(by: str, world: World) -> None:
    """A member that is suspended as a whole grants nothing; refusing and revoking stay open to it.

    Raises:
        ActRefused: an inactive member, or a sanction of level 5 or more.
    """
    _check_level(check_actor(by, world), Sanction.ALL_BUT_OPEN_SUSPENDED)


def _check_level(member: Member, level: Sanction) -> None:
    if member.sanction >= level:
        raise act_refused("sanction.forbids", "sanction", level=int(member.sanction))


def check_stranger(request: AccessRequest, by: str, world: World) -> None:
    """Nobody decides on its own request, nor on one of its own holding (as the holdings are now).

    Raises:
        ActRefused: the two are of one holding.
    """
    applicant = world.members.get(request.applicant)
    if applicant is not None and check_actor(by, world).holding == applicant.holding:
        raise act_refused("request.own_holding", "holding", actor=by, applicant=request.applicant)


def check_may_return(request: AccessRequest, by: str, world: World) -> None:
    """A holder that is asked, or the secretariat, may send a request back.

    Raises:
        ActRefused: anybody else, or one of the applicant's own holding.
    """
    member = check_actor(by, world)
    if by not in request.parts and member.kind is not Kind.SECRETARIAT:
        raise act_refused("request.not_holder", "holder", actor=by)
    check_stranger(request, by, world)


def check_asked(asked: Asked, applicant: str, world: World, *, at: dt.datetime) -> Mapping[str, list[str]]:
    """The datasets asked for, by holder.

    Raises:
        ActRefused: the purpose, a dataset or the territory is unknown, the period is past, a holder is the applicant's
            own holding or not active, or a request for records leaves out a term that it owes.
    """
    if asked.purpose not in world.purposes:
        raise act_refused("purpose.unknown", "purpose", purpose=asked.purpose)
    if asked.validity.to <= at:
        raise act_refused("request.period", "validity", to=asked.validity.to.isoformat())
    for name in OWED if asked.tier is Tier.BILATERAL else ():
        if name not in asked.terms:
            raise act_refused("request.term_owed", name)
    parts: dict[str, list[str]] = {}
    for dataset in sorted(asked.datasets):
        parts.setdefault(_holder(dataset, applicant, world), []).append(dataset)
    _check_territory(asked, world)
    return parts


def _holder(dataset: str, applicant: str, world: World) -> str:
    if dataset not in world.datasets:
        raise act_refused("dataset.unknown", "datasets", subject=dataset)
    holder = world.datasets[dataset].holder
    if not world.members[holder].active:
        raise act_refused("dataset.holder_inactive", "status", holder=holder, subject=dataset)
    if world.members[holder].holding == world.members[applicant].holding:
        raise act_refused("request.own_holding", "holding", actor=holder, applicant=applicant)
    return holder


def _check_territory(asked: Asked, world: World) -> None:
    term = asked.terms.get(Territory.name)
    known = frozenset().union(*(world.datasets[dataset].territory for dataset in asked.datasets))
    outside = term.values - known if isinstance(term, Territory) else frozenset()
    if outside:
        raise act_refused("request.territory", Territory.name, territory=", ".join(sorted(outside)))
