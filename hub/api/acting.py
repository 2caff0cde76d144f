"""Who acts through the API: the member behind a key that may govern, and which revision it saw before it acted."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header
from starlette.responses import Response

from governance.canonical import LARGEST_INTEGER
from governance.verdicts import denied
from hub.api.files import SHUT_CACHE, VARY
from hub.api.reader import FrontOffice, actor_of
from hub.errors import BadRequest, Refused
from hub.services.commons import current_world
from hub.services.keys import Actor
from hub.services.turn import told


def acting_member(front: FrontOffice, actor: Annotated[Actor, Depends(actor_of)]) -> str:
    """The active member whose key may govern.

    Raises:
        Refused: no key, a key without that scope, or a member that is not active.
    """
    member = current_world(front).members.get(actor.member_id or "")
    if member is None:
        verdict = denied("actor.anonymous", "member")
    elif not member.active:
        verdict = denied("actor.inactive", "status", actor=member.id)
    elif "govern" not in actor.scopes:
        verdict = denied("actor.scope", "scope", scope="govern")
    else:
        return member.id
    raise Refused(verdict.reason.en, [told(verdict)])


def reading_member(actor: Annotated[Actor, Depends(actor_of)]) -> str:
    """The member whose key reads; what it may see is for the service to say.

    Raises:
        Refused: no key, or one that may not read.
    """
    if actor.member_id is not None and actor.scopes & {"read", "govern"}:
        return actor.member_id
    anonymous = actor.member_id is None
    verdict = denied("actor.anonymous", "member") if anonymous else denied("actor.scope", "scope", scope="read")
    raise Refused(verdict.reason.en, [told(verdict)])


def seen_revision(
    if_match: Annotated[
        str | None,
        Header(description='The ETag that you saw, such as `"7"`: refused with 409 if it has changed since.'),
    ] = None,
) -> int | None:
    """The revision that the actor saw.

    Raises:
        BadRequest: the header is no ETag of ours.
    """
    if if_match is None:
        return None
    text = if_match.strip().strip('"')
    # No revision has more digits, and Python reads no number of thousands of them.
    if not text.isdecimal() or len(text) > len(str(LARGEST_INTEGER)):
        raise BadRequest('If-Match takes the ETag of an answer, such as "7"')
    return int(text)


def private(response: Response, *, revision: int | None = None) -> None:
    """Mark an answer as one reader's own, and say which revision it shows."""
    response.headers.update({"Cache-Control": SHUT_CACHE, "Vary": VARY})
    if revision is not None:
        response.headers["ETag"] = f'"{revision}"'


ActingMember = Annotated[str, Depends(acting_member)]
ReadingMember = Annotated[str, Depends(reading_member)]
SeenRevision = Annotated[int | None, Depends(seen_revision)]
