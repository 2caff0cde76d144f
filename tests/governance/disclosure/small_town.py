"""A town of seven zones, four bands and two day types: small enough for its groups to be worked out by sets."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.partition import Partitioned
from governance.disclosure.primary import Contribution, Safe, judge
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.steps import Step

ABOUT = About("flows", Shape.PARTITION, "trips", "trips")
ZONES = Hierarchy.of(
    "zone",
    ["district", "commune", "cell"],
    [
        *[("N", "A", "1"), ("N", "A", "2"), ("N", "A", "7"), ("N", "B", "3")],
        *[("S", "C", "4"), ("S", "C", "5"), ("S", "D", "6")],
    ],
)
BANDS = Hierarchy.of("band", ["part", "band"], [("am", "early"), ("am", "peak"), ("pm", "noon"), ("pm", "late")])
DAYS = Hierarchy.flat("day", "day", ["saturday", "weekday"])
CUBE = (ZONES, BANDS, DAYS)
#: Every base cell, as indices of base nodes.
DOMAIN = np.array(list(itertools.product(*(range(one.size) for one in CUBE))), np.int32)
EVERYTHING = frozenset(tuple(cell) for cell in DOMAIN.tolist())
HOLDINGS = "wxyz"

#: The number of a base cell, a holding, a vehicle of that holding, trips.
Row = tuple[int, str, int, int]
Cells = frozenset[tuple[int, ...]]


def _rows(cells: list[tuple[int, int, tuple[int, ...]]]) -> list[Row]:
    return [
        (cell, holding, (vehicle + turn) % 6, trips)
        for cell, vehicle, parts in cells
        for turn, (holding, trips) in enumerate(zip(HOLDINGS, parts, strict=True))
        if trips
    ]


#: Cells in which all, some or none of the holdings are; vehicles are met again elsewhere.
ROWS = st.lists(
    st.tuples(st.integers(0, len(DOMAIN) - 1), st.integers(0, 5), st.tuples(*[st.integers(0, 9)] * 4)), max_size=60
).map(_rows)
RULES = st.builds(
    Rules,
    min_trips=st.sampled_from([0, 3, 8]),
    min_vehicles=st.sampled_from([0, 2, 4]),
    min_users=st.none(),
    min_holders=st.integers(1, 3),
    max_share_percent=st.sampled_from([60, 85, 100]),
    p_percent=st.sampled_from([0, 10, 40]),
    coalition=st.integers(0, 2),
    named=st.frozensets(st.sampled_from(HOLDINGS), max_size=1),
    known=st.frozensets(st.sampled_from(HOLDINGS), max_size=1),
)


def _steps(dimensions: Sequence[str]) -> tuple[Step, ...]:
    level = {one.dimension: iter(one.levels[1:]) for one in CUBE}
    return tuple(Step(name, next(level[name])) for name in dimensions)


STEPS = st.permutations(["zone", "zone", "zone", "band", "band", "day"]).map(_steps)


def cell_of(zone: str, band: str = "early", day: str = "weekday") -> int:
    """The number of a base cell."""
    places = [one.place[name] for one, name in zip(CUBE, (zone, band, day), strict=True)]
    return int(DOMAIN.tolist().index(places))


def read(rows: Iterable[Row]) -> Contributions:
    """The rows as contributions to the cube."""
    rows = list(rows)
    names = [[one.nodes[-1][DOMAIN[row[0], d]] for row in rows] for d, one in enumerate(CUBE)]
    columns = {
        **{one.dimension: pa.array(ids, pa.string()) for one, ids in zip(CUBE, names, strict=True)},
        "holding": pa.array([row[1] for row in rows], pa.string()),
        "device": pa.array([f"{row[1]}{row[2]}" for row in rows], pa.string()),
        "trips": pa.array([row[3] for row in rows], pa.int64()),
    }
    counted = {"added": {"min_trips": "trips"}, "distinct": {"min_vehicles": "device"}}
    return read_contributions(pa.table(columns), hierarchies=CUBE, measure="trips", **counted)


def base_cells(published: Published, row: int) -> Cells:
    """The base cells of a group, worked out from what is published and nothing else."""
    axes = [
        [int(one) for node in published.nodes[row][d] for one in hierarchy.below(int(published.level[row, d]), node)]
        for d, hierarchy in enumerate(published.hierarchies)
    ]
    return frozenset(itertools.product(*axes))


def groups_of(found: Partitioned) -> list[Cells]:
    """The groups of a partition, as they are published."""
    published = found.published(ABOUT)
    return [base_cells(published, row) for row in range(len(published))]


def judged(rows: Iterable[Row], cells: Cells, rules: Rules) -> bool:
    """What the rules for one cell say of a group, counted from the rows again, by sets."""
    here = [row for row in rows if tuple(DOMAIN[row[0]]) in cells]
    trips = Counter[str]()
    for _, holding, _, many in here:
        trips[holding] += many
    vehicles = {holding: len({row[2] for row in here if row[1] == holding}) for holding in trips}
    parts = [
        Contribution(holding, many, {"min_trips": many, "min_vehicles": vehicles[holding]})
        for holding, many in trips.items()
    ]
    return isinstance(judge(parts, rules), Safe)


def by_hand(rows: Sequence[Row], rules: Rules, steps: Iterable[Step]) -> set[Cells]:
    """The partition again, one group after the other and one absorbed child after the other."""
    if not judged(rows, EVERYTHING, rules):
        return set()
    groups = [(EVERYTHING, (0,) * len(CUBE))]
    for step in steps:
        d, hierarchy = next((d, one) for d, one in enumerate(CUBE) if one.dimension == step.dimension)
        level = hierarchy.levels.index(step.level)
        groups = [part for group in groups for part in _cut(rows, rules, group, d=d, level=level)]
    return {cells for cells, _ in groups}


def _cut(
    rows: Sequence[Row], rules: Rules, group: tuple[Cells, tuple[int, ...]], *, d: int, level: int
) -> list[tuple[Cells, tuple[int, ...]]]:
    cells, levels = group
    above = CUBE[d].ancestors[level]
    nodes = sorted({int(above[cell[d]]) for cell in cells})
    if levels[d] >= level:
        return [group]
    deeper = (*levels[:d], level, *levels[d + 1 :])
    children = [frozenset(cell for cell in cells if above[cell[d]] == node) for node in nodes]
    if len(children) == 1:
        return [(cells, deeper)]
    good = [child for child in children if judged(rows, child, rules)]
    pool = [child for child in children if child not in good]
    good.sort(key=lambda child: sum(row[3] for row in rows if tuple(DOMAIN[row[0]]) in child))  # stable: then by node
    while good and pool and not judged(rows, frozenset().union(*pool), rules):
        pool.append(good.pop(0))
    parts = [*good, frozenset().union(*pool)] if pool else good
    return [(part, deeper) for part in parts] if len(parts) > 1 else [group]
