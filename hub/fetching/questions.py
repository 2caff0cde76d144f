"""What the fetcher is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.fetching.credentials import Credential


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the answer that is held; `url` is the one that gave it (else the one asked for).

    They are sent to that URL and to nothing else, neither another host nor another file of the same one.
    """

    etag: str = ""
    last_modified: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One URL to fetch; with `known`, only if it changed since. The URL may hold a user and a password.

    `most_bytes` is a bound on the wire, and again expanded, below that of the fetcher.
    """

    url: str = field(repr=False)
    known: Validators | None = None
    credential: Credential | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question that was answered well.

    `status` is 200, or 304 with `not_modified`: then nothing was written. `url` is where the answer came from at last,
    without any credential. `bytes` came over the wire, `size` were written; `digest` (SHA-256) is of what was written.
    `took_ms` and `tries` are of the whole, waiting included. `fresh_s`: for how many seconds it says to stay good.
    """

    status: int
    url: str
    not_modified: bool = False
    bytes: int = 0
    size: int = 0
    took_ms: int = 0
    tries: int = 1
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    fresh_s: int | None = None
