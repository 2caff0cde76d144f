"""OAuth 2.0 client credentials: one token for each client, kept until it expires or is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import orjson

from hub.errors import FetchError
from hub.fetching.credentials import ClientCredentials
from hub.fetching.urls import shown

#: A token is renewed so long before its end that it does not expire on the way; a short-lived one at nine tenths.
_MARGIN_S = 30.0
#: Where the server does not say how long (RFC 6749 section 5.1 only recommends it).
_USUAL_S = 300.0

#: Posts a form to a token's server and answers with its body.
Post = Callable[[ClientCredentials, bytes], bytes]


@dataclass(slots=True)
class _Kept:
    lock: Lock = field(default_factory=Lock)
    token: str = field(default="", repr=False)
    until_s: float = 0.0


class Tokens:
    """The tokens of one process."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: dict[ClientCredentials, _Kept] = {}

    def token(self, client: ClientCredentials, post: Post) -> str:
        """A token that is good now. Threads that want the same one wait for one request.

        Raises:
            FetchError: the token's server gave none.
        """
        kept = self._of(client)
        with kept.lock:
            if not kept.token or self._monotonic() >= kept.until_s:
                kept.token, lives_s = _read(client, post(client, _form(client)))
                kept.until_s = self._monotonic() + max(lives_s - _MARGIN_S, lives_s * 0.9)
            return kept.token

    def kept(self, client: ClientCredentials) -> str:
        """The last token that was got with it, whether it is good or not; empty before the first."""
        return self._of(client).token

    def refused(self, client: ClientCredentials, token: str) -> None:
        """A server did not take a token: it is not used again."""
        kept = self._of(client)
        with kept.lock:
            if kept.token == token:
                kept.token = ""

    def _of(self, client: ClientCredentials) -> _Kept:
        with self._lock:
            return self._kept.setdefault(client, _Kept())


def _form(client: ClientCredentials) -> bytes:
    fields = {"grant_type": "client_credentials", **({"scope": client.scope} if client.scope else {})}
    return urlencode(fields).encode("ascii")


def _read(client: ClientCredentials, body: bytes) -> tuple[str, float]:
    try:
        told: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = None
    token = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise FetchError(f"{shown(client.token_url)}: answered without a token")
    lives_s = told.get("expires_in")
    known = isinstance(lives_s, int | float) and not isinstance(lives_s, bool) and lives_s > 0
    return token, float(lives_s) if known else _USUAL_S
