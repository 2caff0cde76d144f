"""One poll of one feed: ask it, take in what came, say when it is asked next. What went wrong is written down, too."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping

from sqlalchemy import update

from feeds.errors import FeedError
from hub.errors import FetchError, HubError, StorageError
from hub.records.feed_models import Source
from hub.services.back import Back
from hub.services.ingest import ingest
from hub.services.polling import gbfs, realtime, rhythm
from hub.services.publish import publish_if_open

log = logging.getLogger(__name__)

#: Asks a feed and takes in what came; answers with when it is asked next.
Poller = Callable[[Back, Source, dt.datetime], dt.datetime]


def poll(back: Back, slug: str) -> None:
    """Ask a feed, if it is still to be asked.

    Raises:
        StorageError: nothing could be written, not even that; the job is tried again.
    """
    with back.front.records.read() as session:
        source = session.get(Source, slug)
    if source is None or not source.active or source.standard not in _POLLERS:
        return
    now = back.front.clock()
    try:
        due = _POLLERS[source.standard](back, source, now)
    except StorageError:
        raise
    except (FeedError, HubError) as fault:
        # The attempt, or the single request, is in the records already.
        log.info("poll of %s: %s", slug, fault)
        _failed(back, source, now, fault)
    else:
        _write(back, source, due=due, failures=0)


def _archive(back: Back, source: Source, now: dt.datetime) -> dt.datetime:
    publish_if_open(back, ingest(back, source.url, slug=source.slug, standard=source.standard))
    return rhythm.after_success(source.standard, source.slug, now, every_s=source.every_s)


_POLLERS: Mapping[str, Poller] = {
    "gtfs": _archive,
    "mds": _archive,
    "gbfs": gbfs.poll,
    "gtfs-rt": realtime.poll,
}


def _failed(back: Back, source: Source, now: dt.datetime, fault: Exception) -> None:
    failures = source.failures + 1
    again_s = fault.again_s if isinstance(fault, FetchError) else None
    due = rhythm.after_failure(
        source.standard, source.slug, now, failures=failures, every_s=source.every_s, again_s=again_s
    )
    _write(back, source, due=due, failures=failures)


def _write(back: Back, source: Source, *, due: dt.datetime, failures: int) -> None:
    with back.front.records.write() as session:
        # What was registered anew while the feed was asked is asked as soon as may be.
        same = (Source.slug == source.slug, Source.url == source.url, Source.due_at.is_not_distinct_from(source.due_at))
        session.execute(update(Source).where(*same).values(due_at=due, failures=failures))
