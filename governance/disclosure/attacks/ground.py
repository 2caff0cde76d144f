"""The common ground of several releases: along each attribute the pieces that all zone systems and calendars agree on.

A commune and the H3 cells that stick out of it, a month and its days: pieces are the parts into which all of them fall.
Which node of one system touches which of another is public geometry; where nothing says so, any two may touch, which
makes the attacker know less, never more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.disclosure.hierarchy import ALL, OUTSIDE, Hierarchy

Mask = npt.NDArray[np.bool_]

#: More pieces than this along one attribute are not laid over one another.
MOST_PIECES = 50_000


class NotComparable(ValueError):
    """Releases between which nothing says how their zones lie, and that are too large to try all ways."""


@dataclass(frozen=True, eq=False, slots=True)
class Axis:
    """The pieces of one attribute; `systems` tells, for each level, the node in which each piece lies."""

    name: str
    systems: Mapping[str, tuple[str, ...]]
    size: int

    def mask(self, level: str, ids: Sequence[str]) -> Mask:
        """The pieces that lie in some nodes of a level."""
        if level == ALL:
            return np.ones(self.size, dtype=bool)
        wanted = set(ids)
        return np.array([one in wanted for one in self.systems[level]], dtype=bool)

    def called(self, piece: int) -> str:
        """A piece by the names of its nodes in the finest levels, each once."""
        return " ∩ ".join(dict.fromkeys(nodes[piece] for nodes in self.systems.values()))

    def by_columns(self) -> dict[tuple[str, ...], int]:
        """The piece for each tuple of nodes, one per level."""
        return {key: piece for piece, key in enumerate(zip(*self.systems.values(), strict=True))}


def axis_of(name: str, hierarchies: Iterable[Hierarchy], overlaps: frozenset[tuple[str, str]]) -> Axis:
    """Lay the base nodes of hierarchies over one another.

    Raises:
        NotComparable: there would be too many pieces.
    """
    pieces: list[dict[str, str]] = [{}]
    done: set[tuple[object, ...]] = set()
    for hierarchy in hierarchies:
        known = (hierarchy.levels, hierarchy.nodes)
        if known not in done:
            done.add(known)
            pieces = _laid_over(pieces, _chains(hierarchy), overlaps)
    levels = list(dict.fromkeys(level for piece in pieces[:1] for level in piece))
    return Axis(name, {level: tuple(piece[level] for piece in pieces) for level in levels}, len(pieces))


def _chains(hierarchy: Hierarchy) -> list[dict[str, str]]:
    return [
        {
            level: hierarchy.nodes[depth][hierarchy.ancestors[depth][base]]
            for depth, level in enumerate(hierarchy.levels)
            if depth
        }
        for base in range(hierarchy.size)
    ]


def _laid_over(
    pieces: list[dict[str, str]], chains: list[dict[str, str]], overlaps: frozenset[tuple[str, str]]
) -> list[dict[str, str]]:
    if pieces == [{}]:
        return chains
    shared = [level for level in chains[0] if level in pieces[0]]
    by_shared: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for chain in chains:
        by_shared.setdefault(tuple(chain[level] for level in shared), []).append(chain)
    told = {name for pair in overlaps for name in pair}
    found: list[dict[str, str]] = []
    for piece in pieces:
        for chain in by_shared.get(tuple(piece[level] for level in shared), []):
            if shared or _touch(piece, chain, overlaps, told):
                found.append({**piece, **chain})
        if len(found) > MOST_PIECES:
            raise NotComparable(f"more than {MOST_PIECES} pieces: nothing says how these zones lie")
    return found


def _touch(
    piece: Mapping[str, str], chain: Mapping[str, str], overlaps: frozenset[tuple[str, str]], told: set[str]
) -> bool:
    one, other = list(piece.values())[-1], list(chain.values())[-1]
    if not {one, other} <= told | {OUTSIDE}:
        return True
    return one == other == OUTSIDE or (one, other) in overlaps or (other, one) in overlaps
