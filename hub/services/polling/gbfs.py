"""One poll of a GBFS system: the files whose time is up, once, in this system's turn; then all that follows from them.

A good answer is kept before anything is made of it; a bad one changes nothing, and the other files go on. What readers
get, the history, and (when the system changed, or each day) a version come from what is kept, never from a second
question.
"""

from __future__ import annotations

import datetime as dt
import logging

from feeds.errors import FeedError
from hub.errors import Conflict, FetchError, NotFound, Refused
from hub.records.feed_models import Source
from hub.services import live
from hub.services.back import Back
from hub.services.polling import documents, rhythm
from hub.services.polling.asking import errands as errands_of
from hub.services.polling.documents import GBFS, NOW, Shelf
from hub.services.polling.remembering import remember
from hub.services.polling.taking_in import take_in_if_another
from hub.services.polling.watching import watch

log = logging.getLogger(__name__)


def poll(back: Back, source: Source, now: dt.datetime) -> dt.datetime:
    """Ask for what is stale and take it in; answers with when the next file goes stale.

    Raises:
        FetchError: its discovery document did not come, nor anything else that was asked for.
        FeedError: what came is no GBFS.
    """
    with live.turn(back, source.slug):
        shelf = Shelf.open(back, source.slug)
        until = _ask(back, shelf, source, now)
        _let_out(back, shelf, until, now)
    if (shelf.asked - shelf.faults.keys() | shelf.changed) & NOW:
        remember(back, shelf, now)
    take_in_if_another(back, shelf, source, now, watch(back, shelf, now))
    due = rhythm.after_success(
        source.standard, source.slug, now, every_s=source.every_s, stale_at=_when(shelf, now).values()
    )
    return max(due, now + _wished(shelf))


def _ask(back: Back, shelf: Shelf, source: Source, now: dt.datetime) -> dict[str, dt.datetime]:
    errands = errands_of(back, source, now, kept=shelf.kept)
    shelf.clean = errands.clean
    holds = documents.not_before(shelf, now, all_failed=source.failures > 0)
    try:
        with back.vault.stage() as work:
            if GBFS not in holds or holds[GBFS] <= now:
                documents.ask(shelf, errands, GBFS, source.url, work)
            named = documents.addresses(shelf)
            for name, url in named.items():
                if name not in holds or holds[name] <= now:
                    documents.ask(shelf, errands, name, url, work)
    finally:
        errands.write_log(back.front.records)
    if GBFS in shelf.faults and shelf.faults.keys() == shelf.asked:
        raise shelf.faults[GBFS]
    shelf.drop(shelf.kept.keys() - named.keys() - {GBFS})
    return documents.settle(shelf, errands, now)


def _when(shelf: Shelf, now: dt.datetime) -> dict[str, dt.datetime]:
    """When each file of the system is to be asked for next."""
    named = {GBFS, *documents.addresses(shelf)}
    return {name: at for name, at in documents.not_before(shelf, now).items() if name in named}


def _wished(shelf: Shelf) -> dt.timedelta:
    """For how long the server wants to be left alone, whichever of its files it said so for."""
    waits = (fault.again_s or 0.0 for fault in shelf.faults.values() if isinstance(fault, FetchError))
    return min(dt.timedelta(seconds=max(waits, default=0.0)), rhythm.LONGEST_WISH)


def _let_out(back: Back, shelf: Shelf, until: dict[str, dt.datetime], now: dt.datetime) -> None:
    ttls = {name: (until[name] - now).total_seconds() for name in shelf.kept if name in until}
    try:
        live.put(back, shelf.slug, {name: shelf.told(name) for name in shelf.kept}, at=now, ttls=ttls)
    except (NotFound, Conflict, Refused):
        return  # not of the commons, or not open: kept for its holder, published to nobody
    except FeedError as fault:
        log.info("%s: nothing of it can be published: %s", shelf.slug, fault)
