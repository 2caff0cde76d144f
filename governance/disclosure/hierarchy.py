"""The nodes of one dimension, from its whole down to the base cells: ``all`` → commune → …, month ⊂ quarter ⊂ …

The list of nodes is given with the cube and owes nothing to the data: a zone in which nothing happened is in it, so
that nobody learns where something happened by looking at which zones are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Index: TypeAlias = npt.NDArray[np.int32]

#: The coarsest level of every dimension, and its one node.
ALL = "all"
#: The base node of what lies in no zone or band (a null in the contributions). Its ancestors bear the same name.
OUTSIDE = "outside"


@dataclass(frozen=True, eq=False)  # no slots: what is derived is kept
class Hierarchy:
    """A tree of fixed depth. `levels` go from ``all`` to the base; `nodes[i]` are the ids of level i in ascending
    order; `parents[i][j]` is the index, in level i - 1, of the parent of node j of level i (`parents[0]` is empty).
    """

    dimension: str
    levels: tuple[str, ...]
    nodes: tuple[tuple[str, ...], ...]
    parents: tuple[Index, ...]

    @classmethod
    def of(cls, dimension: str, levels: Sequence[str], chains: Iterable[Sequence[str]]) -> Hierarchy:
        """From chains of ids, one for each base node, from the level below ``all`` down to the base.

        Raises:
            ValueError: a chain of another length, a base node twice, a node below two parents, or no node at all.
        """
        rows = sorted(tuple(chain) for chain in chains)
        if not rows or any(len(row) != len(levels) for row in rows):
            raise ValueError(f"{dimension}: each base node needs one id for each of {', '.join(levels)}")
        if len({row[-1] for row in rows}) < len(rows):
            raise ValueError(f"{dimension}: a base node is named twice")
        nodes: list[tuple[str, ...]] = [(ALL,)]
        parents: list[Index] = [np.empty(0, np.int32)]
        for depth in range(len(levels)):
            above = {row[depth]: (row[depth - 1] if depth else ALL) for row in rows}
            if any(above[row[depth]] != (row[depth - 1] if depth else ALL) for row in rows):
                raise ValueError(f"{dimension}: a node of {levels[depth]} lies below two parents")
            ids = tuple(sorted(above))
            place = {name: index for index, name in enumerate(nodes[-1])}
            nodes.append(ids)
            parents.append(np.array([place[above[name]] for name in ids], np.int32))
        return cls(dimension, (ALL, *levels), tuple(nodes), tuple(parents))

    @classmethod
    def flat(cls, dimension: str, level: str, nodes: Iterable[str]) -> Hierarchy:
        """A whole and its base nodes, with nothing between."""
        return cls.of(dimension, (level,), [(node,) for node in nodes])

    @property
    def base(self) -> int:
        """The number of the finest level."""
        return len(self.levels) - 1

    @property
    def size(self) -> int:
        """How many base nodes there are."""
        return len(self.nodes[-1])

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The index of each base node."""
        return {name: index for index, name in enumerate(self.nodes[-1])}

    @cached_property
    def ancestors(self) -> tuple[Index, ...]:
        """For each level the index of every base node's ancestor (itself at the base): arrays of `size`."""
        found = [np.arange(self.size, dtype=np.int32)]
        for depth in range(self.base, 0, -1):
            found.append(self.parents[depth][found[-1]])
        return tuple(reversed(found))

    def below(self, level: int, node: int) -> Index:
        """The indices of the base nodes below a node."""
        return np.flatnonzero(self.ancestors[level] == node).astype(np.int32)

    def plain(self) -> dict[str, Any]:
        """As JSON: levels, and for each base node the chain of its ids from the level below ``all``."""
        chains = [
            [self.nodes[depth][self.ancestors[depth][index]] for depth in range(1, self.base + 1)]
            for index in range(self.size)
        ]
        return {"dimension": self.dimension, "levels": list(self.levels[1:]), "chains": chains}


def read_hierarchy(plain: Mapping[str, Any]) -> Hierarchy:
    """Read a hierarchy as `Hierarchy.plain` spells it.

    Raises:
        KeyError: a part is missing.
        ValueError: it is no tree.
    """
    return Hierarchy.of(str(plain["dimension"]), [str(name) for name in plain["levels"]], plain["chains"])
