"""When a feed is asked next: by its standard, by what it says of itself, by what its registry entry wants.

Spread, not random: where in its window a feed is asked follows from its slug and the day, so that a thousand feeds do
not come at once, and the same question gives the same answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

#: How often a feed is asked that says nothing of it, in seconds, and over how many seconds that is spread.
USUAL_S: Final[Mapping[str, int]] = MappingProxyType({"gtfs": 86_400, "mds": 3_600, "gtfs-rt": 30, "gbfs": 60})
SPREAD_S: Final[Mapping[str, int]] = MappingProxyType({"gtfs": 3_600, "mds": 300})
#: GTFS-RT is asked each 20 to 60 seconds, a GBFS file no more often than each ten and no less than each hour.
REALTIME_S: Final = (20, 60)
GBFS_S: Final = (10, 3_600)
#: However it came about, a feed is asked within these days: what is due later was written by a clock that ran ahead.
FARTHEST: Final[Mapping[str, dt.timedelta]] = MappingProxyType(
    dict.fromkeys(("gbfs", "gtfs-rt"), dt.timedelta(days=2)) | dict.fromkeys(("gtfs", "mds"), dt.timedelta(days=40))
)
#: An instant so far ahead is none that a healthy clock wrote.
AHEAD: Final = dt.timedelta(minutes=10)
#: A server that asks to be left alone for longer is asked after this all the same.
LONGEST_WISH: Final = dt.timedelta(days=1)
#: After the first failure, and at most, in seconds; it doubles in between.
FIRST_RETRY_S: Final = 60
LAST_RETRY_S: Final = 21_600


def after_success(
    standard: str, slug: str, now: dt.datetime, *, every_s: int | None = None, stale_at: Iterable[dt.datetime] = ()
) -> dt.datetime:
    """When a feed is asked next that answered well at `now`.

    `stale_at`: when what it said goes stale, each of its files. `every_s` is what its registry entry wants.
    """
    if standard == "gbfs":
        first = min(stale_at, default=now + dt.timedelta(seconds=USUAL_S["gbfs"]))
        wait_s = (first - now).total_seconds() if every_s is None else every_s
        return now + dt.timedelta(seconds=_within(wait_s, GBFS_S))
    period_s = every_s or USUAL_S[standard]
    if standard == "gtfs-rt":
        return now + dt.timedelta(seconds=_within(period_s, REALTIME_S))
    return now + dt.timedelta(seconds=period_s + spread_s(slug, now, SPREAD_S[standard]))


def after_failure(
    standard: str,
    slug: str,
    now: dt.datetime,
    *,
    failures: int,
    every_s: int | None = None,
    again_s: float | None = None,
) -> dt.datetime:
    """When a feed is asked next that failed `failures` times in a row; never sooner than it asked for itself."""
    first = min(FIRST_RETRY_S, every_s or USUAL_S[standard])
    wait_s = min(first * 2 ** min(failures - 1, 20), LAST_RETRY_S)
    wait_s += spread_s(slug, now, max(1, wait_s // 4))
    return now + dt.timedelta(seconds=max(wait_s, min(again_s or 0, LONGEST_WISH.total_seconds())))


def spread_s(slug: str, now: dt.datetime, width_s: int) -> int:
    """A number of seconds from 0 to `width_s`, the same for the same feed and day."""
    digest = hashlib.sha256(f"{slug}\0{now.date().isoformat()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % (width_s + 1)


def _within(wait_s: float, bounds: tuple[int, int]) -> float:
    return min(max(wait_s, bounds[0]), bounds[1])
