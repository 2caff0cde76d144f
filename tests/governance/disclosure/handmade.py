"""Small releases made by hand: contributions written as cells, and the keys that are hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pyarrow as pa

from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules, coverage_class

Parts = Mapping[str, int]
#: The rules of most of the tables: k, N, the share and p as the members' floors have them.
RULES = Rules(
    min_trips=10, min_vehicles=None, min_users=None, min_holders=3, max_share_percent=85, p_percent=10, coalition=1
)


def contributions(hierarchies: Sequence[Hierarchy], cells: Mapping[tuple[str, ...], Parts]) -> Contributions:
    """A row for each cell and holding with a number above 0; as many vehicles as trips."""
    rows = [(*cell, name, part) for cell, parts in cells.items() for name, part in parts.items() if part > 0]
    names = [one.dimension for one in hierarchies]
    types = [pa.string()] * (len(names) + 1) + [pa.int64()]
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    table = pa.table(
        {
            name: pa.array(column, kind)
            for name, column, kind in zip([*names, "holding", "trips"], columns, types, strict=True)
        }
    )
    return read_contributions(
        table, hierarchies=hierarchies, measure="trips", added={"min_trips": "trips"}, distinct={}
    )


def table(
    made: Contributions,
    *,
    hidden: Iterable[tuple[str, ...]],
    zeros_shown: bool = False,
    known: frozenset[str] = frozenset(),
) -> Published:
    """Every key of all levels, with the true sums but in the `hidden` ones (node ids, `all` for a margin)."""
    out = set(hidden)
    about = About("handmade", Shape.TABLE, "trips", "trips", zeros_shown=zeros_shown)
    secret = np.array([name not in known for name in made.holdings], bool)
    levels, nodes, values, coverage = [], [], [], []
    for level in product(*(range(one.base + 1) for one in made.hierarchies)):
        for node in product(*(range(len(one.nodes[at])) for one, at in zip(made.hierarchies, level, strict=True))):
            name = tuple(one.nodes[at][i] for one, at, i in zip(made.hierarchies, level, node, strict=True))
            inside = np.ones(len(made), bool)
            for d, one in enumerate(made.hierarchies):
                inside &= one.ancestors[level[d]][made.cell[:, d]] == node[d]
            parts = np.bincount(made.holding[inside], made.value[inside], len(made.holdings)).astype(int)
            total = int(parts.sum())
            shown = name not in out and (total > 0 or zeros_shown)
            levels.append(level)
            nodes.append([(i,) for i in node])
            values.append(total if shown else -1)
            coverage.append(coverage_class(int((parts[secret] > 0).sum()))[1] if shown and total else "")
    return Published(
        about, made.hierarchies, np.array(levels, np.int8), nodes, np.array(values, np.int64), tuple(coverage)
    )


def grid(zones: Sequence[str], bands: Sequence[str]) -> tuple[Hierarchy, ...]:
    """Two flat dimensions."""
    return (Hierarchy.flat("zone", "zone", zones), Hierarchy.flat("band", "band", bands))
