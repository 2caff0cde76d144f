"""How long the commons may keep what it received of a dataset: as long as the strictest clause on it allows.

A holder that agrees on a retention says how long others keep its data. The hub keeps it on their behalf, so it keeps it
no longer than the shortest that was agreed: an agreement that has ended goes on counting for what came while it bound.
While agreements open a dataset to everybody, those alone count: what the public may keep for ever the hub may keep.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from governance.agreement import Agreement, State
from governance.audiences import Tier
from governance.datasets import Sensitivity
from governance.durations import later, parse_duration
from governance.terms.scope import EVERYONE
from governance.terms.use import Retention
from governance.world import Prohibition, World

#: States of an agreement that never bound anybody.
_NEVER: Final = frozenset((State.DRAFT, State.PROPOSED, State.COUNTERED, State.ACCEPTED, State.AGREED, State.REJECTED))


@dataclass(frozen=True, slots=True)
class Limit:
    """The clause that ends the keeping of a dataset: of which agreement (``id@version``), and how long it allows."""

    agreement: str
    term: Retention

    def until(self, received: dt.date) -> dt.date:
        """The day on which what was received on a day is kept no more."""
        return later(received, parse_duration(self.term.value))

    def days(self, today: dt.date) -> int:
        """How many days back from a day are still kept; 0: that day alone."""
        back = parse_duration(self.term.value).nominal_s // 86_400 + 4
        while back > 0 and self.until(today - dt.timedelta(days=back)) <= today:
            back -= 1
        return back


def limit(world: World, dataset: str, *, received: dt.datetime, at: dt.datetime) -> Limit | None:
    """The shortest retention that bound at any time since a thing was received; None where nobody agreed on one."""
    found = [
        Limit(one.key, term)
        for one in _counting(world, dataset, received=received, at=at)
        if isinstance(term := one.terms.get(Retention.name), Retention)
    ]
    return min(found, key=lambda one: (parse_duration(one.term.value).nominal_s, one.agreement), default=None)


def held_by(world: World, dataset: str, at: dt.datetime) -> Prohibition | None:
    """The prohibition that lasts at an instant and is about a dataset or a cube of it: until it ends nothing that it is
    about may go, for it may be evidence.
    """
    cubes = {cube.id for cube in world.cubes.values() if any(dataset in one.datasets for one in cube.editions)}
    touched = {dataset, *cubes}
    lasting = (one for one in world.prohibitions if one.validity.from_ <= at < one.validity.to)
    return next((one for one in lasting if one.subject in touched), None)


def _counting(world: World, dataset: str, *, received: dt.datetime, at: dt.datetime) -> Iterator[Agreement]:
    bound = [one for one in world.by_dataset.get(dataset, ()) if _bound(one, received=received, at=at)]
    known = world.datasets.get(dataset)
    opening = [one for one in bound if _opens(one, at)]
    yield from opening if opening and known is not None and known.sensitivity is Sensitivity.OPEN else bound


def _bound(one: Agreement, *, received: dt.datetime, at: dt.datetime) -> bool:
    return one.state not in _NEVER and not one.unsigned and one.validity.from_ <= at and received < one.validity.to


def _opens(one: Agreement, at: dt.datetime) -> bool:
    return one.tier is Tier.OPEN and EVERYONE in one.recipient.values and one.in_force(at)
