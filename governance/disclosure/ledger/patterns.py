"""The same cube from one period to the next: what stays hidden, and what of the pattern changed.

Last year's number is a good guess of this year's. So a key that was suppressed stays so unless it is safe with twice
the slack, and groups are chosen on an earlier period and only made coarser. A pattern that does not move tells nothing;
where it does move, this says where, for whoever releases: never to readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from governance.disclosure.ledger.atoms import Flags
from governance.disclosure.published import Published, Shape

#: A row by its names: for each dimension the level and the ids of its nodes. Numbers of nodes move with a hierarchy.
Name: TypeAlias = tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the rows of an earlier release in a later one.

    `hidden` and `shown` are keys of a table that were not so before. Of a partition, `kept` groups are the same, `gone`
    ones are not there any more and `fresh` ones were not there.
    """

    hidden: tuple[Name, ...] = ()
    shown: tuple[Name, ...] = ()
    kept: int = 0
    gone: tuple[Name, ...] = ()
    fresh: tuple[Name, ...] = ()

    @property
    def stable(self) -> bool:
        """Whether nothing moved."""
        return not (self.hidden or self.shown or self.gone or self.fresh)


def stable(earlier: Published, keys: Published) -> Flags:
    """Which rows of `keys` were suppressed in an earlier release of the same cube, and must stay so: (r,)."""
    before = {name for name, shown in _rows(earlier).items() if not shown}
    return np.array([name in before for name in names(keys)], bool)


def changes(earlier: Published, later: Published) -> Changes:
    """What moved between two releases of one cube.

    Raises:
        ValueError: they are not of one cube, or not of one shape.
    """
    if (earlier.about.cube, earlier.about.shape) != (later.about.cube, later.about.shape):
        raise ValueError(f"{earlier.about.cube} and {later.about.cube} are not two releases of one cube")
    before, after = _rows(earlier), _rows(later)
    common = before.keys() & after.keys()
    kept, gone, fresh = len(common), _sorted(before.keys() - common), _sorted(after.keys() - common)
    if later.about.shape is Shape.PARTITION:
        return Changes(kept=kept, gone=gone, fresh=fresh)
    hidden = _sorted({name for name in common if before[name] and not after[name]})
    shown = _sorted({name for name in common if after[name] and not before[name]})
    return Changes(hidden, shown, kept, gone, fresh)


def names(published: Published) -> list[Name]:
    """Each row by its names; the same in every release of a cube."""
    return [
        tuple(
            (one.levels[level], frozenset(one.nodes[level][node] for node in nodes))
            for one, level, nodes in zip(published.hierarchies, levels, row, strict=True)
        )
        for levels, row in zip(published.level.tolist(), published.nodes, strict=True)
    ]


def _rows(published: Published) -> Mapping[Name, bool]:
    return dict(zip(names(published), published.shown.tolist(), strict=True))


def _sorted(found: set[Name]) -> tuple[Name, ...]:
    return tuple(sorted(found, key=lambda name: [(level, sorted(nodes)) for level, nodes in name]))
