"""The shapes of requests for access."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from hub.api.shapes import Shape

_Ends = Annotated[
    tuple[AwareDatetime, AwareDatetime],
    Field(description="Two instants with their zones: from, inclusive; to, exclusive."),
]
_Terms = Annotated[
    dict[str, Any], Field(description="Terms by name, as agreements spell them: fields, territory, retention …")
]
_Why = Annotated[str, Field(min_length=1, max_length=4000, description="The reason in words, kept in the log.")]
_Names = Annotated[list[str], Field(min_length=1, max_length=50)]


class RequestText(Shape):
    """What is asked for."""

    datasets: _Names
    tier: str = Field(description="identified, members or bilateral.")
    audience: str | None = Field(default=None, description="Of the tier members: members or authority.")
    purpose: str = Field(description="A purpose of the register (see /commons).")
    validity: _Ends
    terms: _Terms
    what_for: str = Field(max_length=4000, description="In words.")


class Resubmission(Shape):
    """A returned request, with another text or as it was."""

    text: RequestText | None = None


class Reasoned(Shape):
    """A step for which a reason is owed."""

    why: _Why


class Closing(Shape):
    """A step for which a reason may be given."""

    why: str = Field(default="", max_length=4000)


class RequestDecision(Shape):
    """A holder's answer. Of an approval, whatever is left out is granted as it was asked for."""

    approved: bool
    why: _Why
    datasets: _Names | None = None
    terms: _Terms | None = None
    validity: _Ends | None = Field(default=None, description="Of a renewal only its end counts.")


class RenewalAsk(Shape):
    """Access until later."""

    to: AwareDatetime
    why: _Why


class GrantItem(Shape):
    """What a holder approved."""

    datasets: list[str]
    terms: dict[str, Any]
    validity: list[dt.datetime]


class EntitlementItem(Shape):
    """An agreement that came of a request: the right itself."""

    agreement: str
    dataset: str
    state: str


class RequestPart(Shape):
    """What is asked of one holder, and what came of it."""

    holder: str
    datasets: list[str]
    state: str = Field(
        description="open, refused, silent, granted, entitled, ended, revoked or closed, at this instant."
    )
    decided_at: dt.datetime | None
    reasons: list[str] = Field(description="The holder's, for each of its decisions.")
    granted: GrantItem | None
    renewal_to: dt.datetime | None
    renewal_deadline: dt.datetime | None
    revoked_at: dt.datetime | None
    agreements: list[EntitlementItem] = Field(description="Rights come from these alone; empty until one was offered.")


class AccessRequestDoc(Shape):
    """A request as its reader may see it: a holder sees its own part."""

    id: str
    revision: int
    applicant: str
    state: str
    asked: dict[str, Any]
    drafted_at: dt.datetime
    submitted_at: dt.datetime | None
    deadline: dt.datetime | None = Field(description="The holders decide before this instant; silence refuses.")
    returned_by: str
    returned_why: str
    closed_at: dt.datetime | None
    parts: list[RequestPart]


class AccessRequestList(Shape):
    """Requests that the reader may see."""

    requests: list[AccessRequestDoc]


class OfferList(Shape):
    """Draft agreements that approved parts became, in the form of the agreements' documents."""

    offers: list[dict[str, Any]]
