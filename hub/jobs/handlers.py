"""What each kind of job does: its payload in, one service called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from feeds.errors import FeedError
from hub.services.back import Back
from hub.services.ingest import ingest
from hub.services.publish import publish_if_open
from hub.services.release import ReleaseAsk, release


def _ingest(back: Back, payload: dict[str, Any]) -> None:
    try:
        done = ingest(back, payload["source"], slug=payload["slug"], standard=payload.get("standard"))
    except FeedError:
        # A refused upload is not tried again; the attempt is written down, and the file is of no more use.
        _remove(payload)
        raise
    publish_if_open(back, done)
    _remove(payload)


def _remove(payload: dict[str, Any]) -> None:
    if payload.get("remove"):
        Path(payload["source"]).unlink(missing_ok=True)


def _release(back: Back, payload: dict[str, Any]) -> None:
    release(back, ReleaseAsk.from_payload(payload))


HANDLERS: Mapping[str, Callable[[Back, dict[str, Any]], None]] = {"ingest": _ingest, "release": _release}
