"""What is carried from poll to poll: one frozen value, plain JSON and back. It holds no vehicle's id, only a hash.

Its size is bounded by the system's: an entry for each file, each station, each vehicle that is there or was within the
last window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

#: Latitude and longitude in degrees, WGS 84.
Place: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class File:
    """One file: digests of its bytes and of its `data`; when it was asked last, moved last, changed last.

    `polls`, `late`, `back` count within the window; `moves` how often last_updated moved since the content changed;
    `unmoved_s` and `unchanged_s` are watched seconds.
    """

    digest: str
    content: str
    last_updated: dt.datetime
    ttl_s: int
    asked_at: dt.datetime
    unmoved_s: float = 0.0
    unchanged_s: float = 0.0
    moves: int = 0
    polls: int = 1
    late: int = 0
    back: int = 0


@dataclass(frozen=True, slots=True)
class Station:
    """One station: its counts, on the clock of watched seconds since when, and how much of that it was closed.

    `shut_s` is when it closed, where it is closed now.
    """

    counts: tuple[int | None, ...]
    since_s: float
    closed_s: float = 0.0
    shut_s: float | None = None


@dataclass(frozen=True, slots=True)
class Journeys:
    """What became of vehicles in the window: came back elsewhere under the same id, or under an id never seen."""

    kept: int = 0
    fresh: int = 0
    in_place: int = 0
    teleports: int = 0
    furthest_m: int = 0


@dataclass(frozen=True, slots=True)
class Gone:
    """Where and when a vehicle was seen last; `at` is in POSIX seconds."""

    place: Place
    at: float


@dataclass(frozen=True, slots=True)
class Jump:
    """How often a table changed its size by too much at once in the window, and the last time from what to what."""

    times: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is known of a system's past. `watched_s` is the clock of watched seconds.

    `capacity`, `uncounted` and `untyped` say which stations' counts exceed their capacity, or do not add up by type,
    since which watched second; `present` and `gone` are vehicles by a hash of their id.
    """

    at: dt.datetime
    window_from: dt.datetime
    watched_s: float = 0.0
    version: str = ""
    files: Mapping[str, File] = field(default_factory=dict)
    stations: Mapping[str, Station] = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)
    uncounted: Mapping[str, float] = field(default_factory=dict)
    untyped: Mapping[str, float] = field(default_factory=dict)
    present: Mapping[str, Gone] = field(default_factory=dict)
    gone: Mapping[str, Gone] = field(default_factory=dict)
    journeys: Journeys = field(default_factory=Journeys)
    sizes: Mapping[str, int] = field(default_factory=dict)
    jumps: Mapping[str, Jump] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        # By the library: to copy a system's thousand vehicles one by one took a quarter of a poll.
        told: dict[str, Any] = orjson.loads(orjson.dumps(self))
        return told

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Memory:
        """Back from `plain`."""
        told = dict(plain)
        told["at"], told["window_from"] = _time(told["at"]), _time(told["window_from"])
        told["files"] = {name: _file(one) for name, one in told["files"].items()}
        told["stations"] = {
            name: Station(**{**one, "counts": tuple(one["counts"])}) for name, one in told["stations"].items()
        }
        for kind in ("present", "gone"):
            told[kind] = {name: Gone(_place(one["place"]), one["at"]) for name, one in told[kind].items()}
        told["journeys"] = Journeys(**told["journeys"])
        told["jumps"] = {name: Jump(**one) for name, one in told["jumps"].items()}
        return cls(**told)


def _file(plain: Mapping[str, Any]) -> File:
    times = {name: _time(plain[name]) for name in ("last_updated", "asked_at")}
    return File(**{**plain, **times})


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _place(pair: list[float]) -> Place:
    return pair[0], pair[1]
