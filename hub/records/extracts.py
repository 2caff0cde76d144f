"""Extracts in the records: what was prepared for whom, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.records.models import Extract, Release

#: What a row says that is not yet an extract: somebody is at it, or died on the way.
PREPARING: Final = "preparing"


def extract(session: Session, number: str) -> Extract:
    """The extract of that id.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Extract, number)
    if found is None or found.removed_why == PREPARING:
        raise NotFound("no extract has this id")
    return found


def extracts(
    session: Session,
    *,
    recipient: str | None = None,
    datasets: Iterable[str] | None = None,
    agreement: str | None = None,
    live: bool = False,
) -> list[Extract]:
    """Extracts for a recipient or of these datasets (both given: either), newest period first.

    `live` are those that were not removed.
    """
    query = select(Extract).where(Extract.removed_why != PREPARING)
    query = query.order_by(Extract.period_from.desc(), Extract.prepared_at.desc(), Extract.id)
    own = [] if recipient is None else [Extract.recipient == recipient]
    own += [] if datasets is None else [Extract.dataset.in_(sorted(datasets))]
    if own:
        query = query.where(or_(*own))
    if agreement is not None:
        query = query.where(Extract.agreement == agreement)
    return list(session.scalars(query.where(Extract.removed_at.is_(None)) if live else query))


def of_period(
    session: Session, *, agreement: str, table: str, period_from: dt.date, period_to: dt.date
) -> Extract | None:
    """The live extract of one period and table of an agreement, whatever its version."""
    query = select(Extract).where(
        Extract.agreement == agreement,
        Extract.table == table,
        Extract.period_from == period_from,
        Extract.period_to == period_to,
        Extract.removed_at.is_(None),
    )
    return session.scalar(query.order_by(Extract.prepared_at.desc()).limit(1))


def remove(row: Extract, *, at: dt.datetime, why: str) -> None:
    """Say that an extract is there no more, when and why."""
    row.removed_at, row.removed_why = at, why


def abandoned(session: Session) -> list[str]:
    """Digests of removed extracts that no living extract and no release names: their objects may go."""
    gone = select(Extract.digest).where(Extract.removed_at.is_not(None))
    living = select(Extract.digest).where(Extract.removed_at.is_(None))
    query = gone.where(Extract.digest.not_in(living), Extract.digest.not_in(select(Release.digest)))
    return sorted(session.scalars(query.distinct()))


def ended_pairs(session: Session) -> list[tuple[str, str]]:
    """Agreement and recipient of which there were extracts and are none."""
    pair = (Extract.agreement, Extract.recipient)
    living, gone = (
        {(agreement, recipient) for agreement, recipient in session.execute(select(*pair).where(one).distinct())}
        for one in (Extract.removed_at.is_(None), Extract.removed_at.is_not(None))
    )
    return sorted(gone - living)
