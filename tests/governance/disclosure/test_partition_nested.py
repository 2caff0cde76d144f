"""Partitions of another period and of another audience: the one only coarsens, the other only refines."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from governance.disclosure.boxes import boxes, lie_in
from governance.disclosure.partition import Partitioned, choose, partition
from governance.disclosure.rules import Rules
from governance.disclosure.steps import PartitionError, Step
from governance.disclosure.tree import Tree, locate, read_tree
from tests.governance.disclosure.small_town import (
    BANDS,
    CUBE,
    DAYS,
    DOMAIN,
    EVERYTHING,
    HOLDINGS,
    ROWS,
    STEPS,
    ZONES,
    Cells,
    Row,
    cell_of,
    groups_of,
    judged,
    read,
)

LAW = settings(derandomize=True, deadline=None, max_examples=40)
OPEN = Rules(8, 4, None, 2, 85, 20, 1)
MEMBERS = Rules(4, 2, None, 2, 85, 10, 1)
#: Every holding everywhere, so that much can be split; a test takes some of it away.
FULL: list[Row] = [(cell, holding, cell % 5, 3) for cell in range(len(DOMAIN)) for holding in HOLDINGS]
#: The rows of another period: the same without a part of them.
THINNED = st.sets(st.integers(0, len(DOMAIN) - 1), max_size=50).map(
    lambda gone: [row for row in FULL if row[0] not in gone]
)


def nested(fine: Iterable[Cells], coarse: Iterable[Cells]) -> bool:
    """Whether each group of the one lies in one group of the other."""
    coarser = list(coarse)
    return all(any(one <= other for other in coarser) for one in fine)


def whole_and_safe(found: Partitioned, rows: list[Row], rules: Rules) -> bool:
    groups = groups_of(found)
    covered = sum(map(len, groups)) == len(EVERYTHING) and frozenset().union(*groups) == EVERYTHING
    return covered and all(judged(rows, one, rules) for one in groups)


@LAW
@given(before=THINNED, now=st.one_of(THINNED, ROWS), steps=STEPS)
def test_the_next_period_only_coarsens(before: list[Row], now: list[Row], steps: tuple[Step, ...]) -> None:
    tree = choose(read(before), MEMBERS, steps=steps)
    contributions = read(now)
    found = partition(contributions, MEMBERS, within=tree)
    assume(found.reason is None)
    event(
        f"{tree.size} groups to {len(found)}" if tree.size < 6 else f"many to {'as many' * (len(found) == tree.size)}"
    )
    assert whole_and_safe(found, now, MEMBERS)
    old = groups_of(partition(read(FULL), Rules(0, 0, None, 1, 100, 0, 0), within=tree))
    assert len(old) == tree.size
    assert nested(old, groups_of(found))
    assert np.array_equal(locate(found.tree, contributions.cell), found.group)


@LAW
@given(rows=THINNED, steps=STEPS)
def test_the_same_period_again_has_the_same_groups(rows: list[Row], steps: tuple[Step, ...]) -> None:
    contributions = read(rows)
    found = partition(contributions, MEMBERS, steps=steps)
    again = partition(contributions, MEMBERS, within=found.tree)
    assert set(groups_of(again)) == set(groups_of(found))


@LAW
@given(rows=THINNED, steps=STEPS, others=STEPS)
def test_a_narrower_audience_only_refines(rows: list[Row], steps: tuple[Step, ...], others: tuple[Step, ...]) -> None:
    contributions = read(rows)
    wider = partition(contributions, OPEN, steps=steps)
    assume(wider.reason is None)
    found = partition(contributions, MEMBERS, steps=others, under=wider.tree)
    event("finer" if len(found) > len(wider) else "the same")
    assert whole_and_safe(found, rows, MEMBERS)
    assert nested(groups_of(found), groups_of(wider))
    assert lie_in(boxes(found.tree), boxes(wider.tree), locate(wider.tree, boxes(found.tree).first_cells())).all()
    chosen = partition(contributions, MEMBERS, within=choose(contributions, MEMBERS, steps=others, under=wider.tree))
    assert nested(groups_of(found), groups_of(chosen))


@LAW
@given(before=THINNED, now=THINNED, steps=STEPS, others=STEPS)
def test_both_at_once_lie_between_the_earlier_and_the_wider(
    before: list[Row], now: list[Row], steps: tuple[Step, ...], others: tuple[Step, ...]
) -> None:
    opened = choose(read(before), OPEN, steps=steps)
    members = choose(read(before), MEMBERS, steps=others, under=opened)
    wider = partition(read(now), OPEN, within=opened)
    assume(wider.reason is None)
    found = partition(read(now), MEMBERS, within=members, under=wider.tree)
    free = partition(read(now), MEMBERS, within=members)
    event(f"wider alone would {'' if nested(groups_of(free), groups_of(wider)) else 'not '}be nested")
    assert whole_and_safe(found, now, MEMBERS)
    assert nested(groups_of(found), groups_of(wider))
    assert nested(boxed(members), groups_of(found))


def test_a_pool_never_crosses_the_groups_of_the_wider_audience() -> None:
    # 7 is too small for both audiences, 2 for the wider one alone, whose pool is 2 with 7. By the order of the tree the
    # members' pool would be 1 with 7.
    opened, members = (Rules(least, 0, None, 1, 100, 0, 0) for least in (12, 6))
    before, now = (
        [(cell_of(zone), "w", 1, trips) for zone, trips in by_zone.items()]
        for by_zone in ({"1": 30, "2": 30, "7": 30}, {"1": 20, "2": 10, "7": 4})
    )
    rest = [(cell_of(zone), "w", 1, 30) for zone in "3456"]
    steps = (Step("zone", "district"), Step("zone", "commune"), Step("zone", "cell"))
    tree = partition(read([*before, *rest]), opened, steps=steps).tree
    wider = partition(read([*now, *rest]), opened, within=tree)
    alone = partition(read([*now, *rest]), members, within=tree)
    both = partition(read([*now, *rest]), members, within=tree, under=wider.tree)
    assert sorted(wider.cells.total.tolist()) == [14, 20, 30, 30, 30, 30]
    assert sorted(alone.cells.total.tolist()) == [10, 24, 30, 30, 30, 30]
    assert not nested(groups_of(alone), groups_of(wider))
    assert set(groups_of(both)) == set(groups_of(wider))


def test_cells_are_found_in_a_tree_whose_groups_were_numbered_by_the_wider_audience() -> None:
    # Zone 7 is too thin to be told apart by the hour for the wider audience, but not for the members.
    opened, members = (Rules(least, 0, None, 1, 100, 0, 0) for least in (12, 6))
    steps = (Step("zone", "district"), Step("zone", "commune"), Step("zone", "cell"), Step("band", "part"))
    rich = dict.fromkeys("1234567", 30)
    before, now = (
        read([(cell_of(zone, band), "w", 1, many) for zone, many in trips.items() for band in ("early", "noon")])
        for trips in (rich, {**rich, "7": 8})
    )
    tree = choose(before, opened, steps=steps)
    wider = partition(now, opened, within=tree)
    found = partition(now, members, within=tree, under=wider.tree)
    assert sorted(wider.cells.total.tolist()) == [16, *[30] * 12]
    assert sorted(found.cells.total.tolist()) == [8, 8, *[30] * 12]
    assert np.array_equal(locate(found.tree, now.cell), found.group)


def boxed(tree: Tree) -> list[Cells]:
    """The groups of a tree, by looking for every base cell."""
    located = locate(tree, DOMAIN)
    return [frozenset(tuple(cell) for cell in DOMAIN[located == group].tolist()) for group in range(tree.size)]


def test_trees_that_cross_are_refused_rather_than_pooled() -> None:
    # The earlier tree tells districts apart before days, the wider one days only. Now the north is too thin.
    earlier = choose(read(FULL), MEMBERS, steps=(Step("zone", "district"), Step("day", "day")))
    thin = [row for row in FULL if DOMAIN[row[0], 0] == ZONES.place["4"] or row[:2] == (0, "w")]
    wider = partition(read(thin), MEMBERS, steps=(Step("day", "day"),))
    assert (earlier.size, len(wider)) == (4, 2)
    assert len(partition(read(thin), MEMBERS, within=earlier)) == 1
    with pytest.raises(PartitionError, match="not safe"):
        partition(read(thin), MEMBERS, within=earlier, under=wider.tree)


def test_a_later_pool_is_chosen_by_the_tree_and_not_by_the_new_trips() -> None:
    steps = (Step("zone", "district"), Step("zone", "commune"), Step("zone", "cell"))
    tree = choose(read(FULL), MEMBERS, steps=steps)
    assert tree.size == ZONES.size

    def pooled(trips: int) -> list[str]:
        """Zone 1 has no trips any more; 2 has three times as many in each cell as 7, or the reverse."""
        by = {"1": 0, "2": trips, "7": 4 - trips}
        rows = [
            (cell, holding, vehicle, by.get(ZONES.nodes[-1][DOMAIN[cell, 0]], 2))
            for cell, holding, vehicle, _ in FULL
            if by.get(ZONES.nodes[-1][DOMAIN[cell, 0]], 2)
        ]
        located = locate(partition(read(rows), MEMBERS, within=tree).tree, DOMAIN)
        group = {ZONES.nodes[-1][cell[0]]: int(one) for cell, one in zip(DOMAIN, located, strict=True)}
        return sorted(zone for zone, one in group.items() if one == group["1"])

    assert pooled(1) == pooled(3) == ["1", "2"]


def test_a_tree_survives_json_and_fits_the_months_of_another_year() -> None:
    tree = choose(read(FULL), MEMBERS)
    again = read_tree(tree.plain(), CUBE)
    assert again.plain() == tree.plain()
    assert np.array_equal(locate(again, DOMAIN), locate(tree, DOMAIN))
    renamed = replace(DAYS, nodes=(("all",), ("saturday'", "weekday'")))
    assert read_tree(tree.plain(), (ZONES, BANDS, renamed)).size == tree.size
    with pytest.raises(PartitionError, match="other dimensions"):
        read_tree(tree.plain(), (BANDS, ZONES, DAYS))
    for plain in ({**tree.plain(), "splits": [{}]}, {"form": tree.plain()["form"]}):
        with pytest.raises(PartitionError, match="no tree"):
            read_tree(plain, CUBE)
    crooked = {**tree.plain()["splits"][0], "node": []}
    with pytest.raises(PartitionError, match="differ in length"):
        read_tree({**tree.plain(), "splits": [crooked]}, CUBE)


def test_trees_that_do_not_fit_are_refused() -> None:
    contributions = read(FULL)
    loose = choose(contributions, MEMBERS)
    with pytest.raises(PartitionError, match="not safe for this one"):
        partition(contributions, Rules(400, 4, None, 3, 60, 20, 1), under=loose)
    with pytest.raises(PartitionError, match="not safe for this one"):
        choose(contributions, Rules(400, 4, None, 3, 60, 20, 1), under=loose)
    by_day = choose(contributions, MEMBERS, steps=(Step("day", "day"),))
    by_zone = choose(contributions, MEMBERS, steps=(Step("zone", "district"),))
    with pytest.raises(PartitionError, match="does not refine"):
        partition(contributions, MEMBERS, within=by_day, under=by_zone)
    with pytest.raises(PartitionError, match="brings its own steps"):
        partition(contributions, MEMBERS, within=by_day, steps=(Step("day", "day"),))
    renamed = replace(DAYS, nodes=(("all",), ("saturday'", "weekday'")))
    other = read_tree(by_day.plain(), (ZONES, BANDS, renamed))
    with pytest.raises(PartitionError, match="other nodes"):
        partition(contributions, MEMBERS, under=Tree((ZONES, BANDS, renamed), other.splits, "another"))
    with pytest.raises(PartitionError, match="other dimensions"):
        partition(contributions, MEMBERS, within=Tree.of((ZONES, BANDS)))
