"""A released object as an HTTP answer: strong ETag, 304, Range, and the caches told what they may keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from hub.api.edge import HEAD
from hub.api.present import term_headers
from hub.services.access import Access

#: What is open may be kept by anybody, for minutes: a holder that closes its feed does not wait for long.
OPEN_CACHE: Final = "public, max-age=300"
CURRENT_CACHE: Final = "public, max-age=60"
SHUT_CACHE: Final = "private, no-store"
#: Answers differ by these headers of the request, so a cache keeps them apart.
VARY: Final = "Authorization, Accept, Accept-Language"

_UNDERSTOOD = re.compile(r"bytes=\s*(\d+-\d*|-\d+)(\s*,\s*(\d+-\d*|-\d+))*\s*", re.IGNORECASE)


class ReleasedFile(FileResponse):
    """A file; a Range that is not understood is passed over (RFC 9110, section 14.2), HEAD opens nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        headers = [pair for pair in scope["headers"] if pair[0] != b"range" or _understood(pair[1])]
        method = "HEAD" if scope.get(HEAD) else scope["method"]
        await super().__call__({**scope, "headers": headers, "method": method}, receive, send)


def object_answer(request: Request, access: Access, *, permanent: bool) -> Response:
    """The object of an access that was decided.

    Raises:
        HTTPException: 416 when no byte of the range asked for exists.
    """
    release = access.release
    headers = {
        "ETag": f'"{release.digest}"',
        "Last-Modified": format_datetime(release.created_at, usegmt=True),
        **cache_headers(access, permanent=permanent),
        **term_headers(access),
    }
    if is_known(request, release.digest):
        return Response(status_code=304, headers=headers)
    _must_overlap(request, release.size)
    return ReleasedFile(access.path, headers=headers, media_type=release.media_type, filename=release.file_name)


def cache_headers(access: Access, *, permanent: bool) -> dict[str, str]:
    """Only what is open to everybody may be kept by a cache."""
    kept = OPEN_CACHE if permanent else CURRENT_CACHE
    return {"Cache-Control": kept if access.is_open else SHUT_CACHE, "Vary": VARY}


def is_known(request: Request, tag: str) -> bool:
    """Whether the reader says that it has this very content (If-None-Match, RFC 9110, section 13.1.2)."""
    header = request.headers.get("if-none-match", "")
    known = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in known or f'"{tag}"' in known


def reader_cache(is_public: bool) -> Mapping[str, str]:
    """Headers of answers of the catalogue: the same for all readers without a key, and kept for none with one."""
    return {"Cache-Control": CURRENT_CACHE if is_public else SHUT_CACHE, "Vary": VARY}


def _understood(header: bytes) -> bool:
    return _UNDERSTOOD.fullmatch(header.decode("latin-1").strip()) is not None


def _must_overlap(request: Request, size: int) -> None:
    header = request.headers.get("range", "").strip()
    if not _UNDERSTOOD.fullmatch(header):
        return
    spans = [span.strip().partition("-") for span in header.partition("=")[2].split(",")]
    backwards = any(start and end and int(end) < int(start) for start, _, end in spans)
    outside = any((start and int(start) >= size) or (not start and int(end) == 0) for start, _, end in spans)
    if backwards or outside:
        raise HTTPException(416, "no byte of this range exists", headers={"Content-Range": f"bytes */{size}"})
