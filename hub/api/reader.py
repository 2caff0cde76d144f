"""Who asks, through which door: what every route is handed before it calls a service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from hub.api.language import Language, language_of
from hub.api.problems import KeyInAddress
from hub.errors import Unauthorised
from hub.services.front import Front
from hub.services.keys import PUBLIC, Actor, authenticate

_bearer = HTTPBearer(
    auto_error=False, description="A member's key: `Authorization: Bearer mch_…`. Not needed for what is open."
)
_KEY_NAMES: Final = frozenset({"key", "api_key", "apikey", "token", "access_token", "authorization"})

Purpose = Annotated[
    str | None,
    Query(
        description="What it is used for: a purpose of the register (see /commons). Not needed for what is open.",
        max_length=80,
        pattern="^[a-z0-9-]+$",
    ),
]


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: the member or the public, and the language it prefers."""

    actor: Actor
    language: Language

    @property
    def is_public(self) -> bool:
        """Whether the answer is the same for everybody, so that caches may keep it."""
        return self.actor.member_id is None


def front_of(request: Request) -> Front:
    """The front office of the application that answers."""
    front: Front = request.app.state.front
    return front


def no_key_in_the_address(request: Request) -> None:
    """Refuse a key that was sent where logs keep it.

    Raises:
        KeyInAddress: there is one.
    """
    for name, value in request.query_params.multi_items():
        if name.lower() in _KEY_NAMES or "mch_" in value:
            raise KeyInAddress("a key was sent in the address; it belongs in the header Authorization")


def actor_of(
    request: Request,
    front: Annotated[Front, Depends(front_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Actor:
    """The member whose key was sent; the public without one.

    Raises:
        KeyInAddress: a key in the address.
        Unauthorised: a key that opens nothing, or another kind of credential.
    """
    no_key_in_the_address(request)
    if credentials is not None:
        return authenticate(front, credentials.credentials)
    if "authorization" in request.headers:
        raise Unauthorised("only keys are understood here: Authorization: Bearer mch_…")
    return PUBLIC


def reader_of(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Reader:
    """The reader of an answer of the API, in English unless another language is asked for."""
    return Reader(actor, language_of(request))


FrontOffice = Annotated[Front, Depends(front_of)]
Asker = Annotated[Reader, Depends(reader_of)]
