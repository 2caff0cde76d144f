"""Who may read what is live of a feed, decided in a process that answers readers. It asks no operator, ever.

Every answer rests on a decision. Whoever reads an open feed is the public, and the public's question about one feed is
the same question for half a second: it is decided once, with one entry of the log, and that entry counts the answers
that the decision before it gave. So what is suspended stops within a second, however many read. Whoever reads what is
not open is decided each time.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Final, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from governance.datasets import Standard
from governance.decide import decide
from governance.decision import Deny
from governance.request import Request
from governance.world import World
from hub.errors import NotFound
from hub.services import identified
from hub.services.catalogue import is_holder, is_open, must_see, open_request, reading_as, registered
from hub.services.commons import current_world, world_at
from hub.services.decisions import Decided, decided_counting, note, refused
from hub.services.front import Front
from hub.services.keys import PUBLIC, Actor
from hub.services.trail import used

#: How long the public's question about one feed is the same question.
SHARED: Final = dt.timedelta(seconds=0.5)


@dataclass(slots=True)
class Grant:
    """What one decision lets be read. `answers` counts those that were given under it.

    `is_public` says that it holds for everybody, for half a second from `since`. `decided` and `purpose` are of the
    permit of one member that is not the feed's holder.
    """

    slug: str
    licence: str
    since: dt.datetime
    actor: Actor
    is_public: bool
    decided: Decided | None = None
    purpose: str = ""
    answers: int = 0


class Granted(Protocol):
    """What a reader is answered from."""

    @property
    def grant(self) -> Grant:
        """The decision that it rests on."""


T = TypeVar("T", bound=Granted)


class Asked(ABC, Generic[T]):
    """What is live of the feeds of one standard, as this process was allowed to read it."""

    def __init__(self, front: Front, standard: Standard) -> None:
        self._front, self._standard = front, standard
        self._given: dict[str, T] = {}

    @abstractmethod
    def _read(self, grant: Grant) -> T:
        """What is published of a feed at this moment, after the decision."""

    def at_hand(self, slug: str) -> T | None:
        """An open feed under a decision that still holds; None when it must be decided anew."""
        given = self._given.get(slug)
        return given if given is not None and holds(given.grant.since, self._front.clock()) else None

    def for_everybody(self, slug: str) -> T | None:
        """Decide whether everybody may read a feed, and write that down once; None where it is open to nobody in
        particular, so that each reader must be asked who it is.

        Raises:
            NotFound: no feed of that name and standard in the commons.
            Refused: the decision denied it.
        """
        front, world = self._front, self._world(slug)
        before = self._given.pop(slug, None)
        if not is_open(world, slug, front.clock()):
            return None
        with front.records.write() as session:
            at = front.clock()
            request = open_request(None, slug, at)
            world = world_at(front, session, at)
            decision = decide(request, world)
            counts = {"answers_before": before.grant.answers if before else 0}
            note(session, request, decision, world=world, counts=counts)
        if isinstance(decision, Deny):  # only now, or the denial would be rolled back
            raise refused(decision)
        grant = Grant(slug, world.datasets[slug].licence, at, PUBLIC, is_public=True)
        self._given[slug] = given = self._read(grant)
        return given

    def for_reader(self, slug: str, actor: Actor, purpose: str | None) -> T:
        """Decide whether one reader may read a feed that is not open to everybody, each time anew.

        Raises:
            NotFound: as `for_everybody`.
            Refused: the decision denied it; that is in the log.
        """
        front, world = self._front, self._world(slug)
        reader, at = reading_as(actor), front.clock()
        grant = Grant(slug, world.datasets[slug].licence, at, actor, is_public=False)
        if is_holder(world, slug, actor) or reader is None or not identified.may_read(world, slug, reader, at):
            must_see(front, slug, actor)
            return self._read(grant)
        word = registered(world, purpose) if purpose else identified.purposes_of(world, slug, at)[0]
        request = identified.look(reader, slug, at, purpose=word)

        def counted(session: Session) -> Request:
            now = front.clock()
            return replace(request, at=now, used=used(session, world, reader, slug, at=now))

        return self._read(replace(grant, decided=decided_counting(front, counted), purpose=word))

    def _world(self, slug: str) -> World:
        world = current_world(self._front)
        dataset = world.datasets.get(slug)
        if dataset is None or dataset.standard is not self._standard:
            raise NotFound(f"no {self._standard.upper()} feed is called {slug!r}")
        return world


def holds(since: dt.datetime, now: dt.datetime) -> bool:
    """Whether what was decided or listed at an instant still is the answer."""
    return since <= now < since + SHARED
