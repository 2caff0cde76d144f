"""What a request stands on, apart from the instant: steps 1 to 6 worked out once for each kind of request."""

from __future__ import annotations

from collections.abc import Mapping

from governance.admission import TESTS, datasets_of, edition_of
from governance.agreement import Agreement
from governance.ask import Ask
from governance.audiences import Audience
from governance.bilateral import is_extract, other_extract, under
from governance.clauses import Clause, granting
from governance.cubes import Cube
from governance.decision import Passed, Refusal, Step
from governance.grants import Case, Slot, Standing, grant, weigh
from governance.obligations import Obligations
from governance.parties import THROTTLED_FROM
from governance.request import Action, Request
from governance.terms.base import Term
from governance.terms.floors import Prior
from governance.terms.scope import EVERYONE, MEMBERS
from governance.terms.vocabulary import strictest
from governance.verdicts import Denied, denied
from governance.world import Prohibition, World


def stand(request: Request, world: World) -> Standing:
    """Work out everything about a request but the instant."""
    ask = _ask(request, world)
    passed: list[Passed] = []
    for step, clause, test in TESTS:
        refused = test(request, world)
        if refused is not None:
            return Standing(ask, Refusal(step, refused))
        passed.append(Passed(step, clause))
    passed.insert(_place(passed, Step.SANCTION), Passed(Step.SANCTION, "prohibition"))
    prohibitions = _prohibitions(request, world)
    if request.audience is Audience.HOLDER:
        empty = Obligations(request.subject, request.audience, {})
        return Standing(ask, None, prohibitions, passed=tuple(passed), empty=empty)
    unmet = _other_release(request, world)
    if unmet is not None:
        return Standing(ask, Refusal(Step.STORED_RELEASE, unmet))
    floors = _floors(request, world)
    slots = tuple(_slot(dataset, request, world, ask=ask, floors=floors) for dataset in datasets_of(request, world))
    edition = edition_of(request, world)
    return Standing(ask, None, prohibitions, slots, tuple(passed), edition.id if edition else "")


def _place(passed: list[Passed], step: Step) -> int:
    return sum(test.step <= step for test in passed)


def _ask(request: Request, world: World) -> Ask:
    cube = world.cubes.get(request.subject)
    dataset = world.datasets.get(request.subject)
    grain = cube.grain if cube else request.grain
    return Ask(
        purpose=request.purpose,
        purposes=world.purposes,
        at=request.at,
        audience=request.audience,
        recipients=_recipients(request, world),
        territory=cube.territory if cube else dataset.territory if dataset else frozenset(),
        fields=cube.fields if cube else request.fields,
        zone_system=grain.zone_system if grain else None,
        time_grain=grain.time if grain else None,
        begun_at=world.end_of(request.period.from_) if request.period else None,
        ready_from=world.end_of(request.period.to) if request.period else None,
        applied=request.applied.terms if request.applied else None,
        used=request.used,
        rulesets=world.rulesets,
    )


def _recipients(request: Request, world: World) -> frozenset[str] | None:
    """Who reads: the actor; the one member of an extract; everyone, when something is published openly; nobody yet,
    when anything else is built.
    """
    if is_extract(request):
        return frozenset({f"member:{request.recipient}"})
    if request.action is Action.READ:
        return world.names_of(request.actor)
    return frozenset({EVERYONE}) if request.audience is Audience.OPEN else None


def _prohibitions(request: Request, world: World) -> tuple[Prohibition, ...]:
    """Those on the subject or a dataset of it that concern the reader, or the whole audience of what is built."""
    touched = {request.subject, *datasets_of(request, world)}
    names = _concerned(request, world)
    return tuple(one for one in world.prohibitions if one.subject in touched and one.recipients & names)


def _concerned(request: Request, world: World) -> frozenset[str]:
    if request.action is Action.READ:
        return world.names_of(request.actor)
    if is_extract(request):
        return world.names_of(request.recipient)
    return frozenset({EVERYONE} if request.audience is Audience.OPEN else {EVERYONE, MEMBERS})


def _other_release(request: Request, world: World) -> Denied | None:
    """A stored release is read for what it is: this cube, this audience, these holders, known as they are known now.

    After a merger the same names may stand for other datasets, so each dataset's holding is compared too.
    """
    if is_extract(request) and request.action is Action.READ:
        return other_extract(request, world)
    cube = world.cubes.get(request.subject)
    if cube is None or request.action is not Action.READ:
        return None
    applied = request.applied
    if applied is None:
        return denied("release.not_stated", "applied")
    edition = edition_of(request, world)
    now = {
        "subject": request.subject,
        "audience": request.audience,
        "edition": edition.id if edition else "",
        "holders": holders_of(request, world),
        "holdings": {dataset: world.holding_of(dataset) for dataset in datasets_of(request, world)},
        "known": public_of(request, world, cube),
    }
    unmet = [name for name, value in now.items() if getattr(applied, name) != value]
    return denied("release.unmet", unmet[0]) if unmet else None


def holders_of(request: Request, world: World) -> frozenset[str]:
    """The holdings whose data a request touches."""
    return frozenset(world.holding_of(dataset) for dataset in datasets_of(request, world))


def public_of(request: Request, world: World, cube: Cube) -> frozenset[str]:
    """The holdings of a cube whose numbers are public elsewhere."""
    return frozenset(
        world.holding_of(dataset)
        for dataset in datasets_of(request, world)
        if cube.family in world.datasets[dataset].public_parts
    )


def _floors(request: Request, world: World) -> Mapping[str, Term]:
    """The voted floors of the audience and the cube's own, whichever is stricter, with p* where an open feed gives
    rivals a prior. Whole datasets have none.
    """
    cube = world.cubes.get(request.subject)
    floors = world.floors_for(request.audience, request.period)
    if floors is None or (cube is None and not is_extract(request)):
        return {}
    own = cube.floors.get(request.audience, {}) if cube else {}
    terms = strictest([floors.terms, own]) if own else floors.terms
    family = cube.family if cube else ""
    estimated = any(family in world.datasets[one].public_prior for one in datasets_of(request, world))
    if estimated and floors.prior_percent is not None:
        return strictest([terms, {Prior.name: Prior(floors.prior_percent)}])
    return terms


def _slot(dataset: str, request: Request, world: World, *, ask: Ask, floors: Mapping[str, Term]) -> Slot:
    cube = world.cubes.get(request.subject)
    holding = world.holding_of(dataset)
    slowed = world.ruleset.ladder if _throttle(request, world) else None
    case = Case(ask, floors, holding, request.applied, slowed, under(request))
    weighed = [weigh(one, _granting(one, request, world), case) for one in world.by_dataset.get(dataset, ())]
    able = [one for one, refusal in weighed if refusal is None]
    able.sort(key=lambda one: (one.rank, one.agreement.id, one.agreement.version))
    known = cube is not None and cube.family in world.datasets[dataset].public_parts
    return Slot(dataset, holding, known, tuple(weighed), tuple(grant(one, ask) for one in able))


def _granting(agreement: Agreement, request: Request, world: World) -> tuple[Clause, ...]:
    key = agreement.key, request.audience
    found = world.clauses.get(key)
    if found is None:
        found = world.clauses[key] = granting(agreement, request.audience)
    return found


def _throttle(request: Request, world: World) -> bool:
    """Whether the reader is under a sanction of the level that slows it down."""
    return (
        request.action is Action.READ
        and request.actor is not None
        and world.members[request.actor].sanction >= THROTTLED_FROM
    )
