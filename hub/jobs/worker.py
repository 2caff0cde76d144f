"""The worker: claims one job at a time, runs it, writes down what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Event
from typing import Any

from feeds.errors import FeedError
from hub.errors import HubError
from hub.jobs.handlers import HANDLERS
from hub.records import jobs as job_records
from hub.services.back import Back

log = logging.getLogger(__name__)

#: How long an idle worker waits before it looks again, in seconds.
IDLE_S = 1.0

Handler = Callable[[Back, dict[str, Any]], None]


def run_one(back: Back, worker: str, handlers: Mapping[str, Handler] = HANDLERS) -> bool:
    """Claim and run the next job; answers whether there was one.

    This is the one place beside the ASGI edge where any exception is caught: a job that fails must be closed.
    """
    front = back.front
    with front.records.write() as session:
        job = job_records.claim(session, worker, now=front.clock())
    if job is None:
        return False
    error, again = "", False
    try:
        handlers[job.kind](replace(back, progress=_reporter(back, job.id, worker)), dict(job.payload))
    except FeedError as fault:
        error = str(fault)
    except HubError as fault:
        error, again = str(fault), fault.status >= 500
    except Exception as fault:
        log.exception("job %s (%s) failed", job.id, job.kind)
        error, again = f"{type(fault).__name__}: {fault}", False
    with front.records.write() as session:
        job_records.finish(session, job.id, now=front.clock(), error=error, again=again, worker=worker)
    return True


def work(back: Back, worker: str, stop: Event) -> None:
    """Run jobs until told to stop."""
    while not stop.is_set():
        if not run_one(back, worker):
            stop.wait(IDLE_S)


def _reporter(back: Back, job_id: int, worker: str) -> Callable[[str, int, int], None]:
    def report(phase: str, done: int, total: int) -> None:
        with back.front.records.write() as session:
            now = back.front.clock()
            job_records.progress(session, job_id, phase=phase, done=done, total=total, now=now, worker=worker)

    return report
