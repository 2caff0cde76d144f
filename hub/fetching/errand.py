"""One question on its way: its tries, its redirects, and what becomes of each answer."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpcore
import httpx

from hub.errors import FetchError, TooSlow, Unavailable
from hub.fetching import bodies, headers, urls
from hub.fetching.caller import Caller
from hub.fetching.credentials import Bearer, ClientCredentials, Way
from hub.fetching.patience import PASSING, Patience
from hub.fetching.questions import Answer, Ask

if TYPE_CHECKING:
    from hub.fetching.client import Fetcher

_REDIRECTS = 5
_REDIRECT_CODES = frozenset({301, 302, 303, 307, 308})
#: A token and what is told with it.
_TOKEN_BYTES = 1 << 16


class Errand:
    """One `Ask` under way."""

    def __init__(self, fetcher: Fetcher, ask: Ask, target: Path, *, pool: httpcore.ConnectionPool) -> None:
        self._fetcher = fetcher
        self._ask = ask
        self._target = target
        self._pool = pool
        #: Of the answer that is being read.
        self._status: int | None = None
        self._caller = Caller(ask, fetcher.user_agent)

    def run(self, patience: Patience) -> Answer:
        """Ask until it is answered, or no longer.

        Raises:
            FetchError: it was not; the sentence holds no credential.
        """
        self._deadline = patience.deadline
        try:
            for attempt in patience.attempts():
                with attempt:
                    return self._follow()
        except FetchError as fault:
            fault.args = (self._caller.without_secrets(str(fault)),)
            raise
        raise AssertionError("the last try answers or raises")

    def _follow(self) -> Answer:
        place = urls.web_address(self._ask.url)
        for _ in range(_REDIRECTS + 1):
            came = self._at(place)
            if isinstance(came, Answer):
                return came
            place = came
        raise FetchError(f"{urls.shown(str(place))}: more than {_REDIRECTS} redirects")

    def _at(self, place: httpx.URL) -> Answer | httpx.URL:
        """What a URL answers: content, or another URL."""
        with self._named(place):
            self._caller.must_not_tell_elsewhere(place)
            way, client = self._way(place), self._caller.way(place)
            if isinstance(way, Bearer) and isinstance(client, ClientCredentials):
                try:
                    return self._request(place, way)
                except FetchError as fault:
                    if fault.answered != 401:
                        raise
                self._fetcher.tokens.refused(client, way.token)
                way = self._way(place)
            return self._request(place, way)

    def _request(self, place: httpx.URL, way: Way | None) -> Answer | httpx.URL:
        self._status = None
        dressed, asked = self._caller.request(place, way)
        with (
            self._fetcher.hosts.turn(place.host, within_s=self._deadline.left_s()),
            self._pool.stream("GET", urls.core(dressed), headers=asked) as answer,
        ):
            self._status = answer.status
            return self._judged(answer, place)

    def _judged(self, answer: httpcore.Response, place: httpx.URL) -> Answer | httpx.URL:
        location = headers.header(answer, b"location")
        if answer.status in _REDIRECT_CODES and location:
            return urls.onward(place, location)
        if answer.status == 304:
            if not self._caller.conditions(place):
                raise FetchError("answered 304, not modified, to a question without a condition", answered=304)
            return self._told(answer, place, not_modified=True)
        if answer.status in PASSING:
            again_s = headers.retry_after_s(answer, now=self._fetcher.clock())
            wish = "" if again_s is None else f" and asks to come back in {again_s:.0f} s"
            raise Unavailable(f"answered with status {answer.status}{wish}", answered=answer.status, again_s=again_s)
        if answer.status != 200:
            hint = self._caller.hint(place) if answer.status in (401, 403) else ""
            raise FetchError(f"answered with status {answer.status}{hint}", answered=answer.status)
        return self._saved(answer, place)

    def _saved(self, answer: httpcore.Response, place: httpx.URL) -> Answer:
        most = min(self._fetcher.most_bytes, self._ask.most_bytes or self._fetcher.most_bytes)
        wire, content = bodies.Tally(most), bodies.Tally(most)
        try:
            with bodies.whole(self._target) as file:
                pieces = bodies.expanded(answer, wire.through(answer.iter_stream()))
                for piece in bodies.fed(content.through(pieces)):
                    self._deadline.left_s()
                    file.write(piece)
        except FetchError as fault:
            fault.answered = answer.status
            raise
        told = self._told(answer, place)
        return replace(told, bytes=wire.size, size=content.size, digest=content.digest)

    def _told(self, answer: httpcore.Response, place: httpx.URL, *, not_modified: bool = False) -> Answer:
        tags = [headers.validator(answer, name) for name in (b"etag", b"last-modified")]
        etag, last_modified = (tag if self._caller.without_secrets(tag) == tag else "" for tag in tags)
        return Answer(
            answer.status,
            self._caller.without_secrets(self._caller.bare(place)),
            not_modified=not_modified,
            etag=etag,
            last_modified=last_modified,
            fresh_s=headers.fresh_s(answer, now=self._fetcher.clock()),
        )

    def _way(self, place: httpx.URL) -> Way | None:
        """What is shown to this URL's server: of an OAuth client, its token."""
        way = self._caller.way(place)
        if not isinstance(way, ClientCredentials):
            return way
        token = self._fetcher.tokens.token(way, self._post)
        self._caller.secrets.append(token)
        return Bearer(token)

    def _post(self, client: ClientCredentials, form: bytes) -> bytes:
        """Ask a token's server. It is led nowhere else, and nothing that it says is repeated."""
        place = urls.web_address(client.token_url)
        _, shown_headers = client.as_basic().dress(place)
        kind = (b"Content-Type", b"application/x-www-form-urlencoded")
        asked = [*self._caller.own_headers(place), kind, (b"Content-Length", b"%d" % len(form)), *shown_headers]
        with (
            self._named(place),
            self._fetcher.hosts.turn(place.host, within_s=self._deadline.left_s()),
            self._pool.stream("POST", urls.core(place), headers=asked, content=form) as answer,
        ):
            if answer.status in PASSING:
                again_s = headers.retry_after_s(answer, now=self._fetcher.clock())
                raise Unavailable(f"gave no token, status {answer.status}", again_s=again_s)
            if answer.status != 200:
                raise FetchError(f"gave no token, status {answer.status}")
            return b"".join(bodies.expanded(answer, bodies.Tally(_TOKEN_BYTES).through(answer.iter_stream())))

    @contextmanager
    def _named(self, place: httpx.URL) -> Iterator[None]:
        """Say of each fault at which URL it was, and none in the engine's own words."""
        url = urls.shown(str(place))
        try:
            yield
        except FetchError as fault:
            if not str(fault).startswith(("http://", "https://", f"{place.host}: ")):
                fault.args = (f"{url}: {fault}",)
            raise
        except httpcore.TimeoutException as fault:
            late = self._deadline.late()
            took = f"took longer than {self._fetcher.most_s:g} s" if late else "did not let itself be reached"
            raise TooSlow(f"{url}: {took}", answered=self._status) from fault
        except (httpcore.NetworkError, httpcore.ProtocolError) as fault:
            if isinstance(fault.__context__, ssl.SSLCertVerificationError):
                raise FetchError(f"{url}: nobody that is trusted vouches for its certificate") from fault
            raise Unavailable(f"{url}: {type(fault).__name__}, the connection failed", answered=self._status) from fault
        except zlib.error as fault:
            raise FetchError(f"{url}: what came is not compressed as it says", answered=self._status) from fault
