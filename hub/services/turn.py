"""Somebody's turn to act on the commons: one transaction in which states are read, acts are done and logged.

Writers come one after the other (`Records.write`), so what a turn has read is still true when it acts, and all it did
is committed or nothing. An act that is asked for twice in a row is done once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from governance.acts import Act, ActRefused, Kind
from governance.canonical import Plain
from governance.verdicts import Denied
from governance.world import World
from hub.errors import Conflict, NotFound, Refused
from hub.records import things as thing_records
from hub.services.acts import done
from hub.services.commons import world_at
from hub.services.extracts.asking import ask_for_sweep
from hub.services.front import Front

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Seen:
    """A state, and which revision of the thing it is."""

    state: Any
    revision: int


@dataclass(slots=True)
class Turn:
    """What a service is handed for its turn. `at` is the instant of everything that is done in it."""

    front: Front
    session: Session
    at: dt.datetime

    @property
    def world(self) -> World:
        """The commons as it is now, acts of this turn included."""
        return world_at(self.front, self.session, self.at)

    def get(self, kind: Kind[S], thing: str) -> S | None:
        """The state of a thing; None before the first act on it."""
        row = thing_records.thing(self.session, kind.name, thing)
        return None if row is None else kind.read(row.state)

    def must(self, kind: Kind[S], thing: str, *, revision: int | None = None) -> S:
        """The state of a thing that must be there, and still be at the revision that the actor saw, if it said one.

        Raises:
            NotFound: no such thing.
            Conflict: somebody acted on it since.
        """
        row = thing_records.thing(self.session, kind.name, thing)
        if row is None:
            raise NotFound(f"no {kind.name} is called {thing!r}")
        if revision is not None and row.revision != revision:
            raise Conflict(f"{kind.name} {thing} is at revision {row.revision}, not {revision}: look at it again")
        return kind.read(row.state)

    def all(self, kind: Kind[S]) -> list[S]:
        """The states of all things of a kind, by id."""
        return [kind.read(row.state) for row in thing_records.things(self.session, kind.name)]

    def do(
        self,
        kind: Kind[S],
        thing: str,
        what: str,
        *,
        by: str,
        body: Mapping[str, Plain],
        why: str = "",
        parties: Iterable[str] = (),
    ) -> S:
        """Do an act: apply it, keep the new state, log it. `parties` are the members it concerns beside `by`.

        Raises:
            ActRefused: the state does not allow it; nothing of the turn is kept.
        """
        act = Act(kind=kind.name, thing=thing, what=what, by=by, at=self.at, body=body, why=why)
        state = done(self.session, kind, act, parties=parties)
        ask_for_sweep(self.session, at=self.at)
        return state


@contextmanager
def turn(front: Front) -> Iterator[Turn]:
    """Take one's turn: commit as a whole when the block ends, keep nothing when it raises.

    Raises:
        Refused: an act was refused by the rules; carries the reason and the next step.
    """
    try:
        with front.records.write() as session:
            # The clock is read when the turn has come, so that entries stand in the log in the order of their instants.
            yield Turn(front, session, front.clock())
    except ActRefused as refusal:
        raise refused_act(refusal) from refusal


def seen(front: Front, kind: Kind[Any], thing: str) -> Seen:
    """A thing as it is, and its revision.

    Raises:
        NotFound: no such thing.
    """
    with front.records.read() as session:
        row = thing_records.thing(session, kind.name, thing)
    if row is None:
        raise NotFound(f"no {kind.name} is called {thing!r}")
    return Seen(kind.read(row.state), row.revision)


def all_seen(front: Front, kind: Kind[Any]) -> list[Seen]:
    """All things of a kind, by id."""
    with front.records.read() as session:
        return [Seen(kind.read(row.state), row.revision) for row in thing_records.things(session, kind.name)]


def refused_act(refusal: ActRefused) -> Refused:
    """A refused act as the error that tells it."""
    return Refused(refusal.denied.reason.en, [told(refusal.denied)])


def told(verdict: Denied) -> dict[str, str]:
    """A denial as the problem documents and the command line tell it."""
    return {
        "code": verdict.code,
        "clause": verdict.clause,
        "dataset": "",
        "agreement": "",
        "sentence_fr": verdict.reason.fr,
        "sentence_en": verdict.reason.en,
        "next_fr": verdict.next_step.fr,
        "next_en": verdict.next_step.en,
    }
