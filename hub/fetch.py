"""The safe HTTP client: it takes a feed from where it says it is, and from nowhere inside.

Every connection, of the first request and of each redirect, is opened by `hub.guard` to an address that was resolved
and judged there. Bytes are bounded on the wire and again when they are expanded; seconds are bounded in all, name
look-up apart. No sentence of an error holds a query string or a credential, and the file appears only when it is whole.
`docs/reference/fetching.md` says all that it does and refuses.
"""

from __future__ import annotations

from hub.addresses import is_public
from hub.fetching.client import Fetcher
from hub.fetching.hosts import Hosts
from hub.fetching.questions import Answer, Ask, Validators
from hub.fetching.urls import shown
from hub.guard import Resolve, resolve

__all__ = ["Answer", "Ask", "Fetcher", "Hosts", "Resolve", "Validators", "is_public", "resolve", "shown"]
