"""Routes of the catalogue: feeds, their versions, findings and files."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from feeds.findings import Severity
from hub.api.files import object_answer, reader_cache
from hub.api.paging import Cursor, Limit, link_next, place
from hub.api.present import (
    API,
    attempt_item,
    feed_summary,
    finding_item,
    version_detail,
    version_summary,
)
from hub.api.reader import Asker, FrontOffice, Purpose
from hub.api.shapes import FeedDetail, FeedList, FindingList, Link, OtherName, VersionDetail, VersionList
from hub.services import catalogue
from hub.services.access import open_release
from hub.services.commons import current_world
from hub.services.superseded import names_of

router = APIRouter(tags=["feeds"])

Slug = Annotated[str, Path(description="The feed's name; it never changes.", max_length=80)]
Number = Annotated[int, Path(description="The version's number.", ge=1, le=2**31 - 1)]
Part = Annotated[str, Path(description="What of the feed: `archive`, `routes`, `gtfs.stop_day` …", max_length=80)]
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The file."},
    304: {"description": "Known."},
}


@router.get("/feeds", response_model=FeedList)
def feeds(front: FrontOffice, reader: Asker, response: Response) -> FeedList:
    """The feeds of the commons. A sealed one shows its name, standard and holder, and no number."""
    response.headers.update(reader_cache(reader.is_public))
    listed = catalogue.entries(front, current_world(front))
    return FeedList(feeds=[feed_summary(entry) for entry in listed])


@router.get("/feeds/{slug}", response_model=FeedDetail)
def feed(slug: Slug, front: FrontOffice, reader: Asker, response: Response) -> FeedDetail:
    """One feed: what it is, whether it may be used, how good its current version is, and its files."""
    response.headers.update(reader_cache(reader.is_public))
    entry = catalogue.entry(front, slug)
    world = current_world(front)
    visible = catalogue.may_see(front, slug, reader.actor)
    found = catalogue.detail(front, slug, reader.actor) if visible else None
    address = f"{API}/feeds/{slug}"
    return FeedDetail(
        **feed_summary(entry).model_dump(),
        sensitivity=entry.sensitivity,
        cubes=catalogue.cubes_with(world, slug),
        external_ids=[OtherName(by=one.by, id=one.id) for one in names_of(front, slug)] if visible else None,
        current=version_detail(found.current, found.files) if found else None,
        attempts=[attempt_item(attempt) for attempt in found.attempts] if found else None,
        links={"versions": Link(href=f"{address}/versions"), "agreements": Link(href=f"{API}/agreements")},
    )


@router.get("/feeds/{slug}/versions", response_model=VersionList)
def versions(
    slug: Slug,
    front: FrontOffice,
    reader: Asker,
    request: Request,
    response: Response,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> VersionList:
    """The good versions of a feed, newest first. A bad answer is no version and never replaces one."""
    response.headers.update(reader_cache(reader.is_public))
    found = catalogue.versions(front, slug, reader.actor, before=place(cursor), most=limit + 1)
    following = found[limit - 1].number if len(found) > limit else None
    return VersionList(
        versions=[version_summary(version) for version in found[:limit]],
        next=link_next(request, response, following),
    )


@router.get("/feeds/{slug}/versions/{number}", response_model=VersionDetail)
def version(slug: Slug, number: Number, front: FrontOffice, reader: Asker, response: Response) -> VersionDetail:
    """One version: who checked it, what was read, what was set aside, and its files."""
    response.headers.update(reader_cache(reader.is_public))
    found, files = catalogue.version(front, slug, number, reader.actor)
    return version_detail(found, files)


@router.get("/feeds/{slug}/versions/{number}/findings", response_model=FindingList)
def findings(
    slug: Slug,
    number: Number,
    front: FrontOffice,
    reader: Asker,
    request: Request,
    response: Response,
    severity: Annotated[Severity | None, Query(description="Only findings of this severity.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> FindingList:
    """What the checks found, each with one example (file, row, field, value) and how to mend it."""
    response.headers.update(reader_cache(reader.is_public))
    found, _ = catalogue.version(front, slug, number, reader.actor)
    wanted = [row for row in found.findings if severity is None or row.severity == severity.value]
    start = place(cursor) or 0
    end = start + limit
    return FindingList(
        verdict=found.verdict,
        counts=catalogue.severities(found.findings),
        findings=[finding_item(row, reader.language) for row in wanted[start:end]],
        next=link_next(request, response, end if end < len(wanted) else None),
    )


@router.get("/feeds/{slug}/files/{part}", responses=FILE, response_class=Response)
def current_file(
    slug: Slug,
    part: Part,
    front: FrontOffice,
    reader: Asker,
    request: Request,
    at: Annotated[
        dt.date | None, Query(description="As of the end of this local day instead of now, for example 2026-03-01.")
    ] = None,
    purpose: Purpose = None,
) -> Response:
    """A file of the current version, or of the one that was current on a day. Range and conditional requests work."""
    release = catalogue.file_of(front, slug, part, actor=reader.actor, at=at)
    access = open_release(front, release.id, actor=reader.actor, purpose=purpose)
    return object_answer(request, access, permanent=False)


@router.get("/feeds/{slug}/versions/{number}/files/{part}", responses=FILE, response_class=Response)
def version_file(
    slug: Slug,
    number: Number,
    part: Part,
    front: FrontOffice,
    reader: Asker,
    request: Request,
    purpose: Purpose = None,
) -> Response:
    """A file of one version, at its permanent address. Range and conditional requests work."""
    release = catalogue.file_of(front, slug, part, actor=reader.actor, number=number)
    access = open_release(front, release.id, actor=reader.actor, purpose=purpose)
    return object_answer(request, access, permanent=True)
