"""The shapes of the answers about extracts."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from hub.api.shapes import Link, Said, Shape


class ExtractColumn(Shape):
    """A field that the agreement grants."""

    field: str = Field(description="As agreements name it: `trips.start_zone`.")
    title: Said
    unit: str


class ExtractItem(Shape):
    """An extract: records of one holder, prepared for one member."""

    id: str
    agreement: str = Field(description="The agreement's version under which it was prepared.")
    dataset: str
    table: str
    recipient: str
    period: list[dt.date] = Field(description="Local days [from, to).")
    fields: list[ExtractColumn]
    zone_system: str = Field(description="How coarse its places are.")
    time_grain: str = Field(description="How coarse its times are.")
    prepared_at: dt.datetime
    replaces: str | None = Field(description="The extract that this one corrects.")
    removed_at: dt.datetime | None
    removed_why: Said | None
    rows: int | None = Field(description="Told to whoever holds the data.")
    size: int | None = Field(description="Bytes. Told to whoever holds the data.")
    digest: str | None = Field(description="SHA-256 of the file. Told to whoever holds the data.")
    promises: list[Said] = Field(description="What its recipient promises by taking it; the hub cannot see it kept.")
    keep_until: dt.date | None = Field(description="Taken today, it is promised to be deleted by this day.")
    links: dict[str, Link]


class ExtractList(Shape):
    """Extracts, newest period first."""

    extracts: list[ExtractItem]


class ReceiptItem(Shape):
    """One taking of an extract."""

    decision: str = Field(description="Id of the log's entry.")
    number: int | None = Field(description="Which of your own entries of the log it is, counted from 1 without a gap.")
    at: dt.datetime
    recipient: str
    extract: str
    agreement: str
    dataset: str
    table: str
    period: list[dt.date] = Field(description="Local days [from, to).")
    purpose: str
    rows: int | None = Field(description="Told to the two parties.")
    digest: str | None = Field(description="SHA-256 of the file. Told to the two parties.")
    promises: list[Said]
    keep_until: dt.date | None = Field(description="The day by which the recipient promised to have deleted it.")


class ReceiptList(Shape):
    """Receipts, newest first."""

    receipts: list[ReceiptItem]
    next: str | None = Field(description="Address of the next page.")
