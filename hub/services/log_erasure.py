"""Erasing the text of a decision from the log (RGPD, article 17): the leaf stays, the erasure is an entry itself."""

from __future__ import annotations

import json

from sqlalchemy import select

from governance.log.erasure import check_erasable, erasure
from hub.errors import Conflict, NotFound
from hub.records import log as log_records
from hub.records.models import LogEntry, LogErasure, LogMark, LogText
from hub.services.front import Front
from hub.services.turn import turn


def erase(front: Front, index: int, *, by: str, why: str) -> int:
    """Erase text and salt of a decision; answers with the place of the entry that says so.

    Raises:
        NotFound: no such entry.
        Conflict: its text was erased already.
        Refused: `by` is not the secretariat, no reason is given, or the entry is no decision.
    """
    with turn(front) as now:
        session = now.session
        entry, text = session.get(LogEntry, index), session.get(LogText, index)
        if entry is None:
            raise NotFound(f"the log has no entry {index}")
        if text is None:
            raise Conflict(f"the text of entry {index} was erased already")
        check_erasable(index, json.loads(text.text)["type"], by=by, why=why, world=now.world)
        parties = session.scalars(select(LogMark.party).where(LogMark.index == index))
        said = erasure(index, entry.commitment, by=by, why=why, parties=parties, at=now.at)
        place = log_records.append(session, said)
        session.add(LogErasure(index=index, at=now.at, by=by, why=why))
        session.flush()  # the database lets a text go only when an erasure names it
        session.delete(text)
    return place
