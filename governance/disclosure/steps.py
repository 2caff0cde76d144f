"""The steps by which a partition is refined: one dimension by one level each, in an order that owes nothing to data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.disclosure.hierarchy import Hierarchy
from governance.errors import CommonsError


class PartitionError(CommonsError):
    """Steps or trees that do not fit the cube or one another."""


@dataclass(frozen=True, slots=True)
class Step:
    """Refine one dimension down to one level, by name."""

    dimension: str
    level: str


def placed(hierarchies: Sequence[Hierarchy], step: Step) -> tuple[int, int]:
    """The numbers of a step's dimension and level.

    Raises:
        PartitionError: there is no such dimension or level.
    """
    for d, hierarchy in enumerate(hierarchies):
        if hierarchy.dimension == step.dimension and step.level in hierarchy.levels[1:]:
            return d, hierarchy.levels.index(step.level)
    raise PartitionError(f"no dimension {step.dimension!r} has a level {step.level!r} to refine")


def default_steps(hierarchies: Sequence[Hierarchy]) -> tuple[Step, ...]:
    """The coarsest level of each dimension in turn, then the next one of each, and so on."""
    deepest = max(one.base for one in hierarchies)
    return tuple(
        Step(one.dimension, one.levels[level])
        for level in range(1, deepest + 1)
        for one in hierarchies
        if level <= one.base
    )


def check_steps(hierarchies: Sequence[Hierarchy], steps: Iterable[Step]) -> None:
    """See that each dimension is refined one level at a time, from its whole on.

    Raises:
        PartitionError: a level is left out or comes before a coarser one, or is not there.
    """
    reached = [0] * len(hierarchies)
    for step in steps:
        d, level = placed(hierarchies, step)
        if level != reached[d] + 1:
            raise PartitionError(f"{step.dimension} must be refined one level at a time, not to {step.level} here")
        reached[d] = level
