"""The auditor of partitions, on groups written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.independent import NotAudited, audit_partition, layout
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules, coverage_class
from tests.governance.disclosure.handmade import RULES, contributions, table

#: Commune A has two cells, B has one; the day has two halves.
ZONES = Hierarchy.of("zone", ["commune", "cell"], [("A", "1"), ("A", "2"), ("B", "3")])
TOWN = (ZONES, Hierarchy.flat("band", "band", ["am", "pm"]))
CELLS = {
    ("1", "am"): {"a": 20, "b": 18, "c": 15},
    ("1", "pm"): {"a": 9, "b": 8, "c": 4},
    ("2", "pm"): {"a": 12, "b": 9, "c": 9},
    ("3", "am"): {"a": 5, "b": 30, "c": 20},
}
MADE = contributions(TOWN, CELLS)
#: Each group as (level, nodes) of zone and of band. The last, commune B at night, is empty.
GROUPS = [((2, (0,)), (1, (0,))), ((2, (0, 1)), (1, (1,))), ((2, (1, 2)), (1, (0,))), ((1, (1,)), (1, (1,)))]


def partition(
    groups: Sequence[tuple[tuple[int, tuple[int, ...]], ...]],
    made: Contributions = MADE,
    known: frozenset[str] = frozenset(),
) -> Published:
    levels = np.array([[level for level, _ in group] for group in groups], np.int8).reshape(-1, 2)
    nodes = [[nodes for _, nodes in group] for group in groups]
    values, coverage = [], []
    for group in groups:
        inside = np.ones(len(made), bool)
        for d, (level, pooled) in enumerate(group):
            inside &= np.isin(made.hierarchies[d].ancestors[level][made.cell[:, d]], pooled)
        parts = np.bincount(made.holding[inside], made.value[inside], len(made.holdings)).astype(int)
        secret = sum(part > 0 for part, name in zip(parts, made.holdings, strict=True) if name not in known)
        values.append(int(parts.sum()))
        coverage.append(coverage_class(secret)[1])
    about = About("handmade", Shape.PARTITION, "trips", "trips")
    return Published(about, made.hierarchies, levels, nodes, np.array(values, np.int64), tuple(coverage))


#: The same, with the empty one pooled.
WHOLE = [((2, (0,)), (1, (0,))), ((0, (0,)), (1, (1,))), ((2, (1, 2)), (1, (0,)))]


def rules_broken(published: Published, made: Contributions = MADE, rules: Rules = RULES) -> set[tuple[str, str]]:
    return {(one.rule, one.key) for one in audit_partition(published, made, rules).breaches}


def test_a_safe_partition_is_found_safe() -> None:
    found = audit_partition(partition(WHOLE), MADE, RULES)
    assert found.breaches == ()
    assert found.attacks == (1 + 3) * 3
    # In each group what the second largest can think of the largest, one trip of the third taken out, over 110 %.
    least = min((53 - 18 - 1) / 22, (51 - 17 - 1) / 24, (55 - 20 - 1) / 33)
    assert found.least_slack == pytest.approx(least)


def test_an_empty_group_is_never_shown() -> None:
    assert rules_broken(partition(GROUPS)) >= {("empty", "zone=B, band=pm")}


def test_each_group_keeps_each_rule() -> None:
    markets = {
        "p_percent": {"a": 100, "b": 90, "c": 9},
        "min_holders": {"a": 30, "b": 30, "c": 0},
        "max_share_percent": {"a": 600, "b": 50, "c": 50},
        "min_trips": {"a": 6, "b": 5, "c": 4},
    }
    for rule, parts in markets.items():
        made = contributions(TOWN, {**CELLS, ("1", "am"): parts})
        told = rules_broken(partition(WHOLE, made), made)
        assert (rule, "zone=1, band=am") in told, rule
        assert {key for _, key in told} == {"zone=1, band=am"}


def test_a_public_holding_hides_nobody() -> None:
    made = contributions(TOWN, {cell: {**parts, "d": 30} for cell, parts in CELLS.items()})
    rules = replace(RULES, known=frozenset("d"))
    assert audit_partition(partition(WHOLE, made, rules.known), made, rules).safe
    thin = contributions(
        TOWN,
        {**{cell: {**parts, "d": 30} for cell, parts in CELLS.items()}, ("1", "am"): {"a": 30, "b": 30, "d": 30}},
    )
    assert audit_partition(partition(WHOLE, thin), thin, RULES).safe
    assert ("min_holders", "zone=1, band=am") in rules_broken(partition(WHOLE, thin, rules.known), thin, rules)


def test_vehicles_are_counted_once_in_a_group() -> None:
    rows = [("1", "am", name, f"{name}{n}", 10) for name in "abc" for n in (1, 2)]
    rows += [(zone, "pm", name, f"{name}1", 10) for zone in "123" for name in "abc"]
    rows += [("2", "am", name, f"{name}{n}", 10) for name in "abc" for n in (1, 2)]
    columns = dict(zip(("zone", "band", "holding", "device", "trips"), map(list, zip(*rows, strict=True)), strict=True))
    made = read_contributions(
        pa.table(columns),
        hierarchies=TOWN,
        measure="trips",
        added={"min_trips": "trips"},
        distinct={"min_vehicles": "device"},
    )
    rules = replace(RULES, min_vehicles=3)
    # Six vehicles in each group of the morning. At night each holding has the same one in three zones: two of others.
    assert rules_broken(partition(WHOLE, made), made, rules) == {("min_vehicles", "zone=all, band=pm")}


def test_structure_sums_and_coverage_must_be_right() -> None:
    assert rules_broken(partition(WHOLE[:2])) == {("missing", "2 base cells")}
    twice = [WHOLE[0], WHOLE[1], ((0, (0,)), (1, (0,)))]
    assert ("overlap", "zone=all, band=am") in rules_broken(partition(twice))
    whole = partition(WHOLE)
    wrong = replace(whole, value=whole.value + np.array([0, 1, 0]))
    assert rules_broken(wrong) == {("sum", "zone=all, band=pm")}
    other = replace(whole, coverage=("3-4", "5+", "3-4"))
    assert rules_broken(other) == {("coverage", "zone=all, band=pm")}
    hidden = replace(whole, value=np.array([53, -1, 55]), coverage=("3-4", "", "3-4"))
    assert rules_broken(hidden) == {("suppressed", "zone=all, band=pm")}


def test_rounded_sums_are_right_within_the_rounding() -> None:
    whole = partition(WHOLE)
    about = replace(whole.about, rounding=5)
    assert rules_broken(replace(whole, about=about, value=np.array([55, 50, 55]))) == set()
    assert rules_broken(replace(whole, about=about, value=np.array([50, 50, 55]))) == {("sum", "zone=1, band=am")}


def test_nothing_published_is_safe() -> None:
    found = audit_partition(partition([]), MADE, RULES)
    assert (found.safe, found.attacks) == (True, 0)


def test_other_releases_are_not_audited() -> None:
    with pytest.raises(NotAudited, match="not a partition"):
        audit_partition(table(MADE, hidden=[]), MADE, RULES)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(1, 8), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_blocks_of_any_size_find_the_same(at_once: int, owner: list[int]) -> None:
    """A random cover by groups of single cells: what is missing, twice, and where rows lie, by plain counting."""
    groups = [((2, (cell // 2,)), (1, (cell % 2,))) for cell in range(6) for _ in range(owner[cell])]
    published = partition(groups)
    whole = layout.placed(published, range(len(groups)), MADE.cell)
    before = layout.AT_ONCE
    layout.AT_ONCE = at_once
    try:
        part = layout.placed(published, range(len(groups)), MADE.cell)
    finally:
        layout.AT_ONCE = before
    assert whole.missing == part.missing == sum(many == 0 for many in owner)
    assert whole.twice == part.twice
    assert len(whole.twice) == sum(max(0, many - 1) for many in owner)
    assert whole.row.tolist() == part.row.tolist()
    for (zone, band), row in zip(MADE.cell.tolist(), whole.row.tolist(), strict=True):
        assert (row >= 0) == (owner[2 * zone + band] > 0)
        assert row < 0 or groups[row] == ((2, (zone,)), (1, (band,)))
