"""The shapes of the public documents and of the ledger."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from hub.api.shapes import Href, Shape


class RegisterItem(Shape):
    """A document that the hub published of itself."""

    id: str = Field(description="rgpd-<year> or evaluation-<year>.")
    at: dt.datetime = Field(description="When its newest edition was made.")
    digest: str = Field(description="SHA-256 of the canonical JSON of its body; the hub signed that body.")
    editions: int
    href: Href
    pages: dict[str, Href] = Field(description="The same as pages, by language.")


class RegisterList(Shape):
    """What was published."""

    registers: list[RegisterItem]


class GivenItem(Shape):
    """What a dataset counts: points = freshness × quality × coverage, none while it is sealed."""

    dataset: str
    tier: str
    freshness_percent: int = Field(description="Age of the newest good version against its standard's rhythm, classed.")
    quality_percent: int = Field(description="From the verdict of its checks.")
    coverage_percent: int = Field(description="Part of the basin's territory.")
    points: int = Field(description="0 to 100.")


class UseItem(Shape):
    """Answers that a member got about a subject."""

    subject: str
    answers: int
    extracts: int = Field(description="How many of them were prepared extracts.")


class LedgerLine(Shape):
    """A member."""

    member: str
    points: int
    gives: list[GivenItem]
    used: str = Field(description="Answers in classes: 0, 1-9, 10-99, 100+.")
    uses: list[UseItem] | None = Field(description="Told to the member itself and the secretariat; else null.")


class LedgerDoc(Shape):
    """Who gives and who uses. It buys nothing: what is open stays open to whoever gives nothing."""

    since: dt.datetime
    members: list[LedgerLine]
