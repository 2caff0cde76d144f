"""The worker: claims one job at a time, runs it, writes down what came of it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from feeds.errors import FeedError
from hub.errors import Conflict, HubError, StorageError
from hub.jobs.handlers import HANDLERS
from hub.records import jobs as job_records
from hub.records.models import Job
from hub.services.back import Back

log = logging.getLogger(__name__)

#: How long an idle worker waits before it looks again, in seconds.
IDLE_S = 1.0
#: How often a job's lease is renewed while it runs, in seconds: well within `hub.records.jobs.LEASE`.
HEARTBEAT_S = 60.0
#: How often it is written down how far a job is: each word is a commit that every other writer waits for.
TOLD_EVERY = dt.timedelta(seconds=1)

Handler = Callable[[Back, dict[str, Any]], None]


def run_one(back: Back, worker: str, handlers: Mapping[str, Handler] = HANDLERS, *, polls: bool | None = None) -> bool:
    """Claim and run the next job (a poll, or another, or any); answers whether there was one.

    This is the one place beside the ASGI edge where any exception is caught: a job that fails must be closed.
    """
    front = back.front
    with front.records.write() as session:
        job = job_records.claim(session, worker, now=front.clock(), polls=polls)
    if job is None:
        return False
    error, again = "", False
    try:
        with _heartbeat(back, job.id, worker):
            handlers[job.kind](replace(back, progress=_reporter(back, job.id, worker)), dict(job.payload))
    except FeedError as fault:
        error = str(fault)
    except HubError as fault:
        error, again = str(fault), fault.status >= 500
    except Exception as fault:
        log.exception("job %s (%s) failed", job.id, job.kind)
        # The log has the rest: the contributor reads this, and an unforeseen sentence may hold anything.
        error, again = f"the hub failed at this ({type(fault).__name__}); the secretariat finds it in the log", False
    _close(back, job, worker, error=error, again=again)
    return True


def _close(back: Back, job: Job, worker: str, *, error: str, again: bool) -> None:
    front = back.front
    try:
        with front.records.write() as session:
            job_records.finish(session, job.id, now=front.clock(), error=error, again=again, worker=worker)
            closed = session.get_one(Job, job.id).state in ("done", "failed")
    except Conflict as overtaken:
        log.warning("%s", overtaken)
        return
    source = Path(job.payload.get("source", ""))
    if closed and job.payload.get("remove") and back.vault.holds_upload(source):
        source.unlink(missing_ok=True)


def work(back: Back, worker: str, stop: Event, *, polls: bool | None = None) -> None:
    """Run jobs until told to stop: polls, others, or any."""
    while not stop.is_set():
        try:
            found = run_one(back, worker, polls=polls)
        except StorageError as fault:  # the database is away for a moment: the worker stays
            log.warning("%s", fault)
            found = False
        if not found:
            stop.wait(IDLE_S)


def work_side_by_side(back: Back, worker: str, stop: Event, *, pollers: int) -> None:
    """Run jobs until told to stop, polls in threads of their own: what waits for a server holds nobody up."""
    lanes = [
        Thread(target=work, args=(back, f"{worker}-poll-{lane}", stop), kwargs={"polls": True}, daemon=True)
        for lane in range(pollers)
    ]
    for lane in lanes:
        lane.start()
    work(back, worker, stop, polls=False if lanes else None)
    for lane in lanes:
        lane.join()


@contextmanager
def _heartbeat(back: Back, job_id: int, worker: str) -> Iterator[None]:
    """Renew the job's lease while it runs, however long a step of it takes without a word."""
    over = Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT_S):
            try:
                with back.front.records.write() as session:
                    job_records.renew(session, job_id, now=back.front.clock(), worker=worker)
            except (Conflict, StorageError) as fault:
                log.warning("job %s: %s", job_id, fault)

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _reporter(back: Back, job_id: int, worker: str) -> Callable[[str, int, int], None]:
    told: tuple[str, dt.datetime] | None = None

    def report(phase: str, done: int, total: int) -> None:
        nonlocal told
        now = back.front.clock()
        # A new phase, and the end of one, are told at once.
        if told is not None and told[0] == phase and done < total and now - told[1] < TOLD_EVERY:
            return
        told = phase, now
        with back.front.records.write() as session:
            job_records.progress(session, job_id, phase=phase, done=done, total=total, now=now, worker=worker)

    return report
