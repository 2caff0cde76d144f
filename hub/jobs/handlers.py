"""What each kind of job does: its payload in, one service called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hub.services.parts  # noqa: F401 - loaded with the worker, so that no job waits for its map libraries
from hub.errors import BadRequest
from hub.records import jobs as job_records
from hub.services import closing, delivering, fetch_log, happenings, judging, memory, merging, probing
from hub.services.back import Back
from hub.services.extracts import asking, queue
from hub.services.extracts.prepare import prepare_due
from hub.services.extracts.sweep import sweep
from hub.services.ingest import ingest
from hub.services.log_checkpoints import checkpoint_if_due
from hub.services.obtain import is_url
from hub.services.polling.poll import poll
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


def _judge(back: Back, _: dict[str, Any]) -> None:
    judging.judge_all(back.front, back.front.clock(), timezone=back.timezone, progress=back.progress)


def _notices(back: Back, _: dict[str, Any]) -> None:
    happenings.watch(back.front, back.front.clock())


def _deliver(back: Back, _: dict[str, Any]) -> None:
    delivering.deliver_due(back, back.front.clock())


def _merge(back: Back, _: dict[str, Any]) -> None:
    with back.vault.stage() as work:
        merging.merge_due(back.front, work, limits=back.limits)


def _fetch_log(back: Back, _: dict[str, Any]) -> None:
    fetch_log.prune(back)


def _memory(back: Back, _: dict[str, Any]) -> None:
    memory.tidy(back)


def _poll(back: Back, payload: dict[str, Any]) -> None:
    poll(back, payload["slug"])


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
    job_records.POLL: _poll,
    "checkpoint": _checkpoint,
    judging.JOB: _judge,
    happenings.JOB: _notices,
    delivering.JOB: _deliver,
    merging.JOB: _merge,
    fetch_log.JOB: _fetch_log,
    memory.JOB: _memory,
    closing.JOB: _votes,
    probing.JOB: _probing,
    queue.PREPARE: _prepare_extracts,
    asking.SWEEP: _sweep_extracts,
}
