"""The partition: groups are disjoint and cover the domain, each is safe, and none of them says where nothing was."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from governance.canonical import canonical
from governance.disclosure.contributions import Contributions
from governance.disclosure.partition import NOTHING_PASSES, choose, first_choice, partition
from governance.disclosure.published import of_table, written
from governance.disclosure.rules import Rules
from governance.disclosure.settle import settle
from governance.disclosure.steps import PartitionError, Step, default_steps
from governance.disclosure.tree import locate
from tests.governance.disclosure.small_town import (
    ABOUT,
    CUBE,
    DOMAIN,
    EVERYTHING,
    ROWS,
    RULES,
    STEPS,
    Row,
    base_cells,
    by_hand,
    cell_of,
    groups_of,
    judged,
    read,
)

LAW = settings(derandomize=True, deadline=None, max_examples=120)
#: An outsider's audience: four trips by two holdings, two vehicles.
LOOSE = Rules(
    min_trips=4, min_vehicles=2, min_users=None, min_holders=2, max_share_percent=90, p_percent=10, coalition=0
)
BY_ZONE = (Step("zone", "district"), Step("zone", "commune"), Step("zone", "cell"))


def at(zone: str, w: int, x: int, *, vehicle: int = 1) -> list[Row]:
    """Trips of two holdings in a zone, early on a weekday."""
    number = cell_of(zone)
    return [(number, "w", vehicle, w), (number, "x", vehicle, x)]


def by_zone(rows: list[Row], rules: Rules = LOOSE) -> dict[tuple[str, ...], int]:
    """The published zones and trips, refined by zone alone."""
    table = partition(read(rows), rules, steps=BY_ZONE).published(ABOUT).table().to_pylist()
    return {tuple(row["zone"]): row["trips"] for row in table}


@LAW
@given(rows=ROWS, rules=RULES, steps=STEPS)
def test_groups_are_safe_disjoint_and_cover_the_whole_domain(
    rows: list[Row], rules: Rules, steps: tuple[Step, ...]
) -> None:
    found = partition(read(rows), rules, steps=steps)
    groups = groups_of(found)
    event(f"{min(len(groups), 8)} groups")
    if found.reason:
        assert (found.reason, groups, set(found.group.tolist())) == (NOTHING_PASSES, [], {-1} if rows else set())
        assert not judged(rows, EVERYTHING, rules)
        return
    assert sum(len(one) for one in groups) == len(EVERYTHING)
    assert frozenset().union(*groups) == EVERYTHING
    assert all(judged(rows, one, rules) for one in groups)
    assert int(found.published(ABOUT).value.sum()) == sum(row[3] for row in rows)


@LAW
@given(rows=ROWS, rules=RULES, steps=STEPS)
def test_the_groups_are_those_found_one_by_one(rows: list[Row], rules: Rules, steps: tuple[Step, ...]) -> None:
    found = groups_of(partition(read(rows), rules, steps=steps))
    assert set(found) == by_hand(rows, rules, steps)


@LAW
@given(rows=ROWS, rules=RULES, steps=STEPS)
def test_each_base_cell_is_found_in_the_group_that_names_it(
    rows: list[Row], rules: Rules, steps: tuple[Step, ...]
) -> None:
    contributions = read(rows)
    found = partition(contributions, rules, steps=steps)
    if found.reason:
        return
    groups = groups_of(found)
    located = locate(found.tree, DOMAIN)
    assert all(tuple(cell) in groups[group] for cell, group in zip(DOMAIN.tolist(), located.tolist(), strict=True))
    assert np.array_equal(locate(found.tree, contributions.cell), found.group)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(rows=ROWS, rules=RULES, seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_no_byte(rows: list[Row], rules: Rules, seed: int) -> None:
    one, other = (partition(read(taken), rules) for taken in (rows, random.Random(seed).sample(rows, len(rows))))
    assert written(one.published(ABOUT)) == written(other.published(ABOUT))
    assert canonical(one.tree.plain()) == canonical(other.tree.plain())


@settings(derandomize=True, deadline=None, max_examples=60)
@given(rows=ROWS, rules=RULES)
def test_what_is_chosen_under_doubled_rules_is_published_under_the_true_ones(rows: list[Row], rules: Rules) -> None:
    contributions = read(rows)
    tree = choose(contributions, rules)
    found = partition(contributions, rules, within=tree)
    strict = partition(contributions, first_choice(rules))
    assert found.reason is None or strict.reason is not None
    if strict.reason is None:
        assert set(groups_of(found)) == set(groups_of(strict))


def test_a_first_choice_asks_for_twice_as_much() -> None:
    rules = Rules(10, 3, None, 3, 85, 20, 1, rounding=5)
    assert first_choice(rules) == Rules(20, 6, None, 3, 85, 40, 1, rounding=5)
    assert first_choice(replace(rules, min_users=11)).min_users == 22


def test_a_zone_without_trips_is_pooled_with_the_smallest_of_its_neighbours() -> None:
    # Nothing in 7, so 2 goes with it. Nothing in 5, and 4 is all that lies beside it: their commune stays whole.
    rows = [*at("1", 9, 9), *at("2", 5, 5), *at("3", 7, 7), *at("4", 6, 6), *at("6", 8, 8)]
    assert by_zone(rows) == {("1",): 18, ("2", "7"): 10, ("3",): 14, ("C",): 12, ("6",): 16}


def test_a_pool_absorbs_the_smallest_until_it_is_safe_and_no_more() -> None:
    # Zone 1 has 2 trips, too few for 4; with 2 it has enough, whichever has more trips in the order of their names.
    small = [*at("3", 7, 7), *at("4", 6, 6), *at("5", 3, 3), *at("6", 2, 2)]
    rest = {("3",): 14, ("4",): 12, ("5",): 6, ("6",): 4}
    assert by_zone([*at("1", 1, 1), *at("2", 4, 4), *at("7", 5, 5), *small]) == {("1", "2"): 10, ("7",): 10, **rest}
    assert by_zone([*at("1", 1, 1), *at("2", 5, 5), *at("7", 4, 4), *small]) == {("1", "7"): 10, ("2",): 10, **rest}
    assert by_zone([*at("1", 1, 1), *at("2", 4, 4), *at("7", 4, 4), *small]) == {("1", "2"): 10, ("7",): 8, **rest}
    # Both small ones are enough together: nothing more is lost.
    assert by_zone([*at("1", 1, 1), *at("2", 1, 1), *at("7", 9, 9), *small]) == {("1", "2"): 4, ("7",): 18, **rest}


def test_a_group_with_just_enough_for_two_is_split() -> None:
    rows = [*at("1", 2, 2), *at("2", 2, 2), *at("3", 9, 9), *at("4", 9, 9)]
    assert by_zone(rows) == {("1", "7"): 4, ("2",): 4, ("3",): 18, ("S",): 18}


def test_one_vehicle_in_two_zones_of_a_pool_is_one_vehicle() -> None:
    # Four vehicles are asked for. Those of 2 and 7 are two each: different ones make four, the same ones make two.
    rules = replace(LOOSE, min_vehicles=4)
    seen = [row for zone in ("1", "3", "6") for vehicle in (1, 2) for row in at(zone, 5, 5, vehicle=vehicle)]
    different = [*at("2", 2, 2, vehicle=1), *at("7", 2, 2, vehicle=2)]
    same = [*at("2", 2, 2, vehicle=1), *at("7", 2, 2, vehicle=1)]
    assert by_zone([*seen, *different], rules) == {("1",): 20, ("2", "7"): 8, ("3",): 20, ("S",): 20}
    assert by_zone([*seen, *same], rules) == {("A",): 28, ("3",): 20, ("S",): 20}


def test_what_is_public_elsewhere_covers_nobody_but_is_in_the_sum() -> None:
    rows = [*at("1", 9, 9), *at("4", 9, 9), (0, "z", 1, 100)]
    rules = replace(LOOSE, known=frozenset("z"))
    found = partition(read(rows), rules, steps=BY_ZONE).published(ABOUT)
    assert int(found.value.sum()) == 136
    assert set(found.coverage) == {"1-2"}
    assert partition(read(rows), replace(rules, known=frozenset("wz"))).reason == NOTHING_PASSES


def test_more_ids_than_can_be_counted_together_are_refused() -> None:
    # One holding, four children of which the first has too few trips: the pool may grow by two.
    trips = np.array([1, 9, 9, 9])
    rows = Contributions(
        *((), ("w",), np.empty((4, 0), np.int32), np.zeros(4, np.int32), trips, {"min_trips": trips}),
        {"min_vehicles": np.full(4, 2**60 - 1)},
    )
    block, short = np.zeros(4, np.int64), np.array([False])
    with pytest.raises(PartitionError, match="too many"):
        settle(rows, np.arange(4), block=block, order=None, short=short, rules=Rules(4, 1, None, 1, 100, 0, 0))


def test_no_rows_at_all_publish_nothing() -> None:
    found = partition(read([]), LOOSE)
    assert (found.reason, len(found), len(found.published(ABOUT))) == (NOTHING_PASSES, 0, 0)
    assert partition(read([(0, "w", 1, 100)]), LOOSE).reason == NOTHING_PASSES


def test_a_release_is_read_back_with_its_groups() -> None:
    published = partition(read([*at("1", 9, 9), *at("4", 6, 6)]), LOOSE, steps=BY_ZONE).published(ABOUT)
    again = of_table(published.table())
    assert {base_cells(again, row) for row in range(2)} == {base_cells(published, row) for row in range(2)}
    assert sorted(again.value.tolist()) == [12, 18]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ((Step("zone", "commune"),), "one level at a time"),
        ((Step("band", "part"), Step("band", "part")), "one level at a time"),
        ((Step("zone", "iris"),), "no dimension 'zone' has a level 'iris'"),
        ((Step("zone", "all"),), "no dimension"),
    ],
)
def test_steps_that_lead_nowhere_are_refused(steps: tuple[Step, ...], told: str) -> None:
    with pytest.raises(PartitionError, match=told):
        partition(read(at("1", 9, 9)), LOOSE, steps=steps)


def test_by_default_dimensions_take_turns_from_coarse_to_fine() -> None:
    assert [(step.dimension, step.level) for step in default_steps(CUBE)] == [
        ("zone", "district"),
        ("band", "part"),
        ("day", "day"),
        ("zone", "commune"),
        ("band", "band"),
        ("zone", "cell"),
    ]
