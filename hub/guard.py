"""Opening connections: every one of the fetcher's goes through here, whatever URL or redirect asked for it.

The name is resolved once, each address judged, and the connection opened to a judged address, not to the name: a name
that resolves to another address at a second look-up (DNS rebinding) gains nothing, nor does a URL that two parsers
read differently. The deadline holds for each single read too, so that a server which sends a byte now and then (of
its headers, even) is not waited for without end.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

from hub.addresses import is_public
from hub.errors import AddressForbidden, FetchError, Unavailable

#: Answers with the addresses of a host name: the seam that tests replace.
Resolve = Callable[[str, int], Iterable[str]]

_CONNECT_S = 10.0


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver (which keeps its own time limit).

    Raises:
        FetchError: the name does not resolve.
        Unavailable: nobody could be asked just now.
    """
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as fault:  # UnicodeError: a label that is empty or too long
        if isinstance(fault, socket.gaierror) and fault.errno == socket.EAI_AGAIN:
            raise Unavailable(f"{host}: the name servers do not answer") from fault
        raise FetchError(f"{host}: this name does not resolve") from fault
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant of a monotonic clock after which nothing is waited for."""

    at_s: float
    monotonic: Callable[[], float] = time.monotonic

    def late(self) -> bool:
        """Whether it has passed."""
        return self.monotonic() >= self.at_s

    def left_s(self, most: float | None = None) -> float:
        """Seconds that are left, `most` at most.

        Raises:
            httpcore.ReadTimeout: none.
        """
        left = self.at_s - self.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline passed")
        return left if most is None else min(left, most)


class Guard(httpcore.NetworkBackend):
    """Opens connections to judged addresses only, until a deadline. `everywhere` switches the judging off."""

    def __init__(
        self, resolve: Resolve, network: httpcore.NetworkBackend, *, deadline: Deadline, everywhere: bool = False
    ) -> None:
        self._resolve = resolve
        self._network = network
        self._deadline = deadline
        self._everywhere = everywhere

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore.NetworkStream:
        """Open a connection to the first of the host's addresses that answers.

        Raises:
            AddressForbidden: one of them is not on the public internet.
        """
        addresses = self._judged(host, port)
        for address in addresses[:-1]:
            try:
                return self._open(address, port)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # a host may give an IPv6 address on a network that has none
        return self._open(addresses[-1], port)

    def _judged(self, host: str, port: int) -> list[str]:
        addresses = list(self._resolve(host, port))
        if not addresses:
            raise FetchError(f"{host}: this name does not resolve")
        if not self._everywhere and not all(is_public(address) for address in addresses):
            raise AddressForbidden("leads to an address that is not on the public internet")
        return addresses

    def _open(self, address: str, port: int) -> httpcore.NetworkStream:
        stream = self._network.connect_tcp(address, port, timeout=self._deadline.left_s(_CONNECT_S))
        return _Timed(stream, self._deadline)


class _Timed(httpcore.NetworkStream):
    """A stream whose every operation ends by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        tls = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left_s(_CONNECT_S))
        return _Timed(tls, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
