"""The web door: the API and the pages in one application. It is handed a front office, which has no vault."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from hub.api import (
    access_requests,
    atom,
    basins,
    catalogue,
    commons,
    cubes,
    dcat,
    differences,
    disputes,
    extracts,
    gbfs,
    home,
    hooks,
    log,
    mds,
    members,
    negotiation,
    odrl,
    quality,
    realtime,
    registers,
    releases,
    sanctions,
    statistics,
    votes,
)
from hub.api.edge import LARGEST_BODY_BYTES, Edge
from hub.api.present import API
from hub.api.problems import MEDIA_TYPE, install
from hub.api.superseded import Superseded
from hub.services.front import Front
from hub.web.app import add_pages
from hub.web.errors import draw_problem

DESCRIPTION: Final = (
    "Open mobility feeds with their history, checks and statistics; joint statistics of several operators under the "
    "agreements in force. What is open needs no key; each access to what was negotiated is decided and written in the "
    "audit. Names are snake_case, instants ISO 8601 in UTC, days those of the basin. Errors are problem documents "
    "(RFC 9457) whose `type` is a page."
)
TAGS: Final = [
    {"name": "start", "description": "What is here."},
    {"name": "feeds", "description": "The catalogue: feeds, versions, findings, files."},
    {"name": "statistics", "description": "What is computed, and its rows."},
    {"name": "releases", "description": "Joint statistics, each for one audience."},
    {"name": "extracts", "description": "Records of one holder, prepared for one member."},
    {"name": "requests", "description": "Requests for access, and what each holder decided."},
    {"name": "commons", "description": "Members, rules, agreements, audit."},
    {"name": "agreements", "description": "Agreements as their parties negotiate, sign, suspend and end them."},
    {"name": "members", "description": "Members and candidates, the charter, the mandate."},
    {"name": "votes", "description": "The voted rules, and the proposals to change them."},
    {"name": "log", "description": "Decisions and acts: checkpoints, proofs, witnesses, one's own entries."},
    {"name": "sanctions", "description": "Cases against members: hearing, steps of the ladder, decay."},
    {"name": "disputes", "description": "Disputes between members, and how they ended."},
    {"name": "notices", "description": "What happens to feeds: Atom, webhooks, e-mail."},
    {"name": "registers", "description": "What the commons tells of itself, signed; who gives and who uses."},
]
_PROBLEM: Final = {
    "description": "A problem document (RFC 9457).",
    "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
}
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {"4XX": _PROBLEM, "5XX": _PROBLEM}


def create_app(front: Front) -> FastAPI:
    """The application that answers readers: ``/api/v1`` for programs, everything else for people."""
    app = described_app()
    app.state.front = front
    return app


#: Each has a router of its own, in the order in which addresses are matched.
_PARTS: Final = (
    home,
    catalogue,
    realtime,
    differences,
    dcat,
    statistics,
    releases,
    cubes,
    extracts,
    commons,
    negotiation,
    log,
    access_requests,
    members,
    votes,
    odrl,
    mds,
    sanctions,
    disputes,
    registers,
    hooks,
    atom,
    basins,
    quality,
)


def described_app() -> FastAPI:
    """The application with all its routes, and no front office yet: enough to describe it."""
    app = FastAPI(
        title="Mobility data-commons hub",
        version=home.VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=RESPONSES,
        generate_unique_id_function=lambda route: route.name,
    )
    install(app, draw=draw_problem)
    gbfs.add_to(app)  # first: its answers are the most
    for part in _PARTS:
        app.include_router(part.router, prefix=API)
    add_pages(app)
    app.add_middleware(Superseded)
    app.add_middleware(Edge, largest_body=LARGEST_BODY_BYTES)
    return app
