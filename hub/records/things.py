"""Things in the records: the state that the acts on each came to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.records.models import CommonsEdition, Thing


def thing(session: Session, kind: str, thing_id: str) -> Thing | None:
    """One thing; None before the first act on it."""
    return session.get(Thing, (kind, thing_id), populate_existing=True)


def things(session: Session, kind: str | None = None) -> list[Thing]:
    """All things, or those of a kind, by kind and id."""
    query = select(Thing).order_by(Thing.kind, Thing.id)
    return list(session.scalars(query if kind is None else query.where(Thing.kind == kind)))


def revisions(session: Session) -> list[tuple[str, str, int, int, str]]:
    """Kind, id, revision, and the last act's place in the log and digest, of all things, without their states."""
    query = select(Thing.kind, Thing.id, Thing.revision, Thing.log_index, Thing.last_act).order_by(Thing.kind, Thing.id)
    return [(kind, name, revision, index, act) for kind, name, revision, index, act in session.execute(query)]


def heads(session: Session) -> tuple[int, int]:
    """The newest edition of the documents and the newest act: while both stay, so does every state. 0 and -1: none."""
    edition = select(func.coalesce(func.max(CommonsEdition.id), 0)).scalar_subquery()
    act = select(func.coalesce(func.max(Thing.log_index), -1)).scalar_subquery()
    row = session.execute(select(edition, act)).one()
    return int(row[0]), int(row[1])


def put(session: Session, row: Thing) -> None:
    """Add a thing that was made by its first act; changes of one that is there are written with the session."""
    session.add(row)
    session.flush()


def changed(row: Thing, *, state: dict[str, Any], last_act: str, at: dt.datetime, log_index: int) -> None:
    """Move a thing on to the state that an act came to."""
    row.state, row.last_act, row.changed_at, row.log_index = state, last_act, at, log_index
    row.revision += 1
