"""A local web server that behaves as badly as one asks: each path is one kind of trouble.

It listens on loopback, holds what it was asked, and waits on events rather than on time: whoever stops it frees every
answer that is still held back.
"""

from __future__ import annotations

import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

GOOD = b"PK\x03\x04 what a feed begins with, and then some more of it"
#: One mebibyte of zeros as a piece of a gzip stream that may be repeated at will, and the header before it.
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def _zeros() -> bytes:
    deflate = zlib.compressobj(9, wbits=-15)
    return deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)


def gzipped(content: bytes) -> bytes:
    """One gzip member."""
    deflate = zlib.compressobj(9, wbits=31)
    return deflate.compress(content) + deflate.flush()


@dataclass
class Asked:
    """One request as it came."""

    path: str
    query: str
    headers: dict[str, str]


@dataclass
class Server:
    """The running server: where it is, what it was asked, and the event that frees what it holds back."""

    port: int
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, *, host: str = "127.0.0.1", user: str = "") -> str:
        """The URL of a trouble."""
        return f"{self.scheme}://{user}{host}:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Server

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.state.asked.append(Asked(parts.path, parts.query, {k.lower(): v for k, v in self.headers.items()}))
        self.close_connection = True
        try:
            TROUBLES.get(parts.path, _missing)(self)
            self.wfile.flush()
        except (OSError, ValueError):  # the client went away, as it should from some of these
            return

    def parameter(self, name: str) -> str:
        return parse_qs(urlsplit(self.path).query)[name][0]

    def begin(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def whole(self, body: bytes, **headers: str) -> None:
        self.begin(Content_Length=str(len(body)), **headers)
        self.wfile.write(body)


def _missing(handler: _Handler) -> None:
    handler.send_error(404)


def _good(handler: _Handler) -> None:
    handler.whole(GOOD)


def _status(handler: _Handler) -> None:
    body = b"<html>no feed here</html>"
    handler.begin(int(handler.parameter("code")), Content_Length=str(len(body)))
    handler.wfile.write(body)


def _redirect(handler: _Handler) -> None:
    handler.begin(302, Location=handler.parameter("to"), Content_Length="0")


def _loop(handler: _Handler) -> None:
    handler.begin(301, Location="/loop", Content_Length="0")


def _endless(handler: _Handler) -> None:
    handler.begin()
    while not handler.state.release.is_set():
        handler.wfile.write(bytes(1 << 16))


def _stalled(handler: _Handler) -> None:
    handler.begin(Content_Length="1000")
    handler.wfile.write(GOOD)
    handler.wfile.flush()
    handler.state.release.wait()


def _silent(handler: _Handler) -> None:
    handler.state.release.wait()


def _drip(handler: _Handler, before: bytes) -> None:
    handler.wfile.write(before)
    handler.wfile.flush()
    while not handler.state.release.wait(0.02):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def _dripping_headers(handler: _Handler) -> None:
    _drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: ")


def _dripping_body(handler: _Handler) -> None:
    _drip(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")


def _short(handler: _Handler) -> None:
    handler.begin(Content_Length=str(len(GOOD) + 100))
    handler.wfile.write(GOOD)


def _gzip(handler: _Handler) -> None:
    # Two members, as some servers join them.
    handler.whole(gzipped(GOOD[:20]) + gzipped(GOOD[20:]), Content_Encoding="gzip")


def _gzip_short(handler: _Handler) -> None:
    handler.whole(gzipped(GOOD)[:-6], Content_Encoding="gzip")


def _gzip_false(handler: _Handler) -> None:
    handler.whole(GOOD, Content_Encoding="gzip")


def _bomb(handler: _Handler) -> None:
    # Ten gigabytes of zeros in ten megabytes.
    handler.begin(Content_Encoding="gzip")
    piece = _zeros()
    handler.wfile.write(_GZIP_HEAD)
    for _ in range(10_000):
        handler.wfile.write(piece)


def _bomb_in_bomb(handler: _Handler) -> None:
    # A gigabyte in a few kilobytes: packed twice.
    handler.whole(gzipped(_GZIP_HEAD + _zeros() * 1_000), Content_Encoding="gzip, gzip")


def _garbage(handler: _Handler) -> None:
    handler.wfile.write(b"220 this is some other protocol\r\n")


TROUBLES: dict[str, Callable[[_Handler], None]] = {
    "/feed.zip": _good,
    "/status": _status,
    "/redirect": _redirect,
    "/loop": _loop,
    "/endless": _endless,
    "/stalled": _stalled,
    "/silent": _silent,
    "/dripping-headers": _dripping_headers,
    "/dripping-body": _dripping_body,
    "/short": _short,
    "/gzip": _gzip,
    "/gzip-short": _gzip_short,
    "/gzip-false": _gzip_false,
    "/bomb": _bomb,
    "/bomb-in-bomb": _bomb_in_bomb,
    "/garbage": _garbage,
}


@contextmanager
def hostile_server(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """The server, on a free port of 127.0.0.1; with `tls`, over https, noting the names that clients ask for."""
    handler = type("_Bound", (_Handler,), {})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = False
    http.handle_error = lambda *_: None  # type: ignore[method-assign]  # a TLS client that turns away is no news
    state = handler.state = Server(http.server_port, "https" if tls else "http")
    if tls:
        tls.sni_callback = lambda _socket, name, _context: state.server_names.append(name)
        http.socket = tls.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        http.shutdown()
        http.server_close()
        thread.join()
