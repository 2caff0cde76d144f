"""A page of a table as JSON or CSV, with what its reader must know of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from fastapi import Query
from starlette.responses import Response

from hub.api.present import terms
from hub.api.shapes import TableAnswer
from hub.services.access import Access
from hub.services.tables import Cell, Page

Form = Annotated[Literal["json", "csv"], Query(description="How the rows are written.")]

#: What the absence of a cell means. One code for both, so that no reader learns which it was.
ABSENT_OPEN: Final = "nothing was counted"
ABSENT_JOINT: Final = ":c - zero or protected: the two cannot be told apart"
ABSENT_PARTITION: Final = "nothing is absent: every cell lies in one group, and a group names all that it pools"


def table_answer(
    access: Access,
    page: Page,
    *,
    units: Mapping[str, str],
    absent: str,
    following: str | None,
    date: dt.date | None = None,
    period: list[dt.date] | None = None,
) -> TableAnswer:
    """The page as the shape that JSON is written from."""
    return TableAnswer(
        subject=access.release.subject,
        part=access.release.part,
        version=access.release.version.number if access.release.version else None,
        period=period,
        date=date,
        columns={name: units.get(name, "") for name in page.columns},
        rows=[dict(row) for row in page.rows],
        total=page.total,
        absent=absent,
        terms=terms(access),
        next=following,
    )


def _text(cell: Cell) -> Cell:
    """Lists have no form of their own in CSV: their items, parted by spaces (no id of a node holds any)."""
    return " ".join(cell) if isinstance(cell, list) else cell


def as_csv(page: Page, headers: Mapping[str, str], file_name: str) -> Response:
    """The page as CSV (RFC 4180): a header, UTF-8, an empty cell for null."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=page.columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _text(cell) for name, cell in row.items()} for row in page.rows)
    disposition = f'attachment; filename="{file_name}"'
    return Response(
        text.getvalue(),
        media_type="text/csv; charset=utf-8; header=present",
        headers={**headers, "Content-Disposition": disposition},
    )
