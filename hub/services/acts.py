"""Doing an act: apply it, keep the state that it comes to, and log it; three things of one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy.orm import Session

from governance.acts import Act, Kind
from governance.log.entry import Entry
from hub.records import log as log_records
from hub.records import things as thing_records
from hub.records.models import Thing

S = TypeVar("S")


def done(session: Session, kind: Kind[S], act: Act, *, parties: Iterable[str] = ()) -> S:
    """Do an act in a session that writes; the same act twice in a row is done once.

    Raises:
        ActRefused: the state does not allow it.
    """
    row = thing_records.thing(session, kind.name, act.thing)
    state = None if row is None else kind.read(row.state)
    if row is not None and state is not None and row.last_act == act.same:
        return state
    new = kind.apply(state, act)
    index = log_records.append(session, _entry(act, {act.by, *parties}, revision=row.revision + 1 if row else 1))
    plain = dict(kind.plain(new))
    if row is None:
        thing_records.put(
            session,
            Thing(
                kind=kind.name,
                id=act.thing,
                revision=1,
                state=plain,
                last_act=act.same,
                changed_at=act.at,
                log_index=index,
            ),
        )
    else:
        thing_records.changed(row, state=plain, last_act=act.same, at=act.at, log_index=index)
        session.flush()
    return new


def _entry(act: Act, parties: set[str], *, revision: int) -> Entry:
    return Entry(
        at=act.at,
        actor=act.by,
        action=f"{act.kind}.{act.what}",
        subject=act.thing,
        permitted=True,
        body={"act": act.plain(), "revision": revision, "type": "act"},
        parties=frozenset(parties) - {"hub", "public"},
    )
