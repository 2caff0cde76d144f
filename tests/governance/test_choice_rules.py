"""Proposals as differences of the rules: closed paths, stricter or looser, a lattice of floors, no retroaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.acts import Act, ActRefused
from governance.audiences import JOINT, Audience
from governance.choice.changes import Effect, Nature, changes, loosened, nature, read_change
from governance.choice.difference import apply_difference
from governance.choice.floors import looser_in, meet
from governance.choice.history import RULES, RULESET, History, may_tell
from governance.choice.lattice import check_parent, looser_than_parent
from governance.choice.paths import built, flat, read_ruleset
from governance.choice.retroaction import floors_since
from governance.choice.vocabulary import NUMBERS
from governance.commons_yaml import load
from governance.errors import CommonsFileError
from governance.grain import SLICES, STEPS, ZONE_RANK, Grain, TimeGrain
from governance.periods import Period
from governance.ruleset import Floors, Ruleset
from governance.terms.floors import Coalition, Delay, MaxShare, MinTrips, PPercent, Rounding
from governance.world import World

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
#: Each law is tried on this many generated cases.
MANY = settings(max_examples=150, deadline=None, derandomize=True)

GRAINS = st.builds(
    Grain,
    st.sampled_from(sorted(ZONE_RANK)),
    st.builds(
        lambda step, day, part: TimeGrain(step, day or step == "P1D", part),
        st.sampled_from(STEPS),
        st.booleans(),
        st.sampled_from(SLICES),
    ),
)
TERMS = st.fixed_dictionaries(
    {MinTrips.name: st.builds(MinTrips, st.integers(1, 30)), Delay.name: st.builds(Delay, st.integers(0, 5))},
    optional={
        MaxShare.name: st.builds(MaxShare, st.integers(50, 100)),
        Rounding.name: st.builds(Rounding, st.integers(1, 9)),
        Coalition.name: st.builds(Coalition, st.integers(0, 3)),
    },
)
FLOORS = st.builds(Floors, TERMS, st.lists(GRAINS, min_size=1, max_size=3).map(tuple), st.none() | st.integers(1, 100))
SETS = st.dictionaries(st.sampled_from(sorted(JOINT)), FLOORS)


def rules(floors: Mapping[Audience, Floors], version: int = 1) -> Ruleset:
    return Ruleset("r", version, floors, weights={"a": 50, "b": 50})


RULESETS = st.builds(rules, SETS)


def test_every_number_of_the_rules_has_bounds_a_name_and_a_direction(world: World) -> None:
    sections = {"voting": world.ruleset.voting, "deadlines": world.ruleset.deadlines, "ladder": world.ruleset.ladder}
    held = {f"{name}.{field.name}" for name, part in sections.items() for field in dataclasses.fields(part)}
    assert held == set(NUMBERS)
    values = flat(world.ruleset)
    assert all(number.low <= values[path] <= number.high for path, number in NUMBERS.items())  # type: ignore[operator]


def test_the_rules_are_the_same_after_being_spelled_flat_or_as_json(world: World) -> None:
    assert built(world.ruleset, flat(world.ruleset)).plain() == world.ruleset.plain()
    assert read_ruleset(world.ruleset.plain()).hash() == world.ruleset.hash()
    assert world.ruleset.weights == {"authorities": 35, "operators": 35, "users": 20, "research": 10}


@MANY
@given(RULESETS)
def test_spelling_loses_nothing(ruleset: Ruleset) -> None:
    assert read_ruleset(ruleset.plain()).plain() == ruleset.plain()
    assert built(ruleset, flat(ruleset)).plain() == ruleset.plain()


def test_a_difference_makes_the_next_version(world: World) -> None:
    after = apply_difference(
        world.ruleset,
        {
            "floors.members.min_trips": 20,
            "floors.open.rounding": None,
            "floors.open.finest": ["commune x P1M"],
            "voting.quorum_percent": 40,
            "signatures_required": not world.ruleset.signatures_required,
            "colleges.users.weight_percent": 15,
            "colleges.research.weight_percent": 15,
        },
    )
    assert after.version == world.ruleset.version + 1
    assert after.floors[Audience.MEMBERS].terms[MinTrips.name] == MinTrips(20)
    assert Rounding.name not in after.floors[Audience.OPEN].terms
    assert [str(grain) for grain in after.floors[Audience.OPEN].finest] == ["commune x P1M"]
    assert (after.voting.quorum_percent, after.weights["users"], after.weights["research"]) == (40, 15, 15)
    untouched = {path for path in flat(world.ruleset) if flat(after).get(path) == flat(world.ruleset)[path]}
    assert len(untouched) == len(flat(world.ruleset)) - 7


def test_all_floors_of_an_audience_go_at_once(world: World) -> None:
    after = apply_difference(world.ruleset, {"floors.open": None})
    assert Audience.OPEN not in after.floors
    found = changes(world.ruleset, after)
    assert {change.effect for change in found} == {Effect.STRICTER}
    again = apply_difference(after, {change.path: change.before for change in found})
    assert again.plain()["floors"] == world.ruleset.plain()["floors"]
    back = changes(after, again)
    assert (nature(back), loosened(back)) == (Nature.LOOSENING, {Audience.OPEN})


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("floors.open.min_tripz", 20, "rules.path"),
        ("floors.holder.min_trips", 20, "rules.path"),
        ("floors.everybody.min_trips", 20, "rules.path"),
        ("floors.open.min_trips.x", 20, "rules.path"),
        ("floors.", None, "rules.path"),
        ("floors.open.named", ["open"], "rules.path"),
        ("floors.open.retention", "P1M", "rules.path"),
        ("floors.bilateral.min_trips", 20, "rules.path"),
        ("version", 7, "rules.path"),
        ("id", "mine", "rules.path"),
        ("superseded", [], "rules.path"),
        ("colleges.robots.weight_percent", 20, "rules.path"),
        ("voting.quorum", 20, "rules.path"),
        ("floors.open.min_trips", "many", "rules.value"),
        ("floors.open.min_trips", 0, "rules.value"),
        ("floors.open.min_trips", True, "rules.value"),
        ("floors.open.finest", [], "rules.value"),
        ("floors.open.finest", "h3_8 x P1D", "rules.value"),
        ("floors.open.finest", ["h3_8"], "rules.value"),
        ("floors.open.prior_percent", 101, "rules.value"),
        ("floors.open", 3, "rules.value"),
        ("voting.quorum_percent", 0, "rules.value"),
        ("voting.quorum_percent", 101, "rules.value"),
        ("voting.loosening_percent", 50, "rules.value"),
        ("voting.quorum_percent", None, "rules.value"),
        ("signatures_required", "yes", "rules.value"),
        ("colleges.users.weight_percent", 9, "rules.value"),
        ("colleges.users.weight_percent", 51, "rules.value"),
        ("colleges.users.weight_percent", 21, "rules.weights"),
        ("floors.open.min_trips", None, "rules.owed"),
        ("floors.open.min_trips", 10, "rules.no_change"),
        ("floors.authority.rounding", None, "rules.no_change"),
    ],
)
def test_what_is_no_rule_or_no_value_is_refused_with_its_path(
    world: World, path: str, value: object, code: str
) -> None:
    with pytest.raises(ActRefused) as refusal:
        apply_difference(world.ruleset, {path: value})
    denied = refusal.value.denied
    assert denied.code == code
    assert path.startswith(denied.clause)
    assert denied.reason.fr != denied.reason.en


def test_an_empty_difference_is_refused(world: World) -> None:
    with pytest.raises(ActRefused, match="changes nothing"):
        apply_difference(world.ruleset, {})


@pytest.mark.parametrize(
    ("difference", "expected", "weakened"),
    [
        ({"floors.members.min_trips": 20}, Nature.TIGHTENING, set()),
        ({"floors.members.min_trips": 9}, Nature.LOOSENING, {Audience.MEMBERS}),
        ({"floors.members.rounding": 5}, Nature.TIGHTENING, set()),
        ({"floors.open.rounding": None}, Nature.LOOSENING, {Audience.OPEN}),
        ({"floors.members.max_share_percent": 80}, Nature.TIGHTENING, set()),
        ({"floors.members.max_share_percent": 90}, Nature.LOOSENING, {Audience.MEMBERS}),
        ({"floors.open.prior_percent": 40}, Nature.TIGHTENING, set()),
        ({"floors.open.prior_percent": 60}, Nature.LOOSENING, {Audience.OPEN}),
        ({"floors.open.prior_percent": None}, Nature.LOOSENING, {Audience.OPEN}),
        ({"floors.authority.prior_percent": 90}, Nature.TIGHTENING, set()),
        ({"floors.members.finest": ["h3_8 x P1M/band"]}, Nature.TIGHTENING, set()),
        ({"floors.members.finest": ["h3_9 x P1M"]}, Nature.LOOSENING, {Audience.MEMBERS}),
        ({"floors.members.min_trips": 20, "floors.open.min_trips": 9}, Nature.LOOSENING, {Audience.OPEN}),
        ({"deadlines.hearing_days": 20}, Nature.TIGHTENING, set()),
        ({"deadlines.hearing_days": 5}, Nature.LOOSENING, set()),
        ({"deadlines.emergency_days": 5}, Nature.TIGHTENING, set()),
        ({"voting.quorum_percent": 60}, Nature.LOOSENING, set()),
        ({"voting.quorum_percent": 40}, Nature.LOOSENING, set()),
        ({"ladder.throttle_divisor": 20}, Nature.LOOSENING, set()),
        (
            {"colleges.users.weight_percent": 10, "colleges.research.weight_percent": 20},
            Nature.LOOSENING,
            set(),
        ),
    ],
)
def test_what_is_not_clearly_stricter_needs_two_thirds(
    world: World, difference: Mapping[str, object], expected: Nature, weakened: set[Audience]
) -> None:
    found = changes(world.ruleset, apply_difference(world.ruleset, difference))
    assert (nature(found), loosened(found)) == (expected, weakened)
    assert [read_change(change.plain()) for change in found] == list(found)


def test_a_difference_is_told_in_sentences(world: World) -> None:
    after = apply_difference(
        world.ruleset,
        {
            "floors.members.min_trips": 20,
            "floors.open.rounding": None,
            "floors.open.p_percent": 20,
            "deadlines.hearing_days": 20,
            "floors.members.finest": ["commune x P1M"],
        },
    )
    told = {change.path: change.sentence(hiding={PPercent.name}) for change in changes(world.ruleset, after)}
    assert told["floors.members.min_trips"].en == (
        "Members: 'At least 10 trips in a cell, not counting those of the contributors that read it' becomes 'At least "
        "20 trips in a cell, not counting those of the contributors that read it' (stricter)."
    )
    assert told["floors.open.rounding"].fr == (
        "Public ouvert : retrait de « Valeurs arrondies à 5 près » (plus souple)."
    )
    assert told["deadlines.hearing_days"].fr == "Jours pour être entendu : « 10 » devient « 20 » (plus strict)."
    assert "commune x P1M" in told["floors.members.finest"].en
    assert not any(
        character.isdigit() for character in told["floors.open.p_percent"].en + told["floors.open.p_percent"].fr
    )


@MANY
@given(FLOORS, FLOORS, FLOORS)
def test_floors_form_a_lattice(one: Floors, other: Floors, third: Floors) -> None:
    both = meet(one, other)
    assert both is not None
    assert looser_in(one, one) == ()
    assert looser_in(both, one) == looser_in(both, other) == ()
    swapped = meet(other, one)
    assert swapped is not None
    assert looser_in(both, swapped) == looser_in(swapped, both) == ()
    if not looser_in(third, one) and not looser_in(third, other):
        assert looser_in(third, both) == ()


@MANY
@given(FLOORS, FLOORS, GRAINS)
def test_a_grain_is_allowed_by_both_or_not_at_all(one: Floors, other: Floors, grain: Grain) -> None:
    both = meet(one, other)
    assert both is not None
    assert both.allows(grain) == (one.allows(grain) and other.allows(grain))


@MANY
@given(RULESETS, RULESETS, RULESETS)
def test_a_commons_may_nest_in_itself_and_in_its_parents_parent(one: Ruleset, other: Ruleset, third: Ruleset) -> None:
    assert looser_than_parent(one, one) == ()
    nested = replace(other, floors=_met(one, other))
    assert looser_than_parent(nested, one) == ()
    deeper = replace(third, floors=_met(nested, third))
    assert looser_than_parent(deeper, nested) == ()
    assert looser_than_parent(deeper, one) == ()


@MANY
@given(RULESETS, RULESETS, RULESETS)
def test_a_stricter_child_or_a_looser_parent_never_breaks_the_nesting(
    child: Ruleset, parent: Ruleset, third: Ruleset
) -> None:
    stricter = replace(child, floors=_met(child, third))
    if not looser_than_parent(child, parent):
        assert looser_than_parent(stricter, parent) == ()
    tighter_parent = replace(parent, floors=_met(parent, third))
    if not looser_than_parent(child, tighter_parent):
        assert looser_than_parent(child, parent) == ()


def _met(one: Ruleset, other: Ruleset) -> dict[Audience, Floors]:
    found = {audience: meet(one.floors.get(audience), other.floors.get(audience)) for audience in Audience}
    return {audience: floors for audience, floors in found.items() if floors is not None}


def test_a_looser_child_is_told_which_floor(world: World, commons_files: Mapping[str, str]) -> None:
    child = apply_difference(world.ruleset, {"floors.open.rounding": None, "floors.members.min_trips": 20})
    assert looser_than_parent(child, world.ruleset) == ("floors.open.rounding",)
    with pytest.raises(ActRefused, match=r"floors\.open\.rounding"):
        check_parent(child, world.ruleset)
    check_parent(world.ruleset, None)
    parent = commons_files["ruleset.yaml"]
    assert load({**commons_files, "parent.yaml": parent}).basin.parent is not None
    stricter = parent.replace("min_trips: 10", "min_trips: 11", 1)
    with pytest.raises(CommonsFileError, match=r"ruleset\.yaml, line \d+, key open: floors\.open\.min_trips is looser"):
        load({**commons_files, "parent.yaml": stricter})


def enacted(history: History | None, ruleset: Ruleset, at: dt.datetime) -> History:
    body = {"ruleset": ruleset.plain(), "proposal": "p"}
    if history is None:
        return RULESET.apply(None, Act("ruleset", RULES, "founded", "hub", at, body))
    before = history.versions[-1].ruleset.hash()
    return RULESET.apply(history, Act("ruleset", RULES, "enacted", "hub", at, {**body, "before": before}))


@MANY
@given(st.lists(st.tuples(SETS, st.integers(1, 50)), min_size=2, max_size=5), st.data())
def test_no_sequence_of_votes_weakens_the_floors_of_a_period_that_had_begun(
    votes: list[tuple[dict[Audience, Floors], int]], data: st.DataObject
) -> None:
    """150 histories of two to five versions; periods that began before, at, and after each enactment."""
    history, at, instants = None, NOON, [NOON - dt.timedelta(days=1)]
    snapshots: list[tuple[Ruleset, dt.datetime]] = []
    for version, (floors, hours) in enumerate(votes, 1):
        at += dt.timedelta(hours=hours)
        history = enacted(history, rules(floors, version), at)
        snapshots.append((history.current, at))
        instants += [at - dt.timedelta(microseconds=1), at, at + dt.timedelta(microseconds=1)]
    began, audience = data.draw(st.sampled_from(instants)), data.draw(st.sampled_from(sorted(JOINT)))
    known = [ruleset for ruleset, since in snapshots if since >= began] or [snapshots[-1][0]]
    told = [floors_since(ruleset, audience, began) for ruleset in known]
    for earlier, later in pairwise(told):
        assert looser_in(later, earlier) == ()
    ends = [since for _, since in snapshots[1:]]
    in_force_since = [ruleset for (ruleset, _), end in zip(snapshots, ends, strict=False) if end > began]
    for ruleset in [*in_force_since, snapshots[-1][0]]:
        assert looser_in(told[-1], ruleset.floors.get(audience)) == ()


def test_a_loosening_holds_for_periods_that_begin_the_day_after_it(world: World) -> None:
    """Voted at noon in Paris: the day of the vote keeps the old floor, the next day has the new one."""
    day = dt.date(2026, 3, 1)
    looser = apply_difference(world.ruleset, {"floors.members.min_trips": 5})
    history = enacted(enacted(None, world.ruleset, NOON - dt.timedelta(days=9)), looser, NOON)
    later = replace(world, ruleset=history.current)

    def k(first: dt.date) -> object:
        floors = later.floors_for(Audience.MEMBERS, Period(first, first + dt.timedelta(days=1)))
        assert floors is not None
        return floors.terms[MinTrips.name].plain()

    assert [k(day + dt.timedelta(days=shift)) for shift in (-30, -1, 0, 1, 30)] == [10, 10, 10, 5, 5]
    unbounded = later.floors_for(Audience.MEMBERS, None)
    assert unbounded is not None
    assert unbounded.terms[MinTrips.name] == MinTrips(10)


def test_a_tightening_holds_at_once_for_old_periods_too(world: World) -> None:
    stricter = apply_difference(world.ruleset, {"floors.members.min_trips": 20})
    history = enacted(enacted(None, world.ruleset, NOON - dt.timedelta(days=9)), stricter, NOON)
    floors = floors_since(history.current, Audience.MEMBERS, NOON - dt.timedelta(days=400))
    assert floors is not None
    assert floors.terms[MinTrips.name] == MinTrips(20)


def test_an_audience_that_had_no_floors_gets_nothing_of_the_time_before(world: World) -> None:
    without = apply_difference(world.ruleset, {"floors.open": None})
    again = replace(world.ruleset, version=without.version + 1)
    history = enacted(enacted(enacted(None, world.ruleset, NOON), without, NOON), again, NOON + dt.timedelta(days=2))
    assert floors_since(history.current, Audience.OPEN, NOON + dt.timedelta(days=1)) is None
    assert (
        floors_since(history.current, Audience.OPEN, NOON + dt.timedelta(days=2)) == world.ruleset.floors[Audience.OPEN]
    )


def test_the_history_is_read_again_and_skips_no_version(world: World) -> None:
    history = enacted(
        enacted(None, world.ruleset, NOON), apply_difference(world.ruleset, {"voting.ballot_days": 20}), NOON
    )
    assert RULESET.read(RULESET.plain(history)).plain() == history.plain()
    with pytest.raises(ActRefused):
        enacted(history, replace(world.ruleset, version=9), NOON)
    with pytest.raises(ActRefused):
        enacted(history, world.ruleset, NOON)
    other = apply_difference(world.ruleset, {"voting.ballot_days": 30})
    assert [may_tell(one, history) for one in (world.ruleset, history.current, other)] == [True, True, False]
    assert may_tell(other, None)
