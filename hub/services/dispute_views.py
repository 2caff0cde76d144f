"""Disputes as they are seen: by the parties, by everybody, and by whoever draws the lots again."""

from __future__ import annotations

from collections.abc import Mapping

from governance.canonical import Plain
from governance.disputes.case import Dispute
from governance.disputes.draw import Draw
from governance.disputes.kind import DISPUTE
from governance.disputes.published import anonymised
from governance.log.merkle import root_hash
from governance.parties import Kind
from hub.errors import NotFound
from hub.records import log as log_records
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.turn import Seen, all_seen, seen


def seen_by(front: Front, reader: str) -> list[Seen]:
    """The disputes that a member may look at: as a party, as a mediator that was drawn; the secretariat sees all."""
    member = current_world(front).members.get(reader)
    if member is None or not member.active:
        return []
    everything = member.kind is Kind.SECRETARIAT
    return [one for one in all_seen(front, DISPUTE) if everything or reader in (*one.state.parties, one.state.mediator)]


def one_seen_by(front: Front, dispute: str, reader: str) -> Seen:
    """One dispute that a member may look at.

    Raises:
        NotFound: there is none, or it is not the reader's business; which of the two is not said.
    """
    found = [one for one in seen_by(front, reader) if one.state.id == dispute]
    if not found:
        raise NotFound(f"no dispute is called {dispute!r}")
    return found[0]


def listed(front: Front) -> list[Seen]:
    """All disputes, for the hub's own machine."""
    return all_seen(front, DISPUTE)


def shown(front: Front, dispute: str) -> Seen:
    """One dispute, for the hub's own machine.

    Raises:
        NotFound: no such dispute.
    """
    return seen(front, DISPUTE, dispute)


def published(front: Front) -> list[Mapping[str, Plain]]:
    """The decisions that everybody may read, oldest month first."""
    world = current_world(front)
    found = [anonymised(one.state, world) for one in all_seen(front, DISPUTE)]
    return sorted((one for one in found if one is not None), key=lambda one: (str(one["ended"]), str(one["summary"])))


def drawn_again(front: Front, dispute: Dispute) -> list[tuple[Draw, bool]]:
    """Every drawing of the dispute made again from the log as it lies here, and whether the same came out."""
    again = []
    with front.records.read() as session:
        for logged in dispute.draws:
            root = root_hash(logged["size"], lambda level, place: log_records.node(session, level, place)).hex()
            made = Draw(dispute.id, logged["size"], root, logged["round"], tuple(logged["candidates"]))
            again.append((made, made.plain() == dict(logged)))
    return again
