"""Reading the audit: a holder's own records, and how much a reader has taken already."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.ask import Used
from governance.parties import Kind
from governance.request import Action
from governance.world import World
from hub.errors import Refused
from hub.records.models import AuditRow
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor

#: Parts of a record that cover values of the signed agreements. The chain's hashes cover the first two in their turn,
#: and everything else that goes into them is known to the reader.
_DIGESTS: Final = frozenset({"obligations", "request", "hash", "previous"})

_NOT_A_MEMBER = {
    "code": "actor.anonymous",
    "clause": "member",
    "sentence_fr": "Le journal se lit avec la clé d'un détenteur.",
    "sentence_en": "The audit is read with a holder's key.",
    "next_fr": "Utiliser une clé de membre.",
    "next_en": "Use a member's key.",
}


def own_records(
    front: Front, actor: Actor, *, before: int | None = None, most: int = 100
) -> tuple[list[AuditRow], int | None]:
    """The records that touch a member's own datasets or that it caused, newest first, and where to go on.

    The secretariat reads all of them.

    Raises:
        Refused: without a key that may read, or for whoever is no active member.
    """
    world = current_world(front)
    member = world.members.get(actor.member_id or "")
    if member is None or not member.active or "read" not in actor.scopes:
        raise Refused(_NOT_A_MEMBER["sentence_en"], [_NOT_A_MEMBER])
    query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(most + 1)
    if member.kind is not Kind.SECRETARIAT:
        query = query.where(AuditRow.subject.in_(_touching(world, member.id)) | (AuditRow.actor == member.id))
    if before is not None:
        query = query.where(AuditRow.seq < before)
    with front.records.read() as session:
        found = list(session.scalars(query))
    return found[:most], found[most - 1].seq if len(found) > most else None


def served_payload(row: AuditRow) -> dict[str, Any]:
    """What a record says, without its digests: whoever knows all but the exact p finds it by trying each."""
    payload: dict[str, Any] = json.loads(row.payload)
    return {name: value for name, value in payload.items() if name not in _DIGESTS}


def used(session: Session, world: World, actor: str, subject: str, *, at: dt.datetime) -> Used:
    """How many answers about a subject a member got in this calendar month of the basin, and in the last minute."""
    local = at.astimezone(ZoneInfo(world.basin.time_zone))
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Used(
        this_month=_answers(session, actor, subject, since=month),
        last_minute=_answers(session, actor, subject, since=at - dt.timedelta(minutes=1)),
    )


def _answers(session: Session, actor: str, subject: str, *, since: dt.datetime) -> int:
    mine = (AuditRow.actor == actor, AuditRow.subject == subject, AuditRow.action == Action.READ.value)
    query = select(func.count()).where(*mine, AuditRow.allowed.is_(True), AuditRow.at > since)
    return session.scalar(query) or 0


def _touching(world: World, member: str) -> Iterable[str]:
    own = {one.id for one in world.datasets.values() if one.holder == member}
    cubes = {cube.id for cube in world.cubes.values() if any(own & set(edition.datasets) for edition in cube.editions)}
    return sorted(own | cubes)
