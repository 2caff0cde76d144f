"""The pages of the catalogue and of statistics: ask a service, draw a template."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from feeds.statistics import Statistic
from governance.bilingual import Sentence
from hub.api.catalogue import Slug
from hub.api.files import cache_headers, reader_cache
from hub.api.language import language_of
from hub.api.paging import Cursor, place
from hub.api.paging import cursor as cursor_at
from hub.api.reader import Asker, FrontOffice
from hub.api.statistics import StatisticId
from hub.errors import Conflict
from hub.services import catalogue
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.statistics import (
    PATTERN,
    Opened,
    Wish,
    days,
    definition,
    definitions,
    names,
    open_statistic,
    rows,
    usual_day,
)
from hub.web.drawing import page, with_parameters
from hub.web.tabling import view

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ROWS: Final = 100
#: The measure that a statistic's page sorts and draws by, where it is not the first.
_MEASURE: Final = {"gbfs.station_availability": "share_empty", "gbfs.station_hour": "share_empty"}


@router.get("/")
def front_page(request: Request, front: FrontOffice, reader: Asker) -> HTMLResponse:
    """The catalogue."""
    try:
        world = current_world(front)
    except Conflict:  # nothing was loaded yet: the page says what to do first
        return page(request, "empty.html", title="nav.catalogue", empty="catalogue.empty")
    listed = catalogue.entries(front, world)
    newest = catalogue.newest(front, listed)
    headers = dict(reader_cache(reader.is_public))
    return page(request, "catalogue.html", headers=headers, entries=listed, newest=newest, basin=world.basin)


@router.get("/statistics")
def statistics_page(request: Request, reader: Asker) -> HTMLResponse:
    """Every statistic with its formula."""
    listed = [(one, _title(one)) for one in definitions().values()]
    return page(request, "statistics.html", headers=dict(reader_cache(reader.is_public)), statistics=listed)


@router.get("/statistics/{name}")
def statistic_page(name: StatisticId, request: Request, reader: Asker) -> HTMLResponse:
    """One statistic with its SQL text."""
    one = definition(name)
    headers = dict(reader_cache(reader.is_public))
    return page(request, "statistic.html", headers=headers, statistic=one, title=_title(one))


@router.get("/feeds/{slug}/statistics/{name}")
def rows_page(
    *,
    slug: Slug,
    name: StatisticId,
    request: Request,
    front: FrontOffice,
    reader: Asker,
    date: Annotated[str, Query(max_length=10)] = "",
    only: Annotated[str, Query(max_length=200)] = "",
    cursor: Cursor = None,
) -> HTMLResponse:
    """Rows of a statistic for a service day, with a chart of the first ones."""
    opened = open_statistic(front, slug, name, actor=reader.actor)
    covered = days(opened)
    day = _day(front, date, covered, usual_day(opened))
    only = only.strip()
    wish = _wish(opened, day=day, only=only, offset=place(cursor) or 0)
    found = rows(opened, wish)
    language = language_of(request, default="fr")
    return page(
        request,
        "rows.html",
        headers=cache_headers(opened.access, permanent=False),
        entry=catalogue.entry(front, slug),
        statistic=opened.statistic,
        title=_title(opened.statistic),
        table=view(found, units=opened.statistic.unit, language=language, measure=wish.order[0], names=names(opened)),
        found=found,
        covered=covered,
        day=day,
        only=only,
        filtered=_filtered(opened.statistic),
        version=opened.access.release.version.number if opened.access.release.version else None,
        following=with_parameters(request, cursor=cursor_at(found.following)) if found.following else "",
        base=front.public_url,
    )


def _wish(opened: Opened, *, day: dt.date | None, only: str, offset: int) -> Wish:
    statistic = opened.statistic
    measure = _MEASURE.get(statistic.id, next(iter(statistic.unit)))
    equal = {_filtered(statistic): only} if only else {}
    return Wish(day, equal, (measure,), descending=True, offset=offset, limit=_ROWS)


def _filtered(statistic: Statistic) -> str:
    """The dimension that the page's filter is about: the first that is no calendar."""
    return next(name for name in statistic.dimensions if name != PATTERN)


def _day(front: Front, asked: str, covered: list[str], usual: dt.date | None) -> dt.date | None:
    """The day asked for, else today where it is covered, else a usual weekday; none without a calendar."""
    if not covered:
        return None
    try:
        return dt.date.fromisoformat(asked)
    except ValueError:  # empty, or typed by hand where the browser has no calendar
        today = front.clock().astimezone(ZoneInfo(current_world(front).basin.time_zone)).date().isoformat()
        return dt.date.fromisoformat(today) if today in covered else usual or dt.date.fromisoformat(covered[0])


def _title(statistic: Statistic) -> Sentence:
    return Sentence(statistic.title["fr"], statistic.title["en"])
