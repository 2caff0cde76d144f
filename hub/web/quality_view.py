"""How good a feed is, as a page draws it: its checks with their patience, its scores, and its last 90 days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from feeds.findings import Verdict
from feeds.judging.checks import CHECKS
from feeds.judging.scores import FULL, Kind
from hub.api.language import Language
from hub.records import standings
from hub.records.feed_models import Score, Standing
from hub.services.quality import Day, Quality
from hub.web.details import details_in, named
from hub.web.drawing import instant
from hub.web.tabling import duration
from hub.web.texts import text

KINDS: Final = tuple(one.value for one in (Kind.FRESHNESS, Kind.AVAILABILITY, Kind.COMPLIANCE))
#: Days of the strip.
DAYS: Final = 90
_STEP, _BAR, _TALL, _ROW, _LEFT = 8, 6, 28, 42, 108


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check: what it is called, what is said of it since when, what it may turn to, and why."""

    name: str
    verdict: str
    since: dt.datetime
    patience: str
    details: Sequence[str]


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One of a day's scores, 0 to 1000; none where it cannot be told. Kinds that do not apply have none of these."""

    kind: str
    value: int | None
    details: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar of the strip, in pixels. A score that cannot be told has no height: a line is drawn."""

    left: int
    top: int
    height: int
    is_told: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The last days of the three scores, as bars: one row a kind, one column a day."""

    first: dt.date
    last: dt.date
    rows: Sequence[tuple[str, int]]
    marks: Sequence[Mark]
    bar: int = _BAR
    left: int = _LEFT
    width: int = _LEFT + DAYS * _STEP
    height: int = len(KINDS) * _ROW + 18


@dataclass(frozen=True, slots=True)
class QualityView:
    """All that a feed's page says of its quality; `today` is empty before the feed was scored."""

    checks: Sequence[CheckView]
    day: dt.date | None
    is_over: bool
    today: Sequence[ScoreView]
    strip: Strip | None
    days: Sequence[tuple[dt.date, Sequence[int | None]]]


def quality_view(found: Quality, *, today: dt.date, language: Language) -> QualityView:
    """Draw up what is said of a feed; `today` is the last day of the strip."""
    since = today - dt.timedelta(days=DAYS - 1)
    days = [one for one in found.days if since <= one.day <= today]
    newest = days[0] if days else None
    return QualityView(
        checks=[_check(row, language) for row in found.standings],
        day=newest.day if newest else None,
        is_over=all(bool(one.details["over"]) for one in newest.scores.values()) if newest else True,
        today=_scores(newest.scores, language) if newest else (),
        strip=_strip(days, today) if days else None,
        days=[(one.day, [value_of(one.scores.get(kind)) for kind in KINDS]) for one in days],
    )


def value_of(score: Score | None) -> int | None:
    """A score's number, where there is one."""
    return score.value if score is not None else None


def _scores(scores: Mapping[str, Score], language: Language) -> list[ScoreView]:
    told = ((kind, scores[kind]) for kind in KINDS if kind in scores)
    return [ScoreView(kind, one.value, details_in(one.details, language)) for kind, one in told]


def _check(row: Standing, language: Language) -> CheckView:
    details = details_in(row.facts["details"], language)
    return CheckView(named("check", row.check, language), row.verdict, row.since, _patience(row, language), details)


def _patience(row: Standing, language: Language) -> str:
    """What is waited for before what is said changes (`feeds.judging.standing`)."""
    said, check = standings.said(row), CHECKS.get(row.check)
    if said.raw is Verdict.UNKNOWN and said.verdict is not Verdict.UNKNOWN:
        return text("quality.frozen", language)
    if check is None or said.latest is said.verdict or said.latest not in (Verdict.FAIL, Verdict.PASS):
        return text("quality.steady", language)
    is_grace, policy = said.latest is Verdict.FAIL, check.policy
    return text(
        "quality.grace" if is_grace else "quality.probation",
        language,
        since=instant(said.streak_since),
        streak=said.streak,
        lasted=duration(said.streak_s),
        times=policy.fails if is_grace else policy.passes,
        seconds=duration(policy.grace_s if is_grace else policy.probation_s),
    )


def _strip(days: Iterable[Day], today: dt.date) -> Strip:
    first = today - dt.timedelta(days=DAYS - 1)
    tops = {kind: place * _ROW for place, kind in enumerate(KINDS)}
    marks = [
        _mark(one.scores[kind], left=_LEFT + (one.day - first).days * _STEP, top=top)
        for one in days
        for kind, top in tops.items()
        if kind in one.scores
    ]
    return Strip(first, today, list(tops.items()), marks)


def _mark(score: Score, *, left: int, top: int) -> Mark:
    if score.value is None:
        return Mark(left, top + _TALL - 2, 2, is_told=False)
    # A score of 0 is told too: it is not nothing.
    height = max(1, round(_TALL * score.value / FULL))
    return Mark(left, top + _TALL - height, height, is_told=True)
