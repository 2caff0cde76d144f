"""The ASGI edge: headers that every answer carries, HEAD for whatever can be read, and the one catch of any fault."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.problems import as_json, internal

log = logging.getLogger(__name__)

#: Pages load nothing from elsewhere and run nothing at all, so the policy names only the own style sheet and images.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}
#: Set on a request for HEAD, which is routed as GET: a file's answer then opens no file.
HEAD: Final = "hub.head"


class Edge:
    """Wraps an application. What does not say that caches may keep it is kept by none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET", HEAD: True}
        door = _Door(send, head=head)
        try:
            await self.app(scope, receive, door)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if door.started:
                raise
            await as_json(Request(scope), internal())(scope, receive, door)


class _Door:
    def __init__(self, send: Send, *, head: bool) -> None:
        self.send, self.head, self.started = send, head, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            _complete(message)
        elif self.head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self.send(message)


def _complete(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(raw=list(message["headers"]))
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", "private, no-store")
    message["headers"] = headers.raw
