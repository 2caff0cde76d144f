"""The ASGI edge: headers that every answer carries, HEAD for whatever can be read, and the one catch of any fault."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.problems import as_json, internal, problem_of
from hub.errors import BadRequest

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
#: What every shared cache may keep, a page of anybody may read in its reader's browser (Fetch, section 3.2): apps use
#: open feeds without a server of their own. What asks for a key is not among it: keys do not belong into pages.
FOR_EVERY_PAGE: Final = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, Content-Range, Accept-Ranges, Commons-Licence",
}
#: Set on a request for HEAD, which is routed as GET: a file's answer then opens no file.
HEAD: Final = "hub.head"
#: What members send to the web door is JSON; the longest text of the commons is a small part of this.
LARGEST_BODY_BYTES: Final = 1024 * 1024


class Edge:
    """Wraps an application. What does not say that caches may keep it is kept by none.

    `largest_body` bounds what one request may send, in bytes; None where uploads are taken and bounded by themselves.
    """

    def __init__(self, app: ASGIApp, *, largest_body: int | None = None) -> None:
        self.app, self.largest_body = app, largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET", HEAD: True}
        door = _Door(send, head=head)
        body = _Body(receive, self.largest_body)
        if body.announced_too_large(scope):
            await as_json(Request(scope), problem_of(_too_large()))(scope, receive, door)
            return
        if _holds_nul(scope):
            await as_json(Request(scope), problem_of(BadRequest("an address holds no NUL")))(scope, receive, door)
            return
        try:
            await self.app(scope, body, door)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if door.started:
                raise
            await as_json(Request(scope), internal())(scope, receive, door)


def _holds_nul(scope: Scope) -> bool:
    # PostgreSQL takes no NUL in a text and SQLite does, so none comes as far as a question to either.
    query = scope["query_string"]
    return "\x00" in scope["path"] or b"%00" in query or b"\x00" in query


def _too_large() -> HTTPException:
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "more was sent than the web door reads")


class _Body:
    """What is sent, counted as it arrives, whether its length was announced or not."""

    def __init__(self, receive: Receive, largest: int | None) -> None:
        self.receive, self.largest, self.read = receive, largest, 0

    def announced_too_large(self, scope: Scope) -> bool:
        length = Headers(scope=scope).get("content-length", "")
        # A length of more digits is longer than any; Python reads no number of thousands of them.
        return self.largest is not None and length.isdecimal() and (len(length) > 18 or int(length) > self.largest)

    async def __call__(self) -> Message:
        message = await self.receive()
        self.read += len(message.get("body", b""))
        if self.largest is not None and self.read > self.largest:
            raise _too_large()
        return message


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
    if headers.setdefault("cache-control", "private, no-store").startswith("public"):
        for name, value in FOR_EVERY_PAGE.items():
            headers.setdefault(name, value)
    message["headers"] = headers.raw
