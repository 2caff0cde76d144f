"""Everything that is out as equations: which atoms of the common ground each published number adds up.

Base cells that lie in exactly the same rows of all releases are one atom: nothing that is out tells them apart. So
the equations stay few, however fine the cubes are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from governance.disclosure.attacks.calendar import CALENDAR, EDITION, Calendar
from governance.disclosure.attacks.ground import Axis, NotComparable
from governance.disclosure.attacks.knowledge import Out
from governance.disclosure.attacks.rows import Row
from governance.disclosure.hierarchy import ALL

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)  # no slots: what is derived is kept
class Arrangement:
    """`member` is (rows, atoms), 0/1. Sums of tables of contributions by atom come from `sums`."""

    outs: tuple[Out, ...]
    rows: tuple[Row, ...]
    member: sp.csr_array
    axes: tuple[Axis, ...]
    calendar: Calendar
    classes: tuple[Ints, ...]
    atom_of_cell: Ints

    @property
    def atoms(self) -> int:
        """How many atoms there are."""
        return int(self.member.shape[1])

    @property
    def shown(self) -> Ints:
        """The rows that have a number."""
        return np.array([index for index, row in enumerate(self.rows) if row.shown], dtype=np.int64)

    def place(self, row: int) -> Place:
        """The place that a row is about."""
        one = self.rows[row]
        return Place(self, self.member[[row]].indices.astype(np.int64), dict(one.label), printed=one.shown)

    def sums(self, table: pa.Table, measure: str) -> dict[str, Ints]:
        """What each holding adds to each atom: (atoms,) by holding."""
        atom = self.located(table)
        kept = atom >= 0
        values = table[measure].to_numpy()[kept]
        holding = np.array(table["holding"].to_pylist() if "holding" in table.column_names else [""] * len(table))[kept]
        return {
            str(name): np.bincount(
                atom[kept][holding == name], weights=values[holding == name], minlength=self.atoms
            ).astype(np.int64)
            for name in sorted(set(holding.tolist()))
        }

    def located(self, table: pa.Table) -> Ints:
        """The atom of each row of a table with a column for each attribute; -1 where it lies in none."""
        cell = np.zeros(len(table), dtype=np.int64)
        lost = np.zeros(len(table), dtype=bool)
        for number, classes in enumerate(self.classes):
            piece = self._pieces(table, number)
            lost |= piece < 0
            cell = cell * (int(classes.max(initial=0)) + 1) + classes[np.maximum(piece, 0)]
        return np.where(lost, -1, self.atom_of_cell[cell])

    def _pieces(self, table: pa.Table, number: int) -> Ints:
        if number < len(self.axes):
            return _pieces(table, self.axes[number])
        name = (CALENDAR, EDITION)[number - len(self.axes)]
        if name not in table.column_names:
            return np.zeros(len(table), dtype=np.int64)
        column = [str(one) for one in table[name].to_pylist()]
        if name == EDITION:
            states = np.array([int(one) for one in column], dtype=np.int64)
            return np.where(states < len(self.classes[number]), states, -1)
        known = {text: self.calendar.piece(text) for text in set(column)}
        return np.array([known[text] for text in column], dtype=np.int64)

    @cached_property
    def columns(self) -> sp.csc_array:
        """`member` by atoms."""
        return self.member.tocsc()


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """Some atoms of an arrangement. `printed`: a release has a number for just these."""

    arrangement: Arrangement
    atoms: Ints
    named: Mapping[str, str]
    printed: bool = False

    def label(self) -> Mapping[str, str]:
        """The nodes along each attribute."""
        return self.named

    def sums(self, table: pa.Table, measure: str) -> dict[str, int]:
        """What each holding adds to the place."""
        return {name: int(values[self.atoms].sum()) for name, values in self.arrangement.sums(table, measure).items()}


def atom_place(arrangement: Arrangement, atom: int) -> Place:
    """The place of one atom, named by the pieces it has along each attribute."""
    cells = np.flatnonzero(arrangement.atom_of_cell == atom)
    sizes = [int(one.max(initial=0)) + 1 for one in arrangement.classes]
    along = np.unravel_index(cells, sizes)
    named: dict[str, str] = {}
    for axis, classes, found in zip(arrangement.axes, arrangement.classes, along, strict=False):
        wanted = set(found.tolist())
        pieces = [axis.called(piece) for piece, number in enumerate(classes) if int(number) in wanted]
        named[axis.name] = ALL if len(pieces) == axis.size else ", ".join(pieces[:6]) + (", …" if pieces[6:] else "")
    return Place(arrangement, np.array([atom], dtype=np.int64), named | _when(arrangement, along))


def _when(arrangement: Arrangement, along: Sequence[Ints]) -> dict[str, str]:
    told: dict[str, str] = {}
    times, editions = (set(along[len(arrangement.axes) + number].tolist()) for number in (0, 1))
    calendar = arrangement.classes[-2]
    if int(calendar.max(initial=0)):
        pieces = [piece for piece, number in enumerate(calendar) if int(number) in times]
        bounds = arrangement.calendar.bounds
        told[CALENDAR] = ", ".join(f"{bounds[one].isoformat()}/{bounds[one + 1].isoformat()}" for one in pieces[:3])
    if int(arrangement.classes[-1].max(initial=0)):
        states = [state for state, number in enumerate(arrangement.classes[-1]) if int(number) in editions]
        told[EDITION] = ", ".join(str(state) for state in states)
    return told


def _pieces(table: pa.Table, axis: Axis) -> Ints:
    """The piece of each row: from the attribute's column, or from one for each level (``zone.commune``, ``zone.iris``).

    Raises:
        NotComparable: neither is there.
    """
    if axis.name in table.column_names:
        base = next((nodes for nodes in axis.systems.values() if len(set(nodes)) == axis.size), None)
        names = base if base is not None else [axis.called(piece) for piece in range(axis.size)]
        place: dict[tuple[str, ...], int] = {(name,): piece for piece, name in enumerate(names)}
        columns = [table[axis.name].to_pylist()]
    else:
        levels = [level for level in axis.systems if f"{axis.name}.{level}" in table.column_names]
        if not levels:
            raise NotComparable(f"the table has no column {axis.name}")
        place = {key: piece for piece, key in enumerate(zip(*(axis.systems[one] for one in levels), strict=True))}
        columns = [table[f"{axis.name}.{level}"].to_pylist() for level in levels]
    return np.array([place.get(tuple(str(one) for one in key), -1) for key in zip(*columns, strict=True)], np.int64)
