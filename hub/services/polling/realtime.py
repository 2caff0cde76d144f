"""One poll of a GTFS-RT feed: the message, if it is another than the one before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from feeds.errors import FeedError
from hub.records.feed_models import Source
from hub.services.back import Back
from hub.services.polling import rhythm
from hub.services.polling.asking import errands as errands_of
from hub.services.realtime import Desk, last_message, still, take, usable

#: Schedules, and the message before of each feed, stay open between polls; threads share it.
_DESK = Desk()


def poll(back: Back, source: Source, now: dt.datetime) -> dt.datetime:
    """Ask for the newest message and take it in; answers with when it is asked next.

    Raises:
        FetchError: it did not come.
        FeedError: it is no message.
    """
    last = last_message(back, source.slug)
    errands = errands_of(back, source, now, kept={} if last is None else {"": last})
    with back.vault.stage() as work:
        target = Path(work) / "message.pb"
        try:
            answer = errands.ask("", source.url, target)
            message = b"" if answer.not_modified else target.read_bytes()
            read = None if answer.not_modified else usable(message)
        except FeedError as fault:
            errands.not_taken("", fault)
            raise
        finally:
            errands.write_log(back.front.records)
        if read is None:
            still(back, source.slug, at=now)
        else:
            take(back, source.slug, message, at=now, desk=_DESK, read=read)
    with back.front.records.write() as session:
        errands.keep(session)
    return rhythm.after_success(source.standard, source.slug, now, every_s=source.every_s)
