"""The vectorised rules give what the rule for one cell gives, and what comes out tells nothing else."""

import random
from dataclasses import replace
from typing import TypeAlias

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.audiences import Audience
from governance.cubes import Cube
from governance.disclosure.primary import Contribution, Safe, judge
from governance.disclosure.protect import NotContributions, protect
from governance.disclosure.rules import Rules, UnenforceableRules, rules_of
from governance.obligations import Obligations
from governance.terms.floors import EpsilonBudget
from governance.world import World

MEMBERS = Rules(
    min_trips=10, min_vehicles=3, min_users=None, min_holders=3, max_share_percent=85, p_percent=10, coalition=1
)
HOLDINGS = "abcdef"
Rows: TypeAlias = list[tuple[int | None, str, str, int, int]]


@pytest.fixture(scope="session")
def cube(world: World) -> Cube:
    return replace(world.cubes["trip-ends-h3_8-month"], dimensions=("zone", "band"))


def table(rows: Rows) -> pa.Table:
    """Rows of zone, band, holding, trip ends, vehicles."""
    names = ["zone", "band", "holding", "trip_ends", "vehicles"]
    types = [pa.int64(), pa.string(), pa.string(), pa.int64(), pa.int64()]
    columns = list(zip(*rows, strict=True)) if rows else [[] for _ in names]
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names=names)


#: Two zones in the morning: (zone 1) 30 + 25 + 20 is safe; (zone 2) 80 + 15 + 5 lets the second estimate the first.
TOWN = [
    (1, "am", "a", 30, 9),
    (1, "am", "b", 25, 9),
    (1, "am", "c", 20, 9),
    (2, "am", "a", 80, 9),
    (2, "am", "b", 15, 9),
    (2, "am", "c", 5, 9),
]


def test_a_town_of_two_zones(cube: Cube) -> None:
    protected = protect(table(TOWN), cube=cube, rules=MEMBERS)
    assert protected.table.to_pylist() == [{"zone": 1, "band": "am", "trip_ends": 75, "coverage": "3-4"}]
    assert (protected.published, protected.withheld) == (1, 1)


def test_open_values_are_rounded_to_base_5(cube: Cube) -> None:
    # 77 -> 75, 78 -> 80: ties cannot happen with whole numbers and an odd base.
    for last, shown in ((22, 75), (23, 80), (20, 75)):
        rows = [*TOWN[:2], (1, "am", "c", last, 9)]
        protected = protect(table(rows), cube=cube, rules=replace(MEMBERS, rounding=5))
        assert protected.table["trip_ends"].to_pylist() == [shown]


def test_coverage_is_a_class(cube: Cube) -> None:
    rows: Rows = [(many, "am", holding, 20, 9) for many in (3, 4, 5, 6) for holding in HOLDINGS[:many]]
    protected = protect(table(rows), cube=cube, rules=MEMBERS)
    assert protected.table["coverage"].to_pylist() == ["3-4", "3-4", "5+", "5+"]
    waived = replace(MEMBERS, coalition=0, named=frozenset("a"))
    one = protect(table([(1, "am", "a", 20, 9)]), cube=cube, rules=waived)
    assert one.table["coverage"].to_pylist() == ["1-2"]


def test_what_is_public_is_in_the_value_but_covers_nobody(cube: Cube) -> None:
    rows = [*TOWN[:3], (1, "am", "d", 1000, 9)]
    protected = protect(table(rows), cube=cube, rules=replace(MEMBERS, known=frozenset("d")))
    assert protected.table.to_pylist() == [{"zone": 1, "band": "am", "trip_ends": 1075, "coverage": "3-4"}]


def test_nothing_in_nothing_out(cube: Cube) -> None:
    protected = protect(table([]), cube=cube, rules=MEMBERS)
    assert protected.table.num_rows == 0
    assert protected.table.column_names == ["zone", "band", "trip_ends", "coverage"]


def test_a_protected_cell_and_one_that_never_was_look_alike(cube: Cube) -> None:
    # Attack 12: zone 2 is there, protected; or it is not there at all. Same bytes.
    with_it = protect(table(TOWN), cube=cube, rules=MEMBERS).table
    without = protect(table(TOWN[:3]), cube=cube, rules=MEMBERS).table
    assert with_it.equals(without)


rows = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2, 617733]),
        st.sampled_from(["am", "pm"]),
        st.sampled_from(HOLDINGS),
        st.integers(0, 40),
        st.integers(0, 6),
    ),
    max_size=60,
)
rule_sets = st.builds(
    Rules,
    min_trips=st.integers(0, 20),
    min_vehicles=st.integers(0, 8),
    min_users=st.none(),
    min_holders=st.integers(1, 5),
    max_share_percent=st.integers(30, 100),
    p_percent=st.sampled_from([0, 10, 15, 30, 60, 150]),
    coalition=st.integers(0, 3),
    rounding=st.sampled_from([1, 5]),
    named=st.frozensets(st.sampled_from(HOLDINGS)),
    known=st.frozensets(st.sampled_from(HOLDINGS), max_size=2),
)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(rows=rows, rules=rule_sets)
def test_both_forms_agree_on_every_cell(cube: Cube, rows: Rows, rules: Rules) -> None:
    cells: dict[tuple[int | None, str], list[Contribution]] = {}
    for zone, band, holding, trips, vehicles in rows:
        counts = {"min_trips": trips, "min_vehicles": vehicles}
        cells.setdefault((zone, band), []).append(Contribution(holding, trips, counts))
    expected = {key: sum(one.value for one in cell) for key, cell in cells.items() if judge(cell, rules) == Safe()}
    protected = protect(table(rows), cube=cube, rules=rules)
    shown = {(row["zone"], row["band"]): row["trip_ends"] for row in protected.table.to_pylist()}
    assert shown.keys() == expected.keys()
    assert all(abs(shown[key] - value) <= rules.rounding // 2 for key, value in expected.items())
    assert (protected.published, protected.withheld) == (len(expected), len(cells) - len(expected))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(rows=rows, rules=rule_sets, seed=st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(cube: Cube, rows: Rows, rules: Rules, seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    one, other = (protect(table(order), cube=cube, rules=rules).table for order in (rows, shuffled))
    assert one.equals(other)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(rows=rows, rules=rule_sets)
def test_stricter_rules_never_show_more(cube: Cube, rows: Rows, rules: Rules) -> None:
    shown = {(row["zone"], row["band"]) for row in protect(table(rows), cube=cube, rules=rules).table.to_pylist()}
    stricter = [
        replace(rules, min_trips=(rules.min_trips or 0) + 3),
        replace(rules, min_holders=rules.min_holders + 1),
        replace(rules, max_share_percent=rules.max_share_percent - 10),
        replace(rules, p_percent=rules.p_percent + 10),
        replace(rules, coalition=rules.coalition + 1),
        replace(rules, named=frozenset(sorted(rules.named)[1:])),
    ]
    for one in stricter:
        now = {(row["zone"], row["band"]) for row in protect(table(rows), cube=cube, rules=one).table.to_pylist()}
        assert now <= shown


@settings(derandomize=True, deadline=None, max_examples=200)
@given(rows=rows)
def test_no_competitor_gets_closer_than_p(cube: Cube, rows: Rows) -> None:
    """The insider attack itself, not the rule: each holding subtracts itself and bounds each other one."""
    own: dict[tuple[int | None, str, str], int] = {}
    for zone, band, holding, trips, _ in rows:
        own[zone, band, holding] = own.get((zone, band, holding), 0) + trips
    for row in protect(table(rows), cube=cube, rules=MEMBERS).table.to_pylist():
        here = {holding: own.get((row["zone"], row["band"], holding), 0) for holding in HOLDINGS}
        for attacker, known in here.items():
            holders = 5 if row["coverage"] == "5+" else 3
            # Whoever else must be there has one trip at least; an attacker without trips is none of them.
            upper = row["trip_ends"] - known - (holders - 1 - (known > 0))
            for target, true in here.items():
                assert target == attacker or true == 0 or upper >= 1.1 * true - 1e-9


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (table(TOWN).drop_columns(["vehicles"]), "lack the column vehicles"),
        (table([(1, "am", "a", -1, 1)]), "between 0 and"),
        (table(TOWN).set_column(3, "trip_ends", pa.array([1.5] * 6)), "whole numbers"),
        (table(TOWN).set_column(4, "vehicles", pa.array([float("nan")] * 6)), "whole numbers"),
        (table(TOWN).set_column(3, "trip_ends", pa.array([1, 2, 3, 4, 5, None])), "null in 1"),
        (table(TOWN).set_column(2, "holding", pa.array(["a", "b", None, "a", "b", "c"])), "no holding"),
    ],
)
def test_what_is_no_table_of_contributions_is_refused(cube: Cube, broken: pa.Table, message: str) -> None:
    with pytest.raises(NotContributions, match=message):
        protect(broken, cube=cube, rules=MEMBERS)


def test_sums_of_other_engines_are_read(cube: Cube) -> None:
    # DuckDB sums whole numbers as HUGEINT, which arrives as decimal or double.
    decimals = table(TOWN).set_column(3, "trip_ends", table(TOWN)["trip_ends"].cast(pa.decimal128(38, 0)))
    doubles = table(TOWN).set_column(3, "trip_ends", table(TOWN)["trip_ends"].cast(pa.float64()))
    for one in (decimals, doubles):
        assert protect(one, cube=cube, rules=MEMBERS).table["trip_ends"].to_pylist() == [75]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(honest=st.lists(st.integers(0, 8), min_size=2, max_size=4), trips=st.integers(0, 60), many=st.integers(0, 60))
def test_no_fake_trips_read_fewer_than_k_of_others(cube: Cube, honest: list[int], trips: int, many: int) -> None:
    """The attack itself: f sends what it likes, subtracts it, and must find ten trips of others, or no cell at all."""
    rows: Rows = [(1, "am", holding, number, number) for holding, number in zip("abcd", honest, strict=False)]
    rows += [(1, "am", "f", trips, many)]
    for row in protect(table(rows), cube=cube, rules=MEMBERS).table.to_pylist():
        assert row["trip_ends"] - trips >= 10


def test_a_member_that_fills_every_cell_learns_no_single_trip(cube: Cube) -> None:
    # Nine fake trips and vehicles of c in each of eight zones, where a and b have 2 to 9 trips together.
    real = {zone: (1, zone) for zone in range(1, 9)}
    rows: Rows = [(zone, "am", name, n, n) for zone, two in real.items() for name, n in zip("ab", two, strict=True)]
    rows += [(zone, "am", "c", 9, 9) for zone in real]
    assert protect(table(rows), cube=cube, rules=MEMBERS).published == 0
    # What the bare sum would have given away: X - 9 in every cell of a + b >= 1.
    assert protect(table(rows), cube=cube, rules=replace(MEMBERS, coalition=0)).published > 0


def test_a_waiver_of_some_hides_nobody_else(cube: Cube, world: World) -> None:
    """Glisse did not waive, the others did: were they shown alone, coverage "1-2" would tell where Glisse is absent."""
    holders = frozenset({"alizes", "bolide", "glisse"})
    floors = world.ruleset.floors[Audience.AUTHORITY].terms
    partial = Obligations(cube.id, Audience.AUTHORITY, floors, holders=holders, named=frozenset({"alizes", "bolide"}))
    rows: Rows = [(zone, "am", name, 30, 9) for zone in (1, 2) for name in ("alizes", "bolide")]
    rows += [(2, "am", "glisse", 30, 9)]
    assert rules_of(partial, cube).named == frozenset()
    shown = protect(table(rows), cube=cube, rules=rules_of(partial, cube)).table
    assert shown["zone"].to_pylist() == [2]
    # Nobody to hide once Glisse waives too, or once its numbers are public anyway.
    for whole in (replace(partial, named=holders), replace(partial, known=frozenset({"glisse"}))):
        assert protect(table(rows), cube=cube, rules=rules_of(whole, cube)).table["zone"].to_pylist() == [1, 2]


def test_rules_come_from_the_obligations(world: World) -> None:
    cube = world.cubes["fleet-day"]
    floors = world.ruleset.floors[Audience.OPEN].terms
    rules = rules_of(Obligations("fleet-day", Audience.OPEN, floors, named=frozenset({"x"})), cube)
    assert rules == Rules(None, 5, None, 3, 85, 15, 2, 5, frozenset({"x"}), frozenset())
    lacking = {name: term for name, term in floors.items() if name != "p_percent"}
    with pytest.raises(UnenforceableRules, match="p_percent"):
        rules_of(Obligations("fleet-day", Audience.OPEN, lacking), cube)
    noisy = {**floors, EpsilonBudget.name: EpsilonBudget(1000)}
    with pytest.raises(UnenforceableRules, match="thresholds"):
        rules_of(Obligations("fleet-day", Audience.OPEN, noisy), cube)


def test_rules_that_the_cube_cannot_count_are_refused(cube: Cube) -> None:
    with pytest.raises(NotContributions, match="min_users"):
        protect(table(TOWN), cube=cube, rules=replace(MEMBERS, min_users=5))


def test_measured_seconds_are_rounded_to_whole_ones(world: World) -> None:
    cube = world.cubes["dwell-h3_8-month"]
    row = {"zone": 1, "month": "2026-01", "day_type": "weekday", "band": "am", "episodes_begun": 9, "vehicles": 9}
    seconds = {"a": 30.25, "b": 25.5, "c": 20.25}
    rows = pa.Table.from_pylist([{**row, "holding": name, "dwell_s": value} for name, value in seconds.items()])
    protected = protect(rows, cube=cube, rules=MEMBERS)
    assert protected.table["dwell_s"].to_pylist() == [30 + 26 + 20]


def test_a_small_target_below_two_waived_holdings(cube: Cube) -> None:
    # c = 5 is the only target; one attacker, a, knows 50 of 95: 40 stay hidden, far more than 150 % of 5.
    rows: Rows = [(1, "am", "a", 50, 9), (1, "am", "b", 40, 9), (1, "am", "c", 5, 9)]
    rules = replace(MEMBERS, p_percent=150, named=frozenset("ab"))
    assert protect(table(rows), cube=cube, rules=rules).published == 1
