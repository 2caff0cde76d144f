"""Laws of decisions over generated worlds.

Each example is a world of its own: three operators of two or three holdings, up to four agreements for each dataset
with any of the terms that matter, sanctions, prohibitions, and a request at an instant near the boundaries.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.agreement import Agreement, State, permissiveness
from governance.audiences import Audience, Tier
from governance.bilingual import Sentence
from governance.canonical import canonical
from governance.cubes import Cube, Edition
from governance.datasets import Dataset, Sensitivity, Standard
from governance.decide import decide
from governance.decision import Decision, Deny, Permit, Step
from governance.grain import Grain, TimeGrain
from governance.obligations import Obligations
from governance.parties import College, Holding, Kind, Member, Sanction, Status
from governance.periods import Period
from governance.purposes import Purpose, PurposeGraph
from governance.request import Action, Request
from governance.ruleset import Floors, Ruleset
from governance.terms.base import Term
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.terms.vocabulary import parse_term, strictest
from governance.world import Basin, Prohibition, World

NAME = Sentence("nom", "name")
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
END = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
#: Instants at and just beside every boundary there is.
INSTANTS = [END + dt.timedelta(days=days, microseconds=micro) for days in (0, 1, 7, 8, 10, 60) for micro in (-1, 0, 1)]
OPERATORS = ("ada", "bea", "cyd")
FLOORS = {
    "min_trips": 10,
    "min_vehicles": 3,
    "min_users": 5,
    "min_holders": 3,
    "max_share_percent": 85,
    "p_percent": 10,
}


def terms(**raw: Any) -> dict[str, Term]:
    return strictest([{name: parse_term(name, value) for name, value in raw.items()}])


def ruleset() -> Ruleset:
    grain = Grain("h3_8", TimeGrain("P1M", True, "band"))
    members = Floors(terms(**FLOORS, coalition=1, delay="PT24H"), (grain,), 50)
    authority = Floors(terms(**FLOORS, coalition=0, delay="PT0S"), (grain,))
    return Ruleset("r", 1, {Audience.MEMBERS: members, Audience.AUTHORITY: authority})


CUBE = Cube(
    id="flows",
    title=NAME,
    formula=NAME,
    statistic="mds.flows",
    family="trips",
    measure="trips",
    unit="trips",
    dimensions=("zone",),
    grain=Grain("h3_8", TimeGrain("P1M")),
    territory=frozenset({"basin"}),
    fields=frozenset({"trips"}),
    counted={"min_trips": "trips", "min_vehicles": None, "min_users": None},
    audiences=frozenset({Audience.MEMBERS, Audience.AUTHORITY}),
    editions=(Edition("e1", dt.date(2026, 1, 1), ("mds-ada", "mds-bea", "mds-cyd")),),
)
PURPOSES = PurposeGraph(
    {
        "planning": Purpose("planning", NAME),
        "siting": Purpose("siting", NAME, frozenset({"planning"})),
        "research": Purpose("research", NAME),
    }
)
MEMBERS = {
    "city": (Kind.AUTHORITY, "cities"),
    "app": (Kind.REUSER, "users"),
    "desk": (Kind.SECRETARIAT, "cities"),
    **dict.fromkeys(OPERATORS, (Kind.OPERATOR, "operators")),
}

Case: TypeAlias = tuple[World, Request]

#: Values of optional terms that an agreement may have; most worlds keep most of them reachable.
CHOICES: dict[str, list[Any]] = {
    "min_trips": [5, 10, 20],
    "p_percent": [10, 15],
    "delay": ["PT24H", "P7D"],
    "fields": [["trips"], ["trips", "dwell_s"], ["dwell_s"]],
    "territory": [["basin"], ["basin"], ["elsewhere"]],
    "spatial_resolution": ["h3_8", "h3_9", "h3_7"],
    "temporal_resolution": ["P1M", "P1D", "P1Y"],
    "named": [["members"], ["authority"], ["members", "authority"]],
    "retention": ["P1Y", "P2Y"],
    "quota_per_month": [1, 5],
}


def mostly(pick: random.Random, usual: Any, *others: Any) -> Any:
    """The usual value nine times in ten."""
    return usual if pick.random() < 0.9 else pick.choice(others)


def an_agreement(pick: random.Random, operator: str, number: int) -> Agreement:
    start, length = mostly(pick, -60, -20, 0), mostly(pick, 120, 21, 61, 68)
    own = {name: pick.choice(values) for name, values in CHOICES.items() if pick.random() < 0.15}
    return Agreement(
        id=f"{operator}-{number}",
        version=1,
        title=NAME,
        holder=operator,
        dataset=f"mds-{operator}",
        tier=mostly(pick, Tier.MEMBERS, Tier.BILATERAL, Tier.OPEN),
        state=mostly(pick, State.ACTIVE, State.VERIFIED, State.SUSPENDED),
        recipient=Recipient(frozenset(mostly(pick, ["members"], ["college:users"], ["member:city", "member:app"]))),
        validity=Validity(END + dt.timedelta(days=start), END + dt.timedelta(days=start + length)),
        audiences=ForAudience(frozenset(mostly(pick, ["members", "authority"], ["members"], ["authority"]))),
        purposes=ForPurpose(frozenset(mostly(pick, ["planning"], ["siting"], ["planning", "research"]))),
        terms=terms(**own),
    )


def a_member(pick: random.Random, name: str, *, shared: bool) -> Member:
    kind, college = MEMBERS[name]
    holding = "one" if shared and name in {"ada", "bea"} else name
    status = Status.LEFT if pick.random() < 0.03 else Status.ACTIVE
    sanction = pick.choice(list(Sanction)) if pick.random() < 0.1 else Sanction.NOTICE
    return Member(name, NAME, kind, college, holding, status, sanction)


def a_prohibition(pick: random.Random) -> Prohibition:
    recipient = pick.choice(["everyone", "members", "college:users", "member:city"])
    validity = Validity(END, END + dt.timedelta(days=8))
    return Prohibition("ban", pick.choice(["flows", "mds-ada"]), frozenset({recipient}), validity, NAME)


def a_dataset(name: str) -> Dataset:
    return Dataset(f"mds-{name}", NAME, name, Standard.MDS, Sensitivity.OPERATOR, "x", frozenset({"basin"}))


def a_world(seed: int) -> World:
    pick = random.Random(seed)
    shared = pick.random() < 0.5
    return World(
        basin=Basin("b", NAME, "UTC"),
        colleges={name: College(name, NAME, 33) for name in ("cities", "users", "operators")},
        holdings={name: Holding(name, NAME) for name in (*MEMBERS, "one")},
        members={name: a_member(pick, name, shared=shared) for name in MEMBERS},
        datasets={f"mds-{name}": a_dataset(name) for name in OPERATORS},
        purposes=PURPOSES,
        cubes={"flows": CUBE},
        ruleset=RULESET,
        agreements=tuple(
            an_agreement(pick, name, number) for name in OPERATORS for number in range(pick.choice([1, 2, 3, 4]))
        ),
        prohibitions=(a_prohibition(pick),) if pick.random() < 0.1 else (),
    )


def a_request(seed: int, world: World) -> Request:
    """Somebody builds, or reads a release that was built to one of several sets of rules."""
    pick = random.Random(-seed)
    instant, purpose = pick.choice(INSTANTS), mostly(pick, "siting", "planning", "research")
    audience = pick.choice([Audience.MEMBERS, Audience.AUTHORITY])
    if pick.random() < 0.4:
        return Request("desk", Action.RELEASE, "flows", audience, purpose, instant, MARCH)
    stricter = {"min_trips": pick.choice([10, 20, 20]), "p_percent": pick.choice([10, 15, 15])}
    applied = Obligations(
        subject="flows",
        audience=audience,
        terms=terms(**{**FLOORS, **stricter}, coalition=1, delay="PT24H"),
        edition="e1",
        holders=frozenset(world.holding_of(f"mds-{name}") for name in OPERATORS),
        named=mostly(pick, frozenset(), frozenset({"cyd"}), frozenset({"ada", "bea", "cyd", "one"})),
        holdings={f"mds-{name}": world.holding_of(f"mds-{name}") for name in OPERATORS},
    )
    actor = "city" if audience is Audience.AUTHORITY else pick.choice(["city", "app", "ada"])
    return Request(
        mostly(pick, actor, "nobody", "bea"), Action.READ, "flows", audience, purpose, instant, MARCH, applied=applied
    )


RULESET = ruleset()
#: A world and a request in it. Built from a seed: drawing each value by itself would take the time that worlds need.
cases = st.integers(1, 2**40).map(lambda seed: (a_world(seed), a_request(seed, a_world(seed))))


def is_permit(decision: Decision) -> bool:
    return isinstance(decision, Permit)


def bases(permit: Permit, world: World) -> dict[str, tuple[float, ...]]:
    """For each dataset, how permissive its chosen agreement is under the floors (lower is more permissive)."""
    by_key = {agreement.key: agreement for agreement in world.agreements}
    floors = world.ruleset.floors[permit.obligations.audience].terms
    found = {}
    for dataset, key in permit.grants.items():
        agreement = by_key[key]
        waives = permit.obligations.audience.value in agreement.waives
        own = {name: term for name, term in agreement.terms.items() if name != "named" or waives}
        found[dataset] = permissiveness(strictest([floors, own]))
    return found


def harder(world: World, pick: random.Random) -> Iterator[World]:
    """Worlds that are stricter than this one in a single thing each."""
    index = pick.randrange(len(world.agreements))
    victim, others = world.agreements[index], world.agreements[:index] + world.agreements[index + 1 :]
    yield replace(world, agreements=others)
    tightenings: list[dict[str, Any]] = [
        {"min_trips": 15},
        {"p_percent": 12},
        {"delay": "P7D"},
        {"fields": ["trips"]},
        {"spatial_resolution": "h3_7"},
        {"temporal_resolution": "P1Y"},
        {"retention": "P1Y"},
        {"quota_per_month": 1},
    ]
    for raw in tightenings:
        yield replace(world, agreements=(*others, replace(victim, terms=strictest([victim.terms, terms(**raw)]))))
    unnamed = {name: term for name, term in victim.terms.items() if name != "named"}
    yield replace(world, agreements=(*others, replace(victim, terms=unnamed)))
    yield replace(world, agreements=(*others, replace(victim, state=State.SUSPENDED)))
    shorter = replace(victim, validity=Validity(victim.validity.from_, victim.validity.to - dt.timedelta(hours=1)))
    yield replace(world, agreements=(*others, shorter))
    yield replace(
        world, agreements=(*others, replace(victim, purposes=ForPurpose(victim.purposes.values & {"siting"})))
    )
    ban = Prohibition("new", "flows", frozenset({"member:city"}), Validity(END, END + dt.timedelta(days=9)), NAME)
    yield replace(world, prohibitions=(*world.prohibitions, ban))
    name = pick.choice(sorted(world.members))
    punished = replace(world.members[name], sanction=Sanction(min(6, world.members[name].sanction + 1)))
    yield replace(world, members={**world.members, name: punished})
    yield replace(world, members={**world.members, name: replace(world.members[name], status=Status.LEFT)})
    floors = world.ruleset.floors
    more = terms(min_trips=12)
    tightened = {audience: replace(one, terms=strictest([one.terms, more])) for audience, one in floors.items()}
    yield replace(world, ruleset=replace(world.ruleset, version=2, floors=tightened))


@settings(derandomize=True, deadline=None, max_examples=250)
@given(case=cases, seed=st.integers(0, 9))
def test_stricter_never_turns_deny_into_permit_nor_weakens_an_obligation(case: Case, seed: int) -> None:
    world, request = case
    before = decide(request, world)
    for stricter in harder(world, random.Random(seed)):
        after = decide(request, stricter)
        if isinstance(after, Permit):
            assert isinstance(before, Permit)
            was, now = bases(before, world), bases(after, stricter)
            assert all(now[dataset] >= was[dataset] for dataset in was)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(case=cases, seed=st.integers(0, 9))
def test_with_one_agreement_each_every_single_obligation_only_grows(case: Case, seed: int) -> None:
    world, request = case
    firsts = tuple(agreement for agreement in world.agreements if agreement.id.endswith("-0"))
    alone = replace(world, agreements=firsts)
    before = decide(request, alone)
    for stricter in harder(alone, random.Random(seed)):
        after = decide(request, stricter)
        if isinstance(after, Permit):
            assert isinstance(before, Permit)
            assert after.obligations.named <= before.obligations.named
            for name, term in before.obligations.terms.items():
                assert after.obligations.terms[name].at_least_as_strict(term)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(case=cases, seed=st.integers(0, 9))
def test_the_order_of_anything_changes_nothing(case: Case, seed: int) -> None:
    world, request = case
    pick = random.Random(seed)

    def shuffled(values: Any) -> Any:
        return dict(pick.sample(list(values.items()), len(values)))

    mixed = replace(
        world,
        agreements=tuple(pick.sample(world.agreements, len(world.agreements))),
        members=shuffled(world.members),
        datasets=shuffled(world.datasets),
    )
    assert canonical(decide(request, world).plain()) == canonical(decide(request, mixed).plain())


@settings(derandomize=True, deadline=None, max_examples=300)
@given(case=cases, seeds=st.lists(st.integers(1, 2**40), min_size=1, max_size=5))
def test_what_was_asked_before_changes_nothing(case: Case, seeds: list[int]) -> None:
    world, request = case
    asked = [request, *(a_request(seed, world) for seed in seeds), replace(request, at=END + dt.timedelta(days=2))]
    remembered = [canonical(decide(request, world).plain()) for request in asked]
    assert remembered == [canonical(decide(request, replace(world)).plain()) for request in asked]


@settings(derandomize=True, deadline=None, max_examples=600)
@given(case=cases)
def test_a_permit_rests_on_one_whole_agreement_for_each_dataset(case: Case) -> None:
    world, request = case
    decision = decide(request, world)
    if not isinstance(decision, Permit):
        return
    by_key = {agreement.key: agreement for agreement in world.agreements}
    assert set(decision.grants) == {f"mds-{name}" for name in OPERATORS}
    for dataset, key in decision.grants.items():
        carrying = by_key[key]
        assert carrying.dataset == dataset
        assert carrying.in_force(request.at)
        # Alone it still carries: no clause of another agreement was needed.
        alone = tuple(one for one in world.agreements if one.dataset != dataset or one.key == key)
        assert decide(request, replace(world, agreements=alone)) == decision
    merged = strictest(
        [world.ruleset.floors[request.audience].terms, *(by_key[key].terms for key in decision.grants.values())]
    )
    slowed = request.actor is not None and world.members[request.actor].sanction >= Sanction.THROTTLE
    for name, term in merged.items():
        if name != "named" and not (name == "delay" and slowed):
            assert decision.obligations.terms[name] == term


@settings(derandomize=True, deadline=None, max_examples=600)
@given(case=cases)
def test_explanations_are_complete(case: Case) -> None:
    world, request = case
    decision = decide(request, world)
    if isinstance(decision, Deny):
        assert decision.reasons
        for reason in decision.reasons:
            said = reason.denied
            assert said.code
            assert said.clause
            texts = (said.reason.fr, said.reason.en, said.next_step.fr, said.next_step.en)
            assert all(text and "{" not in text for text in texts)
    else:
        assert {passed.step for passed in decision.because} == set(Step)
        for dataset in decision.grants:
            tested = [passed.clause for passed in decision.because if passed.dataset == dataset]
            assert {"recipient", "audience", "purpose", "state", "validity", "delay", "min_trips"} <= set(tested)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(case=cases)
def test_boundaries_are_half_open(case: Case) -> None:
    """At an agreement's first instant it may carry, at its last no more."""
    world, request = case
    decision = decide(request, world)
    if isinstance(decision, Permit):
        keys = set(decision.grants.values())
        ends = min(one.validity.to for one in world.agreements if one.key in keys)
        tick = dt.timedelta(microseconds=1)
        assert is_permit(decide(replace(request, at=ends - tick), world)) or world.prohibitions
        after = decide(replace(request, at=ends), world)
        assert after != decision


def test_the_generated_worlds_are_worth_it() -> None:
    """Laws over worlds that are all refused prove nothing: a fifth and more are permits, and of refusals all kinds."""
    decisions = [decide(a_request(seed, a_world(seed)), a_world(seed)) for seed in range(1, 1001)]
    assert sum(is_permit(decision) for decision in decisions) > 200
    codes = {decision.reasons[0].denied.code for decision in decisions if isinstance(decision, Deny)}
    assert codes >= {"agreement.tier", "agreement.term", "agreement.state", "agreement.validity", "release.unmet"}
    assert codes >= {"actor.unknown", "actor.inactive", "sanction.forbids", "prohibition.in_force", "release.too_soon"}
