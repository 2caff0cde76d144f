"""Files over time: times that go back or stand still, a ttl that is not kept, content that is frozen."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from hashlib import blake2b

import orjson

from feeds.gbfs.documents import Document
from feeds.gbfs.over_time.memory import File
from feeds.gbfs.over_time.patience import Patience

#: The files that the standard wants near to real time.
LIVELY = ("station_status", "vehicle_status")


def seen_first(document: Document, at: dt.datetime) -> File:
    """A file that was never asked for before."""
    digest = document.digest.hex()
    return File(digest, _content(document), document.last_updated, document.ttl_s, at)


def seen_again(before: File, document: Document, at: dt.datetime, watched_s: float, patience: Patience) -> File:
    """A file asked for once more, `watched_s` after the last poll of the system (0 when nobody watched meanwhile)."""
    digest = document.digest.hex()
    content = before.content if digest == before.digest else _content(document)
    moved, changed = document.last_updated != before.last_updated, content != before.content
    late = at - document.last_updated > dt.timedelta(seconds=document.ttl_s + patience.latency_s)
    return File(
        digest=digest,
        content=content,
        last_updated=document.last_updated,
        ttl_s=document.ttl_s,
        asked_at=at,
        unmoved_s=0.0 if moved else before.unmoved_s + watched_s,
        unchanged_s=0.0 if changed else before.unchanged_s + watched_s,
        moves=0 if changed else before.moves + moved,
        polls=before.polls + 1,
        late=before.late + late,
        back=before.back + (document.last_updated < before.last_updated),
    )


def forgotten(one: File) -> File:
    """The file at the beginning of a new window."""
    return replace(one, polls=0, late=0, back=0)


def _content(document: Document) -> str:
    # Without the times of the stations' own reports: a program that renews them renews nothing.
    return blake2b(_bytes(document), digest_size=8).hexdigest()


def _bytes(document: Document) -> bytes:
    listed = next((value for value in document.data.values() if isinstance(value, list)), None)
    if listed is None:
        return orjson.dumps(document.data)
    without = [
        {k: v for k, v in one.items() if k != "last_reported"} if isinstance(one, dict) else one for one in listed
    ]
    return orjson.dumps(without)
