"""The shapes of disputes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from hub.api.shapes import Said, Shape

_Words = Annotated[str, Field(min_length=1, max_length=4000, description="In words; never name a natural person.")]
_About = Annotated[str, Field(description="data_quality, use, terms, sanction or other.")]


class ClaimText(Shape):
    """What one claims of another member. The secretariat may open it for a member that may not act any more."""

    respondent: str = Field(max_length=80)
    about: _About
    claim: _Words
    claimant: str | None = Field(default=None, max_length=80, description="Else the member whose key acts.")


class DisputeReason(Shape):
    """A step for which a reason is owed."""

    why: _Words


class MeasureText(Shape):
    """Something to be forbidden while the dispute goes on."""

    subject: str = Field(max_length=120, description="A dataset or a cube.")
    recipients: list[str] = Field(min_length=1, max_length=20, description="everyone, members, college:ID, member:ID.")
    until: AwareDatetime
    why: _Words


class EffectItem(Shape):
    """What a ruling does, and to which thing."""

    what: str = Field(
        description="overturn_sanction, terminate_agreement, suspend_agreement, amend_agreement or correct_data."
    )
    thing: str = Field(max_length=120)


class RulingText(Shape):
    """What the mediator proposes or imposes; the summary is what is published and names nobody."""

    text: _Words
    summary: Said
    effects: list[EffectItem] = Field(default=[], max_length=20)


class AnswerText(Shape):
    """A party's answer to the proposal."""

    agrees: bool
    why: str = Field(default="", max_length=4000)


class MeasureItem(Shape):
    """A provisional measure; it holds in [since, until)."""

    id: str
    subject: str
    recipients: list[str]
    since: dt.datetime
    until: dt.datetime


class DisputeDoc(Shape):
    """A dispute."""

    id: str
    state: str = Field(
        description="opened, drawn, mediating, proposed, half_agreed, declined, settled, decided, withdrawn or lapsed."
    )
    claimant: str
    respondent: str
    about: _About
    claim: str
    opened_at: dt.datetime
    mediator: str = Field(description="Empty while none is drawn.")
    draws: list[dict[str, Any]] = Field(description="Each drawing of lots, with all that it takes to draw again.")
    refusals: list[list[str]] = Field(description="Who refused which mediator.")
    answer_by: dt.datetime | None
    mediation_ends: dt.datetime | None
    lapses_at: dt.datetime | None
    measures: list[MeasureItem]
    ruling: RulingText | None
    agreed: list[str]
    ended_at: dt.datetime | None


class DisputeList(Shape):
    """Disputes that the reader is a party of, or mediates."""

    disputes: list[DisputeDoc]


class DisputeDecision(Shape):
    """A published decision: roles instead of names, the month instead of the day."""

    about: _About
    claimant: str = Field(description="The party's college; empty where it is too small to be told.")
    respondent: str = Field(description="The party's college; empty where it is too small to be told.")
    outcome: str = Field(description="settled, or decided by the mediator.")
    ended: str = Field(description="Year and month.")
    effects: list[str]
    provisional_measures: bool
    summary: Said


class DisputeDecisionList(Shape):
    """Every published decision."""

    decisions: list[DisputeDecision]
