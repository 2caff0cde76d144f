"""What is live of the feeds, as the routes of GBFS and of GTFS Realtime ask for it: from memory, or decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hub.api.files import SHUT_CACHE
from hub.api.reader import front_of, no_key_in_the_address
from hub.errors import Unauthorised
from hub.services.keys import PUBLIC, Actor, authenticate
from hub.services.live_asking import Asked, Grant, Granted
from hub.services.live_shelf import Shelf
from hub.services.realtime_reading import Board

T = TypeVar("T", bound=Granted)
R = TypeVar("R")

#: A cache keeps what is open no longer than this, however long its operator says that it holds: whoever closes a
#: feed does not wait for a day.
_LONGEST_S: Final = 300
_BEARER: Final = "bearer "


@dataclass(slots=True)
class AtHand:
    """What this application keeps in memory, and what several who ask at this moment wait for together."""

    shelf: Shelf
    board: Board
    pending: dict[Hashable, asyncio.Task[Any]] = field(default_factory=dict)


def at_hand(request: Request) -> AtHand:
    """What the application that answers has at hand."""
    state: Any = request.app.state
    if not hasattr(state, "at_hand"):
        front = front_of(request)
        state.at_hand = AtHand(Shelf(front), Board(front))
    kept: AtHand = state.at_hand
    return kept


async def asked(request: Request, feeds: Asked[T], slug: str) -> T:
    """What this reader is answered from. Of an open feed it is the same for all, whatever key they send.

    Raises:
        KeyInAddress: a key in the address.
        Unauthorised: the feed is not open, and a key that opens nothing was sent.
        NotFound, Refused: as `Asked.for_reader`.
    """
    if request.scope["query_string"]:
        no_key_in_the_address(request)
    found = feeds.at_hand(slug)
    if found is None:
        found = await once(request, (type(feeds), slug), partial(feeds.for_everybody, slug))
    if found is None:
        actor = await run_in_threadpool(_actor, request)
        found = await run_in_threadpool(feeds.for_reader, slug, actor, request.query_params.get("purpose"))
    return found


async def once(request: Request, key: Hashable, work: Callable[[], R]) -> R:
    """However many ask for the same at this moment, it is done once for them all, in a thread."""
    pending = at_hand(request).pending
    task = pending.get(key)
    if task is None:
        pending[key] = task = asyncio.ensure_future(run_in_threadpool(work))
        task.add_done_callback(lambda _: pending.pop(key, None))
    return cast("R", await asyncio.shield(task))


def cache_of(grant: Grant, left_s: int) -> str:
    """What caches may keep: what is open, for what is left of it."""
    return f"public, max-age={min(left_s, _LONGEST_S)}" if grant.is_public else SHUT_CACHE


def _actor(request: Request) -> Actor:
    header = request.headers.get("authorization")
    if header is None:
        return PUBLIC
    if not header.lower().startswith(_BEARER):
        raise Unauthorised("only keys are understood here: Authorization: Bearer mch_…")
    return authenticate(front_of(request), header[len(_BEARER) :].strip())
