"""The rhythm: APScheduler in a process of its own, which only enqueues. Work is done by whoever claims it."""

from __future__ import annotations

import logging
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from hub.records import jobs as job_records
from hub.services import fetch_log, happenings, judging, memory, merging
from hub.services.closing import enqueue_closing
from hub.services.extracts.queue import enqueue_preparation, enqueue_sweep
from hub.services.front import Front
from hub.services.log_checkpoints import is_due
from hub.services.notice_rhythm import enqueue_deliveries
from hub.services.polling.due import enqueue_due
from hub.services.probing import enqueue_scan

log = logging.getLogger(__name__)

#: How often it is looked which feeds are due, in seconds.
DUE_S = 2
#: What is done over and over, and how often, in seconds.
CHORES_S = {
    judging.JOB: 3_600,
    happenings.JOB: 300,
    merging.JOB: 1_800,
    memory.JOB: 3_600,
    fetch_log.JOB: 86_400,
}
#: How often it is looked whether a notice is to be delivered, in seconds.
DELIVER_S = 5
#: How often jobs that are done are forgotten, in seconds.
PRUNE_S = 600
#: How often it is asked whether the log is due to be signed (`hub.services.log_checkpoints`), in seconds.
CHECKPOINT_S = 30
#: How often it is looked whether an extract's grant has ended, and whether a period of one is over, in seconds.
SWEEP_S = 60
PREPARE_S = 3_600
#: How often it is looked whether a member seems to probe, in seconds.
SCAN_S = 300
#: How often it is looked whether a vote has ended, in seconds.
CLOSE_S = 60


def enqueue_chore(front: Front, kind: str) -> bool:
    """Enqueue a job that needs no word more than its kind; answers whether it was not waiting yet."""
    with front.records.write() as session:
        return job_records.add(session, kind, {}, at=front.clock()) is not None


def prune_jobs(front: Front) -> None:
    """Forget the jobs that were done long ago."""
    with front.records.write() as session:
        job_records.prune(session, now=front.clock())


def enqueue_checkpoint(front: Front) -> bool:
    """Enqueue the signing of the log when it is due; the worker has the key. Answers whether it was not waiting yet."""
    return is_due(front) and enqueue_chore(front, "checkpoint")


def rhythm(front: Front) -> BackgroundScheduler:
    """The scheduler, set up and not yet started: one entry for each thing that is looked at now and then."""
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    looks = (
        (enqueue_due, DUE_S),
        (enqueue_deliveries, DELIVER_S),
        (prune_jobs, PRUNE_S),
        (enqueue_sweep, SWEEP_S),
        (enqueue_preparation, PREPARE_S),
        (enqueue_checkpoint, CHECKPOINT_S),
        (enqueue_scan, SCAN_S),
        (enqueue_closing, CLOSE_S),
    )
    for kind, period_s in CHORES_S.items():
        trigger = IntervalTrigger(seconds=period_s, jitter=period_s // 20 or None, timezone="UTC")
        scheduler.add_job(enqueue_chore, trigger, args=[front, kind], id=kind)
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
