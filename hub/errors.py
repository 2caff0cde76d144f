"""What can go wrong in the service, as one drawn tree, and how each kind is answered at the edges.

::

    HubError                       one sentence for a person
    ├── NotFound                   404, exit 2   no such feed, version, release, member …
    ├── Refused                    403, exit 1   the one decision point said no; carries the reasons
    ├── Unauthorised               401, exit 2   a key that is unknown, expired or revoked
    ├── Conflict                   409, exit 1   true already, or overtaken by somebody else
    ├── BadRequest                 400, exit 2   the question itself is wrong
    ├── FetchError                 502, exit 2   a URL could not be fetched
    │   ├── AddressForbidden       a name that resolves to an address inside
    │   ├── TooLarge               more bytes than the limit
    │   ├── TooSlow                more seconds than the limit
    │   └── Unavailable            not now: the server is overloaded, or the connection broke
    └── StorageError               507, exit 2   a plane could not be written (disk full, no right)

    feeds.errors.FeedError         422, exit 1   a feed is refused; names file, row, field
    governance.errors.*            422, exit 2   the commons' documents are refused; names file, line, key

Exit codes of the command line: 0 done; 1 the input was judged and found wanting (error findings, a refused feed, a
denial); 2 usage or fault. Nobody catches `Exception` but the job runner and the ASGI edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus


class HubError(Exception):
    """One sentence for a person; `status` and `exit_code` say how the doors answer."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    exit_code = 2
    title = "The hub could not do this"


class NotFound(HubError):
    """Nothing of that name."""

    status = HTTPStatus.NOT_FOUND
    title = "Not found"


class Refused(HubError):
    """A decision denied this. `reasons` are the clauses that denied, each with what could be done next."""

    status = HTTPStatus.FORBIDDEN
    exit_code = 1
    title = "The agreements in force do not allow this"

    def __init__(self, sentence: str, reasons: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(sentence)
        self.reasons = tuple(reasons)


class Unauthorised(HubError):
    """The key is unknown, expired or revoked; which of these is not said."""

    status = HTTPStatus.UNAUTHORIZED
    title = "This key opens nothing"


class Conflict(HubError):
    """True already, or overtaken by somebody else."""

    status = HTTPStatus.CONFLICT
    exit_code = 1
    title = "Overtaken"


class BadRequest(HubError):
    """The question itself is wrong."""

    status = HTTPStatus.BAD_REQUEST
    title = "This cannot be asked"


class FetchError(HubError):
    """A URL could not be fetched; the sentence never holds a credential.

    `answered` is the status that the server gave, none when it gave no answer; `tries` and `took_ms` say how often it
    was asked and for how long; `again_s` is what it asked for itself (``Retry-After``), in seconds.
    """

    status = HTTPStatus.BAD_GATEWAY
    title = "The address did not give a feed"
    tries = 1
    took_ms = 0

    def __init__(self, sentence: str, *, answered: int | None = None, again_s: float | None = None) -> None:
        super().__init__(sentence)
        self.answered = answered
        self.again_s = again_s


class AddressForbidden(FetchError):
    """The address, or one that it leads to, lies inside a network that the hub may not call."""


class TooLarge(FetchError):
    """More bytes than the limit."""


class TooSlow(FetchError):
    """More seconds than the limit, idle or not."""


class Unavailable(FetchError):
    """Not now: the server is overloaded, or the connection broke. The same question may be answered later."""


class StorageError(HubError):
    """A plane could not be written; nothing was half-written."""

    status = HTTPStatus.INSUFFICIENT_STORAGE
    title = "There is no room or no right to write"
