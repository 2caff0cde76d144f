"""The primary rules over millions of contributions at once: `protect(contributions, cube=…, rules=…) -> Protected`.

What comes out holds the cells that may be published and nothing else: no number of a single holding, no reason, no
mark that tells a protected cell from an empty one. Both are simply absent (rendered `:c`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from governance.cubes import Cube
from governance.disclosure.rules import Rules, colluding, coverage_class, known_present

_Ints: TypeAlias = npt.NDArray[np.int64]
_Flags: TypeAlias = npt.NDArray[np.bool_]

#: The column of the holding in a table of contributions, and the one that coverage gets in what is published.
HOLDING = "holding"
COVERAGE = "coverage"
#: Beyond it the products of the rules could leave 64 bits.
LARGEST = 2**53


class NotContributions(ValueError):
    """A table that is not one of contributions: a column is missing, a number is null, negative or no whole number."""


@dataclass(frozen=True, slots=True)
class Protected:
    """The cells that may be published, sorted by their dimensions, and how many there are of each kind.

    `table` has the cube's dimensions, its measure (int64, rounded where the audience's floor says so) and `coverage`,
    the class of the number of contributing holdings: ``3-4``, ``5+``, or ``1-2`` where every holding waived. The two
    counts are for the audit record, not for readers.
    """

    table: pa.Table
    published: int
    withheld: int


def protect(contributions: pa.Table, *, cube: Cube, rules: Rules) -> Protected:
    """Keep the cells that pass the primary rules.

    `contributions` has a row for each cell and holding (several rows of one holding add up), with the cube's
    dimensions, `holding`, the measure and the columns that the thresholds count. Distinct vehicles do not add up over
    time or place, so they must have been counted at the cube's own grain. A null dimension (a zone outside) is a
    value like any other. The order of the rows changes nothing.

    Raises:
        NotContributions: see there.
    """
    counted = {name: column for name in rules.thresholds() if (column := cube.counted.get(name)) is not None}
    if set(counted) != set(rules.thresholds()):
        raise NotContributions(f"{cube.id} does not count what {', '.join(sorted(rules.thresholds()))} ask for")
    rows = _by_cell_and_holding(contributions, cube, counted=tuple(counted.values()))
    cells = _Cells.of(rows, cube)
    safe = _judge(cells, cube.measure, counted, rules)
    return _published(cells, safe, cube, rules)


def _by_cell_and_holding(contributions: pa.Table, cube: Cube, *, counted: tuple[str, ...]) -> pa.Table:
    numbers = tuple(dict.fromkeys([cube.measure, *counted]))
    needed = [*cube.dimensions, HOLDING, *numbers]
    missing = [name for name in needed if name not in contributions.column_names]
    if missing:
        raise NotContributions(f"{cube.id}: contributions lack the column {missing[0]}")
    if contributions[HOLDING].null_count:
        raise NotContributions(f"{cube.id}: a contribution belongs to no holding")
    table = contributions.select([*cube.dimensions, HOLDING])
    for name in numbers:
        table = table.append_column(name, _whole(contributions[name], name, measured=name not in counted))
    sums = table.group_by([*cube.dimensions, HOLDING], use_threads=False).aggregate([(name, "sum") for name in numbers])
    renamed = {f"{name}_sum": name for name in numbers}
    return sums.rename_columns([renamed.get(name, name) for name in sums.column_names])


def _whole(column: Any, name: str, *, measured: bool) -> Any:
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
    return whole


@dataclass(frozen=True, slots=True)
class _Cells:
    """Contributions with the number of each one's cell (0 … size - 1), largest first within a cell."""

    rows: pa.Table
    cell: _Ints
    first: _Ints
    size: int

    @classmethod
    def of(cls, rows: pa.Table, cube: Cube) -> _Cells:
        """Number the cells and sort the rows."""
        code = _codes(rows, cube.dimensions)
        order = np.lexsort((-_ints(rows, cube.measure), code))
        _, first, cell = np.unique(code[order], return_index=True, return_inverse=True)
        return cls(rows.take(pa.array(order)), cell.astype(np.int64), first.astype(np.int64), len(first))

    def sums(self, values: _Ints) -> _Ints:
        """The sum of `values` in each cell."""
        return np.add.reduceat(values, self.first) if self.size else values

    def most(self, values: _Ints) -> _Ints:
        """The largest of `values` in each cell."""
        return np.maximum.reduceat(values, self.first) if self.size else values

    def less_largest(self, values: _Ints, *, many: int) -> _Ints:
        """The sum of `values` in each cell without its `many` largest."""
        order = np.lexsort((-values, self.cell))
        rank = np.arange(len(values)) - self.first[self.cell]
        return self.sums(np.where(rank >= many, values[order], 0))


def _ints(rows: pa.Table, name: str) -> _Ints:
    found: _Ints = rows[name].to_numpy().astype(np.int64, copy=False)
    return found


def _codes(rows: pa.Table, dimensions: tuple[str, ...]) -> _Ints:
    """One number for each combination of dimensions; mixed radix, made dense again before it could overflow."""
    code = np.zeros(len(rows), dtype=np.int64)
    radix = 1
    for name in dimensions:
        encoded = rows[name].combine_chunks().dictionary_encode(null_encoding="encode")
        width = max(1, len(encoded.dictionary))
        if radix * width >= 2**62:
            _, code = np.unique(code, return_inverse=True)
            radix = int(code.max(initial=0)) + 1
        code = code * width + encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        radix *= width
    return code


def _is_in(rows: pa.Table, holdings: frozenset[str]) -> _Flags:
    column = pc.cast(rows[HOLDING], pa.string())
    found: _Flags = pc.is_in(column, value_set=pa.array(sorted(holdings), pa.string())).to_numpy()
    return found


def _judge(cells: _Cells, measure: str, counted: dict[str, str], rules: Rules) -> _Flags:
    """Which cells pass; the same rules as `governance.disclosure.primary.judge`."""
    secret = ~_is_in(cells.rows, rules.known)
    values = np.where(secret, _ints(cells.rows, measure), 0)
    total = cells.sums(values)
    thresholds = np.greater(total, 0)
    for name, least in rules.thresholds().items():
        parts = np.where(secret, _ints(cells.rows, counted[name]), 0)
        thresholds &= cells.less_largest(parts, many=rules.coalition) >= least
    target = cells.most(np.where(_is_in(cells.rows, rules.named), 0, values))
    holders = _holders(cells, measure, rules)
    known = _others(cells, values, target=target, holders=holders, rules=rules)
    hidden = total - target - known - _by_number(holders, lambda number: known_present(number, rules))
    kept = (
        (holders >= rules.min_holders)
        & (100 * target <= rules.max_share_percent * total)
        & (100 * hidden >= rules.p_percent * target)
    )
    safe: _Flags = thresholds & ((target == 0) | kept)
    return safe


def _holders(cells: _Cells, measure: str, rules: Rules) -> _Ints:
    """How many holdings contribute to each cell, those that are public elsewhere left out."""
    contributes = ~_is_in(cells.rows, rules.known) & (_ints(cells.rows, measure) > 0)
    return cells.sums(contributes.astype(np.int64))


def _others(cells: _Cells, values: _Ints, *, target: _Ints, holders: _Ints, rules: Rules) -> _Ints:
    """What the colluders know in each cell: the sum of the largest contributions but the target's."""
    known = np.zeros(cells.size, dtype=np.int64)
    # Known holdings count as 0 here, so the order within a cell has to be found again.
    order = np.lexsort((-values, cells.cell))
    ranked = values[order]
    rank = np.arange(len(ranked)) - cells.first[cells.cell[order]]
    colluders = _by_number(holders, lambda number: colluding(rules, holders=number))
    for attackers in range(1, rules.coalition + 1):
        with_target = cells.sums(np.where(rank <= attackers, ranked, 0))
        without = cells.sums(np.where(rank < attackers, ranked, 0))
        last = with_target - without
        others = np.where(target >= last, with_target - target, without)
        known = np.where(colluders >= attackers, others, known)
    return known


def _by_number(holders: _Ints, of: Callable[[int], int]) -> _Ints:
    """What `of` says of each cell's number of holdings."""
    table = np.array([of(number) for number in range(int(holders.max(initial=0)) + 1)], dtype=np.int64)
    found: _Ints = table[holders]
    return found


def _published(cells: _Cells, safe: _Flags, cube: Cube, rules: Rules) -> Protected:
    kept = np.flatnonzero(safe)
    base = rules.rounding
    value = (cells.sums(_ints(cells.rows, cube.measure))[kept] + base // 2) // base * base
    holders = _holders(cells, cube.measure, rules)[kept]
    coverage = [coverage_class(number)[1] for number in holders.tolist()]
    table = cells.rows.select(list(cube.dimensions)).take(pa.array(cells.first[kept]))
    table = table.append_column(cube.measure, pa.array(value, pa.int64()))
    table = table.append_column(COVERAGE, pa.array(coverage, pa.string()))
    if cube.dimensions:
        table = table.sort_by([(name, "ascending") for name in cube.dimensions])
    return Protected(table.combine_chunks(), len(kept), cells.size - len(kept))
