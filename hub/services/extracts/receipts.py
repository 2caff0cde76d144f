"""Receipts: who took which extract when, under which promises. Read from the log, for holder and recipient alike."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.durations import Duration, later, parse_duration
from governance.obligations import Obligations
from governance.parties import Kind
from governance.periods import Period
from governance.request import Action
from governance.terms.use import Retention
from governance.world import World
from hub.records import extracts as extract_records
from hub.records.log import decision_id
from hub.records.models import Extract, LogMark, LogText
from hub.services.commons import current_world
from hub.services.extracts.ended import applied_to
from hub.services.extracts.reading import party
from hub.services.front import Front
from hub.services.keys import Actor

_PAGE = 500
#: By agreement version, table and period: which extracts there were, one after the other.
_Prepared: TypeAlias = "Mapping[tuple[str, str, str], list[Extract]]"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One taking of an extract: a permit of the log.

    `decision` is the id of the entry, `number` which of the reader's own entries it is, counted from 1 without a gap
    (None for the secretariat). `keep_until` is the day on which the recipient promised to have deleted it.
    """

    decision: str
    number: int | None
    at: dt.datetime
    recipient: str
    dataset: str
    agreement: str
    purpose: str
    extract: Extract
    sized: bool
    promises: tuple[Sentence, ...]
    keep_until: dt.date | None


def receipts(
    front: Front, actor: Actor, *, before: int | None = None, most: int = 100
) -> tuple[list[Receipt], int | None]:
    """The receipts that concern a member, newest first, and where to go on. The secretariat reads all of them.

    Raises:
        Refused: without a key that may read, or for whoever is no active member.
    """
    world = current_world(front)
    member = party(world, actor)
    found: list[Receipt] = []
    with front.records.read() as session:
        prepared = _concerning(session, world, member)
        # What was taken is searched by subject: only of datasets of which there were extracts for, or from, the member.
        subjects = {row.dataset for rows in prepared.values() for row in rows}
        while page := _page(session, subjects, before):
            for text in page:
                if len(found) == most:
                    return found, before
                before = text.index
                receipt = _receipt(session, world, member, text, prepared)
                found += [receipt] if receipt is not None else []
    return found, None


def keep_until(at: dt.datetime, obligations: Obligations, *, timezone: str) -> dt.date | None:
    """The local day on which what was taken at an instant is to be deleted; None where nothing was promised."""
    term = obligations.terms.get(Retention.name)
    if not isinstance(term, Retention):
        return None
    held = parse_duration(term.value)
    local = (at + dt.timedelta(seconds=held.seconds)).astimezone(ZoneInfo(timezone)).date()
    return later(local, Duration(held.months, 0))


def _concerning(session: Session, world: World, member: str) -> _Prepared:
    if world.members[member].kind is Kind.SECRETARIAT:
        rows = extract_records.extracts(session)
    else:
        held = {one.id for one in world.datasets.values() if one.holder == member}
        rows = extract_records.extracts(session, recipient=member, datasets=held)
    found: defaultdict[tuple[str, str, str], list[Extract]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: (one.prepared_at, one.id)):
        period = Period(row.period_from, row.period_to)
        found[f"{row.agreement}@{row.agreement_version}", row.table, str(period)].append(row)
    return found


def _page(session: Session, subjects: Iterable[str], before: int | None) -> list[LogText]:
    query = select(LogText).where(
        LogText.action == Action.READ.value, LogText.permitted.is_(True), LogText.subject.in_(sorted(subjects))
    )
    query = query if before is None else query.where(LogText.index < before)
    return list(session.scalars(query.order_by(LogText.index.desc()).limit(_PAGE)))


def _receipt(session: Session, world: World, member: str, text: LogText, prepared: _Prepared) -> Receipt | None:
    body: dict[str, Any] = json.loads(text.text)
    if body.get("audience") != Audience.BILATERAL.value:
        return None
    agreement = str(body["agreements"].get(text.subject, ""))
    row = _taken(prepared.get((agreement, body["table"], body["period"]), []), at=text.at)
    if row is None:
        return None
    applied = applied_to(row)
    holds = text.subject in world.datasets and world.datasets[text.subject].holder == member
    return Receipt(
        decision=decision_id(session, text.index),
        number=session.scalar(select(LogMark.number).where(LogMark.party == member, LogMark.index == text.index)),
        at=text.at,
        recipient=text.actor,
        dataset=text.subject,
        agreement=agreement,
        purpose=str(body["purpose"]),
        extract=row,
        sized=holds or text.actor == member,
        promises=tuple(term.sentence() for term in applied.promises()),
        keep_until=keep_until(text.at, applied, timezone=world.basin.time_zone),
    )


def _taken(rows: list[Extract], *, at: dt.datetime) -> Extract | None:
    """The one that was there at the instant: of one version, table and period they came one after the other."""
    return next((row for row in reversed(rows) if row.prepared_at <= at), None)
