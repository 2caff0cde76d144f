"""GBFS systems published again, in 2.3 and 3.0: thin answers from memory, a thousand a second and more.

These routes stand beside the framework's own: nothing is parsed, checked or drawn that is the same for each reader.
"""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from feeds.gbfs.conversion.publication import PUBLISHED
from hub.api.live import asked, at_hand, cache_of
from hub.api.present import API
from hub.api.reader import front_of, no_key_in_the_address
from hub.errors import FetchError, NotFound
from hub.services.live_shelf import MANIFEST_TTL_S
from hub.services.live_shown import Ready, Shown, made_ready

#: When to come again for a system whose operator was not asked yet.
_FIRST_S: Final = "30"


def add_to(app: FastAPI) -> None:
    """Add the routes, before all others: they are matched one after the other."""
    system = f"{API}/gbfs/{{slug}}/{{version}}"
    app.router.routes += [
        Route(f"{API}/gbfs/manifest.json", _Manifest(), methods=["GET"], name="gbfs_manifest"),
        Route(f"{API}/gbfs/{{slug}}/{{file}}.json", _File(), methods=["GET"], name="gbfs_losses"),
        Route(f"{system}/{{file}}.json", _File(), methods=["GET"], name="gbfs_file"),
        Route(f"{system}/{{language}}/{{file}}.json", _File(), methods=["GET"], name="gbfs_file_in_language"),
    ]


class _Manifest:
    """``GET /gbfs/manifest.json``: all open systems."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        request = Request(scope, receive)
        no_key_in_the_address(request)
        held = await run_in_threadpool(at_hand(request).shelf.manifest)
        gzip = _takes_gzip(request.headers)
        ready = made_ready(held, MANIFEST_TTL_S, gzip=gzip)
        await _send(request, send, ready, gzip=gzip, cache=f"public, max-age={MANIFEST_TTL_S}", licence="")


class _File:
    """``GET /gbfs/{slug}/{version}/{file}.json``: one file of one system; ``losses.json`` is for both versions."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        request = Request(scope, receive)
        shown = await asked(request, at_hand(request).shelf, scope["path_params"]["slug"])
        gzip = _takes_gzip(request.headers)
        ready = _ready(request, shown, gzip=gzip)
        cache = cache_of(shown.grant, ready.left_s)
        await _send(request, send, ready, gzip=gzip, cache=cache, licence=shown.grant.licence)


def _ready(request: Request, shown: Shown, *, gzip: bool) -> Ready:
    """The file that is asked for.

    Raises:
        HTTPException: 503 before the operator was first asked.
        NotFound: the system declares no such file in this version.
        FetchError: it declares it, and gave none that could be published.
    """
    named = request.path_params
    address = "/".join(named[part] for part in ("version", "language", "file") if part in named)
    if shown.loaded is None:
        raise HTTPException(503, f"{shown.grant.slug} was not read yet: come again", headers={"Retry-After": _FIRST_S})
    ready = shown.file(address, at=front_of(request).clock(), gzip=gzip)
    if ready is not None:
        return ready
    if (why := shown.missing(address)) is not None:
        raise FetchError(f"{shown.grant.slug} declares {address}, and there is none to give: {_WHY[why]}")
    if named.get("version", PUBLISHED[0]) not in PUBLISHED:
        raise NotFound(f"GBFS {named['version']} is not published; there are {' and '.join(PUBLISHED)}")
    raise NotFound(f"{shown.grant.slug} declares no {address}")


#: Why a declared file is not there.
_WHY: Final = {
    "not_received": "its operator's server gave no good answer",
    "file_left_out": "what its operator gave lacks what this version requires",
}


def _takes_gzip(headers: Headers) -> bool:
    """Whether gzip is asked for (RFC 9110, section 12.5.3): named, and not with a weight of zero."""
    for part in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _known(headers: Headers, ready: Ready) -> str | None:
    """The reader's own tag where it has this snapshot already, at whatever second it took it: only ``ttl`` differs,
    and ``Cache-Control`` tells what is left (If-None-Match, RFC 9110, section 13.1.2).
    """
    for part in headers.get("if-none-match", "").split(","):
        tag = part.strip().removeprefix("W/")
        if tag == "*":
            return ready.tag
        if tag.startswith(f'"{ready.stem}-') and tag.endswith('"'):
            return tag
    return None


async def _send(request: Request, send: Send, ready: Ready, *, gzip: bool, cache: str, licence: str) -> None:
    tag = _known(request.headers, ready)
    headers = [
        (b"etag", (tag or ready.tag).encode()),
        (b"cache-control", cache.encode()),
        (b"vary", b"Accept-Encoding, Authorization"),
    ]
    if licence:
        headers.append((b"commons-licence", licence.encode("latin-1", "replace")))
    body = b""
    if tag is None:
        body = ready.body
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        headers += [(b"content-encoding", b"gzip")] if gzip else []
    await send({"type": "http.response.start", "status": 304 if tag else 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
