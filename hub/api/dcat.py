"""Routes of the catalogue in the shapes of others: mobilityDCAT-AP 1.1.0, DMFR; and feeds by the names of others."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feeds.catalogues import dcat, dmfr
from hub.api.files import CURRENT_CACHE, VARY, is_known, reader_cache
from hub.api.present import API
from hub.api.reader import Asker, FrontOffice
from hub.services import registry_export
from hub.services.superseded import called

router = APIRouter(tags=["feeds"])


def _answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}, "description": "The catalogue."}, 304: {"description": "Known."}}


LED_ON: Final[dict[int | str, dict[str, Any]]] = {308: {"description": "Where the feed is."}}


@router.get("/catalogue.ttl", responses=_answers(dcat.TURTLE), response_class=Response)
def catalogue_turtle(front: FrontOffice, _: Asker, request: Request) -> Response:
    """The open feeds in mobilityDCAT-AP 1.1.0, as Turtle."""
    return _whole(request, dcat.turtle(registry_export.offer(front)), f"{dcat.TURTLE}; charset=utf-8")


@router.get("/catalogue.jsonld", responses=_answers(dcat.JSON_LD), response_class=Response)
def catalogue_json_ld(front: FrontOffice, _: Asker, request: Request) -> Response:
    """The open feeds in mobilityDCAT-AP 1.1.0, as JSON-LD: the same graph as in Turtle."""
    return _whole(request, dcat.json_ld(registry_export.offer(front)), dcat.JSON_LD)


@router.get("/catalogue.dmfr.json", responses=_answers("application/json"), response_class=Response)
def catalogue_dmfr(front: FrontOffice, _: Asker, request: Request) -> Response:
    """The open feeds as a DMFR document: at their source, or here where the source may not be told."""
    return _whole(request, dmfr.write(registry_export.told(front)), "application/json")


@router.get("/ids/{identifier}", responses=LED_ON, status_code=308, response_class=RedirectResponse)
def by_other_id(
    identifier: Annotated[
        str, Path(description="What another catalogue calls a feed: `mdb-1026`, `tdg-81653`, `f-…`.", max_length=200)
    ],
    front: FrontOffice,
    reader: Asker,
) -> Response:
    """The feed that another catalogue calls by this id: leads on to it."""
    slug = called(front, identifier, reader.actor)
    return RedirectResponse(f"{API}/feeds/{slug}", 308, headers=dict(reader_cache(reader.is_public)))


def _whole(request: Request, content: bytes, media_type: str) -> Response:
    # What is open alone is in it, so it is the same for every reader.
    tag = hashlib.sha256(content).hexdigest()
    headers = {"ETag": f'"{tag}"', "Cache-Control": CURRENT_CACHE, "Vary": VARY}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers={**headers, "Content-Type": media_type})
