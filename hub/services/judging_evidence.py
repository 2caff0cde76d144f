"""What the records know of one feed at an instant, gathered in one reading session: enough to judge it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feeds.findings import Kind, Severity, Verdict
from feeds.judging.spans import Answer
from feeds.judging.standing import Standing
from hub.records import fetches, standings
from hub.records.feed_models import Fetch, Source
from hub.records.models import Feed, FindingRow, Version
from hub.services.polling.rhythm import USUAL_S
from hub.services.standards import is_sensitive
from hub.services.wording import kind_of

#: An answer speaks for three rounds, so that one put off leaves no hole, and for a quarter of an hour at least.
_ROUNDS: Final = 3
_LEAST_HOLD_S: Final = 900
#: GBFS, "data latency": station_status and vehicle_status are never more than 5 minutes out of date.
_GBFS_LATENCY_S: Final = 300
#: GTFS-RT Best Practices: trip updates and vehicle positions are no older than 90 seconds.
_RT_LATENCY_S: Final = 90
#: The files of GBFS that change all the time, under the names of every version.
_LIVELY: Final = frozenset({"station_status", "vehicle_status", "free_bike_status"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A feed that is judged: its standard, how often it is asked (seconds), whether it is asked at all."""

    slug: str
    standard: str
    every_s: int
    asked: bool

    @property
    def holds(self) -> dt.timedelta:
        """How long an answer speaks for the feed."""
        return dt.timedelta(seconds=max(_LEAST_HOLD_S, _ROUNDS * self.every_s))

    @property
    def sensitive(self) -> bool:
        """Whether counts of what was found in it are the operator's own business."""
        return is_sensitive(self.standard)


@dataclass(frozen=True, slots=True)
class InForce:
    """The version in force: its verdict, the codes found in it with their counts, and what it says of itself.

    `doubts` are warnings of plausibility: they cost nothing.
    """

    verdict: Verdict
    incomplete: str
    errors: Mapping[str, int]
    warnings: Mapping[str, int]
    doubts: Mapping[str, int]
    facts: Mapping[str, Any]

    @property
    def service(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day of service that a timetable tells of; `feed_end_date` ends it where it comes first."""
        ends = [one for one in (_day(self.facts.get(name)) for name in ("service_to", "feed_end_date")) if one]
        return _day(self.facts.get("service_from")), min(ends, default=None)

    @property
    def ttl_s(self) -> int:
        """For how long GBFS says that its files stay as they are."""
        told = str(self.facts.get("ttl_s", ""))
        return min(int(told), 86_400) if told.isdecimal() and len(told) < 10 else 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a judgement of one feed looks at."""

    subject: Subject
    version: InForce | None
    answers: tuple[Answer, ...]
    standings: Mapping[str, Standing]

    @property
    def allowed(self) -> dt.timedelta | None:
        """How old the content of a feed that is asked all the time may be; None for other feeds."""
        if self.subject.standard == "gbfs":
            return dt.timedelta(seconds=_GBFS_LATENCY_S + (self.version.ttl_s if self.version else 0))
        if self.subject.standard == "gtfs-rt":
            return dt.timedelta(seconds=_RT_LATENCY_S + self.subject.every_s)
        return None

    @property
    def lively(self) -> list[Answer]:
        """The answers of files that should change all the time."""
        if self.subject.standard != "gbfs":
            return list(self.answers)
        return [one for one in self.answers if one.name in _LIVELY]


def subjects(session: Session) -> list[Subject]:
    """Every feed that the hub took in or is to fetch, by slug."""
    sources = {one.slug: one for one in session.scalars(select(Source))}
    feeds = {one.slug: one for one in session.scalars(select(Feed))}
    return [_subject(slug, sources.get(slug), feeds.get(slug)) for slug in sorted(sources.keys() | feeds.keys())]


def _subject(slug: str, source: Source | None, feed: Feed | None) -> Subject:
    standard = feed.standard if feed else source.standard if source else ""
    every_s = source.every_s if source and source.every_s else USUAL_S.get(standard, 86_400)
    asked = source.active if source else bool(feed and feed.url)
    return Subject(slug, standard, every_s, asked)


def gather(session: Session, subject: Subject, *, since: dt.datetime, until: dt.datetime) -> Evidence:
    """What is known of a feed at `until`: requests from `since` on, and what was before that still speaks then."""
    said = {row.check: standings.said(row) for row in standings.standings(session, subject.slug)}
    found = Evidence(subject, in_force(session, subject.slug, until), (), said)
    reachable = said.get("reachable")
    first = min(since, reachable.at) if reachable else since
    # So far back an answer may still speak, or a content have changed last.
    first -= max(subject.holds, 2 * (found.allowed or dt.timedelta()))
    answers = standings.answers(session, subject.slug, since=first, until=until)
    return Evidence(subject, found.version, tuple(answers), said)


def in_force(session: Session, slug: str, at: dt.datetime) -> InForce | None:
    """The version that was in force at an instant; None before the first good one."""
    feed = session.get(Feed, slug)
    current = session.get(Version, feed.current_id) if feed and feed.current_id else None
    if current is not None and current.ingested_at > at:
        query = select(Version).where(Version.feed_slug == slug, Version.ingested_at <= at)
        current = session.scalar(query.order_by(Version.number.desc()).limit(1))
    if current is None:
        return None
    warnings = _codes(session, current.id, Severity.WARNING)
    doubts = {code: count for code, count in warnings.items() if kind_of(code) is Kind.PLAUSIBILITY}
    return InForce(
        verdict=Verdict(current.verdict),
        incomplete=current.incomplete,
        errors=_codes(session, current.id, Severity.ERROR),
        warnings={code: count for code, count in warnings.items() if code not in doubts},
        doubts=doubts,
        facts=current.facts,
    )


def _codes(session: Session, version: int, severity: Severity) -> dict[str, int]:
    """How often each code of a severity was found."""
    query = select(FindingRow.code, func.sum(FindingRow.count)).group_by(FindingRow.code).order_by(FindingRow.code)
    rows = session.execute(query.where(FindingRow.version_id == version, FindingRow.severity == severity.value))
    return {code: int(count) for code, count in rows}


def last_trouble(session: Session, slug: str, at: dt.datetime) -> dict[str, Any]:
    """What the newest request that failed says of itself, for people."""
    query = select(Fetch).where(
        Fetch.slug == slug, Fetch.at <= at, Fetch.outcome.in_((fetches.FAILED, fetches.REFUSED))
    )
    row = session.scalar(query.order_by(Fetch.at.desc(), Fetch.id.desc()).limit(1))
    if row is None:
        return {}
    return {"file": row.name, "outcome": row.outcome, "status": row.status, "error": row.error[:300]}


def _day(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None
