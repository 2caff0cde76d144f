"""What each kind of job does: its payload in, one service called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hub.errors import BadRequest
from hub.services import closing, probing
from hub.services.back import Back
from hub.services.extracts import asking, queue
from hub.services.extracts.prepare import prepare_due
from hub.services.extracts.sweep import sweep
from hub.services.ingest import ingest
from hub.services.log_checkpoints import checkpoint_if_due
from hub.services.obtain import is_url
from hub.services.publish import publish_if_open
from hub.services.release import ReleaseAsk, release


def _ingest(back: Back, payload: dict[str, Any]) -> None:
    _must_be_taken(back, payload)
    done = ingest(back, payload["source"], slug=payload["slug"], standard=payload.get("standard"))
    publish_if_open(back, done)


def _must_be_taken(back: Back, payload: dict[str, Any]) -> None:
    # A job is a row, and rows are written by the web too: it may name a URL or an upload, never a file of the vault.
    if not is_url(payload["source"]) and not back.vault.holds_upload(Path(payload["source"])):
        raise BadRequest("a job takes a URL or an upload, and no other file")


def _release(back: Back, payload: dict[str, Any]) -> None:
    release(back, ReleaseAsk.from_payload(payload))


def _prepare_extracts(back: Back, _: dict[str, Any]) -> None:
    prepare_due(back)


def _sweep_extracts(back: Back, _: dict[str, Any]) -> None:
    sweep(back)


def _probing(back: Back, _: dict[str, Any]) -> None:
    probing.scan(back.front)


def _checkpoint(back: Back, _: dict[str, Any]) -> None:
    checkpoint_if_due(back)


def _votes(back: Back, _: dict[str, Any]) -> None:
    closing.close_due(back.front)


HANDLERS: Mapping[str, Callable[[Back, dict[str, Any]], None]] = {
    "ingest": _ingest,
    "release": _release,
    "checkpoint": _checkpoint,
    closing.JOB: _votes,
    probing.JOB: _probing,
    queue.PREPARE: _prepare_extracts,
    asking.SWEEP: _sweep_extracts,
}
