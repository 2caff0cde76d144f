"""Routes of what the commons tells of itself: the public documents, signed; the ledger, for members."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from governance.registers.editions import Published
from hub.api.acting import ReadingMember, private
from hub.api.files import CURRENT_CACHE, is_known, reader_cache
from hub.api.ids import PageLanguage, RegisterId
from hub.api.present import API
from hub.api.reader import Asker, FrontOffice
from hub.api.shapes_registers import GivenItem, LedgerDoc, LedgerLine, RegisterItem, RegisterList, UseItem
from hub.documents import CONTENT_SECURITY_POLICY, LANGUAGES
from hub.services import registers
from hub.services.front import Front
from hub.services.ledger import Line, ledger

router = APIRouter(tags=["registers"])

Days = Annotated[int, Query(ge=1, le=3_660, description="How far back uses are counted, in days.")]


@router.get("/registers", response_model=RegisterList, name="list_registers")
def list_registers(front: FrontOffice, reader: Asker, response: Response) -> RegisterList:
    """The registers of processing (GDPR, article 30) and the yearly evaluations. For everybody."""
    response.headers.update(reader_cache(reader.is_public))
    return RegisterList(registers=[_item(one) for one in registers.published(front)])


@router.get("/registers/{register_id}", name="show_register", response_class=Response)
def show_register(front: FrontOffice, request: Request, register_id: RegisterId) -> Response:
    """The newest edition as signed canonical JSON."""
    return _file(front, request, register_id, "json", media_type="application/json")


@router.get("/registers/{register_id}/{language}", name="show_register_page", response_class=Response)
def show_page(front: FrontOffice, request: Request, register_id: RegisterId, language: PageLanguage) -> Response:
    """The newest edition as a page that stands alone."""
    answer = _file(front, request, register_id, language, media_type="text/html; charset=utf-8")
    answer.headers.update({"Content-Language": language, "Content-Security-Policy": CONTENT_SECURITY_POLICY})
    return answer


@router.get("/ledger", response_model=LedgerDoc, name="show_ledger")
def show_ledger(front: FrontOffice, member: ReadingMember, response: Response, days: Days = 365) -> LedgerDoc:
    """What each member gives, and how much it uses. One's own uses are told one by one."""
    private(response)
    since = front.clock() - dt.timedelta(days=days)
    return LedgerDoc(since=since, members=[_line(one) for one in ledger(front, since=since, reader=member)])


def _file(front: Front, request: Request, register_id: str, form: str, *, media_type: str) -> Response:
    digest, content = registers.content(front, register_id, form)
    headers = {"ETag": f'"{digest}"', "Cache-Control": CURRENT_CACHE}
    if is_known(request, digest):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _item(one: Published) -> RegisterItem:
    address = f"{API}/registers/{one.id}"
    return RegisterItem(
        id=one.id,
        at=one.newest.at,
        digest=one.newest.digest,
        editions=len(one.editions),
        href=address,
        pages={language: f"{address}/{language}" for language in LANGUAGES},
    )


def _line(one: Line) -> LedgerLine:
    return LedgerLine(
        member=one.member,
        points=one.points,
        gives=[
            GivenItem(
                dataset=given.dataset,
                tier=given.tier.value,
                freshness_percent=given.freshness,
                quality_percent=given.quality,
                coverage_percent=given.coverage,
                points=given.points,
            )
            for given in one.datasets
        ],
        used=one.used,
        uses=[UseItem(subject=name, answers=use.answers, extracts=use.extracts) for name, use in one.uses.items()]
        if one.uses is not None
        else None,
    )
