"""The identified tier: a dataset that is open to nobody in particular, but to whoever is known and took its licence.

Every member is known by its key. What is published for this tier is the same files as for the open one, under another
audience: opening the dataset later publishes them anew, and shutting it shuts these too.
"""

from __future__ import annotations

import datetime as dt

from governance.audiences import Audience, Tier
from governance.decide import decide
from governance.decision import Permit
from governance.request import Action, Request
from governance.world import World


def purposes_of(world: World, dataset: str, at: dt.datetime) -> list[str]:
    """The purposes for which agreements of this tier that are in force share a dataset, in order."""
    own = [one for one in world.by_dataset.get(dataset, ()) if one.tier is Tier.IDENTIFIED and one.in_force(at)]
    return sorted({purpose for one in own for purpose in one.purposes.values})


def may_read(world: World, dataset: str, reader: str | None, at: dt.datetime) -> bool:
    """Whether the decision would let a member read the dataset on this tier, for any purpose that is shared."""
    if reader is None:
        return False
    asked = (look(reader, dataset, at, purpose=purpose) for purpose in purposes_of(world, dataset, at))
    return any(isinstance(decide(request, world), Permit) for request in asked)


def look(reader: str | None, dataset: str, at: dt.datetime, *, purpose: str) -> Request:
    """To read a dataset as an identified member."""
    return Request(
        actor=reader, action=Action.READ, subject=dataset, audience=Audience.IDENTIFIED, purpose=purpose, at=at
    )
