"""From one table of records for each cube to records that know their place in all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp

from governance.disclosure.contributions import HOLDING, Codes, Ints, NotContributions
from governance.disclosure.hierarchy import OUTSIDE, Hierarchy
from governance.disclosure.ledger.claims import Records
from governance.disclosure.ledger.membership import membership
from governance.disclosure.published import Published

#: The column that names a record, the same in every cube that counts it.
RECORD = "record"
#: The column of a record's vehicle. Where every table has it, what is recovered exactly must have vehicles enough, too.
DEVICE = "device"


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """Where records lie in a cube: m pairs of a record's number and a base cell (m, d)."""

    record: Ints
    cell: Codes

    def rows(self, published: Published, *, records: int) -> sp.csr_array:
        """The rows of a release of this cube in which each record lies: (records, r)."""
        placed = membership(published, self.cell)
        pick = sp.csr_array(
            (np.ones(len(self.record), np.int64), (self.record, np.arange(len(self.record)))),
            shape=(records, len(self.record)),
        )
        return sp.csr_array(pick @ placed)


def join_records(
    tables: Mapping[str, pa.Table],
    hierarchies: Mapping[str, Sequence[Hierarchy]],
    *,
    measure: str | None = None,
    trips: str | None = None,
) -> tuple[Records, Mapping[str, Cells]]:
    """Join tables of records by the record's name; each has `record`, `holding` and its cube's dimensions.

    `measure` and `trips` name the columns of what is summed and of what ``min_trips`` counts; None: each counts 1, and
    the measure is the count. Records are numbered by name, so the order of rows changes nothing.

    Raises:
        NotContributions: a column is missing, a record or holding is null, or two cubes tell a record otherwise.
    """
    names = pc.unique(pa.concat_arrays([_texts(tables[cube], RECORD) for cube in sorted(tables)]))
    names = names.take(pc.sort_indices(names))
    holdings = tuple(sorted({name for table in tables.values() for name in pc.unique(table[HOLDING]).to_pylist()}))
    holding = np.full(len(names), -1, np.int32)
    value, count = np.full(len(names), -1, np.int64), np.full(len(names), -1, np.int64)
    cells = {}
    for cube in sorted(tables):
        table = tables[cube]
        record = pc.index_in(_texts(table, RECORD), value_set=names).to_numpy(zero_copy_only=False).astype(np.int64)
        owner = pc.index_in(_texts(table, HOLDING), value_set=pa.array(holdings, pa.string()))
        _agreed(holding, record, owner.to_numpy(zero_copy_only=False).astype(np.int32), "holding")
        _agreed(value, record, _numbers(table, measure), measure or "value")
        _agreed(count, record, _numbers(table, trips), trips or "count")
        columns = [_nodes(table, one) for one in hierarchies[cube]]
        cells[cube] = Cells(record, np.column_stack(columns).astype(np.int32))
    return Records(holdings, holding, value, None if measure is None else count, _devices(tables, names)), cells


def _devices(tables: Mapping[str, pa.Table], names: pa.Array) -> Ints | None:
    """The number of each record's vehicle, in the order of their names; None where a table does not tell them."""
    if any(DEVICE not in table.column_names for table in tables.values()):
        return None
    vehicles = pc.unique(pa.concat_arrays([_texts(table, DEVICE) for table in tables.values()]))
    vehicles = vehicles.take(pc.sort_indices(vehicles))
    device = np.full(len(names), -1, np.int64)
    for table in tables.values():
        record = pc.index_in(_texts(table, RECORD), value_set=names).to_numpy(zero_copy_only=False).astype(np.int64)
        told = pc.index_in(_texts(table, DEVICE), value_set=vehicles).to_numpy(zero_copy_only=False).astype(np.int64)
        _agreed(device, record, told, DEVICE)
    return device


def _texts(table: pa.Table, name: str) -> pa.Array:
    if name not in table.column_names:
        raise NotContributions(f"records lack the column {name}")
    if table[name].null_count:
        raise NotContributions(f"a record has no {name}")
    return pc.cast(table[name], pa.string()).combine_chunks()


def _numbers(table: pa.Table, name: str | None) -> Ints:
    if name is None:
        return np.ones(len(table), np.int64)
    found: Ints = pc.cast(pc.round(table[name]), pa.int64()).to_numpy().astype(np.int64)
    return found


def _agreed(known: Ints | Codes, record: Ints, told: Ints | Codes, what: str) -> None:
    """Write what a cube tells of its records, where no other cube told otherwise."""
    if ((known[record] >= 0) & (known[record] != told)).any():
        raise NotContributions(f"two cubes tell a record's {what} otherwise")
    known[record] = told
    if (known[record] != told).any():
        raise NotContributions(f"a cube tells a record's {what} in two ways")


def _nodes(table: pa.Table, hierarchy: Hierarchy) -> Ints:
    """The base node of each record; what is null or unknown lies ``outside``, where there is such a node."""
    if hierarchy.dimension not in table.column_names:
        raise NotContributions(f"records lack the column {hierarchy.dimension}")
    texts = pc.cast(table[hierarchy.dimension], pa.string())
    found = pc.fill_null(pc.index_in(texts, value_set=pa.array(hierarchy.nodes[-1], pa.string())), -1).to_numpy()
    placed: Ints = np.where(found < 0, hierarchy.place.get(OUTSIDE, -1), found).astype(np.int64)
    if (placed < 0).any():
        raise NotContributions(f"a record lies in no {hierarchy.levels[-1]} of {hierarchy.dimension}")
    return placed
