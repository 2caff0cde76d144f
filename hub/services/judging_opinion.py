"""One feed judged: its evidence in; what each check says, and the scores of its days, out. Nothing is written here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feeds.findings import Verdict
from feeds.judging import raw, scores
from feeds.judging.checks import CHECKS
from feeds.judging.raw import Raw
from feeds.judging.scores import Kind, Score
from feeds.judging.spans import Span, answering, renewed
from feeds.judging.standing import Seen, Standing, steps
from hub.records import standings
from hub.services.judging_evidence import Evidence, InForce, Subject, gather, in_force, last_trouble

#: How many days that went by without a run are scored afterwards.
_DAYS_BACK: Final = 7


@dataclass(frozen=True, slots=True)
class Stepped:
    """One check: where it stood, and each standing that it went through since. `details` are why."""

    check: str
    before: Standing | None
    after: tuple[Standing, ...]
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def newly_fails(self) -> bool:
        """Whether it ends in a FAIL that was not said before."""
        said = self.before.verdict if self.before else Verdict.UNKNOWN
        return self.after[-1].verdict is Verdict.FAIL and said is not Verdict.FAIL


@dataclass(frozen=True, slots=True)
class Scored:
    """A score of a day, told up to `until` while the day is not over."""

    day: dt.date
    kind: Kind
    score: Score
    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """All that a run has to say of one feed."""

    slug: str
    checks: tuple[Stepped, ...]
    scores: tuple[Scored, ...]

    @property
    def newly_fails(self) -> bool:
        """Whether any check newly fails."""
        return any(one.newly_fails for one in self.checks)


def opinion(session: Session, subject: Subject, now: dt.datetime, zone: ZoneInfo) -> Opinion:
    """Judge one feed as of `now`, by the records as the session sees them.

    Raises:
        ClockWentBack: it was judged at a later instant already.
    """
    days = _days(standings.first_day_to_score(session, subject.slug), now.astimezone(zone).date())
    found = gather(session, subject, since=_start(days[0], zone), until=now)
    checks = tuple(one for one in _checks(session, found, now, zone) if one.after)
    scored = [one for day in days for one in _of_day(session, found, day, now, zone)]
    return Opinion(subject.slug, checks, tuple(scored))


def _days(first: dt.date | None, today: dt.date) -> list[dt.date]:
    """The days to score: today, and those before that were not told yet after they were over."""
    first = min(today, max(first or today, today - dt.timedelta(days=_DAYS_BACK)))
    return [first + dt.timedelta(days=n) for n in range((today - first).days + 1)]


def _start(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def _checks(session: Session, found: Evidence, now: dt.datetime, zone: ZoneInfo) -> Iterator[Stepped]:
    yield _reachable(session, found, now)
    yield _fresh(found, now, zone)
    yield _step(found, "valid", now, _valid(found))


def _reachable(session: Session, found: Evidence, now: dt.datetime) -> Stepped:
    """One step for each round of requests; without any there is nothing to say, unless nobody asks the feed at all."""
    before = found.standings.get("reachable")
    if not found.subject.asked and not found.answers:
        return _step(found, "reachable", now, Raw(Verdict.NOT_APPLICABLE, {"asked": False}))
    seen = list(raw.rounds(found.answers, since=before.at if before else None))
    fails = bool(seen) and seen[-1].verdict is Verdict.FAIL
    details = last_trouble(session, found.subject.slug, now) if fails else {}
    return _stepped("reachable", before, seen, {"rounds": len(seen), **details})


def _fresh(found: Evidence, now: dt.datetime, zone: ZoneInfo) -> Stepped:
    before = found.standings.get("fresh")
    if found.allowed is not None:
        told = raw.content_age(found.lively, allowed=found.allowed)
        if told is None or (before is not None and told[0] <= before.at):
            return Stepped("fresh", before, ())
        return _stepped("fresh", before, [Seen(told[0], told[1].verdict)], told[1].details)
    if found.subject.standard != "gtfs" or found.version is None:
        return Stepped("fresh", before, ())
    return _step(found, "fresh", now, raw.timetable_covers(now.astimezone(zone).date(), *found.version.service))


def _valid(found: Evidence) -> Raw:
    if found.version is None:
        return Raw(Verdict.UNKNOWN, {"version": None})
    return raw.report_is_good(found.version.verdict, found.version.errors, len(found.version.warnings))


def _step(found: Evidence, check: str, now: dt.datetime, one: Raw) -> Stepped:
    return _stepped(check, found.standings.get(check), [Seen(now, one.verdict)], one.details)


def _stepped(check: str, before: Standing | None, seen: list[Seen], details: Mapping[str, Any]) -> Stepped:
    after = tuple(steps(before, seen, CHECKS[check].policy))
    return Stepped(check, before, after, details)


def _of_day(session: Session, found: Evidence, day: dt.date, now: dt.datetime, zone: ZoneInfo) -> Iterator[Scored]:
    end = _start(day + dt.timedelta(days=1), zone)
    told = min(end, now)
    whole = Span(_start(day, zone), told)
    until = None if end <= now else now
    version = found.version if told == now else in_force(session, found.subject.slug, told)
    if found.answers or found.subject.asked:
        yield Scored(day, Kind.AVAILABILITY, _availability(found, whole), until)
    freshness = _freshness(found, day, whole, version)
    if freshness is not None:
        yield Scored(day, Kind.FRESHNESS, freshness, until)
    if version is not None:
        yield Scored(day, Kind.COMPLIANCE, _compliance(found.subject, version), until)


def _availability(found: Evidence, whole: Span) -> Score:
    return scores.availability(answering(found.answers, whole, holds=found.subject.holds))


def _freshness(found: Evidence, day: dt.date, whole: Span, version: InForce | None) -> Score | None:
    """How fresh a feed was; None for standards that are not read to be fresh."""
    if found.allowed is not None:
        cut = renewed(found.lively, whole, allowed=found.allowed)
        return scores.renewal(cut, allowed_s=found.allowed.total_seconds())
    if found.subject.standard != "gtfs" or version is None:
        return None
    return scores.service_ahead(day, *version.service)


def _compliance(subject: Subject, version: InForce) -> Score:
    return scores.compliance(
        version.errors,
        version.warnings,
        doubts=version.doubts,
        incomplete=version.incomplete,
        counted=not subject.sensitive,
    )
