"""When an incident opens and closes, from what is said of a check: nobody opens or closes one by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from feeds.findings import Verdict
from feeds.judging.standing import Standing


class Turn(StrEnum):
    """What becomes of an incident."""

    OPENS = "opens"
    CLOSES = "closes"


@dataclass(frozen=True, slots=True)
class Change:
    """An incident opens or closes: it is wrong since, or well again since, `since`; that counted from `at` on."""

    turn: Turn
    since: dt.datetime
    at: dt.datetime


def changes(is_open: bool, standings: Iterable[Standing]) -> Iterator[Change]:
    """What successive standings of one check do to its incident, of which `is_open` says whether there is one.

    FAIL opens; PASS, and a check that does not apply any more, close; UNKNOWN does neither. The same standings again
    do nothing again.
    """
    for one in standings:
        if one.verdict is Verdict.FAIL and not is_open:
            is_open = True
            yield Change(Turn.OPENS, one.since, one.at)
        elif one.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE) and is_open:
            is_open = False
            yield Change(Turn.CLOSES, one.since, one.at)
