"""The record of single requests is kept for so many days (`HUB_FETCH_LOG_DAYS`) and no longer."""

from __future__ import annotations

import datetime as dt

from hub.records import fetches
from hub.services.back import Back

#: The kind of the job that prunes it.
JOB = "fetch-log"


def prune(back: Back) -> int:
    """Forget the requests that are too old; answers how many."""
    with back.front.records.write() as session:
        return fetches.prune(session, before=back.front.clock() - dt.timedelta(days=back.fetch_log_days))
