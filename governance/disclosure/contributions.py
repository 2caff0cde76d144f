"""What each holding adds to each base cell, as arrays: read from a table of the vault, in one order whatever its rows'.

One row for each base cell, holding and vehicle (or user), so that distinct vehicles can be counted exactly in any group
of cells: they do not add up over time or place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from governance.disclosure.hierarchy import OUTSIDE, Hierarchy

Ints: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int32]

#: The column of the holding in a table of contributions.
HOLDING = "holding"
#: Beyond it the products of the rules could leave 64 bits.
LARGEST = 2**53


class NotContributions(ValueError):
    """A table that is not one of contributions: a column is missing, a number is null, negative or no whole number."""


@dataclass(frozen=True, eq=False, slots=True)
class Contributions:
    """n rows. `cell` is (n, d): the index of the base node in each hierarchy; `holding` an index into `holdings`;
    `value` the protected measure. `added` are counts that add up (trips), `distinct` are ids of which the different
    ones are counted (vehicles), both by the name of their threshold. Sorted by cell, holding and ids.
    """

    hierarchies: tuple[Hierarchy, ...]
    holdings: tuple[str, ...]
    cell: Codes
    holding: Codes
    value: Ints
    added: Mapping[str, Ints]
    distinct: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.value)

    @property
    def total(self) -> int:
        """The sum of the measure over everything."""
        return int(self.value.sum())

    def only(self, holding: str) -> Contributions:
        """The rows of one holding (none, if it is not there)."""
        index = self.holdings.index(holding) if holding in self.holdings else -1
        return self.where(self.holding == index)

    def where(self, kept: npt.NDArray[np.bool_]) -> Contributions:
        """Some of the rows, in the same order; the holdings stay numbered as they are."""
        return Contributions(
            self.hierarchies,
            self.holdings,
            self.cell[kept],
            self.holding[kept],
            self.value[kept],
            {name: values[kept] for name, values in self.added.items()},
            {name: values[kept] for name, values in self.distinct.items()},
        )


def read_contributions(
    table: pa.Table,
    *,
    hierarchies: Sequence[Hierarchy],
    measure: str,
    added: Mapping[str, str],
    distinct: Mapping[str, str],
) -> Contributions:
    """Read a table with a column for each dimension, `holding`, the measure and the columns that thresholds count.

    `added` and `distinct` map the name of a threshold (``min_trips``, ``min_vehicles``) to its column. A place or band
    that is null, or that the hierarchy does not know, lies ``outside``, if the hierarchy has such a node.

    Raises:
        NotContributions: see there.
    """
    _must_have(table, [*(one.dimension for one in hierarchies), HOLDING, measure, *added.values(), *distinct.values()])
    if table[HOLDING].null_count:
        raise NotContributions("a contribution belongs to no holding")
    holdings = tuple(sorted(pc.unique(pc.cast(table[HOLDING], pa.string())).to_pylist()))
    columns = [_placed(table[one.dimension], one) for one in hierarchies]
    holding = _indexed(pc.cast(table[HOLDING], pa.string()), {name: index for index, name in enumerate(holdings)})
    numbers = {name: _whole(table[name], name, measured=name == measure) for name in {measure, *added.values()}}
    ids = {name: _ranked(table[column]) for name, column in distinct.items()}
    keys = [*columns, holding, *ids.values()]
    order = np.lexsort(tuple(reversed([*keys, *numbers.values()]))) if len(table) else np.empty(0, np.intp)
    return Contributions(
        tuple(hierarchies),
        holdings,
        np.column_stack([column[order] for column in columns]).astype(np.int32),
        holding[order].astype(np.int32),
        numbers[measure][order],
        {name: numbers[column][order] for name, column in added.items()},
        {name: values[order] for name, values in ids.items()},
    )


def _must_have(table: pa.Table, needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in table.column_names]
    if missing:
        raise NotContributions(f"contributions lack the column {missing[0]}")


def _placed(column: Any, hierarchy: Hierarchy) -> Ints:
    """The index of each row's base node."""
    texts = pc.cast(column, pa.string())
    known = _indexed(texts, hierarchy.place)
    lost = known < 0
    if lost.any():
        outside = hierarchy.place.get(OUTSIDE)
        if outside is None:
            first = texts.filter(pa.array(lost))[0].as_py()
            raise NotContributions(f"{hierarchy.dimension} {first!r} is no node of {hierarchy.levels[-1]}")
        known = np.where(lost, outside, known)
    return known


def _indexed(texts: Any, place: Mapping[str, int]) -> Ints:
    """The place of each text, -1 where it has none."""
    encoded = (texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts).dictionary_encode()
    table = np.array([place.get(text, -1) for text in encoded.dictionary.to_pylist()] + [-1], dtype=np.int64)
    indices = pc.fill_null(encoded.indices, len(table) - 1).to_numpy(zero_copy_only=False)
    found: Ints = table[indices]
    return found


def _ranked(column: Any) -> Ints:
    """Numbers for ids, by the ids' own order, so that the order of the rows changes nothing."""
    if column.null_count:
        raise NotContributions(f"an id is null in {column.null_count} contributions")
    encoded = (column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    found: Ints = rank[encoded.indices.to_numpy(zero_copy_only=False)]
    return found


def _whole(column: Any, name: str, *, measured: bool) -> Ints:
    """The column as int64. What is measured (seconds) is rounded to its whole unit; what is counted must be whole."""
    try:
        rounded = pc.round(column) if measured and pa.types.is_floating(column.type) else column
        whole = pc.cast(rounded, pa.int64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise NotContributions(f"{name} must hold whole numbers: {error}") from None
    if whole.null_count:
        raise NotContributions(f"{name} is null in {whole.null_count} contributions")
    low, high = pc.min(whole).as_py() or 0, pc.sum(whole).as_py() or 0
    if low < 0 or high > LARGEST:
        raise NotContributions(f"{name} must lie between 0 and 2^53 together, not {low if low < 0 else high}")
    found: Ints = whole.to_numpy().astype(np.int64, copy=False)
    return found
