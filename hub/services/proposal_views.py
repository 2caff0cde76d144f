"""What may be seen of a proposal: by everybody, and by the members.

While a vote runs nobody sees how the others voted, only how many have. Afterwards the members, who are organisations,
see each other's ballots, and everybody the count by college. Values of floors that would help an attacker, and votes
on sanctions, are for members alone.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from governance.choice.changes import read_change
from governance.choice.proposal import Proposal, Subject
from governance.world import World
from hub.errors import NotFound
from hub.services import proposals
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.publicity import KEPT

#: Scopes of a key that let it read as the member.
_READING = frozenset({"read", "govern"})


def member_behind(world: World, actor: Actor) -> str | None:
    """The active member as which a key reads; None: it reads what everybody may."""
    member = world.members.get(actor.member_id or "")
    return member.id if member is not None and member.active and actor.scopes & _READING else None


def one(front: Front, proposal: str, actor: Actor) -> tuple[dict[str, Any], int]:
    """A proposal as the reader may see it, and its revision.

    Raises:
        NotFound: there is none of that name that the reader may see.
    """
    reader, found = member_behind(current_world(front), actor), proposals.one(front, proposal)
    if not visible(found.state, reader):
        raise NotFound(f"no proposal is called {proposal!r}")
    return shown(found.state, reader=reader, at=front.clock()), found.revision


def listed(front: Front, actor: Actor) -> list[dict[str, Any]]:
    """The proposals that the reader may see, newest first, without their ballots."""
    reader, at = member_behind(current_world(front), actor), front.clock()
    return [summary(one, at=at) for one in proposals.listed(front) if visible(one, reader)]


def visible(proposal: Proposal, reader: str | None) -> bool:
    """Whether somebody may know of a proposal: what is held against a member is not for everybody."""
    return reader is not None or proposal.subject is not Subject.SANCTION


def summary(proposal: Proposal, *, at: dt.datetime) -> dict[str, Any]:
    """A proposal in a list. `due`: its time has come, and it waits to be closed."""
    return {
        "by": proposal.by,
        "closes_at": proposal.closes_at,
        "due": proposal.open and proposal.closes_at <= at,
        "ended_at": proposal.ended_at,
        "id": proposal.id,
        "nature": proposal.text.get("nature"),
        "opened_at": proposal.opened_at,
        "state": proposal.stage.value,
        "subject": {"kind": proposal.subject.value, "thing": proposal.thing},
        "voted": len(proposal.roll.members & proposal.ballots.keys()),
        "voters": len(proposal.roll.voters),
        "why": proposal.why,
    }


def shown(proposal: Proposal, *, reader: str | None, at: dt.datetime) -> dict[str, Any]:
    """A proposal in full, for a member (its id; empty for whoever runs the hub) or for everybody (None)."""
    return {
        **summary(proposal, at=at),
        "changes": _changes(proposal, KEPT if reader is None else frozenset()),
        "members": None if reader is None else _for_members(proposal, reader),
        "needed": proposal.needed.plain(),
        "tally": _tally(proposal),
    }


def _changes(proposal: Proposal, hiding: frozenset[str]) -> list[dict[str, Any]]:
    found = []
    for change in map(read_change, proposal.text.get("changes", ())):
        hidden = change.path.rpartition(".")[2] in hiding
        values = {"after": None, "before": None} if hidden else {"after": change.after, "before": change.before}
        sentence = change.sentence(hiding=hiding).plain()
        found.append({"effect": change.effect.value, "path": change.path, "sentence": sentence, **values})
    return found


def _for_members(proposal: Proposal, reader: str) -> dict[str, Any]:
    ballots = {member: choice.value for member, choice in proposal.ballots.items()}
    own = {member: choice for member, choice in ballots.items() if member == reader}
    return {
        "ballots": own if proposal.open else ballots,
        "concerned": list(proposal.concerned),
        "consents": dict(proposal.consents),
        "missing": list(proposal.tally["missing"]) if proposal.tally else [],
        "shares": {member: str(share) for member, share in proposal.roll.shares().items()},
    }


def _tally(proposal: Proposal) -> dict[str, Any] | None:
    if proposal.tally is None:
        return None
    return {name: value for name, value in proposal.tally.items() if name != "missing"}
