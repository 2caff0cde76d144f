"""What an agreement may name in a commons that exists already: for texts that come after the documents."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from governance.commons_yaml.consents import Known
from governance.world import World


def known_of(world: World) -> Known:
    """The names of a commons, and the zone of its days."""
    return Known(
        zone=ZoneInfo(world.basin.time_zone),
        colleges=world.colleges,
        members=world.members,
        datasets=world.datasets,
        cubes=world.cubes,
        purposes=world.purposes,
    )
