"""What each kind of job does: its payload in, one service called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hub.errors import BadRequest
from hub.services.back import Back
from hub.services.ingest import ingest
from hub.services.publish import publish_version
from hub.services.release import ReleaseAsk, release


def _ingest(back: Back, payload: dict[str, Any]) -> None:
    done = ingest(back, payload["source"], slug=payload["slug"], standard=payload.get("standard"))
    publish_version(back, done.version)
    if payload.get("remove"):
        Path(payload["source"]).unlink(missing_ok=True)


def _release(back: Back, payload: dict[str, Any]) -> None:
    release(back, ReleaseAsk.from_payload(payload))


HANDLERS: Mapping[str, Callable[[Back, dict[str, Any]], None]] = {"ingest": _ingest, "release": _release}


def known(kind: str) -> str:
    """The kind, if there is such a job.

    Raises:
        BadRequest: there is none.
    """
    if kind not in HANDLERS:
        raise BadRequest(f"no job is of kind {kind!r}")
    return kind
