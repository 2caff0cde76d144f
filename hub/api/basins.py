"""Routes of territories: their open timetables as one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.catalogue import FILE
from hub.api.files import object_answer
from hub.api.reader import Asker, FrontOffice
from hub.services.basins import open_basin

router = APIRouter(tags=["feeds"])

Territory = Annotated[
    str, Path(pattern=r"^[^\x00-\x1f/]{1,80}$", description="A territory, as the feeds of the commons name theirs.")
]


@router.get("/basins/{territory}/gtfs.zip", responses=FILE, response_class=Response, name="basin_gtfs")
def merged_gtfs(territory: Territory, front: FrontOffice, reader: Asker, request: Request) -> Response:
    """All open timetables of a territory as one GTFS, every id after its feed's name and a colon.

    Each feed in it is decided as if it were read itself. `Commons-Licence` names the licences of all. Range and
    conditional requests work.
    """
    return object_answer(request, open_basin(front, territory, actor=reader.actor), permanent=False)
