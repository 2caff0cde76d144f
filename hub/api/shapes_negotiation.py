"""The shapes of agreements as their parties see them: what is sent to act on one, and what is answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from hub.api.shapes import Said, Shape
from hub.api.shapes_commons import ClauseItem

Text = Annotated[
    dict[str, Any],
    Field(
        description="The text as `hub agreements export` writes it: id, title, holder, dataset, tier, recipient, "
        "validity, audience, purpose, terms, and rgpd where data is personal. Its number is given by the hub."
    ),
]
Why = Annotated[str, Field(max_length=2_000, description="The reason in words, kept in the log.")]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the version's RFC 8785 JSON.")]
MemberId = Annotated[str, Field(max_length=80)]


class FirstText(Shape):
    """A first version."""

    text: Text
    why: Why
    counterparty: MemberId | None = Field(default=None, description="Needed where the recipient is not one member.")


class OtherText(Shape):
    """Another version: a counter-offer, or an amendment."""

    text: Text
    why: Why


class Reason(Shape):
    """Why, where one wants to say it or owes it."""

    why: Why = ""


class Acceptance(Shape):
    """Which version is accepted."""

    hash: Hash
    why: Why = ""


class SignatureText(Shape):
    """A signature made elsewhere over a version; or the passphrase of the member's key that is sealed in the hub."""

    version: int | None = Field(default=None, ge=0, description="Number of the version that was signed.")
    hash: Hash | None = None
    signature: str | None = Field(default=None, max_length=200, description="Ed25519, 64 bytes in base64.")
    passphrase: str | None = Field(default=None, max_length=1_000)


class SuspensionText(Shape):
    """Why an agreement is suspended."""

    reason: str = Field(
        default="holder_decision",
        max_length=40,
        description="holder_decision, incident, breach, sanction, dispute or legal_order; the holder owes none.",
    )
    why: Why = ""


class Resumption(Shape):
    """Whose suspension is lifted."""

    whose: MemberId | None = Field(default=None, description="holder, hub or an authority's id; else one's own.")
    why: Why = ""


class SuspensionItem(Shape):
    """A suspension."""

    by: str
    role: str = Field(description="holder, hub or authority.")
    reason: str
    why: str
    at: dt.datetime
    review_by: dt.datetime
    lifted_by: list[str] = Field(description="Parties that want an authority's suspension lifted.")


class NegotiatedVersion(Shape):
    """One version, with its author and reason. Hashes and text are for the parties alone, as exact p is."""

    number: int
    author: str
    at: dt.datetime
    why: str
    offered_at: dt.datetime | None = Field(description="When the other party was shown it; null: a draft.")
    hash: str | None
    parent: str | None = Field(description="Hash of the version that it answers; empty for the first.")
    signed_by: list[str]
    enforced: list[ClauseItem]
    promised: list[ClauseItem]
    text: dict[str, Any] | None


class ActItem(Shape):
    """Who did what, when and why."""

    at: dt.datetime
    by: str
    what: str
    why: str


class NegotiationDoc(Shape):
    """An agreement with its life, as a party or the secretariat sees it."""

    id: str
    revision: int
    state: str
    state_name: Said
    holder: str
    counterparty: str
    dataset: str
    in_force: int | None = Field(description="Number of the version that holds, or will hold first.")
    negotiated: str | None = Field(description="State of the version that is being negotiated; null: none is.")
    turn: str | None = Field(description="The party that is to act; null: both may, or nobody.")
    suspensions: list[SuspensionItem]
    leaves_at: dt.datetime | None = Field(description="End of the notice of a holder that withdraws.")
    next_steps: list[Said]
    versions: list[NegotiatedVersion]
    acts: list[ActItem]


class NegotiationList(Shape):
    """The agreements that a member is a party of and that live here by acts, without their acts."""

    agreements: list[NegotiationDoc]


class ChangeItem(Shape):
    """One clause that changed."""

    clause: str
    direction: str = Field(description="stricter, looser or neither.")
    sentence: Said


class ChangeList(Shape):
    """What changed from one version to another."""

    changes: list[ChangeItem]
