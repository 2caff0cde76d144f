"""The pages of releases, agreements, members and rules, audit, and problems: ask a service, draw a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from governance.disclosure.published import CODE, About, NotARelease, read_about
from governance.obligations import Obligations
from governance.terms.base import Enforcement
from hub.api.commons import agreement_item
from hub.api.files import cache_headers, reader_cache
from hub.api.home import problem_doc
from hub.api.language import language_of
from hub.api.paging import Cursor, place
from hub.api.paging import cursor as cursor_at
from hub.api.present import title_of
from hub.api.reader import Asker, FrontOffice, Purpose
from hub.api.releases import PARQUET, ReleaseId
from hub.errors import Conflict
from hub.services import access
from hub.services.commons import current_world
from hub.services.publicity import public_sentence
from hub.services.tables import Ask, read
from hub.web.drawing import page, with_parameters
from hub.web.tabling import view

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ROWS: Final = 100
#: Empty where the form was sent before a purpose was chosen.
ChosenPurpose = Annotated[str, Query(max_length=80, pattern="^[a-z0-9-]*$")]


@router.get("/releases")
def releases_page(request: Request, front: FrontOffice, reader: Asker, purpose: ChosenPurpose = "") -> HTMLResponse:
    """The releases whose audience the reader is in, and the registered cubes.

    What was negotiated is opened for a purpose, and to name it is the reader's own act: no link has one by itself.
    """
    world = current_world(front)
    chosen = purpose if purpose in world.purposes else ""
    found = access.listed(front, reader.actor, kind="cube")
    listed = [(one, title_of(world, one), access.period_of(one)) for one in found]
    return page(
        request,
        "releases.html",
        releases=listed,
        purposes=list(world.purposes.purposes.values()),
        chosen=chosen,
        query={"purpose": chosen} if chosen else {},
        cubes=list(world.cubes.values()),
        base=front.public_url,
    )


@router.get("/releases/{release_id}")
def release_page(
    *,
    release_id: ReleaseId,
    request: Request,
    front: FrontOffice,
    reader: Asker,
    purpose: Purpose = None,
    cursor: Cursor = None,
) -> HTMLResponse:
    """The published cells of a release; to look at them is an access."""
    opened = access.open_release(front, release_id, actor=reader.actor, purpose=purpose)
    world, release = current_world(front), opened.release
    cube = world.cubes.get(release.subject)
    measure = cube.measure if cube else ""
    is_table = release.media_type == PARQUET
    order = (measure,) if measure else ()
    ask = Ask({}, order, descending=True, offset=place(cursor) or 0, limit=_ROWS)
    found = read(opened.path, ask) if is_table else None
    language = language_of(request, default="fr")
    units = {measure: cube.unit} if cube else {}
    return page(
        request,
        "release.html",
        headers=cache_headers(opened, permanent=True),
        release=release,
        title=title_of(world, release),
        period=access.period_of(release),
        cube=cube,
        rules=_rules(access.applied_to(release)),
        promises=opened.promises,
        access=opened,
        found=found,
        about=_about(opened.path) if cube and is_table else None,
        table=view(found, units=units, language=language, measure=measure, absent=CODE) if found else None,
        following=with_parameters(request, cursor=cursor_at(found.following)) if found and found.following else "",
        base=front.public_url,
    )


def _about(path: Path) -> About | None:
    """What the file says of itself; None for one that was made before files did."""
    try:
        return read_about(path)
    except NotARelease:
        return None


def _rules(applied: Obligations | None) -> list[object]:
    return [public_sentence(term) for term in applied.of(Enforcement.FLOOR).values()] if applied else []


@router.get("/agreements")
def agreements_page(request: Request, front: FrontOffice, reader: Asker) -> HTMLResponse:
    """The agreements in force, clause by clause."""
    world, now = current_world(front), front.clock()
    listed = [
        (agreement_item(one), one.title, world.members[one.holder].name)
        for one in world.agreements
        if one.in_force(now)
    ]
    headers = dict(reader_cache(reader.is_public))
    return page(request, "agreements.html", headers=headers, agreements=listed, now=now)


@router.get("/commons")
def commons_page(request: Request, front: FrontOffice, reader: Asker) -> HTMLResponse:
    """Members, colleges, purposes and the voted rules."""
    try:
        world = current_world(front)
    except Conflict:  # nothing was loaded yet: the page says what to do first
        return page(request, "empty.html", title="nav.commons", empty="commons.empty")
    floors = [
        (
            audience.value,
            [public_sentence(term) for term in one.terms.values()],
            sorted(str(grain) for grain in one.finest),
        )
        for audience, one in world.ruleset.floors.items()
    ]
    return page(request, "commons.html", headers=dict(reader_cache(reader.is_public)), world=world, floors=floors)


@router.get("/audit")
def audit_page(request: Request, front: FrontOffice, reader: Asker) -> HTMLResponse:
    """What the audit is, and how a holder reads its own records."""
    return page(request, "audit.html", headers=dict(reader_cache(reader.is_public)), base=front.public_url)


@router.get("/problems/{code}")
def problem_page(code: str, request: Request, reader: Asker) -> HTMLResponse:
    """What a kind of problem means, and what to do about it."""
    headers = dict(reader_cache(reader.is_public))
    return page(request, "problem_type.html", headers=headers, problem=problem_doc(code))
