"""Routes of the extracts: records of one holder for one member, each access decided and written down."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from governance.world import World
from hub.api.acting import private
from hub.api.extract_csv import as_csv
from hub.api.files import object_answer
from hub.api.ids import ExtractId
from hub.api.paging import Cursor, Limit, link_next, place
from hub.api.present import API, said
from hub.api.reader import Asker, FrontOffice, Purpose
from hub.api.shapes import Link
from hub.api.shapes_extracts import ExtractColumn, ExtractItem, ExtractList, ReceiptItem, ReceiptList
from hub.services.commons import current_world
from hub.services.extracts.ended import SENTENCES, Why, applied_to
from hub.services.extracts.fields import FIELDS
from hub.services.extracts.reading import Listed, described, listed, open_extract
from hub.services.extracts.receipts import Receipt, keep_until, receipts

router = APIRouter(tags=["extracts"])

Form = Annotated[Literal["parquet", "csv"], Query(description="How the rows are written.")]
PARQUET = "application/vnd.apache.parquet"


@router.get("/extracts", response_model=ExtractList)
def extracts(front: FrontOffice, reader: Asker, response: Response) -> ExtractList:
    """The extracts that were prepared for you or of your data, those included that were removed, and why."""
    private(response)
    world, now = current_world(front), front.clock()
    return ExtractList(extracts=[_item(world, one, at=now) for one in listed(front, reader.actor)])


@router.get("/extracts/receipts", response_model=ReceiptList)
def extract_receipts(
    front: FrontOffice, reader: Asker, request: Request, response: Response, limit: Limit = 100, cursor: Cursor = None
) -> ReceiptList:
    """Who took which extract when, and under which promises: the takings that concern you, newest first."""
    private(response)
    found, following = receipts(front, reader.actor, before=place(cursor), most=limit)
    return ReceiptList(receipts=[_receipt(one) for one in found], next=link_next(request, response, following))


@router.get("/extracts/{extract_id}", response_model=ExtractItem)
def extract(extract_id: ExtractId, front: FrontOffice, reader: Asker, response: Response) -> ExtractItem:
    """What an extract is. Its size is told to the holder only, whose look at it is decided and written down."""
    private(response)
    found = described(front, extract_id, actor=reader.actor)
    return _item(current_world(front), found, at=front.clock())


@router.get(
    "/extracts/{extract_id}/file",
    response_class=Response,
    responses={200: {"content": {PARQUET: {}, "text/csv": {}}}, 304: {"description": "Known."}},
)
def extract_file(
    extract_id: ExtractId,
    front: FrontOffice,
    reader: Asker,
    request: Request,
    purpose: Purpose = None,
    format: Form = "parquet",
) -> Response:
    """The records. Each answer is decided anew, names its decision and its conditions, and leaves a receipt."""
    opened = open_extract(front, extract_id, actor=reader.actor, purpose=purpose)
    if format == "csv":
        return as_csv(request, opened)
    return object_answer(request, opened, permanent=True)


def _item(world: World, found: Listed, *, at: dt.datetime) -> ExtractItem:
    row, applied = found.extract, applied_to(found.extract)
    built = applied.extract
    address = f"{API}/extracts/{row.id}"
    return ExtractItem(
        id=row.id,
        agreement=f"{row.agreement}@{row.agreement_version}",
        dataset=row.dataset,
        table=row.table,
        recipient=row.recipient,
        period=[row.period_from, row.period_to],
        fields=[_column(name) for name in FIELDS if built and name in built.fields],
        zone_system=built.grain.zone_system if built else "",
        time_grain=str(built.grain.time) if built else "",
        prepared_at=row.prepared_at,
        replaces=row.facts.get("replaces"),
        removed_at=row.removed_at,
        removed_why=said(SENTENCES[Why(row.removed_why)]) if row.removed_at else None,
        rows=row.rows if found.sized else None,
        size=row.size if found.sized else None,
        digest=row.digest if found.sized else None,
        promises=[said(term.sentence()) for term in applied.promises()],
        keep_until=keep_until(at, applied, timezone=world.basin.time_zone),
        links={"self": Link(href=address), "file": Link(href=f"{address}/file")},
    )


def _column(name: str) -> ExtractColumn:
    field = FIELDS[name]
    return ExtractColumn(field=name, title=said(field.text), unit=field.unit)


def _receipt(one: Receipt) -> ReceiptItem:
    row = one.extract
    return ReceiptItem(
        decision=one.decision,
        number=one.number,
        at=one.at,
        recipient=one.recipient,
        extract=row.id,
        agreement=one.agreement,
        dataset=one.dataset,
        table=row.table,
        period=[row.period_from, row.period_to],
        purpose=one.purpose,
        rows=row.rows if one.sized else None,
        digest=row.digest if one.sized else None,
        promises=[said(sentence) for sentence in one.promises],
        keep_until=one.keep_until,
    )
