"""Laws of decisions over the worlds of `tests.governance.worlds`: what holds whatever was agreed, and whoever asks."""

import datetime as dt
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.agreement import Agreement, State, permissiveness
from governance.audiences import Audience, Tier
from governance.canonical import canonical
from governance.decide import REMEMBERED, decide, decide_without_memory
from governance.decision import Decision, Deny, Permit, Refusal, Step
from governance.grain import SLICES, STEPS, ZONE_RANK, Grain, TimeGrain
from governance.parties import Sanction, Status
from governance.purposes import Purpose, PurposeGraph
from governance.recall import STRETCHES
from governance.request import Action, Request
from governance.ruleset import Floors
from governance.terms.scope import ForPurpose, Validity
from governance.terms.vocabulary import strictest
from governance.world import Prohibition, World
from tests.governance.worlds import (
    END,
    INSTANTS,
    NAME,
    OPERATORS,
    RECORDS,
    a_request,
    a_world,
    build_cube,
    prepare_extract,
    read_cube,
    read_extract,
    terms,
)

Case: TypeAlias = tuple[World, Request]

TICK = dt.timedelta(microseconds=1)
#: How many generated worlds each law is tried on. Those about permits are tried on worlds that end in one.
WORLDS = {
    "order": 300,
    "stricter": 120,
    "each obligation": 80,
    "edges": 300,
    "purposes": 250,
    "never mixed": 300,
    "all holders": 300,
    "explained": 800,
    "extracts": 120,
    "memory": 120,
}


def seeded(seed: int) -> Case:
    world = a_world(seed)
    return world, a_request(seed, world)


def about_records(seed: int) -> Case:
    world, pick = a_world(seed), random.Random(-seed)
    return world, pick.choice([prepare_extract, read_extract])(pick, world)


def about_cubes(seed: int) -> Case:
    world, pick = a_world(seed), random.Random(-seed)
    return world, pick.choice([build_cube, read_cube])(pick, world)


def permitted(seed: int, make: Callable[[int], Case] = seeded) -> tuple[World, Request, Permit]:
    """The next world and request from a seed on that end in a permit resting on agreements."""
    for one in itertools.count(seed):
        world, request = make(one)
        decision = decide(request, world)
        if isinstance(decision, Permit) and decision.grants:
            return world, request, decision
    raise AssertionError


# Worlds are told by their seed: a world that breaks a law is too long to be read.
seeds = st.integers(1, 2**40)


def law(name: str) -> settings:
    return settings(derandomize=True, deadline=None, max_examples=WORLDS[name])


def is_permit(decision: Decision) -> bool:
    return isinstance(decision, Permit)


def named(world: World, permit: Permit) -> list[Agreement]:
    by_key = {agreement.key: agreement for agreement in world.agreements}
    return [by_key[key] for key in permit.grants.values()]


def only_granting(world: World, permit: Permit) -> World:
    """The world with the agreements that carried a permit, and no others."""
    return replace(world, agreements=tuple(named(world, permit)))


@law("order")
@given(seed=seeds)
def test_the_order_of_anything_changes_nothing(seed: int) -> None:
    world, request = seeded(seed)
    pick = random.Random(seed)

    def shuffled(values: Any) -> Any:
        return dict(pick.sample(list(values.items()), len(values)))

    mixed = replace(
        world,
        agreements=tuple(pick.sample(world.agreements, len(world.agreements))),
        members=shuffled(world.members),
        datasets=shuffled(world.datasets),
        holdings=shuffled(world.holdings),
        colleges=shuffled(world.colleges),
        ruleset=replace(world.ruleset, floors=shuffled(world.ruleset.floors)),
        purposes=PurposeGraph(shuffled(world.purposes.purposes)),
    )
    assert canonical(decide(request, world).plain()) == canonical(decide(request, mixed).plain())


# Stricter.

TIGHTER: list[dict[str, Any]] = [
    {"min_trips": 15},
    {"p_percent": 12},
    {"delay": "P7D"},
    {"fields": ["trips"]},
    {"fields": ["vehicle"]},
    {"territory": ["basin"]},
    {"spatial_resolution": "h3_7"},
    {"temporal_resolution": "P1Y"},
    {"retention": "P1Y"},
    {"quota_per_month": 1},
    {"rate_per_minute": 1},
]


def harder(world: World, pick: random.Random) -> Iterator[World]:
    """Worlds that are stricter than this one in a single thing each."""
    index = pick.randrange(len(world.agreements))
    victim, others = world.agreements[index], world.agreements[:index] + world.agreements[index + 1 :]
    yield replace(world, agreements=others)
    for raw in TIGHTER:
        yield replace(world, agreements=(*others, replace(victim, terms=strictest([victim.terms, terms(**raw)]))))
    unnamed = {name: term for name, term in victim.terms.items() if name != "named"}
    yield replace(world, agreements=(*others, replace(victim, terms=unnamed)))
    yield replace(world, agreements=(*others, replace(victim, state=State.SUSPENDED)))
    yield replace(world, agreements=(*others, replace(victim, unsigned=("ada",))))
    hour = dt.timedelta(hours=1)
    for validity in (
        Validity(victim.validity.from_, victim.validity.to - hour),
        Validity(victim.validity.from_ + hour, victim.validity.to),
    ):
        yield replace(world, agreements=(*others, replace(victim, validity=validity)))
    fewer = replace(victim, purposes=ForPurpose(victim.purposes.values & {"siting"}))
    yield replace(world, agreements=(*others, fewer if len(victim.purposes.values) == 1 else victim))
    yield from harder_parties(world, pick)
    yield from harder_floors(world)


def harder_parties(world: World, pick: random.Random) -> Iterator[World]:
    for subject, recipient in (("flows", "member:city"), ("mds-ada", "everyone"), ("gbfs-ada", "members")):
        validity = Validity(END, END + dt.timedelta(days=9))
        ban = Prohibition("new", subject, frozenset({recipient}), validity, NAME)
        yield replace(world, prohibitions=(*world.prohibitions, ban))
    for name in (pick.choice(sorted(world.members)), "city"):
        member = world.members[name]
        punished = replace(member, sanction=Sanction(min(6, member.sanction + 1)))
        yield replace(world, members={**world.members, name: punished})
        yield replace(world, members={**world.members, name: replace(member, sanction=Sanction.EXCLUDED)})
        yield replace(world, members={**world.members, name: replace(member, status=Status.LEFT)})


def harder_floors(world: World) -> Iterator[World]:
    ruleset, floors = world.ruleset, world.ruleset.floors
    for audience, one in floors.items():
        raw = {"delay": "P3D"} if audience is Audience.BILATERAL else {"min_trips": 12, "delay": "P3D"}
        tightened = Floors(strictest([one.terms, terms(**raw)]), one.finest, one.prior_percent)
        coarser = Floors(one.terms, one.finest[1:], one.prior_percent)
        for changed in (tightened, coarser):
            yield replace(world, ruleset=replace(ruleset, floors={**floors, audience: changed}))
        rest = {other: kept for other, kept in floors.items() if other is not audience}
        yield replace(world, ruleset=replace(ruleset, floors=rest))
    ladder = replace(
        ruleset.ladder,
        throttle_divisor=ruleset.ladder.throttle_divisor * 2,
        throttle_delay_hours=ruleset.ladder.throttle_delay_hours + 24,
    )
    yield replace(world, ruleset=replace(ruleset, ladder=ladder))


def bases(permit: Permit, world: World) -> dict[str, tuple[float, ...]]:
    """For each dataset, how permissive its chosen agreement is under the floors (lower is more permissive)."""
    floors = world.ruleset.floors.get(permit.obligations.audience)
    found = {}
    for agreement in named(world, permit):
        waives = permit.obligations.audience.value in agreement.waives
        own = {name: term for name, term in agreement.terms.items() if name != "named" or waives}
        found[agreement.dataset] = permissiveness(strictest([floors.terms if floors else {}, own]))
    return found


@law("stricter")
@given(seed=seeds)
def test_stricter_never_turns_deny_into_permit_nor_grants_more_permissively(seed: int) -> None:
    world, request = seeded(seed)
    before = decide(request, world)
    for stricter in harder(world, random.Random(seed)):
        after = decide(request, stricter)
        if isinstance(after, Permit):
            assert isinstance(before, Permit)
            was, now = bases(before, world), bases(after, stricter)
            assert all(now[dataset] >= was[dataset] for dataset in was)


@law("each obligation")
@given(seed=seeds)
def test_with_one_agreement_each_every_single_obligation_only_grows(seed: int) -> None:
    world, request, before = permitted(seed)
    alone = only_granting(world, before)
    assert decide(request, alone) == before
    for stricter in harder(alone, random.Random(seed)):
        after = decide(request, stricter)
        if isinstance(after, Permit):
            assert after.obligations.named <= before.obligations.named
            for name, term in before.obligations.terms.items():
                assert after.obligations.terms[name].at_least_as_strict(term)


# Edges.


def within(world: World, permit: Permit) -> tuple[dt.datetime, dt.datetime]:
    """The instants [from, to) between which these agreements can carry a request: all valid, every delay run out."""
    chosen = named(world, permit)
    delay = permit.obligations.terms.get("delay")
    ready = END + dt.timedelta(seconds=delay.severity()) if delay and permit.obligations.subject != "gbfs-ada" else None
    begins = max([*(one.validity.from_ for one in chosen), *([ready] if ready else [])])
    return begins, min(one.validity.to for one in chosen)


@law("edges")
@given(seed=seeds)
def test_a_permit_begins_and_ends_to_the_microsecond(seed: int) -> None:
    world, request, decision = permitted(seed)
    alone = replace(only_granting(world, decision), prohibitions=())
    begins, ends = within(world, decision)
    assert begins <= request.at < ends
    answers = [
        is_permit(decide(replace(request, at=at), alone))
        for at in (begins - TICK, begins, ends - TICK, ends, ends + TICK)
    ]
    assert answers == [False, True, True, False, False]
    _prohibited_within(alone, request, Validity(begins + TICK, ends - TICK))


def _prohibited_within(world: World, request: Request, validity: Validity) -> None:
    """A prohibition in the midst of it shuts [from, to), and nothing but that."""
    ban = Prohibition("b", request.subject, frozenset({"everyone"}), validity, NAME)
    banned = replace(world, prohibitions=(ban,))
    edges = (validity.from_ - TICK, validity.from_, validity.to - TICK, validity.to)
    answers = [is_permit(decide(replace(request, at=at), banned)) for at in edges]
    assert answers == [True, False, False, True]


# Purposes.


@law("purposes")
@given(seed=seeds)
def test_a_purpose_is_covered_by_what_it_is_a_part_of_and_by_nothing_else(seed: int) -> None:
    """On a generated graph, with brute force: there is a way up from the purpose asked for to the one granted."""
    world, request, decision = permitted(seed)
    pick, names = random.Random(seed), list("abcdef")
    above = {
        name: frozenset(pick.sample(names[:place], pick.randint(0, min(place, 2)))) for place, name in enumerate(names)
    }
    granted = pick.choice(names)
    graph = PurposeGraph({name: Purpose(name, NAME, broader) for name, broader in above.items()})
    alone = only_granting(world, decision)
    asked = tuple(replace(one, purposes=ForPurpose(frozenset({granted}))) for one in alone.agreements)
    elsewhere = replace(alone, purposes=graph, agreements=asked)

    def leads_up(name: str) -> bool:
        return name == granted or any(leads_up(parent) for parent in above[name])

    for name in names:
        assert is_permit(decide(replace(request, purpose=name), elsewhere)) == leads_up(name)
    unknown = decide(replace(request, purpose="unknown"), elsewhere)
    assert isinstance(unknown, Deny)
    assert unknown.reasons[0].denied.code == "purpose.unknown"


# One agreement for each dataset, whole.


def values(agreement: Agreement, name: str) -> Any:
    """A clause as the file spells it; None where the agreement is silent."""
    term = agreement.terms.get(name)
    return term.plain() if term else None


TIER_OF = {
    "open": Tier.OPEN,
    "identified": Tier.IDENTIFIED,
    "members": Tier.MEMBERS,
    "authority": Tier.MEMBERS,
    "bilateral": Tier.BILATERAL,
}
#: For each purpose of the generated worlds, those whose grant covers it; spelled out.
COVERED = {
    "planning": {"planning"},
    "siting": {"siting", "planning"},
    "shelters": {"shelters", "siting", "planning", "upkeep"},
    "research": {"research"},
}


def grain_fits(asked: Grain, zones: str | None, time: str | None) -> bool:
    """Compared part by part on the spelled values."""
    if zones is not None and ZONE_RANK[asked.zone_system] > ZONE_RANK[zones]:
        return False
    if time is None:
        return True
    step, _, rest = time.partition("/")
    finest_slice = next((name for name in SLICES[1:] if name in rest), "day")
    return (
        STEPS.index(asked.time.step) <= STEPS.index(step)
        and SLICES.index(asked.time.slice) <= SLICES.index(finest_slice)
        and (not asked.time.day_type or step == "P1D" or "daytype" in rest)
    )


def explains(one: Agreement, request: Request, world: World) -> bool:
    """Whether one agreement's own clauses cover a request, compared as plain values and with nothing of any other."""
    cube = world.cubes.get(request.subject)
    asked, grain = (cube.fields, cube.grain) if cube else (request.fields, request.grain)
    member = world.members.get(request.actor or "")
    names = {"everyone"} | ({"members", f"college:{member.college}", f"member:{member.id}"} if member else set())
    reads = request.action is Action.READ or request.audience is Audience.OPEN
    fields, territory = values(one, "fields"), values(one, "territory")
    delay_s = max(one.terms["delay"].severity() if "delay" in one.terms else 0, 0)
    return (
        one.tier is TIER_OF[request.audience.value]
        and (not reads or bool(one.recipient.values & (names if request.action is Action.READ else {"everyone"})))
        and request.audience.value in one.audiences.values
        and bool(one.purposes.values & COVERED[request.purpose])
        and one.state in {State.VERIFIED, State.ACTIVE, State.WITHDRAWING}
        and one.validity.from_ <= request.at < one.validity.to
        and (fields is None or (asked is not None and asked <= set(fields)))
        and (territory is None or set(territory) >= {"basin"})
        and (grain is None or grain_fits(grain, values(one, "spatial_resolution"), values(one, "temporal_resolution")))
        and (request.period is None or request.at >= END + dt.timedelta(seconds=delay_s))
        and (request.used is None or request.used.this_month < (values(one, "quota_per_month") or 10**9))
        and (request.used is None or request.used.last_minute < (values(one, "rate_per_minute") or 10**9))
    )


@law("never mixed")
@given(seed=seeds)
def test_a_permit_rests_on_one_whole_agreement_for_each_dataset(seed: int) -> None:
    world, request, decision = permitted(seed)
    chosen = named(world, decision)
    assert list(decision.grants) == [one.dataset for one in chosen]
    for one in chosen:
        assert explains(one, request, world)
        others = tuple(other for other in world.agreements if other.dataset != one.dataset or other == one)
        assert decide(request, replace(world, agreements=others)) == decision
    floors = world.ruleset.floors.get(request.audience)
    merged = strictest([floors.terms if floors and request.period else {}, *(one.terms for one in chosen)])
    slowed = request.actor is not None and world.members[request.actor].sanction >= Sanction.THROTTLE
    changed = {"named"} | ({"delay", "rate_per_minute"} if slowed and request.action is Action.READ else set())
    assert {name: term for name, term in decision.obligations.terms.items() if name not in changed} == {
        name: term for name, term in merged.items() if name not in changed
    }


@law("all holders")
@given(seed=seeds)
def test_without_any_one_holder_a_cube_is_refused(seed: int) -> None:
    world, request, decision = permitted(seed, about_cubes)
    assert set(decision.grants) == {f"mds-{name}" for name in OPERATORS}
    for name in OPERATORS:
        without = tuple(one for one in world.agreements if one.holder != name)
        refused = decide(request, replace(world, agreements=without))
        assert isinstance(refused, Deny)
        assert [reason.dataset for reason in refused.reasons] == [f"mds-{name}"]
        assert refused.reasons[0].denied.code == "agreement.none"


# Explanations.

#: What a denial may name that is no clause of an agreement: the tests of the steps before and after those.
TESTED = {
    *(
        "member",
        "purpose",
        "action",
        "recipient",
        "sanction",
        "prohibition",
        "subject",
        "sensitivity",
        "tier",
        "finest",
    ),
    *(
        "parameters",
        "audience",
        "period",
        "edition",
        "holders",
        "status",
        "public_parts",
        "applied",
        "known",
        "extract",
    ),
    *("table", "fields", "grain", "agreement", "holdings", "dataset", "state", "validity", "named"),
}


@law("explained")
@given(seed=seeds)
def test_every_answer_says_why(seed: int) -> None:
    world, request = seeded(seed)
    decision = decide(request, world)
    if isinstance(decision, Deny):
        assert decision.reasons
        for reason in decision.reasons:
            _names_its_clause(reason, world)
        return
    assert isinstance(decision, Permit)
    steps = {passed.step for passed in decision.because}
    assert steps >= {Step.BOUNDARY, Step.SANCTION, Step.REGISTERED, Step.HOLDERS, Step.OBLIGATIONS, Step.PERMIT}
    for one in named(world, decision):
        tested = {passed.clause for passed in decision.because if passed.agreement == one.key}
        promised = {term.name for term in one.clauses() if term.promised}
        assert {"tier", "state"} | {term.name for term in one.clauses()} - promised - {"named"} <= tested
    kept = {name for name, term in decision.obligations.terms.items() if not term.promised and name != "named"}
    assert not decision.grants or kept <= {passed.clause for passed in decision.because}


def _names_its_clause(reason: Refusal, world: World) -> None:
    said = reason.denied
    texts = (said.reason.fr, said.reason.en, said.next_step.fr, said.next_step.en)
    assert all(text and "{" not in text for text in texts)
    if not reason.agreement:
        assert said.clause in TESTED
        return
    one = next(agreement for agreement in world.agreements if agreement.key == reason.agreement)
    assert one.dataset == reason.dataset
    floors = {name for voted in world.ruleset.floors.values() for name in voted.terms}
    clauses = {term.name for term in one.clauses()} | floors | {"delay"}
    assert said.clause in clauses | {"tier", "state", "agreement", "named"} or said.code == "bilateral.owed"


# Extracts.


@law("extracts")
@given(seed=seeds)
def test_an_extract_never_goes_further_than_one_bilateral_agreement(seed: int) -> None:
    world, request, decision = permitted(seed, about_records)
    (one,) = named(world, decision)
    built = decision.obligations.extract
    assert built is not None
    assert request.fields is not None
    assert request.grain is not None
    assert one.recipient.values == {f"member:{built.recipient}"}
    assert (built.recipient, built.fields, built.grain) == (request.recipient, request.fields, request.grain)
    assert request.actor == (built.recipient if request.action is Action.READ else "desk")
    assert built.fields <= set(values(one, "fields"))
    assert grain_fits(built.grain, values(one, "spatial_resolution"), values(one, "temporal_resolution"))
    assert world.ruleset.floors[Audience.BILATERAL].allows(built.grain)
    assert len(one.purposes.values) == 1
    assert one.id == built.agreement
    alone = only_granting(world, decision)  # or another agreement might well grant it
    assert is_permit(decide(request, alone))
    for worse in _further(request, values(one, "fields")):
        assert isinstance(decide(worse, alone), Deny)


def _further(request: Request, granted: list[str]) -> Iterator[Request]:
    """The request with one thing in it that was not granted, and everything that it states made to agree with it."""
    assert request.fields is not None
    assert request.grain is not None
    for name in sorted({"city", "app", "ada", "bea", "cyd", "desk"} - {request.recipient or ""}):
        yield restated(request, recipient=name)
        yield restated(request, recipient=name, actor=name)
        yield replace(request, actor=name) if request.action is Action.READ else restated(request, recipient=name)
    for field in sorted({*RECORDS, "route"} - set(granted)):
        yield restated(request, fields=request.fields | {field})
    yield restated(request, grain=Grain("h3_9", TimeGrain("P1D", True, "hour")))  # finer than the floors of any world
    yield replace(request, recipient=None)
    yield replace(request, fields=None)
    yield replace(request, grain=None)
    yield replace(request, table="")


def restated(request: Request, **changes: Any) -> Request:
    """The request changed, and with it the stored extract that it reads: only agreements can tell it is too much."""
    changed = replace(request, **changes)
    if request.applied is None or request.applied.extract is None:
        return changed
    of_extract = {name: value for name, value in changes.items() if name != "actor"}
    return replace(changed, applied=replace(request.applied, extract=replace(request.applied.extract, **of_extract)))


# Memory.


@law("memory")
@given(seed=seeds, asked=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(INSTANTS)), min_size=5, max_size=14))
def test_what_was_asked_before_changes_no_answer(seed: int, asked: list[tuple[int, dt.datetime]]) -> None:
    """Four kinds of request again and again, the clock moving back and forth and the counters with it."""
    world = a_world(seed)
    kinds = [a_request(seed + number, world) for number in range(4)]
    for number, (kind, at) in enumerate(asked):
        other = a_request(seed + number, world)
        request = replace(kinds[kind], at=at, used=other.used)
        assert decide(request, world).plain() == decide_without_memory(request, world).plain()


def test_memory_is_bounded_and_begins_anew() -> None:
    world = a_world(1)
    request = a_request(1, world)
    for number in range(REMEMBERED + 10):
        decide(replace(request, subject=f"unknown-{number}"), world)
    assert len(world.memo) <= REMEMBERED
    for number in range(STRETCHES + 10):
        decide(replace(request, at=END + number * TICK), world)
    assert all(len(recall.decisions) <= STRETCHES for recall in world.memo.values())


def test_the_generated_worlds_are_worth_it() -> None:
    """Laws over worlds that are all refused prove nothing: of two thousand, a tenth of each kind is permitted."""
    outcomes: Counter[tuple[str, bool]] = Counter()
    codes: set[str] = set()
    for seed in range(1, 2001):
        world, request = seeded(seed)
        decision = decide(request, world)
        kind = f"{request.action} of {'cube' if request.subject == 'flows' else 'dataset'} for {request.audience}"
        outcomes[kind, is_permit(decision)] += 1
        codes |= {reason.denied.code for reason in decision.reasons} if isinstance(decision, Deny) else set()
    permits = sum(count for (_, permitted), count in outcomes.items() if permitted)
    assert 0.15 * 2000 < permits < 0.6 * 2000
    kinds = {kind for kind, _ in outcomes if "publish" not in kind}
    assert len(kinds) == 9
    assert [kind for kind in kinds if outcomes[kind, True] < 0.1 * (outcomes[kind, True] + outcomes[kind, False])] == []
    assert codes >= {"agreement.tier", "agreement.term", "agreement.state", "agreement.validity", "release.unmet"}
    assert codes >= {"actor.unknown", "actor.inactive", "sanction.forbids", "prohibition.in_force", "release.too_soon"}
    assert codes >= {"term.spent", "bilateral.owed", "bilateral.unkept", "bilateral.too_early", "bilateral.no_floors"}
