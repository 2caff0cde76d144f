"""Superseded slugs lead on: one place for the API and the pages, whatever lies below a feed's address."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.api.files import CURRENT_CACHE, VARY
from hub.api.present import API
from hub.api.problems import KeyInAddress
from hub.api.reader import no_key_in_the_address
from hub.services.front import Front
from hub.services.superseded import Leads, leading_on

#: For how long it is not asked again which slugs lead on, in seconds.
FRESH_S: Final = 1.0
_FEED: Final = re.compile(
    rf"(?P<door>(({re.escape(API)})?/feeds|{re.escape(API)}/gbfs)/)(?P<slug>[a-z0-9][a-z0-9-]{{0,79}})(?P<rest>/.*)?"
)
#: While the commons' documents hold the old slug too, versions kept under it stay at their permanent addresses.
_KEPT: Final = re.compile(r"/versions/[^/]+(/.*)?")


@dataclass(frozen=True, slots=True)
class _Known:
    """What one front office said, and when."""

    front: Front
    at_s: float
    steps: Mapping[str, Leads]


class Superseded:
    """Answers 308 for addresses below a superseded slug, and hands everything else on."""

    def __init__(self, app: ASGIApp, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self.app, self.now_s = app, now_s
        self.known: _Known | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = _FEED.fullmatch(scope["path"]) if scope["type"] == "http" else None
        leads = await self._successor(scope, found["slug"]) if found else None
        if found is None or leads is None or _stays(leads, found["rest"] or "") or _holds_key(scope):
            await self.app(scope, receive, send)
            return
        place = quote(f"{found['door']}{leads.slug}{found['rest'] or ''}")
        query = scope["query_string"].decode("latin-1")
        headers = {"Cache-Control": CURRENT_CACHE, "Vary": VARY}
        await RedirectResponse(f"{place}?{query}" if query else place, 308, headers)(scope, receive, send)

    async def _successor(self, scope: Scope, slug: str) -> Leads | None:
        front: Front = scope["app"].state.front
        known, now_s = self.known, self.now_s()
        if known is None or known.front is not front or now_s - known.at_s > FRESH_S:
            known = self.known = _Known(front, now_s, await run_in_threadpool(leading_on, front))
        return known.steps.get(slug)


def _stays(leads: Leads, rest: str) -> bool:
    # Whether such a version was kept is not asked here: of a sealed feed the answer would tell its number.
    return leads.is_dataset and _KEPT.fullmatch(rest) is not None


def _holds_key(scope: Scope) -> bool:
    # Refused by whom it was sent to; never repeated in an answer.
    try:
        no_key_in_the_address(Request(scope))
    except KeyInAddress:
        return True
    return False
