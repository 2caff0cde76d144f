"""The route of an operator's MDS Requirements: public, as that part of MDS is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse

from governance.canonical import digest
from hub.api.files import reader_cache
from hub.api.reader import Asker, FrontOffice
from hub.services.requirements import requirements

router = APIRouter(tags=["commons"])


class MdsAnswer(JSONResponse):
    """A document of MDS 2.0."""

    media_type = "application/vnd.mds+json;version=2.0"


@router.get(
    "/members/{member_id}/mds/requirements",
    name="mds_requirements",
    response_class=MdsAnswer,
    response_model=dict[str, Any],
)
def mds_requirements(
    front: FrontOffice,
    reader: Asker,
    member_id: Annotated[str, Path(description="Id of the operator.", max_length=120)],
    provider_id: Annotated[
        list[str] | None, Query(description="The operator's id in the public list of MDS providers.", max_length=20)
    ] = None,
) -> MdsAnswer:
    """Which fields the agreements in force ask of an operator, and which it must leave out (MDS 2.0 Requirements)."""
    found = requirements(front, member_id, provider_ids=provider_id or ())
    return MdsAnswer(found, headers={**reader_cache(reader.is_public), "ETag": f'"{digest(found)}"'})
