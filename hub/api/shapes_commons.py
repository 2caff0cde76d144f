"""The shapes of the API's answers on the commons, its agreements, its audit, problems and jobs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from hub.api.shapes import Href, Said, Shape


class MemberItem(Shape):
    """A member of the commons."""

    id: str
    name: Said
    kind: str
    college: str
    holding: str
    status: str
    sanction: int = Field(description="Level on the ladder of sanctions, 0 to 6.")


class CollegeItem(Shape):
    """A group of members that votes together."""

    id: str
    name: Said
    weight_percent: int


class DatasetItem(Shape):
    """A dataset that a member holds."""

    id: str
    title: Said
    holder: str
    standard: str
    sensitivity: str
    licence: str
    tier: str = Field(description="The most open tier that an agreement in force gives it.")


class PurposeItem(Shape):
    """What data may be used for."""

    id: str
    name: Said
    broader: list[str]


class CubeItem(Shape):
    """A registered question to several holders at once."""

    id: str
    title: Said
    formula: Said
    statistic: str
    measure: str
    unit: str
    dimensions: list[str]
    grain: str
    audiences: list[str]
    datasets: list[str]


class FloorItem(Shape):
    """What holds for one audience, whatever an agreement says."""

    audience: str
    rules: list[Said]
    finest: list[str]


class RulesetDoc(Shape):
    """The voted rules."""

    id: str
    version: int
    floors: list[FloorItem]


class CommonsDoc(Shape):
    """Who belongs to the commons, what they share, and under which voted rules."""

    basin: Said
    time_zone: str
    colleges: list[CollegeItem]
    members: list[MemberItem]
    datasets: list[DatasetItem]
    purposes: list[PurposeItem]
    cubes: list[CubeItem]
    ruleset: RulesetDoc


class ClauseItem(Shape):
    """One clause of an agreement."""

    name: str
    enforcement: str = Field(description="scope, floor or door: the hub keeps it; promise: the recipient does.")
    sentence: Said


class AgreementItem(Shape):
    """An agreement in force."""

    id: str
    version: int
    title: Said
    holder: str
    dataset: str
    tier: str
    state: str
    enforced: list[ClauseItem]
    promised: list[ClauseItem]


class AgreementList(Shape):
    """The agreements in force at this instant."""

    at: dt.datetime
    agreements: list[AgreementItem]


class AuditItem(Shape):
    """One decision at an exit."""

    id: str = Field(description="The id that the reader was handed with its answer (`Commons-Decision`).")
    index: int = Field(description="Place in the log, from 0; proofs ask for it.")
    number: int | None = Field(description="Counts your own entries from 1 without a gap; null: it concerns others.")
    at: dt.datetime
    actor: str
    action: str
    subject: str
    allowed: bool
    record: dict[str, Any] = Field(description="What it says. What stays in the agreements is committed to only.")


class AuditList(Shape):
    """The decisions that touch a holder's own datasets, newest first."""

    records: list[AuditItem]
    next: str | None


class ProblemDoc(Shape):
    """A kind of problem."""

    code: str
    title: Said
    status: int | None
    meaning: Said
    next_step: Said


class ProblemList(Shape):
    """Every kind of problem, and every reason of a denial."""

    problems: list[ProblemDoc]


class JobDoc(Shape):
    """Work that was taken on."""

    id: int
    kind: str
    state: str = Field(description="waiting, running, done or failed.")
    phase: str
    done: int
    total: int
    tries: int
    error: str
    finished_at: dt.datetime | None
    href: Href
