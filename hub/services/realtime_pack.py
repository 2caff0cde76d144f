"""The newest message of a feed as one object of the released plane: its bytes, and what the hub says of them.

In one object, so that no reader has the bytes of one message with the schedule of another.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from feeds.findings import Report, Severity
from hub.errors import StorageError

#: What the row of a published feed calls its message.
MESSAGE: Final = "realtime"
_MAGIC: Final = b"GTFSRTLIVE1\n"


@dataclass(frozen=True, slots=True)
class Against:
    """The schedule that a message was judged against: the version of a GTFS feed."""

    slug: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class About:
    """What the hub says of a message."""

    against: Against | None
    report: Report
    timestamp_s: int | None

    def plain(self) -> dict[str, Any]:
        """As it is kept: nothing that changes while the same message is served."""
        counts = {severity.value: len(self.report.by_severity(severity)) for severity in Severity}
        return {
            "schedule": asdict(self.against) if self.against else None,
            "timestamp_s": self.timestamp_s,
            "verdict": self.report.verdict.value,
            "findings": counts,
        }


@dataclass(frozen=True, slots=True)
class Opened:
    """A message as it lies in the released plane; `digest` is the SHA-256 of its bytes."""

    content: bytes
    digest: str
    against: Against | None
    timestamp_s: int | None
    verdict: str


def packed(message: bytes, about: About) -> bytes:
    """The object: the magic, the length of the head (8 bytes, big endian), the head (JSON), the message."""
    head = orjson.dumps({**about.plain(), "digest": hashlib.sha256(message).hexdigest()})
    return b"".join([_MAGIC, len(head).to_bytes(8, "big"), head, message])


def unpacked(content: bytes) -> Opened:
    """The message of an object.

    Raises:
        StorageError: it is none.
    """
    start = len(_MAGIC) + 8
    if not content.startswith(_MAGIC) or len(content) < start:
        raise StorageError("the message of this feed was damaged on the disk; it is not served")
    first = start + int.from_bytes(content[len(_MAGIC) : start], "big")
    head = orjson.loads(content[start:first])
    against = Against(**head["schedule"]) if head["schedule"] else None
    return Opened(content[first:], head["digest"], against, head["timestamp_s"], head["verdict"])
