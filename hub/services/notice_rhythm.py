"""When the jobs of notices are enqueued: looking every so often, delivering when there is something to deliver."""

from __future__ import annotations

from hub.records import hooks as hook_records
from hub.records import jobs as job_records
from hub.services import delivering, happenings, merging
from hub.services.front import Front


def enqueue_watch(front: Front) -> bool:
    """Enqueue the look at what happened; answers whether it was not waiting yet."""
    return _enqueue(front, happenings.JOB)


def enqueue_deliveries(front: Front) -> bool:
    """Enqueue the delivery of what is due, if anything is."""
    now = front.clock()
    with front.records.read() as session:
        if not hook_records.is_due(session, now=now, since=now - delivering.RECENT):
            return False
    return _enqueue(front, delivering.JOB)


def enqueue_merge(front: Front) -> bool:
    """Enqueue the making of the territories' merged timetables; it makes only those whose feeds have changed."""
    return _enqueue(front, merging.JOB)


def _enqueue(front: Front, kind: str) -> bool:
    with front.records.write() as session:
        return job_records.add(session, kind, {}, at=front.clock()) is not None
