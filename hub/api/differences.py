"""The route of differences: what a version changed, as it was published with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.catalogue import FILE, Number, Slug
from hub.api.files import object_answer
from hub.api.reader import Asker, FrontOffice, Purpose
from hub.errors import NotFound
from hub.services import catalogue
from hub.services.access import open_release

router = APIRouter(tags=["feeds"])

#: The part that `hub.services.differences` makes.
_PART = "difference"


@router.get("/feeds/{slug}/versions/{number}/diff/{other}", responses=FILE, response_class=Response)
def difference(
    slug: Slug,
    number: Number,
    other: Annotated[int, Path(description="The version that came next.", ge=1, le=2**31 - 1)],
    front: FrontOffice,
    reader: Asker,
    request: Request,
    purpose: Purpose = None,
) -> Response:
    """What the next version of a timetable or a GBFS system changed: a GTFS Diff document, with its meaning in French
    and English.

    Differences are published from each version to the next.
    """
    release = catalogue.file_of(front, slug, _PART, actor=reader.actor, number=other)
    if other != number + 1:
        raise NotFound(f"differences are published from each version to the next: {other - 1} to {other}")
    access = open_release(front, release.id, actor=reader.actor, purpose=purpose)
    return object_answer(request, access, permanent=True)
