"""Time as an argument: whoever needs *now* is handed a clock; only the doors hand out the system's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

#: Answers with the present instant, always in UTC and never naive.
Clock = Callable[[], dt.datetime]


def system_clock() -> dt.datetime:
    """The machine's own clock, in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is set: the fake of this seam, and the demo's clock."""

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        """The instant that it was set to."""
        return self.now
