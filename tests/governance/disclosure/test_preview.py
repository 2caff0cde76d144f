"""What a preview says, of a town with as many trips as a person can add up, and in the markets that are hard."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.audiences import Audience
from governance.cube_parts import Finishing, Mechanism
from governance.cubes import Cube
from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.partition import partition
from governance.disclosure.preview.markets import MARKETS, Market
from governance.disclosure.preview.measures import Share, Told, shares, told_by_grid, told_by_partition, told_by_table
from governance.disclosure.preview.outlook import outlooks
from governance.disclosure.preview.scenario import YOU, supposed
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.steps import Step
from governance.world import World

ZONES = Hierarchy.of("zone", ["commune", "cell"], [("A", "1"), ("A", "2"), ("B", "3"), ("B", "4")])
BANDS = Hierarchy.flat("band", "band", ["am", "pm"])
MEMBERS = Rules(
    min_trips=10, min_vehicles=3, min_users=None, min_holders=3, max_share_percent=85, p_percent=10, coalition=1
)
AUTHORITY = replace(MEMBERS, coalition=0)
#: Trips by zone and band; cell 4 has none.
TRIPS = {("1", "am"): 400, ("1", "pm"): 200, ("2", "am"): 300, ("2", "pm"): 60, ("3", "am"): 30, ("3", "pm"): 10}


ABOUT = About("ends", Shape.PARTITION, "trips", "trips")


def own(trips: dict[tuple[str, str], int] | None = None, *, holding: str = "bolide") -> Contributions:
    """Each trip on one of fifty vehicles."""
    rows = [
        (zone, band, f"v{number % 50:02}") for (zone, band), many in (trips or TRIPS).items() for number in range(many)
    ]
    table = pa.table(
        {
            "zone": [row[0] for row in rows],
            "band": [row[1] for row in rows],
            "device": [row[2] for row in rows],
            "holding": [holding] * len(rows),
            "trips": [1] * len(rows),
        }
    ).group_by(["zone", "band", "device", "holding"])
    return read_contributions(
        table.aggregate([("trips", "sum")]).rename_columns(["zone", "band", "device", "holding", "trips"]),
        hierarchies=(ZONES, BANDS),
        measure="trips",
        added={"min_trips": "trips"},
        distinct={"min_vehicles": "device"},
    )


@pytest.fixture
def cube(world: World) -> Cube:
    return replace(world.cubes["trip-ends-h3_8-month"], steps=(), levels={})


def draw(market: Market, seed: int = 1) -> Contributions:
    return supposed(own(), market, random=np.random.default_rng(seed))


def test_the_others_have_their_shares_and_you_have_your_own_records() -> None:
    for market in MARKETS:
        found = draw(market)
        by_holding = np.bincount(found.holding, weights=found.value, minlength=len(found.holdings))
        assert by_holding[found.holdings.index(YOU)] == 1000
        part = 100 * by_holding / by_holding.sum()
        assert abs(part[0] - market.shares[0]) < 4
        if not market.absent:
            assert np.abs(part - np.array(market.shares)).max() < 13  # they vary from zone to zone, and there are three


def test_nothing_but_the_holders_own_rows_is_looked_at() -> None:
    """A joint table of which only the holder's rows are taken gives the same preview as its own table alone."""
    alone = own()
    joint = Contributions(
        alone.hierarchies,
        ("aaa", "bolide"),
        np.concatenate([alone.cell, alone.cell]),
        np.concatenate([alone.holding + 1, alone.holding]).astype(np.int32),
        np.concatenate([alone.value, alone.value * 9]),
        {name: np.concatenate([values, values * 9]) for name, values in alone.added.items()},
        {name: np.concatenate([ids, ids]) for name, ids in alone.distinct.items()},
    )
    one = supposed(joint.only("bolide"), MARKETS[0], random=np.random.default_rng(4))
    other = supposed(alone, MARKETS[0], random=np.random.default_rng(4))
    assert np.array_equal(one.value, other.value)
    assert np.array_equal(one.cell, other.cell)
    assert one.holdings == other.holdings
    assert not {"aaa", "bolide"} & set(one.holdings)


def test_the_others_go_only_where_the_holder_goes_and_their_fleets_are_as_large_as_their_shares() -> None:
    found = draw(Market("x", (50, 40, 10)))
    assert {tuple(cell) for cell in found.cell.tolist()} == {tuple(cell) for cell in own().cell.tolist()}
    fleets = [len(np.unique(found.distinct["min_vehicles"][found.holding == number])) for number in range(3)]
    assert fleets == [50, 40, 10]


def test_one_that_is_absent_is_absent_from_whole_zones() -> None:
    found = draw(Market("x", (50, 30, 20), absent=50))
    zones = {int(zone) for zone in np.unique(found.cell[found.holding == 2, 0])}
    assert len(zones) < len({int(zone) for zone in np.unique(own().cell[:, 0])})
    gone = draw(Market("x", (50, 30, 20), absent=100))
    assert (gone.holding != 2).all()


def test_contributions_stand_in_their_order_and_the_same_seed_gives_the_same_ones() -> None:
    found, again = draw(MARKETS[0]), draw(MARKETS[0])
    keys = np.column_stack([found.cell, found.holding])
    assert np.array_equal(keys, keys[np.lexsort(keys.T[::-1])])
    assert np.array_equal(found.value, again.value)
    assert not np.array_equal(found.cell, draw(MARKETS[0], seed=2).cell)


def test_shares_are_those_that_a_person_counts() -> None:
    """A table that prints: everything; commune A; cell 1 in the morning (400 of 1000 trips, 1 of 6 cells)."""
    level = np.array([[0, 0], [1, 0], [1, 0], [2, 1], [2, 1]], np.int8)
    nodes = [((0,), (0,)), ((0,), (0,)), ((1,), (0,)), ((0,), (0,)), ((1,), (0,))]
    about = About("ends", Shape.TABLE, "trips", "trips")
    table = Published(
        about, (ZONES, BANDS), level, nodes, np.array([1000, 960, -1, 400, -1]), ("5+", "5+", "", "5+", "")
    )
    data = own()
    found = {
        tuple(one.levels.values()): (one.trips_percent, one.cells_percent)
        for one in shares(told_by_table(table, data, np.ones(len(data), bool)), data)
    }
    assert found == {
        ("all", "all"): (100, 100),
        ("commune", "all"): (96, 66),
        ("cell", "all"): (40, 16),
        ("all", "band"): (40, 16),
        ("commune", "band"): (40, 16),
        ("cell", "band"): (40, 16),
    }


def test_a_group_is_told_for_the_finest_node_that_holds_all_of_it() -> None:
    """Cells 1 and 2 stand alone; 3 is pooled with the empty 4 and 5: told for their commune, though it is of cells."""
    cells = [*(("A", cell) for cell in "12345"), ("B", "6"), ("C", "7")]
    zones = Hierarchy.of("zone", ["commune", "cell"], cells)
    table = pa.table({"zone": [*"12367"], "holding": ["x"] * 5, "device": ["v"] * 5, "trips": [50, 40, 30, 60, 70]})
    data = read_contributions(
        table, hierarchies=(zones,), measure="trips", added={"min_trips": "trips"}, distinct={"min_vehicles": "device"}
    )
    found = partition(data, Rules(20, None, None, 1, 100, 0, 0), steps=[Step("zone", "commune"), Step("zone", "cell")])
    levels = {row["trips"]: (row["zone"], row["zone_level"]) for row in found.published(ABOUT).table().to_pylist()}
    assert levels[50] == (["1"], "cell")
    assert levels[40] == (["2"], "cell")
    assert levels[30] == (["3", "4", "5"], "cell")
    assert told_by_partition(found, np.ones(5, bool)).reach[:, 0, 0].tolist() == [2, 2, 1, 2, 2]


def test_a_group_that_pools_cells_is_told_for_what_holds_them_all() -> None:
    """Cells 1 and 2 pooled are told for commune A; all of both communes for the whole only."""
    data = own()
    found = partition(data, Rules(350, None, None, 1, 100, 0, 0))
    told = told_by_partition(found, np.ones(len(data), bool))
    assert told.reach.shape == (len(data), 2, 1)
    for row in range(len(data)):
        mates = data.cell[found.group == found.group[row]]
        for d, hierarchy in enumerate((ZONES, BANDS)):
            together = [
                level for level in range(hierarchy.base + 1) if len(set(hierarchy.ancestors[level][mates[:, d]])) == 1
            ]
            # Groups also pool cells in which nothing happened: never finer than what the trips show.
            assert told.reach[row, d, 0] <= max(together)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(k=st.integers(1, 1200))
def test_what_is_told_finer_is_told_coarser_too(k: int) -> None:
    data = own()
    found = shares(
        told_by_partition(partition(data, Rules(k, None, None, 1, 100, 0, 0)), np.ones(len(data), bool)), data
    )
    by = {tuple(one.levels.values()): one.trips_percent for one in found}
    assert all(by[one] >= by[two] for one, two in itertools.product(by, by) if finer(two, one))
    assert by["all", "all"] == (100 if k <= 1000 else 0)


def finer(one: Sequence[str], other: Sequence[str]) -> bool:
    return all(h.levels.index(a) >= h.levels.index(b) for h, a, b in zip((ZONES, BANDS), one, other, strict=True))


def test_a_grid_tells_all_rows_alike_and_no_grid_none() -> None:
    data = own()
    grid = shares(told_by_grid((ZONES, BANDS), (1, 1), len(data)), data)
    assert [one.trips_percent for one in grid] == [100, 100, 100, 100, 0, 0]
    nothing: Told = told_by_grid((ZONES, BANDS), None, len(data))
    assert all(one == Share(one.levels, 0, 0) for one in shares(nothing, data))


def told(cube: Cube, rules: Rules, audience: Audience, market: Market) -> list[tuple[bool, int, int]]:
    """For each outlook: waived, and the trips told at all and by single cells and bands."""
    found = outlooks(own(), rules, cube, audience, markets=[market])
    return [(one.waived, one.shares[0].trips_percent, one.shares[-1].trips_percent) for one in found]


def test_an_even_market_is_told_to_its_members(cube: Cube) -> None:
    """Commune A by band (960 of 1000 trips); B's evening is too thin, cell 1 fails p doubled."""
    (found,) = outlooks(own(), MEMBERS, cube, Audience.MEMBERS, markets=[Market("x", (40, 35, 25))])
    assert not found.waived
    assert {tuple(one.levels.values()): one.trips_percent for one in found.shares} == {
        ("all", "all"): 100,
        ("all", "band"): 96,
        ("commune", "all"): 100,
        ("commune", "band"): 96,
        ("cell", "all"): 0,
        ("cell", "band"): 0,
    }
    assert found.sentence().en == (
        "The finest that stays useful: zone commune, band band; 96 % of your trips would be told there."
    )


def test_with_two_holdings_only_waivers_help_and_only_the_authority(cube: Cube) -> None:
    two = Market("two", (50, 50))
    assert told(cube, MEMBERS, Audience.MEMBERS, two) == [(False, 0, 0)]
    (without, waived) = told(cube, AUTHORITY, Audience.AUTHORITY, two)
    assert without == (False, 0, 0)
    assert waived[:2] == (True, 100)
    assert waived[2] >= 80
    (members,) = outlooks(own(), MEMBERS, cube, Audience.MEMBERS, markets=[two])
    assert members.nothing
    assert members.sentence().en.startswith("With two, each subtracts itself")
    authority = outlooks(own(), AUTHORITY, cube, Audience.AUTHORITY, markets=[two])
    assert authority[0].sentence().fr.startswith("Rien sans levée de protection")
    assert authority[1].sentence().fr.startswith("Le plus fin qui reste utile : zone ")


def test_where_one_dominates_members_see_nothing_or_little_and_the_authority_its_table(cube: Cube) -> None:
    """60/35/5: a first tree is chosen under p doubled, which no part of the sum of everything keeps."""
    skewed = Market("skewed", (60, 35, 5))
    (members,) = outlooks(own(), MEMBERS, cube, Audience.MEMBERS, markets=[skewed])
    assert [one.trips_percent for one in members.shares] == [100, 0, 0, 0, 0, 0]
    assert members.sentence().en == "Only the sum of the whole territory and of all hours would be told."
    (_, waived) = told(cube, AUTHORITY, Audience.AUTHORITY, skewed)
    assert waived[2] >= 80


def test_a_waiver_leaves_travellers_their_thresholds(cube: Cube) -> None:
    few = own({("1", "am"): 4, ("2", "pm"): 3})
    found = outlooks(few, AUTHORITY, cube, Audience.AUTHORITY, markets=[Market("x", (60, 40))])
    assert [one.shares[-1].trips_percent for one in found] == [0, 0]


def test_noise_is_seen_on_its_grid(cube: Cube) -> None:
    noisy = replace(cube, finishing={Audience.OPEN: Finishing(Mechanism.DISCRETE_GAUSSIAN, sigma=6)})
    (found,) = outlooks(own(), MEMBERS, noisy, Audience.OPEN, markets=[Market("x", (40, 35, 25))])
    assert {one.trips_percent for one in found.shares} <= {0, 100}
    assert found.shares[0].trips_percent == 100
    (two,) = outlooks(own(), MEMBERS, noisy, Audience.OPEN, markets=[Market("two", (50, 50))])
    assert two.nothing


def test_what_may_be_shown_to_the_other_party_has_no_count(cube: Cube) -> None:
    (found,) = outlooks(own(), MEMBERS, cube, Audience.MEMBERS, markets=[MARKETS[0]])
    plain = found.plain()
    assert sorted(plain) == ["audience", "market", "market_shares", "sentence", "shares", "supposed", "waived"]
    numbers = [value for one in found.shares for value in one.plain().values() if isinstance(value, int)]
    assert all(0 <= number <= 100 for number in numbers)
    assert "1000" not in str(plain)
