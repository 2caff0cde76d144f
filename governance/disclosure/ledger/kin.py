"""Which other row of a partition is nearest to one by what it pools: the same zones and bands, then near relatives."""

from __future__ import annotations

import numpy as np

from governance.disclosure.contributions import Ints
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import Published


class Kin:
    """The rows of one release, ready to be compared."""

    def __init__(self, published: Published) -> None:
        self._value = published.value
        self._dimensions = [_Dimension(published, d) for d in range(len(published.hierarchies))]

    def nearest(self, row: int, *, many: int) -> list[int]:
        """The nearest other rows: that differ in fewest dimensions first, then near relatives, then small ones."""
        apart = np.array([one.apart(row) for one in self._dimensions])
        order = np.lexsort((np.arange(apart.shape[1]), self._value, apart.sum(axis=0), (apart > 0).sum(axis=0)))
        return [other for other in order[: many + 1].tolist() if other != row][:many]


class _Dimension:
    """What each row pools in one dimension: a number that is the same for the same nodes, and its first base node."""

    def __init__(self, published: Published, d: int) -> None:
        self._hierarchy = published.hierarchies[d]
        known: dict[tuple[int, tuple[int, ...]], int] = {}
        pooled = [
            (int(level), nodes[d]) for level, nodes in zip(published.level[:, d].tolist(), published.nodes, strict=True)
        ]
        self._same = np.array([known.setdefault(one, len(known)) for one in pooled], np.int64)
        first = [_first(self._hierarchy, level, nodes[0]) for level, nodes in known]
        self._first = np.array(first, np.int64)[self._same]

    def apart(self, row: int) -> Ints:
        """How many levels up each row and this one meet: 0 for the same nodes."""
        found = np.full(len(self._same), self._hierarchy.base + 1, np.int64)
        for level, ancestors in enumerate(self._hierarchy.ancestors):
            alike = ancestors[self._first] == ancestors[self._first[row]]
            found[alike] = self._hierarchy.base + 1 - level
        found[self._same == self._same[row]] = 0
        return found


def _first(hierarchy: Hierarchy, level: int, node: int) -> int:
    return int(hierarchy.below(level, node)[0])
