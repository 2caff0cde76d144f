"""Time as the attackers read it: what a node of a calendar means, and the pieces between all boundaries.

No dimension needs to say when a release is about: its span does. So do the states of the data behind it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.disclosure.attacks.knowledge import Out
from governance.disclosure.hierarchy import OUTSIDE, Hierarchy

Mask = npt.NDArray[np.bool_]
Span = tuple[dt.datetime, dt.datetime]

#: The attributes that no dimension needs to bear: when, and in which state of the data.
CALENDAR = "calendar"
EDITION = "edition"
_FORMS = (
    (re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T.*)?"), "day"),
    (re.compile(r"(\d{4})-(\d\d)"), "month"),
    (re.compile(r"(\d{4})-Q([1-4])"), "quarter"),
    (re.compile(r"(\d{4})"), "year"),
)


def span(text: str, level: str = "") -> Span | None:
    """The time that a node of a calendar means: 2026, 2026-Q1, 2026-03, 2026-03-29; None for another word."""
    for form, kind in _FORMS:
        if (found := form.fullmatch(text)) is not None:
            parts = [int(part) for part in found.groups()]
            unit = level if level in {"month", "quarter", "year"} else kind
            return _whole(unit, parts, quarters=kind == "quarter")
    return None


def _whole(unit: str, parts: list[int], *, quarters: bool) -> Span | None:
    year, month = parts[0], (3 * parts[1] - 2 if quarters else parts[1] if len(parts) > 1 else 1)
    try:
        begin = dt.datetime(year, month, parts[2] if unit == "day" else 1)
    except ValueError:
        return None
    if unit == "day":
        return begin, begin + dt.timedelta(days=1)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    later = begin.year * 12 + begin.month - 1 + months
    return begin, dt.datetime(later // 12, later % 12 + 1, 1)


def is_calendar(hierarchy: Hierarchy) -> bool:
    """Whether the base nodes of a dimension are times."""
    return all(span(node, hierarchy.levels[-1]) is not None for node in hierarchy.nodes[-1] if node != OUTSIDE)


def base_spans(hierarchy: Hierarchy) -> list[Span | None]:
    """The time of each base node of a calendar dimension."""
    return [span(node, hierarchy.levels[-1]) for node in hierarchy.nodes[-1]]


@dataclass(frozen=True, eq=False, slots=True)
class Calendar:
    """The pieces of time between all boundaries of all releases."""

    bounds: tuple[dt.datetime, ...]

    @property
    def size(self) -> int:
        """How many pieces there are; one where no time was told at all."""
        return max(1, len(self.bounds) - 1)

    def mask(self, spans: Iterable[Span | None]) -> Mask:
        """The pieces that lie in one of the spans (None: in any)."""
        found = np.zeros(self.size, dtype=bool)
        for one in spans:
            if one is None or len(self.bounds) < 2:
                return np.ones(self.size, dtype=bool)
            found |= np.array([one[0] <= begin < one[1] for begin in self.bounds[:-1]], dtype=bool)
        return found

    def piece(self, text: str) -> int:
        """The piece in which an instant, a day or the begin of a month lies; -1 for none."""
        if len(self.bounds) < 2:
            return 0
        when = dt.datetime.fromisoformat(text) if "T" in text else (span(text) or (self.bounds[0],))[0]
        place = int(np.searchsorted(np.array(self.bounds, dtype="datetime64[us]"), np.datetime64(when), "right")) - 1
        return place if 0 <= place < self.size else -1


def calendar_of(outs: Sequence[Out]) -> Calendar:
    """The pieces of time of some releases."""
    bounds: set[dt.datetime] = set()
    for out in outs:
        spans: list[Span | None] = [out.span]
        for hierarchy in out.published.hierarchies:
            spans += base_spans(hierarchy) if is_calendar(hierarchy) else []
        bounds |= {moment for one in spans if one is not None for moment in one}
    return Calendar(tuple(sorted(bounds)))
