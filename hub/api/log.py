"""Routes of the log: checkpoints, one's own entries, proofs, and witnesses' lines.

For members only, for the size of the tree tells how much the hub is used. Each reads its own entries, the secretariat
all of them.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from governance.canonical import LARGEST_INTEGER
from governance.parties import Kind, Member
from hub.api.acting import ActingMember, private
from hub.api.files import SHUT_CACHE, VARY
from hub.api.paging import Cursor, Limit, link_next, place
from hub.api.reader import FrontOffice, actor_of
from hub.api.shapes_log import (
    CheckpointDoc,
    ConsistencyDoc,
    CosignatureAsk,
    CosignatureDoc,
    InclusionDoc,
    LogEntryItem,
    LogEntryList,
)
from hub.records import log_pages
from hub.services import log_export, log_listing, log_proofs, log_witnesses
from hub.services.keys import Actor
from hub.services.log_discretion import discreet
from hub.services.trail import reading_member

router = APIRouter(tags=["log"])

#: One line a JSON object.
JSON_LINES = "application/x-ndjson"


def _reading(front: FrontOffice, actor: Annotated[Actor, Depends(actor_of)]) -> Member:
    return reading_member(front, actor)


ReadingMember = Annotated[Member, Depends(_reading)]


def _own(member: Member) -> str | None:
    """Whose entries a member reads; None: all."""
    return None if member.kind is Kind.SECRETARIAT else member.id


@router.get("/log/checkpoint", response_model=CheckpointDoc)
def log_checkpoint(front: FrontOffice, member: ReadingMember, response: Response) -> CheckpointDoc:
    """The newest checkpoint, with every witness's line under it."""
    private(response)
    return CheckpointDoc(**log_listing.signed(log_proofs.newest_checkpoint(front)))


@router.get("/log/entries", response_model=LogEntryList)
def log_entries(
    front: FrontOffice,
    member: ReadingMember,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> LogEntryList:
    """Your own entries, newest first: decisions on your data, what you did, and what was done with you."""
    private(response)
    with front.records.read() as session:
        found = log_pages.newest_page(session, _own(member), before=place(cursor), most=limit + 1)
    entries = [LogEntryItem(**log_listing.opened(discreet(one, member.id))) for one in found[:limit]]
    following = found[limit - 1].index if len(found) > limit else None
    return LogEntryList(entries=entries, next=link_next(request, response, following))


@router.get("/log/proof", response_model=InclusionDoc)
def log_proof(
    front: FrontOffice,
    member: ReadingMember,
    response: Response,
    entry: Annotated[
        str, Query(description="Place of an entry of your own, or its id.", max_length=64, pattern="^[0-9a-f]+$")
    ],
) -> InclusionDoc:
    """The proof that an entry of your own is under the newest checkpoint."""
    private(response)
    return InclusionDoc(**log_listing.included(log_proofs.inclusion(front, member, entry)))


@router.get("/log/consistency", response_model=ConsistencyDoc)
def log_consistency(
    front: FrontOffice,
    member: ReadingMember,
    response: Response,
    old: Annotated[int, Query(description="Size of the tree that you saw before; 0: none.", ge=0, le=LARGEST_INTEGER)],
    new: Annotated[
        int | None, Query(description="Size of a checkpoint; else the newest.", ge=1, le=LARGEST_INTEGER)
    ] = None,
) -> ConsistencyDoc:
    """The proof that the log goes on from a tree that you saw: what a witness checks before it cosigns."""
    private(response)
    return ConsistencyDoc(**log_listing.goes_on(log_proofs.consistency(front, old, new=new)))


@router.post("/log/cosignatures", response_model=CosignatureDoc)
def log_cosign(front: FrontOffice, member: ActingMember, ask: CosignatureAsk, response: Response) -> CosignatureDoc:
    """Put your line under a checkpoint. Only a line that a registered key of your own made is taken."""
    kept = log_witnesses.accept(front, member, ask.size, ask.line)
    private(response, revision=1)
    return CosignatureDoc(size=kept.size, witness=kept.witness, at=kept.at, line=kept.line)


@router.get("/log/export", response_class=StreamingResponse)
def log_export_own(
    front: FrontOffice,
    member: ReadingMember,
    after: Annotated[int, Query(description="Only entries after so many of your own.", ge=0, le=LARGEST_INTEGER)] = 0,
    since: Annotated[
        int | None, Query(description="Size of the checkpoint to prove the way from.", ge=0, le=LARGEST_INTEGER)
    ] = None,
) -> StreamingResponse:
    """Your own entries up to the newest checkpoint as JSON lines: `hub audit verify FILE`, with the same `--after`."""
    lines = log_export.exported(front, _own(member), after=after, since=since, reader=member.id)
    headers = {
        "Cache-Control": SHUT_CACHE,
        "Vary": VARY,
        "Content-Disposition": f'attachment; filename="log-{member.id}.jsonl"',
    }
    return StreamingResponse(lines, media_type=JSON_LINES, headers=headers)
