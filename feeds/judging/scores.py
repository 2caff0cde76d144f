"""Three scores of a feed for one day, in ‰, each with what made it: freshness, availability, compliance.

A score is none where it cannot be told; none is never taken for zero. Formulas: `docs/reference/quality.md`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from feeds.judging.spans import Cut, Span

#: A score that nothing was taken from.
FULL: Final = 1000
#: Days ahead for which a timetable has to tell what runs; GTFS Best Practices ask for seven at least.
DAYS_AHEAD: Final = 7
#: What each code costs, whatever the number of its rows: one mistake of an exporter is one mistake.
PER_ERROR: Final = 100
PER_WARNING: Final = 10
#: How many spans are named in the details; all are counted.
_SPANS_NAMED: Final = 50


class Kind(StrEnum):
    """What is scored."""

    FRESHNESS = "freshness"
    AVAILABILITY = "availability"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class Score:
    """0 … 1000, or none; `details` are plain values that it can be computed from again."""

    value: int | None
    details: Mapping[str, Any]


def availability(cut: Cut) -> Score:
    """The share of the known seconds in which every file of the feed answered."""
    return Score(cut.share, _of_cut(cut, good="up_s", bad="down_s", named="down"))


def renewal(cut: Cut, *, allowed_s: float) -> Score:
    """The share of the known seconds in which the content had changed at most `allowed_s` before."""
    return Score(cut.share, {**_of_cut(cut, good="fresh_s", bad="stale_s", named="stale"), "allowed_s": allowed_s})


def _of_cut(cut: Cut, *, good: str, bad: str, named: str) -> dict[str, Any]:
    return {
        good: round(cut.good_s, 3),
        bad: round(cut.bad_s, 3),
        "unknown_s": round(cut.unknown_s, 3),
        named: [_edges(one) for one in cut.bad[:_SPANS_NAMED]],
        f"{named}_spans": len(cut.bad),
    }


def _edges(span: Span) -> list[str]:
    return [span.since.isoformat(), span.until.isoformat()]


def service_ahead(day: dt.date, service_from: dt.date | None, service_to: dt.date | None) -> Score:
    """How many of the `DAYS_AHEAD` days from `day` on lie within the service that a timetable tells of.

    Days before the service begins are not covered either: a reader of that day finds nothing.
    """
    if service_to is None:
        return Score(None, {"service_to": None})
    first = max(day, service_from or day)
    last = min(day + dt.timedelta(days=DAYS_AHEAD - 1), service_to)
    covered = max(0, (last - first).days + 1)
    details = {
        "days_covered": covered,
        "days_asked": DAYS_AHEAD,
        "service_from": service_from.isoformat() if service_from else None,
        "service_to": service_to.isoformat(),
        "days_ahead": max(0, (service_to - day).days + 1),
    }
    return Score(FULL * covered // DAYS_AHEAD, details)


def compliance(
    errors: Mapping[str, int],
    warnings: Mapping[str, int],
    *,
    doubts: Mapping[str, int] = MappingProxyType({}),
    incomplete: str = "",
    counted: bool = True,
) -> Score:
    """What is left of `FULL` after each code of an error (`PER_ERROR`) and of a warning (`PER_WARNING`).

    `doubts` (plausibility) are named and cost nothing. None when a check could not be run to its end and found no error
    so far: nobody knows then. Where the counts are not to be told (`counted` false), the details name the codes alone.
    """
    found = {"errors": errors, "warnings": warnings, "doubts": doubts}
    details = {name: dict(codes) if counted else sorted(codes) for name, codes in found.items()}
    if incomplete and not errors:
        return Score(None, {**details, "incomplete": incomplete})
    value = max(0, FULL - PER_ERROR * len(errors) - PER_WARNING * len(warnings))
    return Score(value, {**details, "incomplete": incomplete})
