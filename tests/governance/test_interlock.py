"""Two releases that are safe apart and give away a protected cell together; and the interlock that refuses them."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.audiences import Audience
from governance.cubes import Cube
from governance.disclosure.interlock import ReleaseClaim, claim, may_stand_beside
from governance.disclosure.protect import protect
from governance.disclosure.rules import rules_of
from governance.obligations import Obligations
from governance.periods import Period
from governance.terms.floors import MinTrips, PPercent, Rounding
from governance.terms.vocabulary import strictest
from governance.verdicts import ALLOWED, Denied
from governance.world import World

YEAR = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
FEBRUARY = Period(dt.date(2026, 2, 1), dt.date(2026, 3, 1))
ALL = frozenset({"groupe-alizes", "bolide", "glisse"})
SPLIT = {"mds-trottix": "groupe-alizes", "mds-velovif": "groupe-alizes", "mds-bolide": "bolide", "mds-glisse": "glisse"}


def built(world: World, *, audience: Audience = Audience.MEMBERS, cube: str = "flows-h3_8-month") -> Obligations:
    floors = world.ruleset.floors[audience].terms
    return Obligations(cube, audience, floors, edition="edition-2026", holders=ALL, holdings=SPLIT)


def release(
    world: World, *, cube: str = "flows-h3_8-month", audience: Audience = Audience.MEMBERS, **other: Any
) -> ReleaseClaim:
    known = {
        "id": "new",
        "period": YEAR,
        "inputs": "batches-1",
        "obligations": built(world, audience=audience, cube=cube),
    }
    return claim(world.cubes[cube], **{**known, **other})


@pytest.fixture
def out(world: World) -> ReleaseClaim:
    """What is out already: the flows of the year, for the members."""
    return release(world, id="flows-2026-members")


def code(new: ReleaseClaim, *existing: ReleaseClaim) -> str:
    verdict = may_stand_beside(new, list(existing))
    return verdict.code if isinstance(verdict, Denied) else "allowed"


def contributions(cube: Cube, rows: list[dict[str, object]]) -> pa.Table:
    same = {"month": "2026-01", "day_type": "weekday", "band": "am_peak", "vehicles": 9}
    return pa.Table.from_pylist([{**same, **row} for row in rows]).select(
        [*cube.dimensions, "holding", cube.measure, "vehicles"]
    )


def test_subtraction_attack_on_two_naive_releases(world: World, out: ReleaseClaim) -> None:
    """Flows 1 -> 9 and 2 -> 9 are published, 3 -> 9 is protected (6 trips); trip ends in 9 are published too.

    The attacker has the two files and nothing else: 149 - 75 - 68 = 6.
    """
    flows, ends = world.cubes["flows-h3_8-month"], world.cubes["trip-ends-h3_8-month"]
    parts = {1: (30, 25, 20), 2: (26, 22, 20), 3: (2, 2, 2)}
    holders = sorted(ALL)
    od = [
        {"origin_zone": zone, "destination_zone": 9, "holding": holder, "trips": number}
        for zone, numbers in parts.items()
        for holder, number in zip(holders, numbers, strict=True)
    ]
    totals = [{"zone": 9, "holding": h, "trip_ends": sum(n[i] for n in parts.values())} for i, h in enumerate(holders)]
    naive = rules_of(built(world), flows)
    shown_flows = protect(contributions(flows, od), cube=flows, rules=naive).table
    shown_ends = protect(contributions(ends, totals), cube=ends, rules=naive).table
    assert shown_flows["origin_zone"].to_pylist() == [1, 2]
    assert sum(shown_ends["trip_ends"].to_pylist()) - sum(shown_flows["trips"].to_pylist()) == sum(parts[3])

    assert code(release(world, cube="trip-ends-h3_8-month"), out) == "interlock.overlap"


def test_the_same_release_for_another_audience_may_stand(world: World, out: ReleaseClaim) -> None:
    authority = release(world, audience=Audience.AUTHORITY)
    assert code(authority, out) == "allowed"
    assert code(out, authority) == "allowed"


def test_the_very_same_release_again_changes_nothing(world: World, out: ReleaseClaim) -> None:
    assert code(release(world), out) == "allowed"


def test_the_next_period_may_stand(world: World) -> None:
    assert code(release(world, period=FEBRUARY), release(world, period=JANUARY)) == "allowed"


@pytest.mark.parametrize("other", ["flows-commune-month", "trip-ends-h3_8-month"])
def test_another_grid_or_a_margin_of_the_same_family_is_refused(world: World, out: ReleaseClaim, other: str) -> None:
    assert code(release(world, cube=other), out) == "interlock.overlap"
    assert code(release(world, cube=other, audience=Audience.AUTHORITY), out) == "interlock.overlap"


def test_parked_time_and_fleet_are_sums_of_one_another(world: World, out: ReleaseClaim) -> None:
    dwell = release(world, cube="dwell-h3_8-month", id="dwell")
    assert code(dwell, out) == "allowed"
    assert code(release(world, cube="fleet-day"), out) == "allowed"
    assert code(release(world, cube="fleet-day"), dwell) == "interlock.overlap"


@pytest.mark.parametrize(
    "period",
    [JANUARY, Period(dt.date(2026, 12, 1), dt.date(2027, 2, 1)), Period(dt.date(2025, 1, 1), dt.date(2028, 1, 1))],
)
def test_another_period_that_overlaps_is_refused(world: World, out: ReleaseClaim, period: Period) -> None:
    assert code(release(world, period=period), out) == "interlock.overlap"


def test_other_holders_are_refused(world: World, out: ReleaseClaim) -> None:
    joined = replace(built(world), edition="edition-2026b", holders=ALL | {"newcomer"})
    assert code(release(world, obligations=joined), out) == "interlock.edition"
    unnamed = replace(built(world), holders=ALL - {"glisse"})
    assert code(release(world, obligations=unnamed), out) == "interlock.edition"


def test_the_same_names_after_a_merger_are_refused(world: World, out: ReleaseClaim) -> None:
    """Vélovif goes from the Alizés to Bolide: three holdings of the same names, but other cells pass than before."""
    merged = replace(built(world), holdings={**SPLIT, "mds-velovif": "bolide"})
    assert merged.holders == out.obligations.holders
    assert code(release(world, obligations=merged), out) == "interlock.edition"
    shuffled = replace(built(world), holdings=dict(reversed(SPLIT.items())))
    assert code(release(world, obligations=shuffled), out) == "allowed"


def test_a_revision_of_the_data_is_refused_for_every_audience(world: World, out: ReleaseClaim) -> None:
    assert code(release(world, inputs="batches-2"), out) == "interlock.revision"
    assert code(release(world, inputs="batches-2", audience=Audience.AUTHORITY), out) == "interlock.revision"


def changed(obligations: Obligations, *terms: Any) -> Obligations:
    return replace(obligations, terms={**obligations.terms, **{term.name: term for term in terms}})


def test_other_rules_for_the_same_audience_are_refused(world: World, out: ReleaseClaim) -> None:
    for term in (MinTrips(20), PPercent(12), Rounding(5)):
        assert code(release(world, obligations=changed(built(world), term)), out) == "interlock.rules"


def test_two_p_rules_read_by_a_competitor_pin_another_down(world: World, out: ReleaseClaim) -> None:
    """Hidden at p = 15, shown at p = 10: the second of the cell has the first within five percent."""
    first, second, third = 102, 50, 12
    shown = first + second + third
    assert shown - first - second >= 0.10 * first
    assert shown - first - second < 0.15 * first
    low, high = (shown - second) / 1.15, (shown - second) / 1.10
    assert low < first < high
    assert high / low < 1.05

    assert code(release(world, audience=Audience.OPEN), out) == "interlock.rules"
    # With the members' rules as strict as the open ones, and only the open release rounded, both may stand.
    strict = release(world, audience=Audience.OPEN)
    exact = {name: term for name, term in strict.obligations.terms.items() if name != "rounding"}
    members = replace(strict.obligations, audience=Audience.MEMBERS, terms=exact)
    assert code(strict, release(world, id="members", obligations=members)) == "allowed"


def test_two_roundings_are_refused(world: World) -> None:
    # 13 is 15 to base 5 and 10 to base 10: together 13 or 14.
    five = changed(built(world, audience=Audience.OPEN), Rounding(5))
    ten = replace(changed(five, Rounding(10)), audience=Audience.MEMBERS)
    assert code(release(world, obligations=ten), release(world, id="five", obligations=five)) == "interlock.rules"


def test_a_narrower_audience_may_not_be_shown_less(world: World, out: ReleaseClaim) -> None:
    stricter = changed(built(world, audience=Audience.AUTHORITY), MinTrips(30))
    assert code(release(world, obligations=stricter), out) == "interlock.rules"


def test_a_waiver_towards_the_wider_audience_only_is_refused(world: World) -> None:
    waived = replace(built(world), named=ALL)
    authority = release(world, audience=Audience.AUTHORITY)
    assert code(authority, release(world, id="m", obligations=waived)) == "interlock.rules"
    both = replace(authority.obligations, named=ALL)
    assert code(release(world, obligations=both), release(world, id="m", obligations=waived)) == "allowed"
    assert code(release(world, obligations=both), release(world, id="m")) == "allowed"


def test_a_waiver_without_effect_is_no_other_rule(world: World, out: ReleaseClaim) -> None:
    some = replace(built(world), named=frozenset({"bolide"}))
    assert code(release(world, obligations=some), out) == "allowed"
    # With the others' numbers public, Bolide's waiver is all that is needed, so it does take effect.
    public = replace(built(world), known=ALL - {"bolide"})
    waived = replace(public, named=frozenset({"bolide"}))
    assert code(release(world, obligations=waived), release(world, id="p", obligations=public)) == "interlock.rules"


claims = st.fixed_dictionaries(
    {
        "cube": st.sampled_from(["flows-h3_8-month", "flows-commune-month", "dwell-h3_8-month", "fleet-day"]),
        "audience": st.sampled_from([Audience.OPEN, Audience.MEMBERS, Audience.AUTHORITY]),
        "period": st.sampled_from([YEAR, JANUARY, FEBRUARY]),
        "inputs": st.sampled_from(["batches-1", "batches-2"]),
        "named": st.sampled_from([frozenset(), frozenset({"bolide"}), ALL]),
        "min_trips": st.sampled_from([10, 20]),
    }
)


def made(world: World, spec: dict[str, Any], *, id: str) -> ReleaseClaim:
    obligations = replace(built(world, audience=spec["audience"], cube=spec["cube"]), named=spec["named"])
    terms = strictest([obligations.terms, {"min_trips": MinTrips(spec["min_trips"])}])
    return release(
        world,
        cube=spec["cube"],
        id=id,
        period=spec["period"],
        inputs=spec["inputs"],
        obligations=replace(obligations, terms=terms),
    )


@settings(derandomize=True, deadline=None, max_examples=400)
@given(one=claims, other=claims)
def test_the_order_of_publication_makes_no_difference(world: World, one: dict[str, Any], other: dict[str, Any]) -> None:
    a, b = made(world, one, id="a"), made(world, other, id="b")
    assert (may_stand_beside(a, [b]) == ALLOWED) == (may_stand_beside(b, [a]) == ALLOWED)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(new=claims, existing=st.lists(claims, max_size=4))
def test_more_releases_never_make_one_more_welcome(
    world: World, new: dict[str, Any], existing: list[dict[str, Any]]
) -> None:
    out = [made(world, spec, id=f"out-{number}") for number, spec in enumerate(existing)]
    claim_ = made(world, new, id="new")
    assert may_stand_beside(claim_, []) == ALLOWED
    if may_stand_beside(claim_, out) == ALLOWED:
        assert all(may_stand_beside(claim_, out[:number]) == ALLOWED for number in range(len(out)))
