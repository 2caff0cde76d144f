"""A web server that listens for messages: each path answers as it is told to, and every message is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Heard:
    """One message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """The running server. `answers` says what each path answers, one status after the other, the last for good."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Paths that say nothing until the listener is let go.
    silent: set[str] = field(default_factory=set)
    #: Paths whose answer has a body without end.
    endless: set[str] = field(default_factory=set)
    let_go: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, *, host: str = "127.0.0.1", user: str = "") -> str:
        """The URL of a path."""
        return f"http://{user}{host}:{self.port}{path}"

    def next_status(self, path: str) -> int:
        """What a path answers now."""
        left = self.answers.get(path, [204])
        return left.pop(0) if len(left) > 1 else left[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Listener

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_POST(self) -> None:
        path = self.path.partition("?")[0]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.state.heard.append(Heard(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.close_connection = True
        if path in self.state.silent:
            self.state.let_go.wait()
            return
        self.send_response(self.state.next_status(path))
        for name, value in self.state.headers.get(path, {}).items():
            self.send_header(name, value)
        if path not in self.state.endless:
            self.send_header("Content-Length", "0")
        self.end_headers()
        try:
            while path in self.state.endless and not self.state.let_go.is_set():
                self.wfile.write(bytes(1 << 14))
        except OSError:  # the sender went away, as it should
            return


@contextmanager
def listener() -> Iterator[Listener]:
    """A listener on loopback for as long as the block lasts."""
    state = Listener()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state}))
    server.daemon_threads = True
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
