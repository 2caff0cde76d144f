"""Checkpoints of the log in the records, and the witnesses' lines under them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.canonical import LARGEST_INTEGER
from hub.records.models import LogCheckpoint, LogCosignature


def newest(session: Session) -> LogCheckpoint | None:
    """The checkpoint of the largest tree; None before the first."""
    return session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))


def of_size(session: Session, size: int) -> LogCheckpoint | None:
    """The checkpoint of a tree of that size; None if there is none, as of any size that no column could hold."""
    return session.get(LogCheckpoint, size) if size <= LARGEST_INTEGER else None


def checkpoints(session: Session) -> list[LogCheckpoint]:
    """All of them, smallest tree first."""
    return list(session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size)))


def last_cosigned(session: Session, member: str, *, most: int) -> LogCheckpoint | None:
    """The largest checkpoint, of `most` leaves at most, that a member cosigned."""
    query = select(LogCheckpoint).join(LogCosignature, LogCosignature.size == LogCheckpoint.size)
    mine = (LogCosignature.witness == member, LogCosignature.size <= most)
    return session.scalar(query.where(*mine).order_by(LogCheckpoint.size.desc()).limit(1))


def cosignatures(session: Session, size: int) -> list[LogCosignature]:
    """The witnesses' lines under a checkpoint, by member."""
    query = select(LogCosignature).where(LogCosignature.size == size)
    return list(session.scalars(query.order_by(LogCosignature.witness)))


def with_witnesses(session: Session, checkpoint: LogCheckpoint) -> tuple[str, Mapping[str, str]]:
    """The note with every witness's line, and the witnesses' public keys in base64."""
    lines = cosignatures(session, checkpoint.size)
    note = checkpoint.note + "".join(f"{one.line}\n" for one in lines)
    return note, {one.witness: one.key for one in lines}
