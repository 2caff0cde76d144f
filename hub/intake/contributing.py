"""Who may hand in a feed, and the job that an upload becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio

from governance.parties import Kind
from hub.errors import Conflict, NotFound, Refused
from hub.records import jobs as job_records
from hub.records.models import Job
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor

_REASONS = {
    "actor.anonymous": {
        "sentence_fr": "Il faut la clé d'un membre, avec la portée « contribute ».",
        "sentence_en": "A member's key with the scope 'contribute' is needed.",
    },
    "actor.may_not": {
        "sentence_fr": "Seul le détenteur du flux, ou le secrétariat, le dépose.",
        "sentence_en": "Only the feed's holder, or the secretariat, hands it in.",
    },
}
_NEXT = {
    "next_fr": "Demander une telle clé au secrétariat.",
    "next_en": "Ask the secretariat for such a key.",
}


def must_contribute(front: Front, slug: str, actor: Actor) -> None:
    """Let pass only an active member whose key may contribute, and who holds the dataset or is the secretariat.

    Raises:
        NotFound: the commons has no such dataset.
        Refused: anybody else.
    """
    if actor.member_id is None or "contribute" not in actor.scopes:
        raise _refused("actor.anonymous", "scope")
    if slug not in current_world(front).datasets:
        raise NotFound(f"no dataset of the commons is called {slug!r}")
    if not may_contribute(front, slug, actor):
        raise _refused("actor.may_not", "holder")


def may_contribute(front: Front, slug: str, actor: Actor) -> bool:
    """Whether a reader may hand in this dataset."""
    world = current_world(front)
    member, dataset = world.members.get(actor.member_id or ""), world.datasets.get(slug)
    if member is None or dataset is None or not member.active or "contribute" not in actor.scopes:
        return False
    return dataset.holder == member.id or member.kind is Kind.SECRETARIAT


async def take_on(front: Front, slug: str, path: Path, actor: Actor) -> Job:
    """Enqueue the reading of an upload; the file is removed when the job is done, or at once if there is none.

    Raises:
        Conflict: the very same work is waiting already.
    """
    standard = current_world(front).datasets[slug].standard.value
    payload = {"slug": slug, "source": str(path), "standard": standard, "remove": True, "by": actor.name}
    job: Job | None = None
    try:
        job = await anyio.to_thread.run_sync(_enqueue, front, payload)
        return job
    finally:
        if job is None:
            path.unlink(missing_ok=True)


def readable_job(front: Front, number: int) -> Job | None:
    """The job of that number, if there is one."""
    with front.records.read() as session:
        return session.get(Job, number)


def _enqueue(front: Front, payload: dict[str, Any]) -> Job:
    with front.records.write() as session:
        job = job_records.add(session, "ingest", payload, at=front.clock())
        if job is None:
            raise Conflict("this very upload is waiting already")
        return job


def _refused(code: str, clause: str) -> Refused:
    reason = {"code": code, "clause": clause, **_REASONS[code], **_NEXT}
    return Refused(reason["sentence_en"], [reason])
