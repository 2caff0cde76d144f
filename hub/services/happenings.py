"""Finding out what happened: what comes of time (a timetable that ends) and what comes of rows (versions, attempts).

`watch` reads rows and writes happenings; a second look at the same rows finds nothing new, for each happening has a key
that says what it is about. What is told of operator data is that something was refused, and never what was in it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hub.fetch import shown
from hub.records import feeds as feed_records
from hub.records import happenings as happening_records
from hub.records import sources as source_records
from hub.records.feed_models import FeedRedirect, Happening, Incident, Source, Standing
from hub.records.models import Attempt, Feed, FindingRow, Version
from hub.services import notices
from hub.services.front import Front
from hub.services.standards import is_sensitive

#: The job that looks.
JOB: Final = "notices"
#: How many days before a timetable ends its readers are told, the nearest first.
AHEAD_DAYS: Final = (7, 30)
#: How often in a row a feed must fail to answer before that is told.
SILENCES: Final = 2
#: Standards whose versions are told one by one; GBFS has one each day, whether anything changed or not.
_VERSIONED: Final = frozenset({"gtfs"})
_LONGEST_ERROR: Final = 300
#: The check that says whether a feed answers, and for how long its closed incidents are looked at.
REACHABLE: Final = "reachable"
_INCIDENTS: Final = dt.timedelta(days=30)
_WEB: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Found:
    """Something that happened, before it is known whether it was told already."""

    slug: str
    kind: str
    at: dt.datetime
    key: str
    facts: Mapping[str, Any]


def watch(front: Front, now: dt.datetime) -> list[Happening]:
    """Write down what happened since the last look, and what the day `now` brings; answers with what is new."""
    with front.records.read() as session:
        found = [
            *(one for feed in feed_records.feeds(session) for one in _of_feed(session, feed, now)),
            *_of_sources(session, now),
            *_of_incidents(session, now),
            *_of_redirects(session),
        ]
        # Nearly all of it was told before: that is found out here, where no writer waits.
        new = [one for one in found if not happening_records.is_told(session, one.slug, one.kind, one.key)]
    if not new:
        return []
    with front.records.write() as session:
        told = [
            happening_records.add(session, one.slug, one.kind, at=one.at, key=one.key, facts=one.facts) for one in new
        ]
    return [one for one in told if one is not None]


def _of_feed(session: Session, feed: Feed, now: dt.datetime) -> Iterator[Found]:
    yield from _answers(session, feed)
    if feed.standard not in _VERSIONED:
        return
    current = session.get(Version, feed.current_id) if feed.current_id is not None else None
    if current is not None:
        yield from _versions(session, feed.slug, current)
        yield from _ending(feed.slug, current, now)


def _versions(session: Session, slug: str, current: Version) -> Iterator[Found]:
    """Versions that were not told yet; of a feed of which nothing was told, the current one."""
    last = happening_records.last(session, slug, notices.NEW_VERSION)
    after = int(last.key) if last is not None else current.number - 1
    newer = select(Version).where(Version.feed_slug == slug, Version.number > after).order_by(Version.number)
    for version in session.scalars(newer):
        facts = {"version": version.number, "verdict": version.verdict}
        yield Found(slug, notices.NEW_VERSION, version.ingested_at, str(version.number), facts)
        before = _before(session, version)
        if version.verdict == "fail" and before is not None and before.verdict != "fail":
            facts = {"version": version.number, "errors": _errors(session, version)}
            yield Found(slug, notices.INVALID, version.ingested_at, str(version.number), facts)
        yield from _moved(before, version)


def _moved(before: Version | None, version: Version) -> Iterator[Found]:
    if before is not None and before.source.startswith(_WEB) and version.source.startswith(_WEB):
        yield from _url_change(before, version.source, version.ingested_at)


def _url_change(before: Version, url: str, at: dt.datetime) -> Iterator[Found]:
    old, new = shown(before.source), shown(url)
    if old != new:
        key = f"{before.number} {hashlib.sha256(new.encode()).hexdigest()[:32]}"
        yield Found(before.feed_slug, notices.URL_CHANGED, at, key, {"from": old, "to": new})


def _ending(slug: str, current: Version, now: dt.datetime) -> Iterator[Found]:
    """A timetable that ended, or that ends within the nearest of `AHEAD_DAYS`."""
    last = _date(current.facts.get("service_to"))
    if last is None:
        return
    days = (last - now.astimezone(_zone(current)).date()).days
    facts = {"service_to": last.isoformat(), "days": days, "version": current.number}
    if days < 0:
        yield Found(slug, notices.EXPIRED, now, last.isoformat(), {**facts, "days": -days})
        return
    for ahead in AHEAD_DAYS:
        if days <= ahead:
            yield Found(slug, notices.EXPIRES, now, f"{last.isoformat()} {ahead}", facts)
            return


def _answers(session: Session, feed: Feed) -> Iterator[Found]:
    """A feed that was refused, that does not answer, or that answers again: each run of the same is told once."""
    newest = session.scalar(select(Attempt).where(Attempt.feed_slug == feed.slug).order_by(Attempt.id.desc()).limit(1))
    if newest is None:
        return
    if newest.outcome != "refused" and _is_judged(session, feed.slug):
        return
    if newest.outcome in ("refused", "failed"):
        run = _run(session, newest)
        if newest.outcome == "refused" or len(run) >= SILENCES:
            yield _trouble(feed, run[0], newest)
    else:
        yield from _again(session, feed.slug, newest)


def _run(session: Session, newest: Attempt) -> list[Attempt]:
    """The attempts in a row with the outcome of the newest, oldest first: the first ones, as many as are looked at."""
    same_feed = Attempt.feed_slug == newest.feed_slug
    other = session.scalar(select(func.max(Attempt.id)).where(same_feed, Attempt.outcome != newest.outcome)) or 0
    query = select(Attempt).where(same_feed, Attempt.id > other).order_by(Attempt.id).limit(SILENCES)
    return list(session.scalars(query))


def _trouble(feed: Feed, first: Attempt, newest: Attempt) -> Found:
    # An error may hold what was in the feed.
    error = "" if is_sensitive(feed.standard) else newest.error[:_LONGEST_ERROR]
    facts = {"since": notices.instant(first.at), **({"error": error} if error else {})}
    kind = notices.REFUSED if newest.outcome == "refused" else notices.UNAVAILABLE
    return Found(feed.slug, kind, newest.at, notices.instant(first.at), facts)


def _again(session: Session, slug: str, newest: Attempt) -> Iterator[Found]:
    last = happening_records.last(session, slug, notices.UNAVAILABLE)
    if last is not None:
        yield Found(slug, notices.AVAILABLE, newest.at, last.key, {"since": last.facts.get("since")})


def _is_judged(session: Session, slug: str) -> bool:
    # Then its incidents say when it does not answer, with their grace and probation.
    return session.get(Standing, (slug, REACHABLE)) is not None


def _of_incidents(session: Session, now: dt.datetime) -> Iterator[Found]:
    """Feeds that do not answer, and that answer again, as they are judged."""
    recent = or_(Incident.closed_at.is_(None), Incident.closed_at > now - _INCIDENTS)
    query = select(Incident).where(Incident.check == REACHABLE, recent).order_by(Incident.id)
    renamed = _renamed(session)
    for one in session.scalars(query):
        # What was before a feed had this name was told under the one before.
        named_at = renamed.get(one.slug, one.opened_at)
        key, facts = f"incident {one.number}", {"since": notices.instant(one.opened_at)}
        if one.opened_at >= named_at:
            yield Found(one.slug, notices.UNAVAILABLE, now, key, facts)
        if one.closed_at is not None and one.closed_at >= named_at:
            yield Found(one.slug, notices.AVAILABLE, now, key, facts)


def _renamed(session: Session) -> dict[str, dt.datetime]:
    """When the last name that leads to a feed was superseded, by the feed's slug."""
    steps = source_records.redirects(session)
    rows = session.scalars(select(FeedRedirect).order_by(FeedRedirect.at))
    return {source_records.last_of(steps, row.slug): row.at for row in rows}


def _of_sources(session: Session, now: dt.datetime) -> Iterator[Found]:
    """Registered addresses that differ from where the current version came from; schedules that are taken no more."""
    sources = {one.slug: one for one in session.scalars(select(Source).order_by(Source.slug))}
    for slug, source in sources.items():
        feed = session.get(Feed, slug)
        current = session.get(Version, feed.current_id) if feed is not None and feed.current_id is not None else None
        if current is not None and current.source.startswith(_WEB):
            yield from _url_change(current, source.url, now)
        if source.schedule and not _is_taken(session, sources, source.schedule):
            yield Found(slug, notices.SCHEDULE_REMOVED, now, source.schedule, {"schedule": source.schedule})


def _is_taken(session: Session, sources: Mapping[str, Source], slug: str) -> bool:
    source = sources.get(slug)
    return source.active if source is not None else session.get(Feed, slug) is not None


def _of_redirects(session: Session) -> Iterator[Found]:
    """Both names are told: who follows the old one learns the new, and who follows the new one what it was called."""
    for row in session.scalars(select(FeedRedirect).order_by(FeedRedirect.old)):
        facts = {"old": row.old, "by": row.slug}
        for slug in (row.old, row.slug):
            yield Found(slug, notices.SUPERSEDED, row.at, f"{row.old} {row.slug}", facts)


def _before(session: Session, version: Version) -> Version | None:
    earlier = feed_records.versions(session, version.feed_slug, before=version.number, most=1)
    return earlier[0] if earlier else None


def _errors(session: Session, version: Version) -> int:
    query = select(func.sum(FindingRow.count)).where(
        FindingRow.version_id == version.id, FindingRow.severity == "error"
    )
    return int(session.scalar(query) or 0)


def _date(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _zone(version: Version) -> dt.tzinfo:
    try:
        return ZoneInfo(str(version.facts.get("timezone") or "UTC"))
    except (KeyError, ValueError, OSError):  # a feed's word for its zone is not always one
        return dt.UTC
