"""The shapes of a feed's quality and of its incidents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from hub.api.shapes import Said, Shape
from hub.services.incidents import LONGEST_NOTE


class StandingItem(Shape):
    """What is said of one check, after grace and probation."""

    check: str = Field(description="reachable, fresh, valid, ids_rotate, counts_plausible or moves.")
    verdict: str = Field(description="pass, fail, unknown or not_applicable.")
    since: dt.datetime = Field(description="The first of the answers that made the verdict count.")
    judged_at: dt.datetime
    newest: str = Field(description="The newest verdict by itself; unknown changes nothing of what is said.")
    details: dict[str, Any]


class ScoreItem(Shape):
    """A score of one day."""

    value: int | None = Field(description="0 to 1000 (per mille); null where it cannot be told.")
    over: bool = Field(description="Whether the day was over when this was told.")
    until: dt.datetime | None = Field(description="Up to when it was told, of a day that was not over.")
    details: dict[str, Any] = Field(description="What it can be computed from again, units in the names.")


class QualityDay(Shape):
    """The scores of one local day; one that is not told of this kind of feed is null."""

    day: dt.date
    freshness: ScoreItem | None
    availability: ScoreItem | None
    compliance: ScoreItem | None


class QualityDoc(Shape):
    """How good a feed is."""

    slug: str
    standings: list[StandingItem]
    days: list[QualityDay] = Field(description="Newest first; days on which nothing was judged are not listed.")


class NoteText(Shape):
    """A note to an incident; kept as plain text and never changed."""

    text: str = Field(min_length=1, max_length=LONGEST_NOTE, description="In words; never name a natural person.")


class NoteItem(Shape):
    """A note to an incident."""

    at: dt.datetime
    by: str = Field(description="Id of the member that wrote it.")
    is_holder: bool = Field(description="Whether that is the feed's holder.")
    text: str


class IncidentDoc(Shape):
    """Something wrong with a feed, from when it was seen until it was seen no more."""

    number: int = Field(description="Counts the feed's own incidents from 1.")
    check: str
    says: Said
    opened_at: dt.datetime
    closed_at: dt.datetime | None = Field(description="null while it is open.")
    details: dict[str, Any]
    notes: list[NoteItem]


class IncidentList(Shape):
    """A feed's incidents, newest first."""

    incidents: list[IncidentDoc]
    next: str | None = Field(description="Address of the next page.")
