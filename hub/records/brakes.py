"""Runs that were held back, as rows."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.records.feed_models import Brake


def numbered(session: Session, number: int) -> Brake:
    """One of them.

    Raises:
        NotFound: there is none of that number.
    """
    found = session.get(Brake, number)
    if found is None:
        raise NotFound(f"no run was held back under the number {number}")
    return found


def newest_of(session: Session, run: str, digest: str) -> Brake | None:
    """The newest one of a run that would have done exactly this."""
    query = select(Brake).where(Brake.run == run, Brake.digest == digest).order_by(Brake.id.desc())
    return session.scalar(query.limit(1))


def waiting(session: Session, run: str) -> list[Brake]:
    """Those of a run that nobody has decided about."""
    return list(session.scalars(select(Brake).where(Brake.run == run, Brake.state == "waiting")))


def listed(session: Session, *, most: int = 50) -> list[Brake]:
    """The newest, newest first."""
    return list(session.scalars(select(Brake).order_by(Brake.id.desc()).limit(most)))
