"""Incidents and notes to them, as rows. Whoever changes them holds a writer's session: numbers then have no gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.records.feed_models import Incident, IncidentNote
from hub.records.text import storable


def open_one(session: Session, slug: str, check: str) -> Incident | None:
    """The incident of a check that is open; None when all is well, as far as is known."""
    return session.scalar(
        select(Incident).where(Incident.slug == slug, Incident.check == check, Incident.closed_at.is_(None))
    )


def add(session: Session, slug: str, check: str, *, opened_at: dt.datetime, facts: Mapping[str, Any]) -> Incident:
    """Open an incident under the feed's next number."""
    last = session.scalar(select(func.max(Incident.number)).where(Incident.slug == slug))
    opened = Incident(slug=slug, number=(last or 0) + 1, check=check, opened_at=opened_at, facts=dict(facts))
    session.add(opened)
    session.flush()
    return opened


def listed(session: Session, slug: str, *, before: int | None = None, most: int = 50) -> list[Incident]:
    """A feed's incidents, newest first, those below the number `before` where one is given."""
    query = select(Incident).where(Incident.slug == slug).order_by(Incident.number.desc()).limit(most)
    return list(session.scalars(query if before is None else query.where(Incident.number < before)))


def numbered(session: Session, slug: str, number: int) -> Incident:
    """One incident of a feed.

    Raises:
        NotFound: the feed has none of that number.
    """
    found = session.scalar(select(Incident).where(Incident.slug == slug, Incident.number == number))
    if found is None:
        raise NotFound(f"feed {slug!r} has no incident {number}")
    return found


def notes(session: Session, incident: Incident) -> list[IncidentNote]:
    """What was written to an incident, oldest first."""
    query = select(IncidentNote).where(IncidentNote.incident == incident.id)
    return list(session.scalars(query.order_by(IncidentNote.at, IncidentNote.id)))


def notes_of(session: Session, incidents: Iterable[Incident]) -> dict[int, list[IncidentNote]]:
    """What was written to each of these incidents, oldest first, by the incident's id; in one query."""
    found: dict[int, list[IncidentNote]] = {one.id: [] for one in incidents}
    query = select(IncidentNote).where(IncidentNote.incident.in_(sorted(found)))
    for row in session.scalars(query.order_by(IncidentNote.at, IncidentNote.id)):
        found[row.incident].append(row)
    return found


def how_many_notes(session: Session, incident: Incident) -> int:
    """How much was written to an incident."""
    count = select(func.count()).select_from(IncidentNote).where(IncidentNote.incident == incident.id)
    return session.scalar(count) or 0


def add_note(session: Session, incident: Incident, *, at: dt.datetime, by: str, text: str) -> IncidentNote:
    """Write a note to an incident."""
    added = IncidentNote(incident=incident.id, at=at, by=by, text=storable(text))
    session.add(added)
    session.flush()
    return added
