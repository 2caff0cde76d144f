"""Errands of a poll: what is held counts only where the very bytes of it are still here."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from hub.records import held as held_records
from hub.records.feed_models import Source
from hub.services import credentials
from hub.services.back import Back
from hub.services.errands import Errands


def errands(back: Back, source: Source, now: dt.datetime, *, kept: Mapping[str, bytes]) -> Errands:
    """Errands that ask *only if it changed* for those files of which `kept` has what the server last gave.

    A server that says *not modified* of bytes that are not here any more would leave a hole.

    Raises:
        Conflict, StorageError: the feed's credential cannot be used (see `credentials.opened`).
    """
    with back.front.records.read() as session:
        rows = held_records.held(session, source.slug)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in kept.items()}
    held = {name: row for name, row in rows.items() if digests.get(name) == row.digest}
    credential = credentials.opened(source, back.opener) if source.secret else None
    return Errands(
        back.fetcher, source.slug, now, source, credential, held, full_fetch=dt.timedelta(days=back.full_fetch_days)
    )
