"""The pages' routes, the style sheet, and the reference of the API as a page that loads nothing."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.api.files import is_known
from hub.api.present import API
from hub.web import commons_pages, feed_pages, pages, watch_pages
from hub.web.drawing import page

STYLE: Final = resources.files("hub.web").joinpath("static/style.css").read_bytes()
_STYLE_TAG: Final = hashlib.sha256(STYLE).hexdigest()

router = APIRouter(include_in_schema=False)


def add_pages(app: FastAPI) -> None:
    """Give the application its pages."""
    for part in (router, pages.router, feed_pages.router, watch_pages.router, commons_pages.router):
        app.include_router(part)


@router.get("/static/style.css")
def style(request: Request) -> Response:
    """The style sheet."""
    headers = {"ETag": f'"{_STYLE_TAG}"', "Cache-Control": "public, max-age=3600"}
    if is_known(request, _STYLE_TAG):
        return Response(status_code=304, headers=headers)
    return Response(STYLE, media_type="text/css", headers=headers)


@router.get(f"{API}/docs")
def reference(request: Request) -> HTMLResponse:
    """The reference of the API, drawn from its own description."""
    schema: dict[str, Any] = request.app.openapi()
    return page(
        request,
        "reference.html",
        headers={"Cache-Control": "public, max-age=300"},
        schema=schema,
        groups=_groups(schema),
    )


def _groups(schema: dict[str, Any]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The operations by tag, in the order of the tags."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {tag["name"]: [] for tag in schema["tags"]}
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            found[operation["tags"][0]].append((path, operation))
    return found
