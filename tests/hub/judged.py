"""A hub with feeds that were fetched, for tests of what is said of them: rows as the fetcher writes them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import hub.territory
from feeds.findings import Finding, Report, Severity
from feeds.reading import Reading
from hub.clock import FixedClock
from hub.records import Records
from hub.records import feeds as feed_records
from hub.records.feed_models import Fetch, Source
from hub.records.models import Feed
from hub.released import Released
from hub.services.front import Front
from hub.services.judging import Judged, judge_all

COMMONS = Path(hub.territory.__path__[0]) / "commons"
#: Noon in Paris is eleven in UTC.
NOON = dt.datetime(2026, 3, 2, 11, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass
class Town:
    """A front office with a clock that is set, and a few ways to write down what the fetcher would."""

    front: Front
    clock: FixedClock

    def source(self, slug: str, standard: str = "gbfs", *, every_s: int = 600, active: bool = True) -> None:
        """Register where a feed is fetched."""
        with self.front.records.write() as session:
            session.add(
                Source(
                    slug=slug,
                    standard=standard,
                    url=f"https://{slug}.example",
                    every_s=every_s,
                    auth={},
                    active=active,
                    registered_at=NOON,
                )
            )

    def fetched(self, slug: str, told: Iterable[tuple[dt.datetime, str, str]], *, name: str = "station_status") -> None:
        """Write down requests: when, outcome, digest."""
        with self.front.records.write() as session:
            session.add_all(
                Fetch(
                    slug=slug,
                    name=name,
                    at=at,
                    url=f"https://{slug}.example",
                    outcome=outcome,
                    status=200 if outcome == "full" else 503,
                    digest=digest,
                    error="" if outcome == "full" else "503 Service Unavailable",
                )
                for at, outcome, digest in told
            )

    def polled(self, slug: str, first: dt.datetime, outcomes: str, *, every: dt.timedelta = 10 * MINUTE) -> None:
        """Write down regular requests: `+` a new content, `-` a failure."""
        told = [(first + n * every, "full" if one == "+" else "failed", f"{n}") for n, one in enumerate(outcomes)]
        self.fetched(slug, [(at, outcome, digest if outcome == "full" else "") for at, outcome, digest in told])

    def version(
        self,
        slug: str,
        standard: str,
        *,
        at: dt.datetime,
        facts: dict[str, str] | None = None,
        errors: Iterable[str] = (),
        warnings: Iterable[str] = (),
        incomplete: str = "",
    ) -> None:
        """Take a version in."""
        found = [Finding(code, Severity.ERROR, code, count=7) for code in errors]
        found += [Finding(code, Severity.WARNING, code) for code in warnings]
        digest = hashlib.sha256(f"{slug}{at}".encode()).hexdigest()
        with self.front.records.write() as session:
            feed = session.get(Feed, slug)
            if feed is None:
                feed = Feed(slug=slug, standard=standard, created_at=at, url=f"https://{slug}.example")
                session.add(feed)
                session.flush()
            feed_records.add_version(
                session,
                feed,
                digest=digest,
                raw_digest=digest,
                source="-",
                at=at,
                reading=Reading(standard, "1", tables={}, rows={}, facts=facts or {}),
                report=Report(findings=tuple(found), incomplete=incomplete, validation_date=at.date()),
            )

    def judge(self, now: dt.datetime) -> Judged:
        """The hourly run."""
        self.clock.now = now
        return judge_all(self.front, now, timezone="Europe/Paris")


def town(records: Records, folder: Path) -> Town:
    """An empty one."""
    clock = FixedClock(NOON)
    return Town(Front(records, Released(folder / "released"), clock), clock)
