"""The shapes of the API's answers on the log."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from governance.canonical import LARGEST_INTEGER
from hub.api.shapes import Shape


class CheckpointDoc(Shape):
    """A signed statement of the log's size and root."""

    size: int = Field(description="How many entries it covers.")
    at: dt.datetime
    key: str = Field(description="The hub's public key, Ed25519, base64. Compare it with the one you were told.")
    note: str = Field(description="The signed note (C2SP tlog-checkpoint) with the witnesses' lines under it.")
    witnesses: dict[str, str] = Field(description="Members that cosigned it, and their public keys.")


class OpeningItem(Shape):
    """What opens a mark of a leaf."""

    party: str
    number: int = Field(description="Counts the party's entries from 1 without a gap.")
    salt: str


class LogEntryItem(Shape):
    """An entry that concerns the reader, with what opens its commitments."""

    index: int = Field(description="Place in the log, from 0.")
    id: str = Field(description="The first 16 digits of the commitment; readers are handed it as `Commons-Decision`.")
    commitment: str = Field(description="SHA-256 of salt and text.")
    marks: list[str] = Field(description="One commitment for each party; your own opens by `openings`.")
    openings: list[OpeningItem]
    erased: bool
    shut: bool = Field(description="Whether the text is not here because it stays among others (the secretariat only).")
    salt: str | None
    text: str | None = Field(description="The canonical JSON (RFC 8785) that was logged; null when it is not here.")


class LogEntryList(Shape):
    """Entries, newest first."""

    entries: list[LogEntryItem]
    next: str | None


class InclusionDoc(Shape):
    """The proof that an entry is under a checkpoint (RFC 6962, section 2.1.1)."""

    index: int
    commitment: str
    marks: list[str]
    proof: list[str] = Field(description="Hashes beside the way from the leaf up to the root.")
    checkpoint: CheckpointDoc


class ConsistencyDoc(Shape):
    """The proof that a checkpoint goes on from an earlier tree (RFC 6962, section 2.1.2)."""

    old: int
    proof: list[str]
    checkpoint: CheckpointDoc


class CosignatureAsk(Shape):
    """A witness's line under a checkpoint."""

    size: int = Field(ge=1, le=LARGEST_INTEGER, description="Size of the checkpoint.")
    line: str = Field(max_length=1000, description="The line (C2SP tlog-cosignature v1), without the line's end.")


class CosignatureDoc(Shape):
    """A cosignature that is kept; the first of a member under a checkpoint stays."""

    size: int
    witness: str
    at: dt.datetime
    line: str
