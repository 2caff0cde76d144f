"""One republished system in memory, as a decision lets it be read, and its bytes for the current second."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from feeds.gbfs.conversion.publication import head
from hub.services.live_asking import Grant
from hub.services.live_pack import Held, Pack


@dataclass(frozen=True, slots=True)
class Ready:
    """One file's bytes for this second, and its strong ETag: `stem` is the same for the whole snapshot."""

    left_s: int
    stem: str
    tag: str
    body: bytes


@dataclass(slots=True)
class Loaded:
    """An object in memory, and the bytes that were made of it for the current second."""

    pack: Pack
    ready: dict[tuple[str, bool], Ready] = field(default_factory=dict)


@dataclass(slots=True)
class Shown:
    """A system as a decision lets it be read. `loaded` is None before its operator was first asked."""

    grant: Grant
    loaded: Loaded | None
    fresh: Mapping[str, float]

    def file(self, address: str, *, at: dt.datetime, gzip: bool) -> Ready | None:
        """A file by its address below the system's (``3.0/station_status``); None when there is none."""
        if self.loaded is None or (held := self.loaded.pack.files.get(address)) is None:
            return None
        left = self._left_s(held, at)
        ready = self.loaded.ready.get((address, gzip))
        if ready is None or ready.left_s != left:
            ready = made_ready(held, left, gzip=gzip)
            self.loaded.ready[address, gzip] = ready
        self.grant.answers += 1
        return ready

    def missing(self, address: str) -> str | None:
        """Why a file that is declared is not there; None of what is not declared."""
        return None if self.loaded is None else self.loaded.pack.missing.get(address)

    def _left_s(self, held: Held, at: dt.datetime) -> int:
        until = min((float(self.fresh.get(name, 0.0)) for name in held.sources), default=0.0)
        return max(0, int(until - at.timestamp()))


def made_ready(held: Held, left_s: int, *, gzip: bool) -> Ready:
    """A file's bytes with `left_s` as its ``ttl``."""
    stem, first = held.digest[:32], head(left_s)
    body = held.gzip(first) if gzip else held.plain(first)
    return Ready(left_s, stem, f'"{stem}-{left_s}{"-gz" if gzip else ""}"', body)
