"""The route of an agreement as an ODRL policy."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse

from hub.api.files import SHUT_CACHE, VARY, reader_cache
from hub.api.reader import Asker, FrontOffice
from hub.services.odrl import exported

router = APIRouter(tags=["commons"])

LD_JSON = "application/ld+json"


class PolicyAnswer(JSONResponse):
    """A policy in JSON-LD."""

    media_type = LD_JSON


@router.get(
    "/agreements/{agreement_id}/odrl",
    name="agreement_policy",
    response_class=PolicyAnswer,
    response_model=dict[str, Any],
)
def agreement_policy(
    front: FrontOffice,
    reader: Asker,
    agreement_id: Annotated[str, Path(description="Id of the agreement, or id@version.", max_length=200)],
    public: Annotated[bool, Query(description="The public form, even for a party.")] = False,
    remedy: Annotated[bool, Query(description="With the sanction that would come next.")] = False,
) -> PolicyAnswer:
    """An agreement as ODRL 2.2: whole for its parties; for others what is in force, what lacks is named."""
    member = reader.actor.member_id if reader.actor.scopes & {"read", "govern"} else None
    found = exported(front, agreement_id, member=member, public=public, remedy=remedy)
    headers = {"Cache-Control": SHUT_CACHE, "Vary": VARY} if found.whole else dict(reader_cache(reader.is_public))
    return PolicyAnswer(found.document, headers=headers)
