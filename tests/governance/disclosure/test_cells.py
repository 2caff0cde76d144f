"""The rules over arrays say of each cell what the rules for one cell say."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure.cells import Cells, safe
from governance.disclosure.primary import Contribution, Safe, judge
from governance.disclosure.rules import Rules

HOLDINGS = ("a", "b", "c", "d", "e", "f")
RULES = st.builds(
    Rules,
    min_trips=st.integers(0, 20),
    min_vehicles=st.integers(0, 8),
    min_users=st.none(),
    min_holders=st.integers(1, 5),
    max_share_percent=st.integers(30, 100),
    p_percent=st.sampled_from([0, 10, 15, 30, 60, 150]),
    coalition=st.integers(0, 3),
    named=st.frozensets(st.sampled_from(HOLDINGS)),
    known=st.frozensets(st.sampled_from(HOLDINGS), max_size=2),
    everywhere=st.booleans(),
)
CELL = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6)), min_size=6, max_size=6)


@settings(derandomize=True, deadline=None, max_examples=600)
@given(cells=st.lists(CELL, min_size=1, max_size=6), rules=RULES)
def test_each_cell_is_judged_as_by_the_rule_for_one(cells: list[list[tuple[int, int]]], rules: Rules) -> None:
    values = np.array([[value for value, _ in cell] for cell in cells], np.int64)
    vehicles = np.array([[min(value, many) for value, many in cell] for cell in cells], np.int64)
    found = safe(Cells(HOLDINGS, values, {"min_trips": values, "min_vehicles": vehicles}), rules)
    for index, verdict in enumerate(found):
        one = [
            Contribution(name, int(value), {"min_trips": int(value), "min_vehicles": int(many)})
            for name, value, many in zip(HOLDINGS, values[index], vehicles[index], strict=True)
        ]
        assert bool(verdict) == isinstance(judge(one, rules), Safe), one
