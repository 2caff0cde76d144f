"""The rhythm: APScheduler in a process of its own, which only enqueues. Work is done by whoever claims it."""

from __future__ import annotations

import logging
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select

from hub.records import jobs as job_records
from hub.records.models import Feed
from hub.services.front import Front

log = logging.getLogger(__name__)

#: How often a feed with a URL is fetched again, in seconds, and by how much this is spread.
PERIOD_S = {"gtfs": 86_400, "gbfs": 300, "mds": 3_600}
JITTER = {"gtfs": 3_600, "gbfs": 15, "mds": 300}


def enqueue_fetches(front: Front, standard: str) -> int:
    """Enqueue a fetch for each feed of a standard that has a URL; answers how many were not waiting already."""
    with front.records.write() as session:
        feeds = session.scalars(select(Feed).where(Feed.standard == standard, Feed.url.is_not(None)))
        jobs = [
            job_records.add(session, "ingest", {"slug": feed.slug, "source": feed.url}, at=front.clock())
            for feed in feeds
        ]
    return sum(job is not None for job in jobs)


def rhythm(front: Front) -> BackgroundScheduler:
    """The scheduler, set up and not yet started: one entry for each standard."""
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    for standard, period_s in PERIOD_S.items():
        scheduler.add_job(
            enqueue_fetches,
            IntervalTrigger(seconds=period_s, jitter=JITTER[standard], timezone="UTC"),
            args=[front, standard],
            id=f"fetch-{standard}",
        )
    return scheduler


def keep_time(front: Front, stop: Event) -> None:
    """Keep the rhythm until told to stop."""
    scheduler = rhythm(front)
    scheduler.start()
    stop.wait()
    scheduler.shutdown()
