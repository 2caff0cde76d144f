"""Whose consent a loosening needs: the holders whose data feeds what the audience gets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance.agreement import State
from governance.audiences import Audience
from governance.cubes import Cube, Edition
from governance.datasets import Sensitivity
from governance.world import World


def holders_concerned(world: World, audiences: Iterable[Audience], at: dt.datetime) -> frozenset[str]:
    """Active members that hold a dataset of a cube registered for one of the audiences, or that granted one of them a
    dataset that is not open. A loosening reaches no earlier period, so of a cube's editions those count that hold now
    or begin later; nothing of a former member's data leaves, so it is not asked.
    """
    wanted = frozenset(audiences)
    names = {audience.value for audience in wanted}
    cubes = [cube for cube in world.cubes.values() if cube.audiences & wanted]
    datasets = {name for cube in cubes for edition in _ahead(cube, world, at) for name in edition.datasets}
    datasets |= {
        one.dataset
        for one in world.agreements
        if (one.binding or one.state is State.SUSPENDED)
        and at < one.validity.to
        and one.audiences.values & names
        and world.datasets[one.dataset].sensitivity is not Sensitivity.OPEN
    }
    holders = {world.datasets[name].holder for name in datasets}
    return frozenset(holder for holder in holders if world.members[holder].active)


def _ahead(cube: Cube, world: World, at: dt.datetime) -> list[Edition]:
    """The edition that holds at an instant, and those that begin after it."""
    begun = [edition for edition in cube.editions if world.end_of(edition.from_) <= at]
    newest = max(begun, key=lambda edition: edition.from_, default=None)
    return [edition for edition in cube.editions if edition not in begun or edition is newest]
