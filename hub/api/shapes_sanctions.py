"""The shapes of sanction cases."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from hub.api.shapes import Shape

_Words = Annotated[str, Field(min_length=1, max_length=4000, description="In words; never name a natural person.")]
_Vote = Annotated[str, Field(max_length=120, description="Id of the members' vote that decided it; else empty.")]


class ChargeText(Shape):
    """What is held against a member."""

    member: str = Field(max_length=80)
    facts: _Words
    entries: list[str] = Field(default=[], max_length=100, description="Ids of decisions in the log.")
    level: int = Field(default=1, ge=1, le=6, description="Level that is proposed.")
    emergency: bool = Field(default=False, description="Suspend at once, for the ruleset's days of an emergency.")


class StatementText(Shape):
    """What the member says to it."""

    text: _Words


class StepText(Shape):
    """A decision on the next step; the first of two deciders endorses it."""

    level: int = Field(ge=1, le=6)
    why: _Words
    vote: _Vote = ""


class CaseClosing(Shape):
    """An end without a step."""

    why: _Words
    notice: bool = Field(description="Whether a notice stays on record; else the case is dismissed.")


class LiftingText(Shape):
    """The end of a step before it decays."""

    why: _Words
    vote: _Vote = ""


class EndorsementItem(Shape):
    """The first of two consents."""

    what: str
    level: int
    role: str
    by: str


class StepItem(Shape):
    """A decided step; it counts in [from, until), without an end for an exclusion."""

    level: int
    rise: int
    since: dt.datetime
    until: dt.datetime | None
    by: str
    vote: str


class CaseDoc(Shape):
    """A case."""

    id: str
    member: str
    state: str = Field(
        description="hearing, heard, provisional, in_force, decayed, noticed, dismissed, lifted or overturned."
    )
    opened_by: str
    opened_at: dt.datetime
    origin: str = Field(description="member, or probing when the hub counted denials.")
    facts: str
    entries: list[int] = Field(description="Places in the log.")
    proposed: int
    hearing_ends: dt.datetime
    provisional_until: dt.datetime | None
    statement: str
    endorsed: EndorsementItem | None
    step: StepItem | None
    ended_at: dt.datetime | None
    ended_why: str


class CaseList(Shape):
    """Cases that the reader may see."""

    cases: list[CaseDoc]
