"""A feed's newest message as a process that answers readers has it at hand, after a decision (`live_asking`)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import orjson

from feeds.gtfs_rt.plain import plain
from feeds.gtfs_rt.plausible import POSIX
from governance.datasets import Standard
from hub.errors import FetchError
from hub.services import catalogue
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.live_asking import Asked, Grant
from hub.services.live_objects import Objects
from hub.services.realtime_pack import MESSAGE, Against, Opened, unpacked


@dataclass(slots=True)
class Loaded:
    """A message in memory, and its JSON as soon as somebody asked for that."""

    opened: Opened
    json: bytes | None = None

    def as_json(self) -> bytes:
        """The message as JSON, made once for all its readers (see `feeds.gtfs_rt.plain`)."""
        if self.json is None:
            self.json = orjson.dumps(plain(self.opened.content))
        return self.json


@dataclass(frozen=True, slots=True)
class Served:
    """A message for readers.

    `made_at` is what its header says, else when it was fetched; `until` is when the next one is expected, as POSIX
    seconds. `against` is None where the reader may not know the schedule, or where there was none.
    """

    loaded: Loaded
    made_at: dt.datetime
    until: float
    against: Against | None

    @property
    def opened(self) -> Opened:
        """The message's bytes and what the hub says of them."""
        return self.loaded.opened

    @property
    def verdict(self) -> str:
        """What the checks said of it: ``pass``, ``fail`` or ``unknown``."""
        return self.opened.verdict

    def left_s(self, at: dt.datetime) -> int:
        """Whole seconds until the next message is expected."""
        return max(0, int(self.until - at.timestamp()))


@dataclass(frozen=True, slots=True)
class Newest:
    """What a decision lets be read of a feed. `served` is None before its first good message."""

    grant: Grant
    served: Served | None

    def message(self) -> Served:
        """The message, counted as an answer.

        Raises:
            FetchError: the feed is declared, and no good message of it was ever got.
        """
        if self.served is None:
            raise FetchError(f"{self.grant.slug} is declared here, and no good message of it was ever got")
        self.grant.answers += 1
        return self.served


class Board(Asked[Newest]):
    """The messages at hand in one process."""

    def __init__(self, front: Front) -> None:
        super().__init__(front, Standard.GTFS_RT)
        self._objects = Objects(front, lambda content: Loaded(unpacked(content)))

    def _read(self, grant: Grant) -> Newest:
        found = self._objects.newest(grant.slug)
        if found is None:
            return Newest(grant, None)
        row, loaded = found
        made_at = _made_at(loaded.opened.timestamp_s, row.at)
        against = self._visible(loaded.opened.against, grant.actor)
        return Newest(grant, Served(loaded, made_at, float(row.fresh[MESSAGE]), against))

    def _visible(self, against: Against | None, actor: Actor) -> Against | None:
        """The schedule, if this reader may know which versions it has."""
        if against is None or against.slug not in current_world(self._front).datasets:
            return None
        return against if catalogue.may_see(self._front, against.slug, actor) else None


def open_message(front: Front, slug: str, *, actor: Actor, purpose: str | None = None) -> Served:
    """Decide once whether `actor` may read the newest message of a feed, and hand it out: for whoever keeps no `Board`.

    Raises:
        NotFound: no such feed, or none of GTFS Realtime.
        Refused: it is sealed to this reader, who may not even learn whether there is a message.
        FetchError: the feed is declared, and no good message of it was ever got.
    """
    board = Board(front)
    return (board.for_everybody(slug) or board.for_reader(slug, actor, purpose)).message()


def _made_at(timestamp_s: int | None, fetched: dt.datetime) -> dt.datetime:
    if timestamp_s is None or not POSIX[0] <= timestamp_s <= fetched.timestamp():
        return fetched
    return dt.datetime.fromtimestamp(timestamp_s, dt.UTC)
