"""Routes of the releases: joint statistics, each for one audience, each access decided and written down."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from governance.disclosure.published import Shape
from governance.obligations import Obligations
from governance.terms.base import Enforcement
from hub.api.files import SHUT_CACHE, VARY, cache_headers, object_answer
from hub.api.paging import Cursor, Limit, link_next, place
from hub.api.present import period, release_item, said, term_headers
from hub.api.reader import Asker, FrontOffice, Purpose
from hub.api.shapes import ReleaseDetail, ReleaseList, Said, Salt, TableAnswer
from hub.api.tabular import ABSENT_JOINT, ABSENT_OPEN, ABSENT_PARTITION, as_csv, table_answer
from hub.errors import BadRequest
from hub.records.models import Release
from hub.services import access, release_certificates
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.publicity import public_sentence
from hub.services.tables import Ask, read

router = APIRouter(tags=["releases"])

ReleaseId = Annotated[str, Path(description="The release's id.", max_length=64)]
Form = Annotated[Literal["json", "csv", "parquet"], Query(description="How the rows are written.")]
PARQUET = "application/vnd.apache.parquet"


@router.get("/releases", response_model=ReleaseList)
def releases(
    front: FrontOffice,
    reader: Asker,
    request: Request,
    response: Response,
    kind: Annotated[
        Literal["cube", "open"] | None, Query(description="Joint statistics, or files of open feeds.")
    ] = None,
    subject: Annotated[str | None, Query(description="Only of this cube or feed.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ReleaseList:
    """The releases whose audience you are in, newest first. To list them is no access, so the list tells little."""
    response.headers.update({"Cache-Control": SHUT_CACHE, "Vary": VARY})
    world = current_world(front)
    shown, following = access.listed_page(
        front, reader.actor, kind=kind, subject=subject, after=place(cursor) or 0, most=limit
    )
    return ReleaseList(
        releases=[release_item(world, release) for release in shown], next=link_next(request, response, following)
    )


@router.get("/releases/{release_id}", response_model=ReleaseDetail)
def release(
    release_id: ReleaseId, front: FrontOffice, reader: Asker, response: Response, purpose: Purpose = None
) -> ReleaseDetail:
    """What a release is and the rules it was built to. Of joint statistics that is an access, decided as any other."""
    response.headers.update({"Cache-Control": SHUT_CACHE, "Vary": VARY})
    return release_detail(front, access.described(front, release_id, actor=reader.actor, purpose=purpose))


def release_detail(front: Front, found: Release) -> ReleaseDetail:
    """A release as a shape. Values of rules that stay in the signed agreements are not repeated."""
    world = current_world(front)
    applied, cube = access.applied_to(found), world.cubes.get(found.subject)
    return ReleaseDetail(
        **release_item(world, found, is_decided=True).model_dump(),
        rules=rules_of(applied),
        promises=[said(term.sentence()) for term in applied.promises()] if applied else [],
        unit=cube.unit if cube else "",
        dimensions=list(cube.dimensions) if cube else [],
        shape=found.facts.get("shape", ""),
    )


def rules_of(applied: Obligations | None) -> list[Said]:
    """The rules of protection that a release was built to, as everybody may read them."""
    if applied is None:
        return []
    return [said(public_sentence(term)) for term in applied.of(Enforcement.FLOOR).values()]


@router.get(
    "/releases/{release_id}/data",
    response_model=TableAnswer,
    responses={200: {"content": {"text/csv": {}, PARQUET: {}}}, 304: {"description": "Known."}},
)
def data(
    release_id: ReleaseId,
    front: FrontOffice,
    reader: Asker,
    request: Request,
    response: Response,
    purpose: Purpose = None,
    format: Form = "json",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> TableAnswer | Response:
    """The published cells of a release. Each answer is decided anew, and names its decision and its conditions."""
    opened = access.open_release(front, release_id, actor=reader.actor, purpose=purpose)
    if format == "parquet" or opened.release.media_type != PARQUET:
        return _whole(request, opened, parquet=format == "parquet")
    page = read(opened.path, Ask({}, offset=place(cursor) or 0, limit=limit))
    headers = {**cache_headers(opened, permanent=True), **term_headers(opened)}
    following = link_next(request, response, page.following)
    if format == "csv":
        link = {"Link": response.headers["link"]} if following else {}
        return as_csv(page, {**headers, **link}, f"{opened.release.subject}.csv")
    response.headers.update(headers)
    world = current_world(front)
    cube = world.cubes.get(opened.release.subject)
    return table_answer(
        opened,
        page,
        units={cube.measure: cube.unit} if cube else {},
        absent=_absent(opened.release),
        following=following,
        period=period(opened.release),
    )


@router.get(
    "/releases/{release_id}/certificate",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}, "description": "The signed certificate."}},
)
def certificate(release_id: ReleaseId, front: FrontOffice, reader: Asker, purpose: Purpose = None) -> Response:
    """The certificate of joint statistics: which file, under which rules, audited against whom, signed by the hub.

    For whoever may read the release, and for every holder whose records are in it.
    """
    content = release_certificates.certificate(front, release_id, actor=reader.actor, purpose=purpose)
    return Response(content, media_type="application/json", headers={"Cache-Control": SHUT_CACHE, "Vary": VARY})


@router.get("/releases/{release_id}/salt", response_model=Salt)
def salt(release_id: ReleaseId, front: FrontOffice, reader: Asker, response: Response) -> Salt:
    """Your own holding's salt: with it and your own records you check the certificate's commitment to them."""
    response.headers.update({"Cache-Control": SHUT_CACHE, "Vary": VARY})
    found = release_certificates.own_salt(front, release_id, actor=reader.actor)
    return Salt(release=found.release, holding=found.holding, salt=found.salt)


def _absent(release: Release) -> str:
    if release.kind != access.CUBE:
        return ABSENT_OPEN
    return ABSENT_PARTITION if release.facts.get("shape") == Shape.PARTITION else ABSENT_JOINT


def _whole(request: Request, opened: access.Access, *, parquet: bool) -> Response:
    if parquet and opened.release.media_type != PARQUET:
        raise BadRequest(f"this release is {opened.release.media_type}, not Parquet; ask without a format")
    return object_answer(request, opened, permanent=True)
