"""The rhythm: APScheduler in a process of its own, which only enqueues. Work is done by whoever claims it."""

from __future__ import annotations

import logging
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select

from hub.records import jobs as job_records
from hub.records.models import Feed
from hub.services.closing import enqueue_closing
from hub.services.extracts.queue import enqueue_preparation, enqueue_sweep
from hub.services.front import Front
from hub.services.log_checkpoints import is_due
from hub.services.probing import enqueue_scan

log = logging.getLogger(__name__)

#: How often a feed with a URL is fetched again, in seconds, and by how much this is spread.
PERIOD_S = {"gtfs": 86_400, "gbfs": 300, "mds": 3_600}
JITTER = {"gtfs": 3_600, "gbfs": 15, "mds": 300}
#: How often it is asked whether the log is due to be signed (`hub.services.log_checkpoints`), in seconds.
CHECKPOINT_S = 30
#: How often it is looked whether an extract's grant has ended, and whether a period of one is over, in seconds.
SWEEP_S = 60
PREPARE_S = 3_600
#: How often it is looked whether a member seems to probe, in seconds.
SCAN_S = 300
#: How often it is looked whether a vote has ended, in seconds.
CLOSE_S = 60


def enqueue_fetches(front: Front, standard: str) -> int:
    """Enqueue a fetch for each feed of a standard that has a URL; answers how many were not waiting already."""
    with front.records.write() as session:
        feeds = session.scalars(select(Feed).where(Feed.standard == standard, Feed.url.is_not(None)))
        jobs = [
            job_records.add(session, "ingest", {"slug": feed.slug, "source": feed.url}, at=front.clock())
            for feed in feeds
        ]
    return sum(job is not None for job in jobs)


def enqueue_checkpoint(front: Front) -> bool:
    """Enqueue the signing of the log when it is due; the worker has the key. Answers whether it was not waiting yet."""
    if not is_due(front):
        return False
    with front.records.write() as session:
        return job_records.add(session, "checkpoint", {}, at=front.clock()) is not None


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
    looks = (
        (enqueue_sweep, SWEEP_S),
        (enqueue_preparation, PREPARE_S),
        (enqueue_checkpoint, CHECKPOINT_S),
        (enqueue_scan, SCAN_S),
        (enqueue_closing, CLOSE_S),
    )
    for look, period_s in looks:
        trigger = IntervalTrigger(seconds=period_s, timezone="UTC")
        scheduler.add_job(look, trigger, args=[front], id=look.__name__)
    return scheduler


def keep_time(front: Front, stop: Event) -> None:
    """Keep the rhythm until told to stop."""
    scheduler = rhythm(front)
    scheduler.start()
    stop.wait()
    scheduler.shutdown()
