"""Raw verdicts of one instant, from what was fetched, read and found. What is not known is UNKNOWN, never a FAIL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from feeds.findings import Verdict
from feeds.judging.scores import DAYS_AHEAD, service_ahead
from feeds.judging.spans import Answer, by_file
from feeds.judging.standing import Seen


@dataclass(frozen=True, slots=True)
class Raw:
    """What a check says at one instant, and why."""

    verdict: Verdict
    details: Mapping[str, Any] = field(default_factory=dict)


def rounds(answers: Iterable[Answer], *, since: dt.datetime | None = None) -> Iterator[Seen]:
    """One verdict for each round of requests after `since`: FAIL where the last answer of any file was bad.

    A round is over when a file is asked again, so that eight files that fail together are one failure and not eight.
    Answers of before `since` only tell how the files stood.
    """
    state: dict[str, bool] = {}
    asked: set[str] = set()
    at: dt.datetime | None = None
    for one in sorted(answers, key=lambda one: (one.at, one.name, not one.good)):
        if since is not None and one.at <= since:
            state[one.name] = one.good
            continue
        if one.name in asked and at is not None:
            yield Seen(at, _of(state))
            asked.clear()
        asked.add(one.name)
        state[one.name], at = one.good, one.at
    if at is not None:
        yield Seen(at, _of(state))


def _of(state: Mapping[str, bool]) -> Verdict:
    return Verdict.PASS if all(state.values()) else Verdict.FAIL


def timetable_covers(day: dt.date, service_from: dt.date | None, service_to: dt.date | None) -> Raw:
    """Whether a timetable tells what runs on each of the next days."""
    score = service_ahead(day, service_from, service_to)
    if score.value is None:
        return Raw(Verdict.UNKNOWN, score.details)
    covered = score.details["days_covered"] == DAYS_AHEAD
    return Raw(Verdict.PASS if covered else Verdict.FAIL, score.details)


def content_age(answers: Iterable[Answer], *, allowed: dt.timedelta) -> tuple[dt.datetime, Raw] | None:
    """Whether the content of each file changes as it should, at the newest good answer; None without any."""
    files = [[one for one in same if one.good] for same in by_file(answers)]
    told = {same[0].name: (_changed_at(same), same[-1].at) for same in files if same}
    if not told:
        return None
    stale = {name: (at - changed).total_seconds() for name, (changed, at) in told.items() if at - changed > allowed}
    details = {"unchanged_s": stale, "allowed_s": allowed.total_seconds()}
    return max(at for _, at in told.values()), Raw(Verdict.FAIL if stale else Verdict.PASS, details)


def _changed_at(answers: list[Answer]) -> dt.datetime:
    digest, changed = answers[0].digest, answers[0].at
    for one in answers:
        if one.digest and one.digest != digest:
            digest, changed = one.digest, one.at
    return changed


def report_is_good(verdict: Verdict, errors: Iterable[str], warnings: int) -> Raw:
    """Whether the version in force has no errors; UNKNOWN as its report says."""
    return Raw(verdict, {"errors": sorted(errors), "warnings": warnings})
