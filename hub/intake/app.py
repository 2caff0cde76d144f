"""The door in: a holder hands in a feed, and asks what became of it. It serves nothing out of the vault."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Path
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hub.api.app import RESPONSES
from hub.api.edge import Edge
from hub.api.problems import install
from hub.api.reader import Asker, FrontOffice, Reader
from hub.api.shapes_commons import JobDoc
from hub.errors import NotFound
from hub.intake.contributing import may_contribute, must_contribute, readable_job, take_on
from hub.intake.inbox import suffix_of, take
from hub.records.models import Job
from hub.services.back import Back
from hub.services.keys import Actor

router = APIRouter()

Slug = Annotated[str, Path(description="The feed's name.", max_length=80)]
_ACCEPTED: Final[dict[int | str, dict[str, Any]]] = {202: {"description": "Taken; the job says what comes of it."}}
_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "The file itself.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("application/zip", "application/json")
        },
    }
}


def create_intake(back: Back) -> FastAPI:
    """The application that takes feeds in. It is handed a back office: the vault is where uploads go."""
    app = FastAPI(
        title="Mobility data-commons hub: intake",
        version="1",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=RESPONSES,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.front, app.state.back = back.front, back
    install(app)
    app.include_router(router)
    app.add_middleware(Edge)
    return app


def _back(request: Request) -> Back:
    back: Back = request.app.state.back
    return back


def contributor(slug: Slug, front: FrontOffice, reader: Asker) -> Actor:
    """Whoever may hand this feed in; asked before a byte of the body is read."""
    must_contribute(front, slug, reader.actor)
    return reader.actor


BackOffice = Annotated[Back, Depends(_back)]


@router.get("/")
def intake() -> dict[str, str]:
    """What this door is for."""
    return {
        "title": "Intake of the mobility data commons",
        "how": "POST the file itself to /feeds/{slug}, with the header Authorization: Bearer mch_…",
        "description": "/openapi.json",
    }


@router.post("/feeds/{slug}", status_code=202, response_model=JobDoc, responses=_ACCEPTED, openapi_extra=_BODY)
async def hand_in(
    slug: Slug,
    request: Request,
    response: Response,
    back: BackOffice,
    actor: Annotated[Actor, Depends(contributor)],
) -> JobDoc:
    """Hand in the next version of a feed: the file itself is the body. Needs a key with the scope `contribute`."""
    suffix = suffix_of(request.headers.get("content-type", ""))
    most = back.fetcher.most_bytes
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise HTTPException(413, f"more than {most} bytes")
    path = await take(request.stream(), back.vault.root / "inbox", suffix=suffix, most_bytes=most)
    job = await take_on(back.front, slug, path, actor)
    response.headers["Location"] = f"/jobs/{job.id}"
    return job_doc(job)


@router.get("/jobs/{number}", response_model=JobDoc)
def job(number: Annotated[int, Path(ge=1, le=2**53)], front: FrontOffice, reader: Asker) -> JobDoc:
    """What became of an upload: for the feed's holder and the secretariat."""
    found = readable_job(front, number)
    if found is None or not _concerns(reader, found, front):
        raise NotFound("no job of yours has this number")
    return job_doc(found)


def _concerns(reader: Reader, found: Job, front: FrontOffice) -> bool:
    return may_contribute(front, str(found.payload.get("slug", "")), reader.actor)


def job_doc(found: Job) -> JobDoc:
    """A job as a shape; its payload stays inside."""
    return JobDoc(
        id=found.id,
        kind=found.kind,
        state=found.state,
        phase=found.phase,
        done=found.done,
        total=found.total,
        tries=found.tries,
        error=found.error,
        finished_at=found.finished_at,
        href=f"/jobs/{found.id}",
    )
