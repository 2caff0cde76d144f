"""A local web server that behaves as badly as one asks: each path is one kind of trouble.

It listens on loopback, holds what it was asked, and waits on events rather than on time: whoever stops it frees every
answer that is still held back. What is put on its shelf it serves as a friendly server does: with validators, answering
304 when nothing changed, and to those alone whom a page lets in.
"""

from __future__ import annotations

import datetime as dt
import json
import ssl
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

#: The instant from which dates in its headers are counted: tests stop the fetcher's clock there.
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
#: What each access token ends in.
TOKEN = "t0ken-canary"
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
    body: bytes = b""

    @property
    def conditional(self) -> bool:
        """Whether it was only asked what changed."""
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass
class Page:
    """Something on the shelf. `lets_in` says of a request whether it may have it; `lies`: it never seems to change."""

    content: bytes
    etag: str = ""
    last_modified: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    lets_in: Callable[[Asked], bool] = lambda _: True
    lies: bool = False


@dataclass
class Server:
    """The running server: where it is, what it was asked, and the event that frees what it holds back."""

    port: int
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    shelf: dict[str, Page] = field(default_factory=dict)
    #: Access tokens that were given out, and how long each is said to live.
    tokens: list[str] = field(default_factory=list)
    token_lives_s: int | None = 3600
    #: Requests for `/slow` that are being answered, and the most that ever were at once.
    busy: int = 0
    busiest: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(one.path for one in self.asked)

    def url(self, path: str, *, host: str = "127.0.0.1", user: str = "") -> str:
        """The URL of a trouble."""
        return f"{self.scheme}://{user}{host}:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Server
    asked: Asked

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked = Asked(parts.path, parts.query, {k.lower(): v for k, v in self.headers.items()}, body)
        with self.state.lock:
            self.state.asked.append(self.asked)
        self.close_connection = True
        try:
            (_shelf if parts.path in self.state.shelf else TROUBLES.get(parts.path, _missing))(self)
            self.wfile.flush()
        except (OSError, ValueError):  # the client went away, as it should from some of these
            return

    do_POST = do_GET  # noqa: N815 - the name that the server's machinery looks for

    def times(self) -> int:
        """How often this very path and query was asked for, this time included."""
        with self.state.lock:
            return sum((one.path, one.query) == (self.asked.path, self.asked.query) for one in self.state.asked)

    def parameter(self, name: str) -> str:
        return parse_qs(urlsplit(self.path).query)[name][0]

    def begin(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def whole(self, body: bytes, **headers: str) -> None:
        self.begin(Content_Length=str(len(body)), **headers)
        self.wfile.write(body)


def _missing(handler: _Handler) -> None:
    handler.send_error(404)


def _shelf(handler: _Handler) -> None:
    page = handler.state.shelf[handler.asked.path]
    if not page.lets_in(handler.asked):
        handler.begin(401, Content_Length="0")
        return
    said = {"ETag": page.etag, "Last-Modified": page.last_modified, **page.headers}
    told = {name: value for name, value in said.items() if value}
    asked = handler.asked.headers
    by_etag = asked.get("if-none-match") == page.etag
    same = by_etag if page.etag else asked.get("if-modified-since") == page.last_modified
    if handler.asked.conditional and (same or page.lies):
        handler.begin(304, **told)
        return
    handler.whole(page.content, **told)


def _good(handler: _Handler) -> None:
    handler.whole(GOOD)


def _unasked_304(handler: _Handler) -> None:
    handler.begin(304)


def _busy(handler: _Handler) -> None:
    # So often too busy, then good. `after` is what Retry-After says: seconds, so many of them in a date, or nonsense.
    if handler.times() > int(handler.parameter("times")):
        _good(handler)
        return
    after = handler.parameter("after")
    if after.startswith("date:"):
        after = format_datetime(NOW + dt.timedelta(seconds=int(after.removeprefix("date:"))), usegmt=True)
    headers = {"Retry_After": after} if after != "never" else {}
    handler.begin(int(handler.parameter("code")), Content_Length="0", **headers)


def _breaks(handler: _Handler) -> None:
    # So often closed without a word, then good.
    if handler.times() > int(handler.parameter("times")):
        _good(handler)


def _slow(handler: _Handler) -> None:
    # Counted before it answers: a client that has its answer may ask again before this thread goes on.
    state = handler.state
    with state.lock:
        state.busy += 1
        state.busiest = max(state.busiest, state.busy)
    time.sleep(0.03)
    with state.lock:
        state.busy -= 1
    _good(handler)


def _page(handler: _Handler) -> None:
    handler.whole(b"\xef\xbb\xbf\n <!DOCTYPE html><title>Maintenance</title>", Content_Type="application/zip")


def _nothing(handler: _Handler) -> None:
    handler.whole(b"")


def _ten_gigabytes(handler: _Handler) -> None:
    piece = bytes(1 << 20)
    handler.begin(Content_Length=str(10_000 * len(piece)))
    for _ in range(10_000):
        handler.wfile.write(piece)


def _two_lengths(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 56\r\n\r\n" + GOOD)


def _more_than_said(handler: _Handler) -> None:
    handler.begin(Content_Length=str(len(GOOD) - 20))
    handler.wfile.write(GOOD)


def _other_length_each_time(handler: _Handler) -> None:
    # A file that is being written while it is read: too long a length first, the right one then.
    handler.begin(Content_Length=str(len(GOOD) + (50 if handler.times() == 1 else 0)))
    handler.wfile.write(GOOD)


def _token(handler: _Handler) -> None:
    # RFC 6749 section 4.4: client and secret in the header, the grant in the form.
    token = f"tok-{len(handler.state.tokens)}-{handler.asked.headers.get('authorization', '')[-6:]}-{TOKEN}"
    handler.state.tokens.append(token)
    lives = {} if handler.state.token_lives_s is None else {"expires_in": handler.state.token_lives_s}
    handler.whole(json.dumps({"access_token": token, "token_type": "Bearer", **lives}).encode())


def _token_elsewhere(handler: _Handler) -> None:
    handler.begin(307, Location=handler.parameter("to"), Content_Length="0")


def _echo(handler: _Handler) -> None:
    # Whatever it was told it tells again, wherever a server can: validators, a redirect, the content.
    told = " ".join([handler.asked.query, *handler.asked.headers.values()])
    if "again" not in handler.asked.query:
        handler.begin(302, Location=f"/echo?again=1&told={quote(told)}", Content_Length="0")
        return
    code = int(handler.asked.headers.get("x-code", 200))
    body = json.dumps({"told": told}).encode()
    handler.begin(code, Content_Length=str(len(body)), ETag=f'"{told}"', Last_Modified=told)
    handler.wfile.write(body)


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
    # A byte a second is what one sees in the wild; faster drips make faster tests.
    every_s = float(parse_qs(urlsplit(handler.path).query).get("every", ["0.02"])[0])
    while not handler.state.release.wait(every_s):
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
    "/unasked-304": _unasked_304,
    "/busy": _busy,
    "/breaks": _breaks,
    "/slow": _slow,
    "/page": _page,
    "/nothing": _nothing,
    "/ten-gigabytes": _ten_gigabytes,
    "/two-lengths": _two_lengths,
    "/more-than-said": _more_than_said,
    "/other-length-each-time": _other_length_each_time,
    "/token": _token,
    "/token-elsewhere": _token_elsewhere,
    "/echo": _echo,
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
