"""What is published live of each feed now, and the turns in which operators are asked."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hub.durable import storage_errors
from hub.records.engine import Records
from hub.records.feed_models import Live


def live(session: Session, slug: str) -> Live | None:
    """What is published of a system; None before the first time."""
    return session.get(Live, slug)


def all_live(session: Session) -> list[Live]:
    """What is published of all systems, by slug."""
    return list(session.scalars(select(Live).order_by(Live.slug)))


def keep(
    session: Session,
    slug: str,
    *,
    digest: str,
    size: int,
    inputs: str,
    at: dt.datetime,
    fresh: Mapping[str, float],
    audience: str,
    agreements: Sequence[str],
) -> Live:
    """Publish an object in place of the one before, or say that the same holds for longer."""
    row = session.get(Live, slug)
    if row is None:
        row = Live(slug=slug)
        session.add(row)
    row.digest, row.size, row.inputs, row.at = digest, size, inputs, at
    row.fresh, row.audience, row.agreements = dict(fresh), audience, list(agreements)
    return row


def withdraw(session: Session, slug: str) -> bool:
    """Publish a system no more; answers whether it was."""
    row = session.get(Live, slug)
    if row is not None:
        session.delete(row)
    return row is not None


@contextmanager
def alone(records: Records, slug: str) -> Iterator[None]:
    """Nobody else asks this system's operator meanwhile, in whatever thread, process or machine.

    A lock of the database on PostgreSQL; of a file beside the records on SQLite, which one machine alone uses. Both
    are given back when their holder dies. No transaction is open: others read and write the records as ever.
    """
    key = hashlib.sha256(f"live\0{slug}".encode()).digest()
    if records.engine.dialect.name == "postgresql":
        with _advisory(records, int.from_bytes(key[:8], "big", signed=True)):
            yield
    else:
        with _file(Path(records.engine.url.database or ".").parent / "turns", key.hex()[:16]):
            yield


@contextmanager
def _advisory(records: Records, key: int) -> Iterator[None]:
    with records.engine.connect() as connection:
        own = connection.execution_options(isolation_level="AUTOCOMMIT")
        own.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
        try:
            yield
        finally:
            own.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


@contextmanager
def _file(folder: Path, name: str) -> Iterator[None]:
    with storage_errors(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
