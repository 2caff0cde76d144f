"""The pages over all feeds that a reader may see: how good each is, what is wrong, what happened."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from hub.api.files import reader_cache
from hub.api.language import Language, language_of
from hub.api.language import said as said_in
from hub.api.paging import Cursor, place
from hub.api.paging import cursor as cursor_at
from hub.api.reader import Asker, FrontOffice
from hub.errors import Conflict
from hub.services import catalogue, incidents, noticed, overview
from hub.services.commons import current_world
from hub.services.overview import State
from hub.web.details import lasted
from hub.web.drawing import page, with_parameters
from hub.web.quality_view import KINDS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ROWS: Final = 100


class Order(enum.StrEnum):
    """By what the feeds are sorted: by name, or what needs a look first."""

    FEED = "feed"
    FRESHNESS = "freshness"
    AVAILABILITY = "availability"
    COMPLIANCE = "compliance"
    INCIDENTS = "incidents"


@router.get("/quality")
def quality_page(
    request: Request, front: FrontOffice, reader: Asker, sort: Order = Order.FEED, cursor: Cursor = None
) -> HTMLResponse:
    """How good each feed is today."""
    if (empty := _empty(request, front, "nav.quality")) is not None:
        return empty
    language = language_of(request, default="fr")
    listed = _sorted(overview.states(front, reader.actor), sort, language)
    start = place(cursor) or 0
    shown = listed[start : start + _ROWS]
    overview.looked_at(front, [one.entry.slug for one in shown if not one.entry.is_open], reader.actor)
    return page(
        request,
        "quality.html",
        headers=dict(reader_cache(reader.is_public)),
        states=shown,
        total=len(listed),
        kinds=KINDS,
        sort=sort.value,
        sorted_by=lambda order: with_parameters(request, sort=order, cursor=None),
        wrong=lambda one: ", ".join(said_in(incidents.sentence(check), language) for check in one.failing),
        following=_following(request, start + _ROWS if len(listed) > start + _ROWS else None),
    )


def _sorted(states: Iterable[State], sort: Order, language: Language) -> list[State]:
    """By title; or what is worst first, and what cannot be told last."""
    by_name = sorted(states, key=lambda one: (said_in(one.entry.title, language).casefold(), one.entry.slug))
    if sort is Order.FEED:
        return by_name
    if sort is Order.INCIDENTS:
        return sorted(by_name, key=lambda one: -one.open_incidents)
    return sorted(by_name, key=lambda one: _lowest_first(one.scores.get(sort.value)))


def _lowest_first(score: int | None) -> tuple[bool, int]:
    return score is None, score or 0


@router.get("/incidents")
def incidents_page(request: Request, front: FrontOffice, reader: Asker, cursor: Cursor = None) -> HTMLResponse:
    """What is wrong with any feed, and what was."""
    if (empty := _empty(request, front, "nav.incidents")) is not None:
        return empty
    start = place(cursor) or 0
    found = overview.incidents(front, reader.actor, most=_ROWS + 1, after=start)
    return page(
        request,
        "incidents.html",
        headers=dict(reader_cache(reader.is_public)),
        told=found[:_ROWS],
        entries={one.slug: one for one in catalogue.entries(front, current_world(front))},
        says=incidents.sentence,
        lasted=lasted,
        members=current_world(front).members,
        following=_following(request, start + _ROWS if len(found) > _ROWS else None),
    )


@router.get("/notices")
def notices_page(request: Request, front: FrontOffice, reader: Asker, cursor: Cursor = None) -> HTMLResponse:
    """What happened to the feeds."""
    if (empty := _empty(request, front, "nav.notices")) is not None:
        return empty
    start = place(cursor) or 0
    found = noticed.of_all(front, reader.actor, most=_ROWS + 1, after=start)
    return page(
        request,
        "notices.html",
        headers=dict(reader_cache(reader.is_public)),
        notices=found[:_ROWS],
        following=_following(request, start + _ROWS if len(found) > _ROWS else None),
    )


def _following(request: Request, start: int | None) -> str:
    return "" if start is None else with_parameters(request, cursor=cursor_at(start))


def _empty(request: Request, front: FrontOffice, title: str) -> HTMLResponse | None:
    """The page of a hub in which nothing was loaded yet: it says what to do first."""
    try:
        current_world(front)
    except Conflict:
        return page(request, "empty.html", title=title, empty="catalogue.empty")
    return None
