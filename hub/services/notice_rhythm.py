"""When the delivery of notices is enqueued: when there is something to deliver."""

from __future__ import annotations

from hub.records import hooks as hook_records
from hub.records import jobs as job_records
from hub.services import delivering
from hub.services.front import Front


def enqueue_deliveries(front: Front) -> bool:
    """Enqueue the delivery of what is due, if anything is; answers whether it was not waiting yet."""
    now = front.clock()
    with front.records.read() as session:
        if not hook_records.is_due(session, now=now, since=now - delivering.RECENT):
            return False
    with front.records.write() as session:
        return job_records.add(session, delivering.JOB, {}, at=now) is not None
