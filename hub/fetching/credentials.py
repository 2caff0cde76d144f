"""What a request is let in with: one of five ways, for one origin and for no other.

No value here shows its secrets when it is printed, and `without` takes them out of whatever a server echoes.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, quote_plus, unquote_plus

import httpx

from hub.fetching.urls import origin_of

Header = tuple[bytes, bytes]

#: Shorter ones cannot be told from the words of the text that they stand in.
_LEAST = 6
_HIDDEN = "…"


class Way(Protocol):
    """How a secret is told to a server."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that nobody else may read."""

    def dress(self, place: httpx.URL) -> tuple[httpx.URL, list[Header]]:
        """The URL and the headers to ask with."""


@dataclass(frozen=True, slots=True)
class InHeader:
    """A header of the server's own choice (``X-Api-Key``)."""

    name: str
    value: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The header's value."""
        return (self.value,)

    def dress(self, place: httpx.URL) -> tuple[httpx.URL, list[Header]]:
        """The URL as it is, and the header."""
        return place, [(self.name.encode("ascii"), self.value.encode())]


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token (RFC 6750)."""

    token: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token."""
        return (self.token,)

    def dress(self, place: httpx.URL) -> tuple[httpx.URL, list[Header]]:
        """The URL as it is, and ``Authorization: Bearer``."""
        return place, [(b"Authorization", b"Bearer " + self.token.encode())]


@dataclass(frozen=True, slots=True)
class Basic:
    """User and password (RFC 7617); some servers take an API key for the user."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password (of a key that stands for the user, the user), and the pair as it is sent."""
        return (self.password or self.user, self._pair)

    def dress(self, place: httpx.URL) -> tuple[httpx.URL, list[Header]]:
        """The URL as it is, and ``Authorization: Basic``."""
        return place, [(b"Authorization", f"Basic {self._pair}".encode("ascii"))]

    @property
    def _pair(self) -> str:
        return b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class InQuery:
    """A parameter of the query (``?apikey=``)."""

    name: str
    value: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The parameter's value."""
        return (self.value,)

    def dress(self, place: httpx.URL) -> tuple[httpx.URL, list[Header]]:
        """The URL with the parameter, in the place of one that it had; the rest of the query is left as it is."""
        pair = f"{quote(self.name, safe='')}={quote(self.value, safe='')}"
        return _with_query(place, [*_others(place, self.name), pair]), []


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client that fetches its token itself (OAuth 2.0, RFC 6749 section 4.4); worn as a `Bearer` token."""

    token_url: str
    client: str = field(repr=False)
    secret: str = field(repr=False)
    scope: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret, and the pair as it is sent to the token's server."""
        return (self.secret, *self.as_basic().secrets)

    def as_basic(self) -> Basic:
        """As the token's server wants them, each form-encoded first (section 2.3.1)."""
        return Basic(quote_plus(self.client), quote_plus(self.secret))

    def dress(self, place: httpx.URL) -> tuple[httpx.URL, list[Header]]:
        """Nothing: only its token is shown to the feed's server."""
        return place, []


@dataclass(frozen=True, slots=True)
class Credential:
    """A way in, and the origin (scheme, host and port) that it is for."""

    origin: str
    way: Way

    def is_for(self, place: httpx.URL) -> bool:
        """Whether it may be shown there."""
        return origin_of(place) == self.origin

    def bare(self, place: httpx.URL) -> httpx.URL:
        """A URL without the parameter that this credential puts in."""
        if not isinstance(self.way, InQuery):
            return place
        return _with_query(place, _others(place, self.way.name))


def without(secrets: Iterable[str], text: str) -> str:
    """A text in which no secret can be read, however it was spelled: as it is, in a URL (also in one that stands in
    another's query), in a form, in JSON.
    """
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= _LEAST:
            found = "|".join(re.escape(form) for form in sorted(_spellings(secret), key=len, reverse=True))
            text = re.sub(found, _HIDDEN, text, flags=re.IGNORECASE)
    return text


def _spellings(secret: str) -> set[str]:
    once = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return {*once, *(quote(form, safe="") for form in once), *_in_json(secret)}


def _in_json(secret: str) -> tuple[str, ...]:
    spelled = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]
    return *spelled, *(one.replace("/", "\\/") for one in spelled)  # as PHP writes it


def _others(place: httpx.URL, name: str) -> list[str]:
    pairs = place.query.decode("ascii").split("&")
    return [pair for pair in pairs if pair and unquote_plus(pair.partition("=")[0]) != name]


def _with_query(place: httpx.URL, pairs: list[str]) -> httpx.URL:
    return place.copy_with(query="&".join(pairs).encode("ascii") if pairs else None)
