"""Whoever says something in a member's name, outside of a turn of the commons, says it for one that may act."""

from __future__ import annotations

from governance.verdicts import denied
from governance.world import World
from hub.errors import NotFound, Refused
from hub.services.turn import told


def must_be_active(world: World, member: str) -> None:
    """Let through only the name of a member that may act.

    Raises:
        NotFound: no such member.
        Refused: it is not active: it has left, or is not admitted yet.
    """
    found = world.members.get(member)
    if found is None:
        raise NotFound(f"no member is called {member!r}")
    if not found.active:
        verdict = denied("actor.inactive", "status", actor=member)
        raise Refused(verdict.reason.en, [told(verdict)])
