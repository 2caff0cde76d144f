"""Small markets that a person can add up, and the pipeline that protects them, with single rules left out.

No rule is switched off in the product: numbers are replaced in the rules, a stage is left out here, or one function of
the kernel is exchanged for the time of a call.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from governance.audiences import Audience
from governance.disclosure import cells
from governance.disclosure.attacks.knowledge import Floors, Out
from governance.disclosure.attacks.truth import Truth
from governance.disclosure.cells import safe, tally
from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.partition import choose, partition
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules, coverage_class

MEMBERS = Rules(
    min_trips=10, min_vehicles=3, min_users=None, min_holders=3, max_share_percent=85, p_percent=10, coalition=1
)
#: What each rule that is a number becomes when it is switched off.
OFF: Mapping[str, dict[str, Any]] = {
    "k": {"min_trips": 1},
    "vehicles": {"min_vehicles": None},
    "N": {"min_holders": 1},
    "share": {"max_share_percent": 100},
    "p": {"p_percent": 0},
    "known": {"known": frozenset()},
}
#: A part of a market: the node of each dimension, the holding, its trips and on how many vehicles.
Part = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Market:
    """Hierarchies, and a row for each cell, holding and vehicle."""

    hierarchies: tuple[Hierarchy, ...]
    table: pa.Table

    @property
    def dimensions(self) -> list[str]:
        return [one.dimension for one in self.hierarchies]

    def contributions(self, *, by: str = "holding", rules: Rules = MEMBERS) -> Contributions:
        table = self.table
        if by != "holding":
            table = table.set_column(table.schema.get_field_index("holding"), "holding", table[by])
        added, distinct = {"min_trips": "trips"}, {"min_vehicles": "device"}
        read = read_contributions(table, hierarchies=self.hierarchies, measure="trips", added=added, distinct=distinct)
        return read if rules.min_vehicles is not None else replace(read, distinct={})

    def of(self, *holdings: str, by: str = "holding") -> pa.Table:
        """The contributions of some holdings, as they have them themselves."""
        return self.table.filter(pa.compute.is_in(self.table[by], pa.array(holdings)))

    def truth(self, rules: Rules = MEMBERS, *, me: Sequence[str] = (), by: str = "holding") -> Truth:
        table = self.table
        if by != "holding":
            table = table.set_column(table.schema.get_field_index("holding"), "holding", table[by])
        return Truth(
            table,
            p_percent=rules.p_percent,
            max_share_percent=rules.max_share_percent,
            min_trips=rules.min_trips or 0,
            min_vehicles=rules.min_vehicles or 0,
            min_holders=rules.min_holders,
            me=frozenset(me),
            known=rules.known,
            named=rules.named,
        )


def market(hierarchies: Sequence[Hierarchy], parts: Sequence[Part], **columns: Sequence[str]) -> Market:
    """From parts (nodes…, holding, trips, vehicles); further columns have a value for each part."""
    rows: list[dict[str, Any]] = []
    names = [one.dimension for one in hierarchies]
    for number, part in enumerate(parts):
        *nodes, holding, trips, vehicles = part
        more = {name: values[number] for name, values in columns.items()}
        for vehicle in range(vehicles):
            share = trips // vehicles + (vehicle < trips % vehicles)
            device = f"{holding}-{'-'.join(map(str, nodes))}-{vehicle}"
            row = {**dict(zip(names, nodes, strict=True)), "holding": holding, "device": device, "trips": share}
            rows += [{**row, **more}] if share else []
    return Market(tuple(hierarchies), pa.Table.from_pylist(rows))


def zones(*names: str) -> Hierarchy:
    return Hierarchy.flat("zone", "zone", names)


def about(shape: Shape, **more: Any) -> About:
    return About("ends", shape, "trips", "trips", **more)


def without(rules: Rules, off: frozenset[str]) -> Rules:
    """The rules without those whose numbers are switched off."""
    for name in sorted(off & OFF.keys()):
        rules = replace(rules, **OFF[name])
    return replace(rules, coalition=max(0, rules.coalition - 1)) if "coalition" in off else rules


@contextmanager
def kernel_without(off: frozenset[str]) -> Iterator[None]:
    """Without what presence tells, or with thresholds that count the attacker's own."""
    with pytest.MonkeyPatch.context() as patch:
        if "presence" in off:
            patch.setattr(cells, "known_present", lambda holders, rules: 0)
        if "beside" in off:
            patch.setattr(cells, "_less_largest", lambda values, *, many: values.sum(axis=1))
        yield


def partitioned(
    one: Market,
    rules: Rules = MEMBERS,
    off: frozenset[str] = frozenset(),
    *,
    by: str = "holding",
    earlier: Market | None = None,
) -> Published:
    """As a partition: chosen on an earlier period where there is one, unless that is switched off."""
    kept = without(rules, off)
    found = one.contributions(by=by, rules=kept)
    with kernel_without(off):
        chosen = None
        if earlier is not None and "earlier" not in off:
            chosen = choose(earlier.contributions(by=by, rules=kept), kept)
        made = partition(found, kept, within=chosen)
    published = made.published(about(Shape.PARTITION))
    if "classes" in off:
        published = replace(published, coverage=tuple(str(number) for number in made.holders.tolist()))
    return published


def apart(one: Market, rules: Rules, *, pooled: bool) -> Published:
    """A naive cut by base nodes of the one dimension: the safe apart, all others in a remainder that nobody judges;
    or (`pooled` False) every node apart that is safe or empty.
    """
    (hierarchy,) = one.hierarchies
    found = one.contributions(rules=rules)
    counted = tally(found, found.cell[:, 0].astype(np.int64), size=hierarchy.size)
    good, total = safe(counted, rules), counted.total
    alone = good if pooled else good | (total == 0)
    rest = tuple(int(node) for node in np.flatnonzero(~alone))
    lists = [(int(node),) for node in np.flatnonzero(alone)] + ([rest] if rest else [])
    values = [int(total[list(nodes)].sum()) for nodes in lists]
    holders = [(counted.values[list(nodes)].sum(axis=0) > 0).sum() for nodes in lists]
    level = np.full((len(lists), 1), hierarchy.base, np.int8)
    classes = tuple(coverage_class(int(number))[1] for number in holders)
    rows = [(nodes,) for nodes in lists]
    return Published(about(Shape.PARTITION), one.hierarchies, level, rows, np.array(values, np.int64), classes)


def raw(one: Market) -> Published:
    """What no rule was asked about: every base cell in which something happened, as it is."""
    found = one.contributions()
    cells, at = np.unique(found.cell, axis=0, return_inverse=True)
    values = np.bincount(at.reshape(-1), weights=found.value).astype(np.int64)
    level = np.broadcast_to(np.array([each.base for each in one.hierarchies], np.int8), cells.shape).copy()
    rows = [tuple((int(node),) for node in cell) for cell in cells]
    return Published(about(Shape.PARTITION), one.hierarchies, level, rows, values, ("",) * len(values))


def out(published: Published, *, id: str = "r", audience: Audience = Audience.MEMBERS, **more: Any) -> Out:
    return Out(id, published, audience, **more)


def floors(rules: Rules = MEMBERS) -> Floors:
    return Floors(rules.min_trips or 0, rules.min_vehicles or 0, rules.min_holders, rules.max_share_percent)


def month(number: int) -> tuple[dt.datetime, dt.datetime]:
    """A month of 2026."""
    return dt.datetime(2026, number, 1), dt.datetime(2026 + number // 12, number % 12 + 1, 1)
