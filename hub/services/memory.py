"""What becomes of the history: days that are over are closed, and what lies too far back is forgotten."""

from __future__ import annotations

import datetime as dt
from typing import Final

from hub.services import archive, forgetting, history, live, retention
from hub.services.back import Back
from hub.services.realtime import ARCHIVE
from hub.services.renamed_files import follow

#: The kind of the job that does it.
JOB: Final = "memory"


def tidy(back: Back) -> None:
    """Close the days before today (UTC) of every GBFS system, merge those of GTFS-RT, forget what is too old; what is
    published live of a system that was closed since, and that nobody polls, is withdrawn.

    A day is closed an hour after it ended: a poll of its last minute may still be on its way.
    """
    follow(back)
    now = back.front.clock()
    today = (now - dt.timedelta(hours=1)).astimezone(dt.UTC).date()
    kinds = ((history.KIND, history.compact), (ARCHIVE, _merge))
    for kind, close in kinds:
        slugs = archive.slugs(back, kind)
        for done, slug in enumerate(slugs):
            back.progress(f"closing days of {kind}", done, len(slugs))
            for day in archive.days(back, kind, slug):
                if day < today:
                    close(back, slug, day)
    live.sweep(back)
    kept = {*archive.slugs(back, history.KIND), *archive.slugs(back, history.HOURS), *archive.slugs(back, ARCHIVE)}
    days = retention.days_of(back.front, kept, now)
    history.retain(back, now, keep_days=back.history_days, shortest=days.shortest, held=days.held)
    archive.retain(back, ARCHIVE, now, keep_days=back.history_days, shortest=days.shortest, held=days.held)
    forgetting.forget(back)


def _merge(back: Back, slug: str, day: dt.date) -> int:
    return archive.compact(back, ARCHIVE, slug, day)
