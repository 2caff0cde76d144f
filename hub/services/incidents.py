"""Incidents: opened and closed by what is said of a feed, and never by hand; notes from whoever may read them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from feeds.judging.checks import CHECKS
from feeds.judging.incidents import Change, Turn, changes
from feeds.judging.standing import Standing
from governance.bilingual import Sentence
from hub.errors import BadRequest, Conflict
from hub.records import happenings
from hub.records import incidents as rows
from hub.records.feed_models import Incident, IncidentNote
from hub.services.catalogue import must_see
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.notices import INCIDENT_CLOSED, INCIDENT_OPENED
from hub.services.speaking import must_be_active

#: Characters of a note, and notes of an incident.
LONGEST_NOTE: Final = 2_000
MOST_NOTES: Final = 200


@dataclass(frozen=True, slots=True)
class Told:
    """An incident with what was written to it."""

    incident: Incident
    notes: tuple[IncidentNote, ...]


def follow(
    session: Session, slug: str, check: str, standings: Iterable[Standing], details: Mapping[str, Any]
) -> tuple[int, int]:
    """Open and close the incident of a check as its successive standings say; answers how many opened and closed.

    Belongs to the transaction that writes the standings down.
    """
    current = rows.open_one(session, slug, check)
    counts = {Turn.OPENS: 0, Turn.CLOSES: 0}
    for change in changes(current is not None, standings):
        counts[change.turn] += 1
        if change.turn is Turn.OPENS:
            current = _open(session, slug, check, change, details)
        elif current is not None:
            _close(session, current, change)
            current = None
    return counts[Turn.OPENS], counts[Turn.CLOSES]


def _open(session: Session, slug: str, check: str, change: Change, details: Mapping[str, Any]) -> Incident:
    facts = {"counted_at": change.at.isoformat(), "details": dict(details)}
    opened = rows.add(session, slug, check, opened_at=change.since, facts=facts)
    _tell(session, opened, INCIDENT_OPENED, change.at)
    return opened


def _close(session: Session, incident: Incident, change: Change) -> None:
    incident.closed_at = max(change.since, incident.opened_at)
    incident.facts = {**incident.facts, "closing_counted_at": change.at.isoformat()}
    _tell(session, incident, INCIDENT_CLOSED, change.at)


def _tell(session: Session, incident: Incident, kind: str, at: dt.datetime) -> None:
    facts = {"number": incident.number, "check": incident.check}
    happenings.add(session, incident.slug, kind, at=at, key=f"incident:{incident.number}", facts=facts)


def listed(front: Front, slug: str, actor: Actor, *, before: int | None = None, most: int = 50) -> list[Told]:
    """A feed's incidents with their notes, newest first.

    Raises:
        NotFound, Refused: as `catalogue.must_see`.
    """
    must_see(front, slug, actor)
    return of_feed(front, slug, before=before, most=most)


def of_feed(front: Front, slug: str, *, before: int | None = None, most: int = 50) -> list[Told]:
    """As `listed`, for whoever is trusted: on the hub's own machine."""
    with front.records.read() as session:
        found = rows.listed(session, slug, before=before, most=most)
        notes = rows.notes_of(session, found)
        return [Told(one, tuple(notes[one.id])) for one in found]


def note(front: Front, slug: str, number: int, text: str, *, actor: Actor, by: str) -> Told:
    """Write a note to an incident in a member's name; it is never changed.

    Raises:
        NotFound: no such feed or incident.
        Refused: the feed is sealed to this reader.
        BadRequest: the note is empty or too long.
        Conflict: the incident has too many notes.
    """
    must_see(front, slug, actor)
    return written(front, slug, number, text, by=by)


def written(front: Front, slug: str, number: int, text: str, *, by: str) -> Told:
    """Write a note for whoever may: on the hub's own machine, or after `note` has asked. Raises as `note` does."""
    kept = plain(text)
    must_be_active(current_world(front), by)
    with front.records.write() as session:
        incident = rows.numbered(session, slug, number)
        if rows.how_many_notes(session, incident) >= MOST_NOTES:
            raise Conflict(f"incident {number} of {slug!r} has {MOST_NOTES} notes, which is all that it takes")
        rows.add_note(session, incident, at=front.clock(), by=by, text=kept)
        return Told(incident, tuple(rows.notes(session, incident)))


def plain(text: str) -> str:
    """A note as it is kept: plain text without control characters but the end of a line.

    Raises:
        BadRequest: nothing is left, or more than `LONGEST_NOTE` characters.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in lines if one == "\n" or unicodedata.category(one) not in ("Cc", "Cf", "Cs")).strip()
    if not kept:
        raise BadRequest("a note says something")
    if len(kept) > LONGEST_NOTE:
        raise BadRequest(f"a note has {LONGEST_NOTE} characters at most; this one has {len(kept)}")
    return kept


def sentence(check: str) -> Sentence:
    """What is wrong when a check fails."""
    known = CHECKS.get(check)
    return Sentence(known.fr, known.en) if known else Sentence(check, check)
