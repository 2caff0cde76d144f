"""Pages of a list: an opaque cursor in the address, and the links of RFC 8288 in the header."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from hub.errors import BadRequest
from hub.services.front import Front

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(description="Where to go on: taken from the link to the next page.", max_length=80)
]


def cursor(place: int) -> str:
    """A cursor for a place in a list. It is opaque so that nobody builds one."""
    return base64.urlsafe_b64encode(f"p{place}".encode()).decode().rstrip("=")


def place(text: str | None) -> int | None:
    """The place of a cursor; None where none was given.

    Raises:
        BadRequest: it is none of ours.
    """
    if text is None:
        return None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        plain = ""
    # `isdecimal` takes digits of other scripts too, so the whole must be ASCII.
    if not plain.startswith("p") or not plain.isascii() or not plain[1:].isdecimal() or len(plain) > 16:
        raise BadRequest("this cursor is not one of ours; begin without one")
    return int(plain[1:])


def link_next(request: Request, response: Response, place_of_next: int | None) -> str | None:
    """Put the link to the next page in the header, and answer with it; nothing where there is none."""
    if place_of_next is None:
        return None
    front: Front = request.app.state.front
    url = request.url.include_query_params(cursor=cursor(place_of_next))
    address = f"{front.public_url}{url.path}?{url.query}"
    response.headers.append("Link", f'<{address}>; rel="next"')
    return address
