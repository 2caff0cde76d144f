"""Reading decisions in the log: a member's own, and how much a reader has taken already."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.ask import Used
from governance.parties import Kind, Member
from governance.request import Action
from governance.world import World
from hub.errors import Refused
from hub.records.log import ID_DIGITS
from hub.records.models import LogEntry, LogMark, LogText
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor

_NOT_A_MEMBER = {
    "code": "actor.anonymous",
    "clause": "member",
    "sentence_fr": "Le journal se lit avec la clé d'un détenteur.",
    "sentence_en": "The audit is read with a holder's key.",
    "next_fr": "Utiliser une clé de membre.",
    "next_en": "Use a member's key.",
}


@dataclass(frozen=True, slots=True)
class Logged:
    """A decision as its parties may see it. `number` is the reader's own count of its entries (None: not concerned)."""

    id: str
    index: int
    number: int | None
    text: LogText

    def said(self) -> dict[str, Any]:
        """What the text says. Obligations and request are in it as salted commitments, which tell nothing."""
        told: dict[str, Any] = json.loads(self.text.text)
        return told


def reading_member(front: Front, actor: Actor) -> Member:
    """The active member that may read its own entries with the key it sent.

    Raises:
        Refused: without a key that may read, or for whoever is no active member.
    """
    member = current_world(front).members.get(actor.member_id or "")
    if member is None or not member.active or "read" not in actor.scopes:
        raise Refused(_NOT_A_MEMBER["sentence_en"], [_NOT_A_MEMBER])
    return member


def own_records(
    front: Front, actor: Actor, *, before: int | None = None, most: int = 100
) -> tuple[list[Logged], int | None]:
    """The decisions that concern a member (its datasets, or what it did itself), newest first, and where to go on.

    The secretariat reads all of them.

    Raises:
        Refused: without a key that may read, or for whoever is no active member.
    """
    member = reading_member(front, actor)
    mine = (LogMark.index == LogText.index) & (LogMark.party == member.id)
    query = select(LogText, LogEntry.commitment, LogMark.number).join(LogEntry, LogEntry.index == LogText.index)
    query = query.join(LogMark, mine, isouter=member.kind is Kind.SECRETARIAT)
    query = query.where(LogText.action.in_([one.value for one in Action]))
    if before is not None:
        query = query.where(LogText.index < before)
    with front.records.read() as session:
        rows = session.execute(query.order_by(LogText.index.desc()).limit(most + 1)).all()
    found = [Logged(committed[:ID_DIGITS], text.index, number, text) for text, committed, number in rows]
    return found[:most], found[most - 1].index if len(found) > most else None


def used(session: Session, world: World, actor: str, subject: str, *, at: dt.datetime) -> Used:
    """How many answers about a subject a member got in this calendar month of the basin, and in the last minute."""
    local = at.astimezone(ZoneInfo(world.basin.time_zone))
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Used(
        this_month=_answers(session, actor, subject, since=month),
        last_minute=_answers(session, actor, subject, since=at - dt.timedelta(minutes=1)),
    )


def _answers(session: Session, actor: str, subject: str, *, since: dt.datetime) -> int:
    mine = (LogText.actor == actor, LogText.subject == subject, LogText.action == Action.READ.value)
    query = select(func.count()).select_from(LogText).where(*mine, LogText.permitted.is_(True), LogText.at > since)
    return session.scalar(query) or 0
