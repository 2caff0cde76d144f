"""The audit in the records: one row for each decision, each continuing the one before it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.audit import GENESIS, AuditRecord, read_record
from governance.canonical import canonical
from hub.records.models import AuditRow

_PAGE = 1_000


def last(session: Session) -> AuditRecord | None:
    """The newest record; None before the first. Ask within `Records.write`, or somebody may come between."""
    row = session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))
    return None if row is None else record_of(row)


def append(session: Session, record: AuditRecord) -> None:
    """Write a record down, after the last one and in no other place.

    Raises:
        ValueError: the record does not continue the last one.
    """
    before = last(session)
    if (record.number, record.previous) != ((before.number + 1, before.hash) if before else (1, GENESIS)):
        raise ValueError(f"audit record {record.number} does not continue the last one")
    session.add(
        AuditRow(
            seq=record.number,
            at=record.at,
            actor=record.actor,
            action=record.action,
            subject=record.subject,
            allowed=record.permitted,
            payload=canonical(record.plain()).decode(),
            previous=record.previous,
            hash=record.hash,
        )
    )
    session.flush()


def record_of(row: AuditRow) -> AuditRecord:
    """The record that a row holds, as it was written."""
    return read_record(json.loads(row.payload))


def records(session: Session, *, after: int = 0) -> Iterator[AuditRecord]:
    """All records in order, a page at a time."""
    while True:
        query = select(AuditRow).where(AuditRow.seq > after).order_by(AuditRow.seq).limit(_PAGE)
        page = list(session.scalars(query))
        yield from (record_of(row) for row in page)
        if len(page) < _PAGE:
            return
        after = page[-1].seq
        session.expunge_all()


def newest(session: Session, *, most: int = 100) -> list[AuditRecord]:
    """The newest records, newest first."""
    query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(most)
    return [record_of(row) for row in session.scalars(query)]
