"""A real matrix of flows, Chicago's scooters of 2019, with its totals: the naive rule is broken, ours is not."""

import csv
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.suppress import Suppressed, protect_table

pytestmark = pytest.mark.shared_data
#: A trip without an area lies in one of its own: so the matrix has the 448 cells above zero.
NOWHERE = "none given"


@pytest.fixture(scope="module")
def flows(shared_data: Path) -> Contributions:
    with (shared_data / "mds" / "chicago-2019" / "scooter_trips_od_2019.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    start = [row["start_community_area"] or NOWHERE for row in rows]
    end = [row["end_community_area"] or NOWHERE for row in rows]
    trips = [int(row["trips"]) for row in rows]
    table = pa.table({"start": start, "end": end, "holding": ["city"] * len(rows), "trips": trips})
    areas = sorted({*start, *end})
    hierarchies = [Hierarchy.flat(name, "area", areas) for name in ("start", "end")]
    return read_contributions(
        table, hierarchies=hierarchies, measure="trips", added={"min_trips": "trips"}, distinct={}
    )


def exact(matrix: sp.csr_array, value: np.ndarray, told: np.ndarray, *, low: float, high: float | None) -> np.ndarray:
    """Which of the unknowns that are not empty a linear program knows to the unit, from sums and bounds for each.

    What is true is possible: so `value` spares the search for the least where the most is more.
    """
    found = []
    for one in np.flatnonzero(value):
        cost = np.zeros(matrix.shape[1])
        cost[one] = 1
        most = linprog(-cost, A_eq=matrix, b_eq=told, bounds=(low, high))
        assert most.status in (0, 3)  # 3: nothing bounds it
        known = most.status == 0 and math.floor(-most.fun + 1e-6) == value[one]
        if known:
            least = linprog(cost, A_eq=matrix, b_eq=told, bounds=(low, high))
            assert least.status == 0
            known = math.ceil(least.fun - 1e-6) == value[one]
        found.append(known)
    return np.array(found)


@pytest.mark.parametrize(("k", "hidden", "recovered"), [(3, 105, 61), (5, 143, 32), (10, 196, 25)])
def test_a_threshold_with_totals_and_zeros_shown_is_recovered_exactly(
    flows: Contributions, k: int, hidden: int, recovered: int
) -> None:
    assert (len(flows), flows.total) == (448, 710_833)
    small = flows.value < k
    cell, value = flows.cell[small], flows.value[small]
    size = flows.hierarchies[0].size
    lines = np.concatenate([cell[:, 0], size + cell[:, 1]])
    matrix = sp.csr_array(
        (np.ones(2 * len(cell)), (lines, np.tile(np.arange(len(cell)), 2))), shape=(2 * size, len(cell))
    )
    matrix = matrix[np.flatnonzero(np.diff(matrix.indptr))]
    # What is hidden is at least 1, for zeros are shown, and less than k, for nothing else is hidden.
    known = exact(matrix, value, matrix @ value, low=1, high=k - 1)
    assert (len(value), int(known.sum())) == (hidden, recovered)
    if k == 10:
        assert int((value[known] == 1).sum()) == 21


def protected(flows: Contributions, k: int, *, zeros_shown: bool) -> Suppressed:
    # One holding that agreed to its totals being known: thresholds alone are to be kept, against an outsider.
    rules = Rules(k, None, None, 1, 100, 0, 0, named=frozenset({"city"}))
    about = About("od", Shape.TABLE, "trips", "trips")
    return protect_table(flows, rules, about=about, zeros_shown=zeros_shown, workers=1)


def hidden_and_known(flows: Contributions, published: Published, *, zeros_shown: bool) -> tuple[np.ndarray, np.ndarray]:
    """The true values of the hidden base cells that are not empty, and which are known to the unit by what is out."""
    size = flows.hierarchies[0].size
    true = np.zeros((size, size), np.int64)
    true[flows.cell[:, 0], flows.cell[:, 1]] = flows.value
    base = np.all(published.level == 1, axis=1)
    node = np.array([[one[0] for one in row] for row in published.nodes])
    hidden = node[base & (published.value < 0)]
    rows, told = [], []
    shown = np.zeros((size, size), np.int64)
    shown[tuple(node[base].T)] = np.maximum(published.value[base], 0)
    for level, places, value in zip(published.level, node, published.value, strict=True):
        if value >= 0 and not level.all():
            inside = np.all((level == 0) | (hidden == places), axis=1)
            if inside.any():
                window = tuple(
                    slice(None) if at == 0 else slice(place, place + 1) for at, place in zip(level, places, strict=True)
                )
                rows.append(inside.astype(float))
                told.append(value - shown[window].sum())
    values = true[tuple(hidden.T)]
    known = exact(sp.csr_array(np.array(rows)), values, np.array(told), low=float(zeros_shown), high=None)
    return values[values > 0], known


@pytest.mark.parametrize("k", [3, 5, 10])
def test_with_secondary_suppression_nothing_is_recovered(flows: Contributions, k: int) -> None:
    made = protected(flows, k, zeros_shown=True)
    values, known = hidden_and_known(flows, made.published, zeros_shown=True)
    assert (values < k).sum() == (flows.value < k).sum()
    assert int(known.sum()) == 0
    cells = made.report.useful[-1]
    # What it costs beside the naive rule: few cells more, and hardly any trips.
    assert (cells.levels, cells.keys, cells.naive) == (("area", "area"), 448, 448 - int((flows.value < k).sum()))
    assert cells.naive - cells.published <= 30
    assert cells.naive_measure - cells.measure < 0.0005
    assert (made.report.useful[0].published, made.report.useful[0].measure) == (1, 1.0)


@pytest.mark.parametrize("k", [3, 5, 10])
def test_with_zeros_hidden_nothing_is_recovered_and_less_is_lost(flows: Contributions, k: int) -> None:
    made = protected(flows, k, zeros_shown=False)
    assert made.report.secondaries < protected(flows, k, zeros_shown=True).report.secondaries
    assert made.report.useful[-1].naive - made.report.useful[-1].published <= 12
    assert not (made.published.value == 0).any()
    values, known = hidden_and_known(flows, made.published, zeros_shown=False)
    assert (values < k).sum() == (flows.value < k).sum()
    assert int(known.sum()) == 0
