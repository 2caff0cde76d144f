"""The shapes of the API's answers on belonging to the commons: members, candidates, the charter, the mandate."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from hub.api.shapes import Said, Shape
from hub.api.shapes_votes import Body


class CharterStanding(Shape):
    """Where a member stands with the charter."""

    signed_version: int | None = Field(description="The newest version that it signed.")
    signed_at: dt.datetime | None
    current: bool = Field(description="Whether it signed the present version.")
    overdue: bool = Field(description="Whether it should have by now.")


class MemberDoc(Shape):
    """A member, or a candidate that is being voted on."""

    id: str
    name: Said
    kind: str
    college: str
    holding: str
    declared_holding: str | None = Field(description="What it announced, and the secretariat has not recorded yet.")
    status: str = Field(description="active, candidate (admitted, has to sign the charter), left, or applicant.")
    sanction: int = Field(description="Level on the ladder of sanctions, 0 to 6.")
    leaves_at: dt.datetime | None
    proposal: str = Field(description="The vote on its application, while there is one.")
    charter: CharterStanding | None


class MemberList(Shape):
    """Members and candidates, by id."""

    members: list[MemberDoc]


class SaidIn(Shape):
    """A text in both languages."""

    fr: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


class ApplicationIn(Body):
    """A candidate's application, brought by a member."""

    id: str = Field(max_length=48)
    name: SaidIn
    kind: str = Field(description="authority, operator, reuser, research or association.", max_length=20)
    college: str = Field(max_length=80)
    holding: str = Field(max_length=48)
    holding_name: SaidIn | None = Field(default=None, description="Where the holding is new.")
    siren: str = Field(default="", max_length=20)
    why: str = Field(min_length=1, max_length=2000)


class WhyIn(Body):
    """A reason, if one is given."""

    why: str = Field(default="", max_length=2000)


class HoldingIn(Body):
    """Another holding for a member."""

    holding: str = Field(max_length=48)
    name: SaidIn | None = Field(default=None, description="Where the holding is new.")
    why: str = Field(min_length=1, max_length=2000)


class CharterItem(Shape):
    """The charter's present version."""

    version: int
    title: Said
    text: Said
    digest: str = Field(description="SHA-256 of what is signed (RFC 8785 JSON of version, title and text).")
    sign_by: dt.datetime


class MandateItem(Shape):
    """Who recognises the commons."""

    by: Said
    basis: Said
    until: dt.datetime
    ended: bool


class CharterDoc(Shape):
    """The charter and the mandate, where the commons has them."""

    charter: CharterItem | None
    mandate: MandateItem | None
    parent: str | None = Field(description="Id of the rules of the commons that this one is nested in.")
    warnings: list[Said]


class SignerItem(Shape):
    """Where one member stands with the charter."""

    member: str
    charter: CharterStanding


class SignerList(Shape):
    """Who signed which version."""

    signatures: list[SignerItem]


class CharterSignatureIn(Body):
    """A signature of the charter's present version: Ed25519 over the statement, 64 bytes in base64."""

    signature: str = Field(max_length=200)
