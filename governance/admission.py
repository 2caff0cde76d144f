"""Steps 1 to 4 of a decision: who asks, whether a sanction forbids it, whether the question is a registered one.

Each test is a small function that answers with a denial or with nothing; their order is the order of the list.
None of them looks at the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from governance import bilateral
from governance.audiences import JOINT, Audience
from governance.cubes import Edition
from governance.datasets import Sensitivity
from governance.decision import Step
from governance.parties import SUSPENDED_FROM, Kind, Sanction
from governance.request import Action, Request
from governance.verdicts import Denied, denied
from governance.world import World

Test: TypeAlias = Callable[[Request, World], Denied | None]

#: Audiences that somebody is in because it was agreed with: not by reading, nor by giving its name, nor as the holder.
NEGOTIATED = frozenset({Audience.MEMBERS, Audience.AUTHORITY, Audience.BILATERAL})
#: Audiences to which a dataset goes as it came, if it is classified as open.
AS_IT_CAME = frozenset({Audience.OPEN, Audience.IDENTIFIED})


def datasets_of(request: Request, world: World) -> tuple[str, ...]:
    """The datasets that a request touches; none when its subject is unknown or its period in no edition."""
    if request.subject in world.datasets:
        return (request.subject,)
    edition = edition_of(request, world)
    return edition.datasets if edition else ()


def edition_of(request: Request, world: World) -> Edition | None:
    """The edition of the cube asked for, if it is a cube and the period lies in one edition."""
    cube = world.cubes.get(request.subject)
    return cube.edition(request.period) if cube and request.period else None


def known_actor(request: Request, world: World) -> Denied | None:
    """The public may read what is open; everybody else must be an active member."""
    if request.actor is None:
        public = request.action is Action.READ and request.audience is Audience.OPEN
        return None if public else denied("actor.anonymous", "member")
    member = world.members.get(request.actor)
    if member is None:
        return denied("actor.unknown", "member", actor=request.actor)
    return None if member.active else denied("actor.inactive", "status", actor=request.actor)


def known_purpose(request: Request, world: World) -> Denied | None:
    """The purpose is one of the register."""
    if request.purpose in world.purposes:
        return None
    return denied("purpose.unknown", "purpose", purpose=request.purpose)


def allowed_actor(request: Request, world: World) -> Denied | None:
    """Only the secretariat builds releases and extracts; it or the holder publishes a dataset."""
    if request.action is Action.READ or request.actor is None:
        return None
    dataset = world.datasets.get(request.subject)
    own = request.action is Action.PUBLISH_OPEN and dataset is not None and dataset.holder == request.actor
    if own or world.members[request.actor].kind is Kind.SECRETARIAT:
        return None
    return denied("actor.may_not", "action", actor=request.actor, action=request.action.value)


def no_sanction(request: Request, world: World) -> Denied | None:
    """The open tier is never a sanction's target; what was negotiated is from level 4 on, all the rest from level 5."""
    if request.actor is None or request.audience is Audience.OPEN:
        return None
    level = world.members[request.actor].sanction
    least = SUSPENDED_FROM if request.audience in NEGOTIATED else Sanction.ALL_BUT_OPEN_SUSPENDED
    return denied("sanction.forbids", "sanction", level=int(level)) if level >= least else None


def registered(request: Request, world: World) -> Denied | None:
    """The subject is a dataset or a registered cube, and the action fits it."""
    if request.subject in world.cubes:
        fits = request.action in {Action.RELEASE, Action.READ}
        return None if fits else denied("dataset.unknown", "dataset", subject=request.subject)
    if request.subject not in world.datasets or request.action is Action.RELEASE:
        code = "cube.unknown" if request.action is Action.RELEASE else "dataset.unknown"
        return denied(code, "subject", subject=request.subject)
    return None


def leaves_as_itself(request: Request, world: World) -> Denied | None:
    """As itself a dataset leaves when it was classified as open, to everybody or to whoever gave a name; its records
    leave as an extract, to one member; and its own holder reads it.
    """
    dataset = world.datasets.get(request.subject)
    if dataset is None or bilateral.is_extract(request):
        return None
    if request.audience is Audience.HOLDER and request.action is Action.READ:
        own = request.actor == dataset.holder
        return None if own else denied("dataset.sealed", "tier", subject=dataset.id)
    if request.audience not in AS_IT_CAME or request.action is Action.EXTRACT:
        return denied("dataset.sealed", "tier", subject=dataset.id)
    if dataset.sensitivity is not Sensitivity.OPEN:
        return denied("dataset.sensitive", "sensitivity", subject=dataset.id)
    return None


def own_parameters(request: Request, world: World) -> Denied | None:
    """Nothing is asked of a cube but what it has registered, and of a dataset nothing at all."""
    cube = world.cubes.get(request.subject)
    registered_values = cube.parameters() if cube else {}
    for parameter, value in sorted(request.parameters):
        if registered_values.get(parameter) != value:
            return denied("cube.parameters", "parameters", parameter=parameter, value=value)
    return None


def cube_audience(request: Request, world: World) -> Denied | None:
    """The cube is registered for the audience, the audience has floors, and the grain keeps to them."""
    cube = world.cubes.get(request.subject)
    if cube is None:
        return None
    floors = world.floors_for(request.audience, request.period)
    if request.audience not in cube.audiences & JOINT or floors is None:
        return denied("cube.audience", "audience", audience=request.audience.value)
    if not floors.allows(cube.grain):
        return denied("cube.too_fine", "finest", grain=cube.grain, audience=request.audience.value)
    return None


def whole_period(request: Request, world: World) -> Denied | None:
    """The period follows the cube's calendar step (no sliding windows) and lies in one edition."""
    cube = world.cubes.get(request.subject)
    if cube is None:
        return None
    step = cube.grain.time.step
    if request.period is None or not request.period.follows(step):
        return denied("cube.period", "period", period=request.period, step=step)
    if cube.edition(request.period) is None:
        return denied("cube.edition", "edition", period=request.period)
    return None


def holders_given(request: Request, world: World) -> Denied | None:
    """The holders are those of the edition; the requester never chooses them."""
    holders = frozenset(world.holding_of(dataset) for dataset in datasets_of(request, world))
    if request.holders is None or request.holders == holders:
        return None
    return denied("cube.holders_chosen", "holders")


def holders_active(request: Request, world: World) -> Denied | None:
    """Whoever holds a part is still a member."""
    for dataset in datasets_of(request, world):
        holder = world.datasets[dataset].holder
        if not world.members[holder].active:
            return denied("dataset.holder_inactive", "status", holder=holder, subject=dataset)
    return None


def one_secret_each(request: Request, world: World) -> Denied | None:
    """A holding's numbers in a cube are public elsewhere, or they are not: a mixture cannot be protected."""
    cube = world.cubes.get(request.subject)
    if cube is None:
        return None
    known: dict[str, bool] = {}
    for dataset in datasets_of(request, world):
        holding = world.holding_of(dataset)
        now = cube.family in world.datasets[dataset].public_parts
        if known.setdefault(holding, now) != now:
            return denied("cube.mixed_public", "public_parts", holding=holding)
    return None


def in_audience(request: Request, world: World) -> Denied | None:
    """The authority's audience is public bodies without data of their own in the cube."""
    if request.action is not Action.READ or request.audience is not Audience.AUTHORITY or request.actor is None:
        return None
    member = world.members[request.actor]
    insider = member.holding in {world.holding_of(dataset) for dataset in datasets_of(request, world)}
    if member.kind is Kind.AUTHORITY and not insider:
        return None
    return denied("actor.not_in_audience", "audience", actor=member.id, audience=request.audience.value)


TESTS: tuple[tuple[Step, str, Test], ...] = (
    (Step.BOUNDARY, "member", known_actor),
    (Step.BOUNDARY, "purpose", known_purpose),
    (Step.BOUNDARY, "action", allowed_actor),
    (Step.BOUNDARY, "recipient", bilateral.one_recipient),
    (Step.SANCTION, "sanction", no_sanction),
    (Step.SANCTION, "recipient", bilateral.unsanctioned_recipient),
    (Step.REGISTERED, "subject", registered),
    (Step.REGISTERED, "sensitivity", leaves_as_itself),
    (Step.REGISTERED, "extract", bilateral.described),
    (Step.REGISTERED, "parameters", own_parameters),
    (Step.REGISTERED, "audience", cube_audience),
    (Step.REGISTERED, "finest", bilateral.within_floors),
    (Step.REGISTERED, "period", whole_period),
    (Step.REGISTERED, "steps", bilateral.whole_steps),
    (Step.HOLDERS, "holders", holders_given),
    (Step.HOLDERS, "status", holders_active),
    (Step.HOLDERS, "public_parts", one_secret_each),
    (Step.HOLDERS, "audience", in_audience),
)
