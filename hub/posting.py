"""Sending a message to an address that somebody else named: the fetcher's guard, and nothing of the fetcher's patience.

One request, to an address that was resolved and judged (`hub.guard`). Redirects are answers like others: nothing is
followed. Of an answer its status counts; its body is read to `MOST_ANSWER` at most and thrown away. Seconds are bounded
in all. No sentence of an error holds more of the address than its host.
"""

from __future__ import annotations

import ssl
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import httpcore
import httpx

from hub.errors import AddressForbidden, FetchError, TooSlow
from hub.guard import Deadline, Guard, Resolve, resolve

#: How many bytes of an answer are read at most, so that a short one leaves the connection in order.
MOST_ANSWER: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts over HTTP within `most_s` seconds. `resolve` and `network` are the seams, as of the fetcher."""

    most_s: float = 15.0
    allow_private: bool = False
    user_agent: str = "mobility-commons-hub"
    resolve: Resolve = resolve
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a body of JSON; answers with the status of the answer, whatever it is.

        Raises:
            FetchError: forbidden address, too slow, or no answer.
        """
        place = _web_address(url)
        host = place.host
        deadline = Deadline(time.monotonic() + self.most_s)
        guard = Guard(self.resolve, self.network, deadline=deadline, everywhere=self.allow_private)
        target = httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path)
        fields = self._headers(place, body, headers)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=_trusted(), network_backend=guard) as pool,
                pool.stream("POST", target, headers=fields, content=body) as answer,
            ):
                _read_a_little(answer)
                return answer.status
        except AddressForbidden as refusal:
            raise AddressForbidden(f"{host}: {refusal}") from refusal
        except httpcore.TimeoutException as fault:
            raise TooSlow(f"{host}: did not answer within {self.most_s:g} s") from fault
        except (httpcore.NetworkError, httpcore.ProtocolError) as fault:
            raise FetchError(f"{host}: {type(fault).__name__}, the connection failed") from fault

    def _headers(self, place: httpx.URL, body: bytes, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
        fields = [
            (b"Host", place.netloc),
            (b"User-Agent", self.user_agent.encode("ascii", "replace")),
            (b"Content-Type", b"application/json"),
            (b"Content-Length", str(len(body)).encode()),
            (b"Accept-Encoding", b"identity"),
            *((name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()),
        ]
        if place.userinfo:
            user, _, password = place.userinfo.partition(b":")
            pair = b":".join(unquote(part.decode()).encode() for part in (user, password))
            fields.append((b"Authorization", b"Basic " + b64encode(pair)))
        return fields


def _read_a_little(answer: httpcore.Response) -> None:
    taken = 0
    for piece in answer.iter_stream():
        taken += len(piece)
        if taken > MOST_ANSWER:
            return


@lru_cache(maxsize=1)  # some hundred certificates are parsed: that takes longer than most messages do
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _web_address(url: str) -> httpx.URL:
    try:
        place = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as fault:
        raise FetchError("this is no address") from fault
    if place.scheme not in ("http", "https") or not place.host:
        raise AddressForbidden("only http and https addresses are sent to")
    return place
