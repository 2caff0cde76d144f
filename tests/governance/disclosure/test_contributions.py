"""Contributions as arrays: exact counts in any group of cells, the same arrays whatever the order of the rows."""

import random

import numpy as np
import pyarrow as pa
import pytest

from governance.disclosure.cells import tally
from governance.disclosure.contributions import Contributions, NotContributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy, read_hierarchy

ZONES = Hierarchy.of("zone", ["commune", "cell"], [("A", "1"), ("A", "2"), ("B", "3"), ("outside", "outside")])
BANDS = Hierarchy.flat("band", "band", ["am", "pm"])
NAMES = ("zone", "band", "holding", "device", "trips")
#: Vehicle v1 of x is seen in both cells of commune A: two cells, one vehicle.
ROWS = [
    ("1", "am", "x", "v1", 3),
    ("2", "am", "x", "v1", 2),
    ("2", "am", "x", "v2", 1),
    ("2", "am", "y", "v1", 4),
    (None, "pm", "y", "v9", 5),
    ("77", "pm", "y", "v8", 6),
]


def read(rows: list[tuple[object, ...]]) -> Contributions:
    table = pa.table({name: list(column) for name, column in zip(NAMES, zip(*rows, strict=True), strict=True)})
    return read_contributions(
        table,
        hierarchies=(ZONES, BANDS),
        measure="trips",
        added={"min_trips": "trips"},
        distinct={"min_vehicles": "device"},
    )


def test_vehicles_are_counted_once_in_a_group() -> None:
    found = read(ROWS)
    commune = ZONES.ancestors[1][found.cell[:, 0]].astype(np.int64)
    cells = tally(found, commune, size=3)
    assert found.holdings == ("x", "y")
    assert cells.values.tolist() == [[6, 4], [0, 0], [0, 11]]
    assert cells.counts["min_vehicles"].tolist() == [[2, 1], [0, 0], [0, 2]]
    assert cells.counts["min_trips"].tolist() == cells.values.tolist()


def test_a_place_in_no_zone_lies_outside() -> None:
    outside = ZONES.place["outside"]
    assert sorted(read(ROWS).value[read(ROWS).cell[:, 0] == outside].tolist()) == [5, 6]


def test_the_order_of_rows_changes_nothing() -> None:
    first = read(ROWS)
    for seed in range(20):
        shuffled = random.Random(seed).sample(ROWS, len(ROWS))
        other = read(shuffled)
        assert np.array_equal(first.cell, other.cell)
        assert np.array_equal(first.value, other.value)
        assert np.array_equal(first.distinct["min_vehicles"], other.distinct["min_vehicles"])


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("1", "am", None, "v", 1), "belongs to no holding"),
        (("1", "am", "x", None, 1), "an id is null"),
        (("1", "am", "x", "v", -1), "between 0 and"),
        (("1", "am", "x", "v", None), "trips is null"),
        (("1", "night", "x", "v", 1), "'night' is no node of band"),
    ],
)
def test_what_is_no_contribution_is_said(row: tuple[object, ...], told: str) -> None:
    with pytest.raises(NotContributions, match=told):
        read([*ROWS, row])


def test_a_hierarchy_is_a_tree_and_survives_json() -> None:
    again = read_hierarchy(ZONES.plain())
    assert (again.nodes, again.levels) == (ZONES.nodes, ("all", "commune", "cell"))
    assert ZONES.below(1, 0).tolist() == [0, 1]
    for chains in ([("A", "1"), ("B", "1")], [("A", "1", "x")], []):
        with pytest.raises(ValueError, match="zone"):
            Hierarchy.of("zone", ["commune", "cell"], chains)
    with pytest.raises(ValueError, match="two parents"):
        Hierarchy.of("zone", ["a", "b", "c"], [("A", "x", "1"), ("B", "x", "2")])
