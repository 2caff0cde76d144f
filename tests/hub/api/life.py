"""What becomes of a feed, as rows with a word and a number in whatever may hold one: to be seen by whoever may."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from hub.records import happenings as happening_records
from hub.records import incidents as incident_records
from hub.records.feed_models import (
    Brake,
    ExternalId,
    FeedRedirect,
    Fetch,
    Happening,
    Held,
    IncidentNote,
    Score,
    Source,
    Standing,
)
from hub.services.notices import REFUSED

#: The name of a sealed feed in another catalogue, and one of its own that was superseded: told to its holder alone.
OTHER_NAME = "mdb-4711"
FORMER = "trottix-autrefois"
#: No public address: nobody is ever asked there.
NOWHERE = "http://127.0.0.1:9"


def add_life(session: Session, slug: str, standard: str, *, by: str, word: str, number: int, at: dt.datetime) -> int:
    """One row at least of each kind; answers with the id of what happened."""
    details = {"word": word, "count": number}
    session.add(
        Source(
            slug=slug,
            standard=standard,
            title=word,
            url=f"{NOWHERE}/{word}",
            holder=word,
            licence=word,
            territory=word,
            auth={},
            registered_at=at,
        )
    )
    session.add(ExternalId(source="mdb", id=OTHER_NAME, slug=slug))
    session.add(ExternalId(source="onestop", id=f"f-{word}", slug=slug))
    session.add(FeedRedirect(old=FORMER, slug=slug, at=at, why=word))
    session.add(
        Held(
            slug=slug, name="", url=word, etag=word, digest="5" * 64, size=number, asked_at=at, full_at=at,
        )
    )  # fmt: skip
    session.add(
        Fetch(slug=slug, at=at, url=f"{NOWHERE}/{word}", outcome="failed", bytes=number, took_ms=number, error=word)
    )
    facts = {"raw": "fail", "streak_s": 60.0, "details": details}
    session.add(
        Standing(
            slug=slug, check="compliant", verdict="fail", since=at, latest="fail", streak=1, streak_since=at, at=at,
            facts=facts,
        )
    )  # fmt: skip
    for kind in ("freshness", "availability", "compliance"):
        told = {**details, "over": True, "until": None}
        session.add(Score(slug=slug, day=at.date(), kind=kind, value=617, details=told))
    incident = incident_records.add(session, slug, "compliant", opened_at=at, facts={"details": details})
    session.add(IncidentNote(incident=incident.id, at=at, by=by, text=f"{word}: {number}"))
    session.add(Brake(at=at, run="judge", digest="6" * 64, facts={"hidden": [slug], "of": 1}, state="waiting"))
    facts = {"since": word, "error": word, "count": number}
    happened = happening_records.add(session, slug, REFUSED, at=at, key=word, facts=facts)
    assert isinstance(happened, Happening)
    return happened.id
