"""Routes of GTFS Realtime: a feed's newest message, as it came, and as JSON for people who look into it."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.api.catalogue import Slug
from hub.api.files import SHUT_CACHE, VARY, is_known
from hub.api.present import API
from hub.api.reader import Asker, FrontOffice, Purpose
from hub.services.front import Front
from hub.services.realtime_reading import Served, as_json, open_message

router = APIRouter(tags=["feeds"])

PROTOBUF: Final = "application/x-protobuf"
_JSON: Final = "application/json"
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


@router.get("/feeds/{slug}/realtime", responses=MESSAGE, response_class=Response)
def realtime(slug: Slug, front: FrontOffice, reader: Asker, request: Request, purpose: Purpose = None) -> Response:
    """The newest message of a GTFS Realtime feed. The headers name the version of the schedule that it was judged
    against (`Hub-Schedule-Version`, and `Link` with `rel="describedby"`).
    """
    served = open_message(front, slug, actor=reader.actor, purpose=purpose)
    return _answer(request, front, served, served.digest, PROTOBUF, lambda: served.content)


@router.get("/feeds/{slug}/realtime.json", responses=DOCUMENT, response_class=Response)
def realtime_json(slug: Slug, front: FrontOffice, reader: Asker, request: Request, purpose: Purpose = None) -> Response:
    """The same message as JSON, to look into it. Programs read the binary one."""
    served = open_message(front, slug, actor=reader.actor, purpose=purpose)
    return _answer(request, front, served, f"{served.digest}-json", _JSON, lambda: as_json(served))


def _answer(
    request: Request, front: Front, served: Served, tag: str, media_type: str, content: Callable[[], bytes]
) -> Response:
    headers = {
        "ETag": f'"{tag}"',
        "Last-Modified": format_datetime(served.made_at, usegmt=True),
        "Cache-Control": f"public, max-age={int(served.fresh_s)}" if served.is_open else SHUT_CACHE,
        "Vary": VARY,
        "Hub-Verdict": served.verdict,
        **_schedule(front, served),
        **_terms(served),
    }
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content(), headers=headers, media_type=media_type)


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


def _terms(served: Served) -> dict[str, str]:
    """The conditions, as `hub.api.present.term_headers` gives them; what caches may keep names no single access."""
    licence = {"Commons-Licence": served.licence} if served.licence else {}
    if served.is_open:
        return licence
    return {
        "Commons-Decision": served.decision,
        "Commons-Purpose": served.purpose,
        "Commons-Agreements": ", ".join(sorted(served.permit.grants.values())),
        "Commons-Conditions": "do-not-reidentify",
        **licence,
    }
