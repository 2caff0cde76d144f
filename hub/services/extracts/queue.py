"""What the front office asks of the worker: to take away what has ended, to prepare what is due. It only enqueues."""

from __future__ import annotations

from typing import Final

from hub.errors import Conflict
from hub.records import extracts as extract_records
from hub.records import jobs as job_records
from hub.services.commons import world_at
from hub.services.extracts.asking import SWEEP
from hub.services.extracts.ended import why_ended
from hub.services.extracts.grant import bilateral
from hub.services.front import Front

#: The kind of job that prepares.
PREPARE: Final = "extracts"


def enqueue_sweep(front: Front) -> bool:
    """Have extracts swept if the grant of one has ended; answers whether one has. By the clock, a minute at a time."""
    with front.records.write() as session:
        at = front.clock()
        rows = extract_records.extracts(session, live=True)
        if not rows:
            return False
        world = world_at(front, session, at)
        if all(why_ended(row, world, at=at) is None for row in rows):
            return False
        job_records.add(session, SWEEP, {}, at=at)
    return True


def enqueue_preparation(front: Front) -> bool:
    """Have what is due prepared, where a bilateral agreement is in force; answers whether one is."""
    with front.records.write() as session:
        at = front.clock()
        try:
            world = world_at(front, session, at)
        except Conflict:  # no commons yet
            return False
        if not bilateral(world, at=at):
            return False
        job_records.add(session, PREPARE, {}, at=at)
    return True
