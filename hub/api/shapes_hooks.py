"""The shapes of hooks and of what is sent to them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from hub.api.shapes import Said, Shape
from hub.services.hook_targets import LONGEST_URL


class HookText(Shape):
    """An address that happenings are to be sent to."""

    channel: Literal["webhook", "mail"] = "webhook"
    target: str = Field(max_length=LONGEST_URL, description="A URL, or an e-mail address. It is kept sealed.")
    feeds: list[str] = Field(
        default_factory=list, max_length=1_000, description="Slugs of feeds; empty: all that you may see."
    )
    kinds: list[str] = Field(default_factory=list, max_length=100, description="Kinds of happenings; empty: all.")


class HookItem(Shape):
    """A hook as it is shown: its address not in full, its secret not at all."""

    id: str
    member: str
    channel: str
    target: str = Field(description="Of a URL the host alone.")
    feeds: list[str]
    kinds: list[str]
    created_at: dt.datetime
    ended_at: dt.datetime | None
    state: Said = Field(description="Whether it is told things, and if not, why.")


class NewHook(HookItem):
    """A hook that was just made."""

    secret: str | None = Field(description="What messages are signed with, told this once. E-mail has none.")


class HookList(Shape):
    """A member's hooks, oldest first."""

    hooks: list[HookItem]


class DeliveryItem(Shape):
    """One message on its way to a hook."""

    message: str = Field(description="The message's id, the same each time that it is sent.")
    round: int = Field(description="1, and one more each time that it was asked for again.")
    feed: str
    kind: str
    sentence: Said
    facts: dict[str, Any]
    state: str = Field(description="`waiting`, `delivered` or `failed`.")
    tries: int
    at: dt.datetime | None = Field(description="Of the last try.")
    next_at: dt.datetime | None = Field(description="Of the next try, where there is one.")
    status: int | None = Field(description="What the address answered to the last try.")
    error: str


class DeliveryList(Shape):
    """What was sent to a hook or is on its way, newest first."""

    deliveries: list[DeliveryItem]
    next: str | None = None
