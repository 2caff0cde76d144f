"""Feeds, their versions, findings and attempts in the records."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feeds.findings import Finding, Report
from feeds.reading import Reading
from hub.errors import Conflict, NotFound
from hub.records.models import Attempt, Feed, FindingRow, Version
from hub.records.text import storable, storable_facts


def feed(session: Session, slug: str) -> Feed:
    """The feed of that slug.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Feed, slug)
    if found is None:
        raise NotFound(f"no feed is called {slug!r}")
    return found


def feeds(session: Session) -> list[Feed]:
    """All feeds, by slug."""
    return list(session.scalars(select(Feed).order_by(Feed.slug)))


def version(session: Session, slug: str, number: int) -> Version:
    """One version of a feed.

    Raises:
        NotFound: the feed has no such version.
    """
    found = session.scalar(select(Version).where(Version.feed_slug == slug, Version.number == number))
    if found is None:
        raise NotFound(f"feed {slug!r} has no version {number}")
    return found


def versions(session: Session, slug: str, *, before: int | None = None, most: int | None = 100) -> list[Version]:
    """A feed's versions, newest first, those below the number `before` where one is given; all with `most` None."""
    query = select(Version).where(Version.feed_slug == slug).order_by(Version.number.desc()).limit(most)
    return list(session.scalars(query if before is None else query.where(Version.number < before)))


def with_digest(session: Session, slug: str, digest: str) -> Version | None:
    """The version of this very content, if the feed has it already."""
    return session.scalar(select(Version).where(Version.feed_slug == slug, Version.digest == digest))


def attempts(session: Session, slug: str, *, most: int = 50) -> list[Attempt]:
    """The newest attempts to take a feed in, newest first."""
    return list(
        session.scalars(select(Attempt).where(Attempt.feed_slug == slug).order_by(Attempt.id.desc()).limit(most))
    )


def add_attempt(
    session: Session,
    slug: str,
    *,
    at: dt.datetime,
    source: str,
    outcome: str,
    error: str = "",
    version_id: int | None = None,
) -> None:
    """Write down an attempt, whatever came of it."""
    session.add(
        Attempt(
            feed_slug=slug,
            at=at,
            source=storable(source),
            outcome=outcome,
            error=storable(error),
            version_id=version_id,
        )
    )


def add_version(
    session: Session,
    feed: Feed,
    *,
    digest: str,
    raw_digest: str,
    source: str,
    at: dt.datetime,
    reading: Reading,
    report: Report,
) -> Version:
    """Add a version with its report, and make it the feed's current one.

    Raises:
        Conflict: the feed has a version of this content already (see `with_digest`).
    """
    if with_digest(session, feed.slug, digest) is not None:
        raise Conflict(f"feed {feed.slug!r} has this very content already")
    last = session.scalar(select(func.max(Version.number)).where(Version.feed_slug == feed.slug))
    added = Version(
        feed_slug=feed.slug,
        number=(last or 0) + 1,
        digest=digest,
        raw_digest=raw_digest,
        standard_version=reading.version,
        source=storable(source),
        ingested_at=at,
        verdict=report.verdict.value,
        validation_date=report.validation_date.isoformat() if report.validation_date else "",
        validators={"programs": dict(report.validators), "parameters": dict(report.parameters)},
        incomplete=storable(report.incomplete),
        rows=dict(reading.rows),
        set_aside=dict(reading.set_aside),
        facts=storable_facts(dict(reading.facts)),
        findings=[_row(finding) for finding in report.findings],
    )
    session.add(added)
    session.flush()
    feed.current_id = added.id
    return added


def _row(finding: Finding) -> FindingRow:
    return FindingRow(
        code=finding.code,
        severity=finding.severity.value,
        message=storable(finding.message),
        file=storable(finding.file),
        row=finding.row,
        field=storable(finding.field),
        value=storable(finding.value[:500]),
        count=finding.count,
        mend=storable(finding.mend),
    )
