"""Answers that others have published, each with its source, from our rules, our audit and our suppression."""

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp

from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.linear.system import System, audit, intervals
from governance.disclosure.primary import Contribution, Safe, Unsafe, judge
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.suppress import protect_table

OUTSIDER = ()


def rules(*, share: int = 100, p: int = 0, coalition: int = 1, holders: int = 1) -> Rules:
    return Rules(None, None, None, holders, share, p, coalition)


def cell(*values: int) -> list[Contribution]:
    return [Contribution(f"h{index}", value) for index, value in enumerate(values)]


def many(total: int, size: int) -> list[int]:
    """`total` in parts of `size`."""
    return [size] * (total // size)


def test_dominance_alone_lets_the_second_estimate_the_first_to_two_percent() -> None:
    # Handbook on Statistical Disclosure Control, 2nd edition, section 4.2: X = 100 000, x1 = 50 000, x2 = 49 000.
    contributions = cell(50_000, 49_000, *many(1_000, 100))
    assert isinstance(judge(contributions, rules(share=90)), Safe)
    assert judge(contributions, rules(share=90, p=10)) == Unsafe(("p_percent",))
    values = np.array([[one.value for one in contributions]])
    system = System(tuple(f"h{index}" for index in range(12)), values, None, sp.csr_array([[1]]), np.array([0]))
    assert intervals(system, sp.csr_array([[1]]), rules(p=10), (1,)) == [(51_000, 51_000)]
    (breach, *_) = audit(system, sp.csr_array([[1]]), rules(p=10), attackers=[(1,)])
    assert (breach.holding, breach.bound, breach.needed) == (0, 51_000, 55_000)


def test_a_wide_enough_estimate_is_safe_by_p_though_two_dominate() -> None:
    # The same section: X = 110 000, x1 = 52 000, x2 = 50 000 is estimated as 60 000, 15.4 % too high.
    contributions = cell(52_000, 50_000, *many(8_000, 100))
    assert isinstance(judge(contributions, rules(p=10)), Safe)
    assert judge(contributions, rules(p=16)) == Unsafe(("p_percent",))
    values = np.array([[one.value for one in contributions]])
    names = tuple(one.holding for one in contributions)
    system = System(names, values, None, sp.csr_array([[1]]), np.array([0]))
    assert intervals(system, sp.csr_array([[1]]), rules(p=10), (1,)) == [(60_000, 60_000)]
    assert not audit(system, sp.csr_array([[1]]), rules(p=10), attackers=[(1,)])
    assert 52_000 + 50_000 > 0.909 * 110_000  # unsafe by (2, 90.9), which knows nothing of estimates


def test_the_interval_of_a_hidden_cell_in_a_small_table() -> None:
    # The same handbook, after Geurts (1992): 3 × 2, rows 7, 3 and (3, 3), columns 9 and 7: X11 lies in [3, 6].
    values = np.array([5, 2, 1, 2, 3, 3])[:, None]
    rows = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0], [1, 0, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1]])
    rows = np.vstack([rows, np.eye(6, dtype=int)[4:]])
    assert (rows @ values).ravel().tolist() == [7, 3, 9, 7, 3, 3]
    system = System(("one",), values, None, sp.csr_array(rows), np.zeros(6, int))
    found = intervals(system, sp.csr_array(np.eye(6, dtype=int)[:1]), rules(coalition=0), OUTSIDER)
    assert found == [(3, 6)]


@pytest.mark.parametrize(("beside", "safe"), [(22, False), (23, True)])
def test_the_upper_bound_of_a_dominated_cell_reaches_what_would_be_no_dominance(beside: int, *, safe: bool) -> None:
    # The same handbook: 300, 20 and 10 with (1, 85): the bound must reach 300 / 0.85 = 352.94, so 353 whole ones.
    values = np.array([[300, 20, 10], [0, 0, beside]])
    system = System(("a", "b", "c"), values, None, sp.csr_array([[1, 1]]), np.array([0]))
    found = audit(system, sp.csr_array([[1, 0]]), rules(share=85, coalition=0))
    assert [(one.rule, one.bound, one.needed) for one in found] == ([] if safe else [("max_share_percent", 352, 353)])


@pytest.mark.parametrize(
    ("values", "safe"),
    [
        ([100], False),
        ([90, 10], False),
        ([80, 20], False),
        ([70, 30], False),
        ([80, 10, 10], True),
        ([70, 10, 10, 10], True),
        ([60, 20, 10, 10], True),
    ],
)
def test_the_seven_cells_of_a_dominance_rule(values: list[int], *, safe: bool) -> None:
    # R package GaussSuppression, tests of its (2, 90) rule. On these cells p = 10 says the same: the two largest leave
    # the others at least a tenth of the first, or nothing.
    assert isinstance(judge(cell(*values), rules(p=10)), Safe) == safe


def insee() -> Contributions:
    """The 4 × 3 table (with totals) of INSEE's R package rtauargus: two contributors at (02, tr1), the others have
    three or more; the largest at (06, tr2) has 38 of 40.
    """
    parts = {
        ("01", "tr1"): [30, 30, 40],
        ("01", "tr2"): [20, 20, 10],
        ("02", "tr1"): [15, 15],
        ("02", "tr2"): [7, 7, 6],
        ("06", "tr1"): [20, 20, 20],
        ("06", "tr2"): [38, 1, 1],
    }
    rows = [
        (zone, band, f"{zone}{band}{index}", value)
        for (zone, band), all_ in parts.items()
        for index, value in enumerate(all_)
    ]
    columns = zip(*rows, strict=True)
    table = pa.table(
        {name: list(column) for name, column in zip(("zone", "size", "holding", "value"), columns, strict=True)}
    )
    hierarchies = (Hierarchy.flat("zone", "zone", ("01", "02", "06")), Hierarchy.flat("size", "size", ("tr1", "tr2")))
    return read_contributions(table, hierarchies=hierarchies, measure="value", added={}, distinct={})


def hidden(published: Published) -> set[tuple[str, ...]]:
    """The names of the keys that are suppressed."""
    rows = published.table().to_pylist()
    names = [one.dimension for one in published.hierarchies]
    return {tuple(row[name] for name in names) for row in rows if row["status"] == ":c"}


def test_the_institutes_table_gets_the_institutes_pattern() -> None:
    made = protect_table(
        insee(),
        rules(share=85, holders=3, coalition=0),
        about=About("t", Shape.TABLE, "value", "trips"),
        zeros_shown=False,
        workers=1,
    )
    assert hidden(made.published) == {("02", "tr1"), ("06", "tr2"), ("02", "tr2"), ("06", "tr1")}
    assert (made.report.primaries, made.report.secondaries) == (2, 2)
    shown = {(row["zone"], row["size"]): row["value"] for row in made.published.table().to_pylist()}
    assert (shown["all", "tr1"], shown["all", "all"]) == (190, 300)
