"""The safe HTTP client: it takes a feed from where it says it is, and from nowhere inside.

Every connection, of the first request and of each redirect, is opened by `hub.guard` to an address that was resolved
and judged there. Bytes are bounded on the wire and again when they are expanded; seconds are bounded in all, name
look-up apart. No sentence of an error holds a query string or a credential, and the file appears only when it is whole.
"""

from __future__ import annotations

import tempfile
import time
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from hub.addresses import is_public
from hub.durable import storage_errors
from hub.errors import AddressForbidden, FetchError, TooLarge, TooSlow
from hub.guard import Deadline, Guard, Resolve, resolve

__all__ = ["Fetcher", "Resolve", "is_public", "resolve", "shown"]

_REDIRECTS = 5
_REDIRECT_CODES = frozenset({301, 302, 303, 307, 308})
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches over HTTP within limits. `user_agent` names the hub and a contact.

    `resolve` and `network` are the seams: who answers for names, and who opens connections to addresses.
    """

    most_bytes: int
    most_s: float
    allow_private: bool = False
    user_agent: str = "mobility-commons-hub"
    resolve: Resolve = resolve
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def fetch(self, url: str, target: Path) -> str:
        """Write what `url` gives into the file `target`; answers with the URL that finally gave it.

        Raises:
            FetchError: forbidden address, limit passed, connection failed, or a status that is not 200.
            StorageError: no room for the file.
        """
        deadline = Deadline(time.monotonic() + self.most_s)
        guard = Guard(self.resolve, self.network, deadline=deadline, everywhere=self.allow_private)
        trusted = httpx.create_ssl_context()  # certifi's, or what SSL_CERT_FILE names
        with httpcore.ConnectionPool(ssl_context=trusted, network_backend=guard) as pool:
            for _ in range(_REDIRECTS + 1):
                onward = self._once(pool, url, target, deadline)
                if onward is None:
                    return url
                url = onward
        raise FetchError(f"{shown(url)}: more than {_REDIRECTS} redirects")

    def _once(self, pool: httpcore.ConnectionPool, url: str, target: Path, deadline: Deadline) -> str | None:
        try:
            place = _web_address(url)
            with pool.stream("GET", _core(place), headers=self._headers(place)) as answer:
                onward = _onward(answer, place)
                if onward is None:
                    self._save(answer, url, target, deadline)
                return onward
        except AddressForbidden as refusal:
            raise AddressForbidden(f"{shown(url)}: {refusal}") from refusal
        except httpcore.TimeoutException as fault:
            took = f"took longer than {self.most_s:g} s" if deadline.late() else "did not let itself be reached"
            raise TooSlow(f"{shown(url)}: {took}") from fault
        except (httpcore.NetworkError, httpcore.ProtocolError) as fault:
            raise FetchError(f"{shown(url)}: {type(fault).__name__}, the connection failed") from fault
        except zlib.error as fault:
            raise FetchError(f"{shown(url)}: what came is not compressed as it says") from fault

    def _headers(self, place: httpx.URL) -> list[tuple[bytes, bytes]]:
        headers = [
            (b"Host", place.netloc),
            (b"User-Agent", self.user_agent.encode("ascii", "replace")),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"gzip"),
        ]
        if place.userinfo:
            user, _, password = place.userinfo.partition(b":")
            pair = b":".join(unquote(part.decode()).encode() for part in (user, password))
            headers.append((b"Authorization", b"Basic " + b64encode(pair)))
        return headers

    def _save(self, answer: httpcore.Response, url: str, target: Path, deadline: Deadline) -> None:
        with _whole(target) as file:
            for piece in self._bounded(self._pieces(answer, url), url):
                if deadline.late():
                    raise TooSlow(f"{shown(url)}: took longer than {self.most_s:g} s")
                file.write(piece)

    def _pieces(self, answer: httpcore.Response, url: str) -> Iterator[bytes]:
        wire = self._bounded(answer.iter_stream(), url)
        encoding = _header(answer, b"content-encoding").strip().lower()
        if encoding in ("gzip", "x-gzip"):
            return _gunzipped(wire)
        if encoding not in ("", "identity"):
            # Also "gzip, gzip": what is packed twice expands a million times, before anybody could count.
            raise FetchError(f"{shown(url)}: answered in an encoding that was not asked for")
        return wire

    def _bounded(self, pieces: Iterable[bytes], url: str) -> Iterator[bytes]:
        taken = 0
        for piece in pieces:
            taken += len(piece)
            if taken > self.most_bytes:
                raise TooLarge(f"{shown(url)}: more than {self.most_bytes} bytes")
            yield piece


def shown(url: str) -> str:
    """A URL as it may be written down: without user, password, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _web_address(url: str) -> httpx.URL:
    try:
        place = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as fault:
        raise FetchError(f"{shown(url)}: this is no address") from fault
    if place.scheme not in ("http", "https") or not place.host:
        raise AddressForbidden("only http and https addresses are fetched")
    return place


def _core(place: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path)


def _onward(answer: httpcore.Response, place: httpx.URL) -> str | None:
    location = _header(answer, b"location")
    if answer.status in _REDIRECT_CODES and location:
        try:
            return str(place.join(location))
        except (httpx.InvalidURL, ValueError) as fault:
            raise FetchError(f"{shown(str(place))}: redirects to what is no address") from fault
    if answer.status != 200:
        raise FetchError(f"{shown(str(place))}: answered with status {answer.status}")
    return None


def _header(answer: httpcore.Response, name: bytes) -> str:
    values = [value for key, value in answer.headers if key.lower() == name]
    return b", ".join(values).decode("utf-8", "replace")


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A file that gets the name `target` only when all of it was written."""
    with (
        storage_errors(target.parent),
        tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as file,
    ):
        part = Path(file.name)
        try:
            yield file
            file.close()
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Expand, a bounded piece at a time: one packet of zeros can hold sixty megabytes.

    Raises:
        zlib.error: not gzip, or cut short.
    """
    inflate = zlib.decompressobj(wbits=31)  # gzip, RFC 1952
    begun = False
    for piece in pieces:
        left = piece
        while left:
            begun = True
            yield inflate.decompress(left, _PIECE)
            left = inflate.unconsumed_tail
            if inflate.eof:  # another member may follow
                left, inflate, begun = inflate.unused_data, zlib.decompressobj(wbits=31), False
    if begun:
        raise zlib.error("cut short")
