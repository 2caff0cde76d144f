"""Laying releases over one another: from the nodes that rows name to atoms, by way of the pieces of each attribute."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from governance.disclosure.attacks.atoms import Arrangement, Ints
from governance.disclosure.attacks.calendar import CALENDAR, Calendar, Mask, base_spans, calendar_of, is_calendar
from governance.disclosure.attacks.ground import Axis, NotComparable, axis_of
from governance.disclosure.attacks.knowledge import Knowledge, Out
from governance.disclosure.attacks.rows import row_of
from governance.disclosure.hierarchy import ALL, Hierarchy

#: Beyond so many cells of the collapsed ground the releases are not laid over one another.
MOST_CELLS = 2_000_000
_NONE = np.zeros(0, dtype=np.int64)


def arrange(knowledge: Knowledge, outs: Sequence[Out] | None = None) -> Arrangement:
    """Lay releases over one another.

    Raises:
        NotComparable: too many pieces or cells.
    """
    outs = tuple(knowledge.releases if outs is None else outs)
    axes = _axes(knowledge, outs)
    calendar = calendar_of(outs)
    masks = [_row_masks(out, axes, calendar, editions=1 + max(one.edition for one in outs)) for out in outs]
    classes = _collapsed([mask for found in masks for mask in found])
    sizes = [int(one.max(initial=0)) + 1 for one in classes]
    if np.prod([float(size) for size in sizes]) > MOST_CELLS:
        raise NotComparable(f"more than {MOST_CELLS} cells: look at fewer releases at once")
    told_k = knowledge.told_k
    rows = tuple(
        row_of(out, number, row, told_k) for number, out in enumerate(outs) for row in range(len(out.published))
    )
    cells = [_cells(mask, classes, sizes) for found in masks for mask in found]
    atom_of_cell, member = _atoms(cells, int(np.prod(sizes)))
    return Arrangement(outs, rows, member, axes, calendar, classes, atom_of_cell)


def _axes(knowledge: Knowledge, outs: Sequence[Out]) -> tuple[Axis, ...]:
    found: dict[str, list[Hierarchy]] = {}
    for out in outs:
        for hierarchy in out.published.hierarchies:
            if not is_calendar(hierarchy):
                found.setdefault(out.attribute(hierarchy.dimension), []).append(hierarchy)
    return tuple(axis_of(name, found[name], knowledge.overlaps) for name in sorted(found))


def _row_masks(out: Out, axes: Sequence[Axis], calendar: Calendar, *, editions: int) -> list[list[Mask]]:
    """For each row the pieces of each axis, then of the calendar and of the editions."""
    dimension = {out.attribute(one.dimension): d for d, one in enumerate(out.published.hierarchies)}
    kept: dict[tuple[object, ...], Mask] = {}
    edition = np.arange(editions) <= out.edition
    found = []
    for row in range(len(out.published)):
        masks = [_along(out, row, axis, dimension.get(axis.name), kept) for axis in axes]
        found.append([*masks, _time(out, row, calendar, kept), edition])
    return found


def _along(out: Out, row: int, axis: Axis, d: int | None, kept: dict[tuple[object, ...], Mask]) -> Mask:
    if d is None:
        return axis.mask(ALL, ())
    hierarchy = out.published.hierarchies[d]
    level, nodes = int(out.published.level[row, d]), tuple(out.published.nodes[row][d])
    key = (axis.name, level, nodes)
    if key not in kept:
        kept[key] = axis.mask(hierarchy.levels[level], [hierarchy.nodes[level][node] for node in nodes])
    return kept[key]


def _time(out: Out, row: int, calendar: Calendar, kept: dict[tuple[object, ...], Mask]) -> Mask:
    whole = calendar.mask([out.span])
    for d, hierarchy in enumerate(out.published.hierarchies):
        if not is_calendar(hierarchy):
            continue
        level, nodes = int(out.published.level[row, d]), tuple(out.published.nodes[row][d])
        key = (CALENDAR, d, level, nodes)
        if key not in kept:
            spans = base_spans(hierarchy)
            below = [spans[base] for node in nodes for base in hierarchy.below(level, node)]
            kept[key] = calendar.mask([one for one in below if one is not None])
        whole = whole & kept[key]
    return whole


def _collapsed(masks: Sequence[Sequence[Mask]]) -> tuple[Ints, ...]:
    """Along each axis, numbers for pieces that no row tells apart."""
    found = []
    for along in zip(*masks, strict=True):
        distinct = {one.tobytes(): one for one in along}
        _, classes = np.unique(np.array(list(distinct.values())).T, axis=0, return_inverse=True)
        found.append(classes.reshape(-1).astype(np.int64))
    return tuple(found)


def _cells(masks: Sequence[Mask], classes: Sequence[Ints], sizes: Sequence[int]) -> Ints:
    picked = [np.unique(number[mask]) for mask, number in zip(masks, classes, strict=True)]
    if any(not len(one) for one in picked):
        return _NONE
    return np.ravel_multi_index(np.ix_(*picked), tuple(sizes)).reshape(-1)


def _atoms(cells: Sequence[Ints], size: int) -> tuple[Ints, sp.csr_array]:
    """Cells with the same rows are one atom; told by sums of numbers drawn for the rows, always the same ones."""
    drawn = np.random.default_rng(4).integers(1, 2**63, size=len(cells), dtype=np.uint64)
    mark = np.zeros(size, dtype=np.uint64)
    for number, found in zip(drawn, cells, strict=True):
        mark[found] += number
    _, atom = np.unique(mark, return_inverse=True)
    atom = atom.reshape(-1).astype(np.int64)
    members = [np.unique(atom[found]) for found in cells]
    many = [len(one) for one in members]
    index = np.concatenate([*members, _NONE])
    start = np.concatenate([[0], np.cumsum(many)])
    member = sp.csr_array((np.ones(len(index)), index, start), shape=(len(cells), int(atom.max(initial=-1)) + 1))
    return atom, member
