"""What one check says of one feed over time: a fold over raw verdicts, with grace and probation.

A raw verdict is what a check says at one instant, by itself. The standing is what is said to people: a FAIL counts
after a grace, a PASS after a FAIL only after a probation, and UNKNOWN freezes what was said before.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from feeds.findings import Verdict


class ClockWentBack(ValueError):
    """A verdict of an instant before the one that was judged last."""


@dataclass(frozen=True, slots=True)
class Policy:
    """When a change counts: after so many raw verdicts in a row that together lasted at least so many seconds.

    `fails` and `grace_s` are for a FAIL, `passes` and `probation_s` for a PASS after a FAIL. The seconds are those
    between verdicts that were known; time that ends or begins in UNKNOWN is nobody's.
    """

    fails: int = 1
    grace_s: int = 0
    passes: int = 1
    probation_s: int = 0

    def __post_init__(self) -> None:
        if self.fails < 1 or self.passes < 1 or self.grace_s < 0 or self.probation_s < 0:
            raise ValueError("a policy counts from one verdict and from zero seconds")


@dataclass(frozen=True, slots=True)
class Seen:
    """A raw verdict and its instant."""

    at: dt.datetime
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said (`verdict`, `since`), and what it will turn on.

    `raw` is the newest raw verdict of all, at `at`. `latest` is the newest that was known (not UNKNOWN): it came
    `streak` times in a row, first at `streak_since`, and lasted `streak_s` known seconds.
    """

    verdict: Verdict
    since: dt.datetime
    latest: Verdict
    streak: int
    streak_since: dt.datetime
    streak_s: float
    raw: Verdict
    at: dt.datetime


def step(standing: Standing | None, raw: Verdict, now: dt.datetime, policy: Policy) -> Standing:
    """The standing after one more raw verdict. An instant is judged once: the same again changes nothing.

    Raises:
        ClockWentBack: `now` lies before the last instant that was judged.
    """
    if standing is None:
        standing = Standing(Verdict.UNKNOWN, now, Verdict.UNKNOWN, 0, now, 0.0, Verdict.UNKNOWN, now)
    elif now < standing.at:
        raise ClockWentBack(f"{now.isoformat()} lies before {standing.at.isoformat()}, which was judged already")
    elif now == standing.at:
        return standing
    if raw is Verdict.UNKNOWN:
        return replace(standing, raw=raw, at=now)
    return _said(_counted(standing, raw, now), policy)


def _counted(standing: Standing, raw: Verdict, now: dt.datetime) -> Standing:
    """The streak with one more verdict, or a new one."""
    if raw is not standing.latest:
        return replace(standing, latest=raw, streak=1, streak_since=now, streak_s=0.0, raw=raw, at=now)
    lasted = (now - standing.at).total_seconds() if standing.raw is raw else 0.0
    return replace(standing, streak=standing.streak + 1, streak_s=standing.streak_s + lasted, raw=raw, at=now)


def _said(standing: Standing, policy: Policy) -> Standing:
    """What is said once the newest verdict counts; it then holds since the first of its streak."""
    if standing.latest is standing.verdict or not _counts(standing, policy):
        return standing
    return replace(standing, verdict=standing.latest, since=standing.streak_since)


def _counts(standing: Standing, policy: Policy) -> bool:
    if standing.latest is Verdict.FAIL:
        return standing.streak >= policy.fails and standing.streak_s >= policy.grace_s
    if standing.latest is Verdict.PASS and standing.verdict is Verdict.FAIL:
        return standing.streak >= policy.passes and standing.streak_s >= policy.probation_s
    return True


#: What several verdicts of one instant come to: the first of these that is among them.
_OF_ONE_INSTANT: Final = (Verdict.FAIL, Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.UNKNOWN)


def in_order(history: Iterable[Seen]) -> list[Seen]:
    """Raw verdicts by instant, one for each: those of one instant come to the worst that is known."""
    by_instant = groupby(sorted(history, key=lambda one: one.at), key=lambda one: one.at)
    told = ((at, {one.verdict for one in same}) for at, same in by_instant)
    return [Seen(at, next(one for one in _OF_ONE_INSTANT if one in verdicts)) for at, verdicts in told]


def steps(standing: Standing | None, history: Iterable[Seen], policy: Policy) -> Iterator[Standing]:
    """The standing after each instant of a history, whatever order it is told in.

    Raises:
        ClockWentBack: it begins before the last instant that was judged.
    """
    for one in in_order(history):
        standing = step(standing, one.verdict, one.at, policy)
        yield standing


def replay(history: Iterable[Seen], policy: Policy) -> Standing | None:
    """The standing that a whole history comes to; none of an empty one."""
    return next(iter(deque(steps(None, history, policy), maxlen=1)), None)
