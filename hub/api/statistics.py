"""Routes of the statistics: what each one means, and its rows for a feed and a day."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from feeds.statistics import Statistic
from governance.bilingual import Sentence
from hub.api.catalogue import Slug
from hub.api.files import cache_headers, is_known, reader_cache
from hub.api.paging import Cursor, Limit, link_next, place
from hub.api.present import API, said, term_headers
from hub.api.reader import Asker, FrontOffice, Purpose
from hub.api.shapes import StatisticDoc, StatisticList, TableAnswer
from hub.api.tabular import ABSENT_OPEN, Form, as_csv, table_answer
from hub.errors import BadRequest
from hub.services.statistics import Wish, definition, definitions, open_statistic
from hub.services.statistics import rows as statistic_rows

router = APIRouter(tags=["statistics"])

StatisticId = Annotated[str, Path(description="The statistic's id, for example `gtfs.stop_day`.", max_length=80)]
#: Parameters of an answer that are no dimension of the statistic.
_OWN: Final = frozenset({"date", "version", "order", "format", "limit", "cursor", "purpose", "lang"})


@router.get("/statistics", response_model=StatisticList)
def statistics(reader: Asker, response: Response) -> StatisticList:
    """Every statistic with its formula, units, dimensions, source and SQL text."""
    response.headers.update(reader_cache(reader.is_public))
    return StatisticList(statistics=[statistic_doc(one) for one in definitions().values()])


@router.get("/statistics/{name}", response_model=StatisticDoc)
def statistic(name: StatisticId, reader: Asker, response: Response) -> StatisticDoc:
    """One statistic."""
    response.headers.update(reader_cache(reader.is_public))
    return statistic_doc(definition(name))


def statistic_doc(one: Statistic) -> StatisticDoc:
    """A statistic as a shape."""
    return StatisticDoc(
        id=one.id,
        title=said(Sentence(one.title["fr"], one.title["en"])),
        formula=one.formula.strip(),
        unit=dict(one.unit),
        dimensions=list(one.dimensions),
        parameters={
            name: str(value) if isinstance(value, dt.date) else value for name, value in one.parameters.items()
        },
        source=one.source,
        sql=one.sql,
        href=f"{API}/statistics/{one.id}",
    )


@router.get(
    "/feeds/{slug}/statistics/{name}",
    response_model=TableAnswer,
    responses={200: {"content": {"text/csv": {}}}, 304: {"description": "Known."}},
)
def rows(
    slug: Slug,
    name: StatisticId,
    front: FrontOffice,
    reader: Asker,
    request: Request,
    response: Response,
    date: Annotated[dt.date | None, Query(description="Service day; its timetable is looked up.")] = None,
    stop_id: Annotated[str | None, Query(description="Only this stop, where the statistic has stops.")] = None,
    route_id: Annotated[str | None, Query(description="Only this route, where the statistic has routes.")] = None,
    station_id: Annotated[str | None, Query(description="Only this station, where it has stations.")] = None,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Of this version instead of the current one.")
    ] = None,
    order: Annotated[str, Query(description="Column to sort by; a minus in front: largest first.")] = "",
    format: Form = "json",
    limit: Limit = 100,
    cursor: Cursor = None,
    purpose: Purpose = None,
) -> TableAnswer | Response:
    """Rows of a statistic. Any other dimension of it may be named as a parameter too (`hour=8`, `direction_id=0` …)."""
    equal = {key: value for key, value in request.query_params.items() if key not in _OWN}
    wish = Wish(date, equal, *_ordered(order), offset=place(cursor) or 0, limit=limit)
    opened = open_statistic(front, slug, name, actor=reader.actor, number=version, purpose=purpose)
    headers = {**cache_headers(opened.access, permanent=version is not None), **term_headers(opened.access)}
    headers["ETag"] = f'"{(tag := _tag(request, opened.access.release.digest))}"'
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    page = statistic_rows(opened, wish)
    following = link_next(request, response, page.following)
    if format == "csv":
        link = {"Link": response.headers["link"]} if following else {}
        return as_csv(page, {**headers, **link}, f"{slug}-{name}.csv")
    response.headers.update(headers)
    return table_answer(
        opened.access, page, units=opened.statistic.unit, absent=ABSENT_OPEN, following=following, date=date
    )


def _ordered(order: str) -> tuple[tuple[str, ...], bool]:
    column = order.removeprefix("-")
    if order and not column:
        raise BadRequest("order names a column, with a minus in front for the largest first")
    return ((column,) if column else ()), order.startswith("-")


def _tag(request: Request, digest: str) -> str:
    # The released object never changes, so its digest and the question determine the answer.
    question = f"{digest}\n{request.url.path}\n{sorted(request.query_params.multi_items())}"
    return hashlib.sha256(question.encode()).hexdigest()
