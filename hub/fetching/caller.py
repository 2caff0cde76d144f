"""What a question shows of us and of what we hold, and to whom: each URL on the way sees only what is its own."""

from __future__ import annotations

from urllib.parse import unquote

import httpx

from hub.errors import AddressForbidden
from hub.fetching import urls
from hub.fetching.credentials import Basic, Header, Way, without
from hub.fetching.questions import Ask


class Caller:
    """Who asks one `Ask`. `secrets` are the texts that no answer and no error may hold."""

    def __init__(self, ask: Ask, user_agent: str) -> None:
        self._ask = ask
        self._user_agent = user_agent
        self._place = urls.web_address(ask.url)
        self.secrets = [*_pair(self._place).secrets] if self._place.userinfo else []
        if ask.credential:
            self.secrets += ask.credential.way.secrets

    def way(self, place: httpx.URL) -> Way | None:
        """The credential, where it is for this URL."""
        credential = self._ask.credential
        return credential.way if credential and credential.is_for(place) else None

    def request(self, place: httpx.URL, way: Way | None) -> tuple[httpx.URL, list[Header]]:
        """The URL and the headers to ask with, showing `way`, else the user and password that the URL itself has."""
        if way is None and place.userinfo:
            way = _pair(place)
        dressed, shown = way.dress(place) if way else (place, [])
        return dressed, [*self.own_headers(place), *shown, *self.conditions(place)]

    def own_headers(self, place: httpx.URL) -> list[Header]:
        """What every server is told."""
        return [
            (b"Host", place.netloc),
            (b"User-Agent", self._user_agent.encode("ascii", "replace")),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"gzip"),
        ]

    def conditions(self, place: httpx.URL) -> list[Header]:
        """The stored validators, to the very URL that gave them."""
        known = self._ask.known
        if known is None or self.bare(place) != (known.url or self.bare(self._place)):
            return []
        pairs = ((b"If-None-Match", known.etag), (b"If-Modified-Since", known.last_modified))
        return [(name, value.encode("ascii")) for name, value in pairs if value]

    def must_not_tell_elsewhere(self, place: httpx.URL) -> None:
        """A server may write the credential into the address of another that it redirects to.

        Raises:
            AddressForbidden: it did.
        """
        credential = self._ask.credential
        if credential and not credential.is_for(place) and self.without_secrets(str(place)) != str(place):
            raise AddressForbidden("this address of another server holds the credential")

    def hint(self, place: httpx.URL) -> str:
        """Why a server that wants a credential was shown none, though there is one."""
        credential = self._ask.credential
        if credential is None or credential.is_for(place):
            return ""
        return f"; the credential is for {credential.origin} alone and was not shown"

    def bare(self, place: httpx.URL) -> str:
        """A URL without what lets somebody in."""
        return urls.bare(self._ask.credential.bare(place) if self._ask.credential else place)

    def without_secrets(self, text: str) -> str:
        """A text in which none of the secrets can be read."""
        return without(self.secrets, text)


def _pair(place: httpx.URL) -> Basic:
    user, _, password = place.userinfo.partition(b":")
    return Basic(unquote(user.decode()), unquote(password.decode()))
