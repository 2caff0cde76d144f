"""Routes of a feed's quality: what is said of it, the scores of its days, its incidents. For whoever may see it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.acting import ActingMember, private
from hub.api.catalogue import Slug
from hub.api.files import reader_cache
from hub.api.paging import Cursor, Limit, link_next, place
from hub.api.present import said
from hub.api.reader import Asker, FrontOffice
from hub.api.shapes_quality import (
    IncidentDoc,
    IncidentList,
    NoteItem,
    NoteText,
    QualityDay,
    QualityDoc,
    ScoreItem,
    StandingItem,
)
from hub.records.feed_models import Score, Standing
from hub.services import catalogue, incidents, quality
from hub.services.incidents import Told
from hub.services.quality import Day

router = APIRouter(tags=["feeds"])

Number = Annotated[int, Path(description="The incident's number.", ge=1, le=2**31 - 1)]
Days = Annotated[int, Query(description="How many of the newest days.", ge=1, le=366)]


@router.get("/feeds/{slug}/quality", response_model=QualityDoc, name="feed_quality")
def feed_quality(slug: Slug, front: FrontOffice, reader: Asker, response: Response, days: Days = 30) -> QualityDoc:
    """How good a feed is: the verdict of each check after grace and probation, and three scores a day."""
    response.headers.update(reader_cache(reader.is_public))
    found = quality.seen(front, slug, reader.actor, days=days)
    return QualityDoc(
        slug=slug, standings=[_standing(one) for one in found.standings], days=[_day(one) for one in found.days]
    )


@router.get("/feeds/{slug}/incidents", response_model=IncidentList, name="feed_incidents")
def feed_incidents(
    slug: Slug,
    front: FrontOffice,
    reader: Asker,
    request: Request,
    response: Response,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> IncidentList:
    """A feed's incidents with their notes, newest first. They open and close by themselves."""
    response.headers.update(reader_cache(reader.is_public))
    found = incidents.listed(front, slug, reader.actor, before=place(cursor), most=limit + 1)
    following = found[limit - 1].incident.number if len(found) > limit else None
    holder = catalogue.entry(front, slug).holder
    return IncidentList(
        incidents=[_incident(one, holder) for one in found[:limit]], next=link_next(request, response, following)
    )


@router.post(
    "/feeds/{slug}/incidents/{number}/notes", response_model=IncidentDoc, status_code=201, name="note_incident"
)
def note_incident(
    slug: Slug,
    number: Number,
    front: FrontOffice,
    member: ActingMember,
    reader: Asker,
    body: NoteText,
    response: Response,
) -> IncidentDoc:
    """Write a note to an incident: the holder, or a member that may see the feed. Of a sealed one the key reads too."""
    private(response)
    done = incidents.note(front, slug, number, body.text, actor=reader.actor, by=member)
    return _incident(done, catalogue.entry(front, slug).holder)


def _standing(row: Standing) -> StandingItem:
    return StandingItem(
        check=row.check,
        verdict=row.verdict,
        since=row.since,
        judged_at=row.at,
        newest=row.facts["raw"],
        details=row.facts["details"],
    )


def _day(one: Day) -> QualityDay:
    told = {kind: _score(one.scores.get(kind)) for kind in ("freshness", "availability", "compliance")}
    return QualityDay(day=one.day, **told)


def _score(row: Score | None) -> ScoreItem | None:
    if row is None:
        return None
    details = dict(row.details)
    return ScoreItem(value=row.value, over=details.pop("over"), until=details.pop("until"), details=details)


def _incident(one: Told, holder: str) -> IncidentDoc:
    row = one.incident
    return IncidentDoc(
        number=row.number,
        check=row.check,
        says=said(incidents.sentence(row.check)),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        details=row.facts["details"],
        notes=[NoteItem(at=note.at, by=note.by, is_holder=note.by == holder, text=note.text) for note in one.notes],
    )
