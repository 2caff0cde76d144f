"""Routes of GTFS Realtime: a feed's newest message, as it came, and as JSON for people who look into it."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.api.catalogue import Slug
from hub.api.files import VARY, is_known
from hub.api.live import asked, at_hand, cache_of, once
from hub.api.present import API
from hub.api.reader import Purpose, front_of
from hub.services.front import Front
from hub.services.live_asking import Grant
from hub.services.realtime_reading import Served

router = APIRouter(tags=["feeds"])

PROTOBUF: Final = "application/x-protobuf"
_JSON: Final = "application/json"
#: A key is looked at where the feed is not open, and not before.
KEYED: Final[dict[str, Any]] = {"security": [{"HTTPBearer": []}]}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Known."},
    404: {"description": "No such feed, or none of GTFS Realtime."},
    502: {"description": "The feed is declared, and no good message of it was ever got."},
}
MESSAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {PROTOBUF: {}}, "description": "A FeedMessage, byte for byte as its publisher sent it."},
    **_ANSWERS,
}
DOCUMENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {_JSON: {}}, "description": "The same message as JSON, names as in the reference."},
    **_ANSWERS,
}


@router.get("/feeds/{slug}/realtime", responses=MESSAGE, response_class=Response, openapi_extra=KEYED)
async def realtime(slug: Slug, request: Request, purpose: Purpose = None) -> Response:
    """The newest message of a GTFS Realtime feed. The headers name the version of the schedule that it was judged
    against (`Hub-Schedule-Version`, and `Link` with `rel="describedby"`).
    """
    newest = await asked(request, at_hand(request).board, slug)
    served = newest.message()
    opened = served.opened
    headers = _headers(request, newest.grant, served, opened.digest)
    if is_known(request, opened.digest):
        return Response(status_code=304, headers=headers)
    return Response(opened.content, headers=headers, media_type=PROTOBUF)


@router.get("/feeds/{slug}/realtime.json", responses=DOCUMENT, response_class=Response, openapi_extra=KEYED)
async def realtime_json(slug: Slug, request: Request, purpose: Purpose = None) -> Response:
    """The same message as JSON, to look into it. Programs read the binary one."""
    newest = await asked(request, at_hand(request).board, slug)
    served = newest.message()
    loaded, tag = served.loaded, f"{served.opened.digest}-json"
    headers = _headers(request, newest.grant, served, tag)
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    content = loaded.json if loaded.json is not None else await once(request, tag, loaded.as_json)
    return Response(content, headers=headers, media_type=_JSON)


def _headers(request: Request, grant: Grant, served: Served, tag: str) -> dict[str, str]:
    front = front_of(request)
    return {
        "ETag": f'"{tag}"',
        "Last-Modified": format_datetime(served.made_at, usegmt=True),
        "Cache-Control": cache_of(grant, served.left_s(front.clock())),
        "Vary": VARY,
        "Hub-Verdict": served.verdict,
        **_schedule(front, served),
        **_terms(grant),
    }


def _schedule(front: Front, served: Served) -> dict[str, str]:
    """Which timetable the message speaks of."""
    if served.against is None:
        return {}
    version = f"{front.public_url}{API}/feeds/{served.against.slug}/versions/{served.against.version}"
    return {
        "Link": f'<{version}/files/archive>; rel="describedby"',
        "Hub-Schedule": served.against.slug,
        "Hub-Schedule-Version": str(served.against.version),
    }


def _terms(grant: Grant) -> dict[str, str]:
    """The conditions, as `hub.api.present.term_headers` gives them; what caches may keep names no single access."""
    licence = {"Commons-Licence": grant.licence} if grant.licence else {}
    if grant.decided is None:
        return licence
    return {
        "Commons-Decision": grant.decided.id,
        "Commons-Purpose": grant.purpose,
        "Commons-Agreements": ", ".join(sorted(grant.decided.permit.grants.values())),
        "Commons-Conditions": "do-not-reidentify",
        **licence,
    }
