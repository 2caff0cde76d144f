"""The job table: work that is claimed by one worker at a time and taken up again when that worker dies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from governance.canonical import digest
from hub.errors import Conflict
from hub.records.models import Job
from hub.records.text import storable

#: How long a claim lasts; a living worker renews it at each step of progress.
LEASE = dt.timedelta(minutes=10)
TRIES = 3
#: How long a job that is done is shown: what somebody asked for, and what comes round by the thousand.
KEPT = dt.timedelta(days=30)
KEPT_ROUNDS = dt.timedelta(hours=1)
ASKED_FOR = ("ingest", "release")
#: The kind that threads of their own take: a poll of a minute does not wait for the reading of an hour.
POLL = "poll"


def add(session: Session, kind: str, payload: dict[str, Any], *, at: dt.datetime) -> Job | None:
    """Enqueue work, unless the very same work is waiting already."""
    key = digest(payload)
    same = select(Job.id).where(Job.kind == kind, Job.key == key, Job.state == "waiting").limit(1)
    if session.scalar(same) is not None:
        return None
    job = Job(kind=kind, payload=payload, key=key, state="waiting", run_after=at, tries=0, phase="", error="")
    job.done = job.total = 0
    session.add(job)
    session.flush()
    return job


def claim(session: Session, worker: str, *, now: dt.datetime, polls: bool | None = None) -> Job | None:
    """Take the oldest job that is due, or whose worker's lease ran out: any, a poll (True), or any other (False).

    PostgreSQL skips rows that another worker is claiming; SQLite has one writer at a time. A job whose worker died at
    each of its `TRIES` is closed, for it may well be what killed them.
    """
    due = or_(Job.state == "waiting", (Job.state == "running") & (Job.lease_until < now))
    query = select(Job).where(due, Job.run_after <= now).order_by(Job.run_after, Job.id).limit(1)
    if polls is not None:
        query = query.where((Job.kind == POLL) if polls else (Job.kind != POLL))
    while (job := session.scalar(query.with_for_update(skip_locked=True))) is not None:
        if job.tries < TRIES:
            job.state, job.claimed_by, job.lease_until, job.tries = "running", worker, now + LEASE, job.tries + 1
            return job
        _close(job, f"its worker stopped without a word, {TRIES} times", now=now)
        session.flush()
    return None


def progress(
    session: Session, job_id: int, *, phase: str, done: int, total: int, now: dt.datetime, worker: str | None = None
) -> None:
    """Say how far a job is, which also renews its lease.

    Raises:
        Conflict: `worker` is given and holds the job no more.
    """
    job = _held(session, job_id, worker)
    job.phase, job.done, job.total, job.lease_until = phase, done, total, now + LEASE


def renew(session: Session, job_id: int, *, now: dt.datetime, worker: str) -> None:
    """Say that a job is still being done.

    Raises:
        Conflict: `worker` holds the job no more.
    """
    _held(session, job_id, worker).lease_until = now + LEASE


def finish(
    session: Session,
    job_id: int,
    *,
    now: dt.datetime,
    error: str = "",
    again: bool = False,
    worker: str | None = None,
) -> None:
    """Close a job; a failed one waits for another try when `again`, up to `TRIES` in all.

    Raises:
        Conflict: `worker` is given and holds the job no more.
    """
    job = _held(session, job_id, worker)
    if error and again and job.tries < TRIES:
        job.claimed_by = job.lease_until = None
        job.state, job.error, job.run_after = "waiting", storable(error), now + dt.timedelta(minutes=2**job.tries)
        return
    _close(job, storable(error), now=now)


def _held(session: Session, job_id: int, worker: str | None) -> Job:
    job = session.get_one(Job, job_id)
    if worker is not None and (job.state, job.claimed_by) != ("running", worker):
        raise Conflict(f"job {job_id} is no longer held by {worker}: its lease ran out")
    return job


def _close(job: Job, error: str, *, now: dt.datetime) -> None:
    job.claimed_by = job.lease_until = None
    job.state, job.error, job.finished_at = ("failed" if error else "done"), error, now


def prune(session: Session, *, now: dt.datetime) -> None:
    """Forget jobs that were done long ago; those that failed stay for whoever looks into them."""
    asked = Job.kind.in_(ASKED_FOR)
    for which, kept in ((~asked, KEPT_ROUNDS), (asked, KEPT)):
        session.execute(delete(Job).where(which, Job.state == "done", Job.finished_at < now - kept))


def jobs(session: Session, *, most: int = 100) -> list[Job]:
    """The newest jobs, newest first."""
    return list(session.scalars(select(Job).order_by(Job.id.desc()).limit(most)))
