"""The joint audit of two partitions of the same trips: flows that are out, and trip ends that are to come beside them.

The trips are those of the benchmark of the partition; one in twelve ends in the band after the one it starts in, so
that the sums of the two differ a little everywhere. A second pair is as bad as can be: groups drawn by lot.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import scipy.sparse as sp

from benchmarks.partition import RULES, drawn, hierarchies
from benchmarks.row import Row
from governance.audiences import Audience
from governance.disclosure.cells import Cells, safe
from governance.disclosure.contributions import Codes, Contributions, Ints
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.ledger.admission import Admission, audit_jointly
from governance.disclosure.ledger.claims import Claim, Placed, Records
from governance.disclosure.ledger.findings import Limits
from governance.disclosure.ledger.membership import membership
from governance.disclosure.partition import partition
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import coverage_class
from governance.obligations import Obligations
from governance.periods import Period

_YEAR = Period(dt.date(2025, 1, 1), dt.date(2026, 1, 1))
#: Vehicles are counted by the partition; here they would need an id of their own for each trip's record.
_RULES = replace(RULES, min_vehicles=None)


def run(trips: int = 500_000) -> list[Row]:
    """The city's pair, and a pair by lot; what became of them goes to the error stream."""
    return [_city(trips), _by_lot(trips // 5)]


def _city(trips: int) -> Row:
    dimensions = hierarchies()
    flows = drawn(trips, dimensions)
    random = np.random.default_rng(7)
    late = random.random(len(flows)) < 1 / 12
    bands = dimensions[2].size
    band = np.where(late, (flows.cell[:, 2] + 1) % bands, flows.cell[:, 2])
    ends = Contributions(
        dimensions[1:],
        flows.holdings,
        np.column_stack([flows.cell[:, 1], band, flows.cell[:, 3:]]).astype(np.int32),
        flows.holding,
        flows.value,
        flows.added,
        flows.distinct,
    )
    records = Records(flows.holdings, flows.holding, flows.value)
    started = time.perf_counter()
    old, new = (_placed(name, one, records) for name, one in (("flows", flows), ("ends", ends)))
    print(f"partitions and rows: {time.perf_counter() - started:.1f} s", file=sys.stderr)  # noqa: T201
    return _row(f"ledger: {trips:,} trips, flows beside trip ends", old, new, records)


def _by_lot(trips: int) -> Row:
    """Groups of 40 and 60 trips by lot: one component, nearly as many atoms as trips."""
    random = np.random.default_rng(8)
    holding = random.choice(4, trips, p=[0.45, 0.30, 0.15, 0.10]).astype(np.int32)
    records = Records(("a", "b", "c", "d"), holding, np.ones(trips, np.int64))
    old, new = (_drawn_groups(name, trips // many, records, random) for name, many in (("by 40", 40), ("by 60", 60)))
    return _row(f"ledger: {trips:,} trips, groups by lot", old, new, records)


def _row(name: str, old: Placed, new: Placed, records: Records) -> Row:
    start = time.perf_counter()
    found = audit_jointly(new, [old], records, limits=Limits())
    seconds = time.perf_counter() - start
    groups = (len(old.published), len(new.published), len(found.placed.published))
    note = f"{groups[0]:,} and {groups[1]:,} groups; {groups[2]:,} of the latter left; {_worked(found)}"
    return Row(name, seconds, None, note)


def _worked(found: Admission) -> str:
    one = found.effort
    return (
        f"{one.atoms:,} atoms, {one.flows} flows, {one.worlds} worlds, {one.bounds:,} bounds, {one.unsolved} unsolved"
    )


def _placed(name: str, contributions: Contributions, records: Records) -> Placed:
    published = partition(contributions, RULES).published(About(name, Shape.PARTITION, "trips", "trips"))
    return _of(name, published, membership(published, contributions.cell))


def _of(name: str, published: Published, rows: sp.csr_array) -> Placed:
    holders = frozenset("abcd")
    asked = Obligations(name, Audience.MEMBERS, MappingProxyType({}), edition="1", holders=holders)
    return Placed(Claim(name, name, "trips", "month", _YEAR, "x", asked), _RULES, published, rows)


def _drawn_groups(name: str, many: int, records: Records, random: np.random.Generator) -> Placed:
    group = random.integers(0, many, len(records))
    while True:
        values = np.bincount(group * 4 + records.holding, minlength=4 * many).reshape(many, 4)
        kept = safe(Cells(records.holdings, values, {"min_trips": values}), _RULES)
        if kept.all():
            break
        # What is unsafe goes to its neighbour, until nothing is.
        into = np.where(kept, np.arange(many), np.where(np.arange(many) + 1 < many, np.arange(many) + 1, many - 2))
        group = np.unique(into[group], return_inverse=True)[1]
        many = int(group.max()) + 1
    return _of(name, _flat(name, values), _rows(group, many))


def _flat(name: str, values: Ints) -> Published:
    many = len(values)
    groups = Hierarchy.flat(name, "group", [f"{one:06}" for one in range(many)])
    coverage = tuple(coverage_class(int(one))[1] for one in (values > 0).sum(axis=1))
    about = About(name, Shape.PARTITION, "trips", "trips")
    nodes = [((one,),) for one in range(many)]
    return Published(about, (groups,), np.ones((many, 1), np.int8), nodes, values.sum(axis=1), coverage)


def _rows(group: Ints | Codes, many: int) -> sp.csr_array:
    each = np.arange(len(group))
    return sp.csr_array((np.ones(len(group), np.int64), (each, group)), shape=(len(group), many))
