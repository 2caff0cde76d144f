"""Does a release hold together, looked at by itself? Rows that are disjoint and complete, margins that are sums."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from governance.disclosure.independent.faults import Fault
from governance.disclosure.independent.layout import named, placed
from governance.disclosure.independent.saying import Said, said
from governance.disclosure.published import Published, Shape

_Key = tuple[tuple[int, ...], tuple[int, ...]]


def layers(published: Published) -> list[list[int]]:
    """The rows that must be disjoint and complete: all groups of a partition, each combination of levels of a table."""
    if published.about.shape is Shape.PARTITION:
        return [list(range(len(published)))] if len(published) else []
    by_levels: dict[tuple[int, ...], list[int]] = {}
    for row, levels in enumerate(published.level.tolist()):
        by_levels.setdefault(tuple(levels), []).append(row)
    return list(by_levels.values())


def structure(published: Published) -> Iterator[Fault]:
    """What does not hold together. Numbers that carry noise add up to nothing, so their sums are not looked at."""
    nobody = np.empty((0, len(published.hierarchies)), np.int32)
    for rows in layers(published):
        layer = placed(published, rows, nobody)
        yield from (Fault("rows.overlap", named(published, row)) for row in sorted(layer.twice))
        if layer.missing:
            yield Fault("rows.missing", "the release", f"{layer.missing} cells")
    if published.about.shape is Shape.TABLE and published.about.noise is None:
        yield from _margins(published)


def _margins(published: Published) -> Iterator[Fault]:
    """Margins that their published parts contradict, one dimension at a time."""
    row_of = {_key(published, row): row for row in range(len(published))}
    told = said(published)
    for row in np.flatnonzero(published.shown).tolist():
        for d in range(len(published.hierarchies)):
            parts = [row_of.get(key) for key in _parts(published, row, d)]
            if parts and not _add_up(published, told, row, parts):
                yield Fault("sum.contradiction", named(published, row), f"by {published.hierarchies[d].dimension}")


def _key(published: Published, row: int) -> _Key:
    return tuple(published.level[row].tolist()), tuple(chain.from_iterable(published.nodes[row]))


def _parts(published: Published, row: int, d: int) -> list[_Key]:
    """The keys one level finer in one dimension; none at its base."""
    levels, nodes = _key(published, row)
    hierarchy = published.hierarchies[d]
    finer = levels[d] + 1
    if finer > hierarchy.base:
        return []
    below = np.flatnonzero(hierarchy.parents[finer] == nodes[d]).tolist()
    return [((*levels[:d], finer, *levels[d + 1 :]), (*nodes[:d], node, *nodes[d + 1 :])) for node in below]


def _add_up(published: Published, told: Said, row: int, parts: list[int | None]) -> bool:
    shown = [part for part in parts if part is not None and published.shown[part]]
    least = sum(int(told.low[part]) for part in shown)
    most = sum(int(told.high[part]) for part in shown)
    return least <= told.high[row] and (len(shown) < len(parts) or most >= told.low[row])
