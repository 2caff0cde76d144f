"""Whatever members do may end the grant of an extract: the worker is asked to look at once, not at its next round."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from hub.records import extracts as extract_records
from hub.records import jobs as job_records

#: The kind of job that sweeps.
SWEEP: Final = "sweep-extracts"


def ask_for_sweep(session: Session, *, at: dt.datetime) -> bool:
    """Have extracts swept as soon as a worker is free, once this session commits.

    Answers whether there is any extract that could have ended.
    """
    if not extract_records.extracts(session, live=True):
        return False
    job_records.add(session, SWEEP, {}, at=at)
    return True
