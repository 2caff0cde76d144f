"""What one name's rows hand over to the next when a feed is renamed: its life, not what was published of it.

Moved: single requests, standings, scores, incidents with their notes. Forgotten: what the next question would be asked
with (the new name asks whole once), and what is published live (the new name's addresses stand in it).

Left where they are: versions, attempts and releases, whose permanent addresses, agreements and log entries hold the old
name; happenings, which are messages that were sent under it; and hooks, whose filters are read through the redirects.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from hub.records import held as held_records
from hub.records import live as live_records
from hub.records.feed_models import Fetch, Incident, Score, Standing


def hand_over(session: Session, old: str, new: str, *, at: dt.datetime) -> None:
    """Let the life of a feed go on under its new name. Where both have a row of the same thing the new one's stays.

    Needs the session of a writer, and that of the redirect: all of it is there, or nothing is.
    """
    judged = set(session.scalars(select(Standing.check).where(Standing.slug == new)))
    _incidents(session, old, new, closed=judged, at=at)
    session.execute(update(Fetch).where(Fetch.slug == old).values(slug=new))
    _standings(session, old, new)
    _scores(session, old, new)
    held_records.forget(session, old)
    live_records.withdraw(session, old)
    session.flush()
    session.expire_all()


def _standings(session: Session, old: str, new: str) -> None:
    there = aliased(Standing)
    taken = exists().where(there.slug == new, there.check == Standing.check)
    session.execute(
        update(Standing).where(Standing.slug == old, ~taken).values(slug=new),
        execution_options={"synchronize_session": False},
    )
    session.execute(delete(Standing).where(Standing.slug == old))


def _scores(session: Session, old: str, new: str) -> None:
    there = aliased(Score)
    taken = exists().where(there.slug == new, there.day == Score.day, there.kind == Score.kind)
    session.execute(
        update(Score).where(Score.slug == old, ~taken).values(slug=new),
        execution_options={"synchronize_session": False},
    )
    session.execute(delete(Score).where(Score.slug == old))


def _incidents(session: Session, old: str, new: str, *, closed: set[str], at: dt.datetime) -> None:
    """Numbers go on after those of the new name; with none there they stay as they were.

    An open incident of a check in `closed` ends here: the new name's own standing follows that check, and would never
    close it.
    """
    last = session.scalar(select(func.max(Incident.number)).where(Incident.slug == new)) or 0
    for row in session.scalars(select(Incident).where(Incident.slug == old).order_by(Incident.number)):
        row.slug, row.number = new, last + row.number
        if row.closed_at is None and row.check in closed:
            row.closed_at = at
