"""When a polled system becomes a version: when the system itself changed, and each day."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from typing import Final

from feeds.errors import FeedError
from feeds.findings import Report
from hub.records.feed_models import Source
from hub.services.back import Back
from hub.services.ingest import ingest
from hub.services.obtain import shown_source
from hub.services.polling import documents
from hub.services.polling.documents import NOW, Shelf, laid_out
from hub.services.polling.notes import FACTS, facts_of
from hub.services.publish import publish_if_open

log = logging.getLogger(__name__)

#: A system is judged whole each day, if it did not change before.
_WHOLE: Final = dt.timedelta(days=1)


def take_in_if_another(back: Back, shelf: Shelf, source: Source, now: dt.datetime, found: Report) -> None:
    """Take what is kept in as the next version, where there is reason to; `found` is told with its findings."""
    if _is_another(back, shelf, now):
        _take_in(back, shelf, source, now, found)


def _is_another(back: Back, shelf: Shelf, now: dt.datetime) -> bool:
    """Whether the system itself changed since it was last taken in as a version, or that is a day ago.

    What is kept is held against what was taken in, not against what came now: a poll whose worker died between the two
    left its change to this one.
    """
    known, read = _facts(back, shelf.slug), _bytes_digest(shelf)
    if now - dt.datetime.fromisoformat(known["at"]) >= _WHOLE:
        return True
    if known.get("read") == read:
        return False
    if known["digest"] != _system_digest(shelf):
        return True
    _keep_facts(back, shelf.slug, {**known, "read": read})
    return False


def _take_in(back: Back, shelf: Shelf, source: Source, now: dt.datetime, found: Report) -> None:
    with back.vault.stage() as work:
        folder = laid_out(shelf, work, shelf.kept.keys())
        told = f"{shown_source(source.url)} (polled)"
        try:
            done = ingest(back, str(folder), slug=shelf.slug, standard=source.standard, told=told, beside=found)
        except FeedError as refusal:  # the attempt says so; it is tried again when it is another, or tomorrow
            log.info("%s: %s", shelf.slug, refusal)
        else:
            publish_if_open(back, done)
    facts = {"at": now.isoformat(), "digest": _system_digest(shelf), "read": _bytes_digest(shelf)}
    _keep_facts(back, shelf.slug, facts)


def _facts(back: Back, slug: str) -> dict[str, str]:
    note = back.vault.note(FACTS, facts_of(slug))
    never = {"at": dt.datetime.min.replace(tzinfo=dt.UTC).isoformat(), "digest": ""}
    return never if note is None else dict(json.loads(note))


def _keep_facts(back: Back, slug: str, facts: dict[str, str]) -> None:
    back.vault.keep_note(FACTS, facts_of(slug), json.dumps(facts).encode())


def _bytes_digest(shelf: Shelf) -> str:
    """Over the same files byte by byte: where it is the same, nothing has to be parsed."""
    whole = hashlib.sha256()
    for name in sorted(shelf.kept):
        if name.rpartition("/")[2] not in NOW:
            whole.update(name.encode() + b"\0" + hashlib.sha256(shelf.kept[name]).digest())
    return whole.hexdigest()


def _system_digest(shelf: Shelf) -> str:
    """Over what the system is: the files' data, without when each was written."""
    whole = hashlib.sha256()
    for name in sorted(shelf.kept):
        if name.rpartition("/")[2] not in NOW:
            whole.update(name.encode() + b"\0" + documents.said(shelf.kept[name], name) + b"\n")
    return whole.hexdigest()
