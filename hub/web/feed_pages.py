"""The pages of a feed, of a version and of what a version changed: ask a service, draw a template.

A look at a feed that is not open to everybody is one decision and one entry of the log (`catalogue.detail`); what else
the page tells of the feed rests on it. Of a sealed feed nothing is asked, so that nothing can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import HTMLResponse

from feeds.findings import Kind, Severity
from feeds.gtfs.disagreements import Disagreement, disagreements
from feeds.statistics import Statistic
from governance.audiences import Tier
from governance.datasets import Standard
from hub.api.catalogue import Number, Slug
from hub.api.files import cache_headers, reader_cache
from hub.api.language import Language, language_of
from hub.api.reader import Asker, FrontOffice, Purpose
from hub.errors import FetchError, NotFound, Refused
from hub.records.models import FindingRow, Release
from hub.services import basins, catalogue, identified, incidents, quality
from hub.services.access import open_release
from hub.services.catalogue import DIFFERENCE, Detail, Entry
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import PUBLIC
from hub.services.realtime_reading import Served, open_message
from hub.services.statistics import definitions
from hub.services.wording import kind_of
from hub.web.details import lasted
from hub.web.difference_view import read_difference
from hub.web.drawing import page
from hub.web.quality_view import DAYS, KINDS, quality_view

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Other = Annotated[int, Path(description="The version that came next.", ge=1, le=2**31 - 1)]
_FINDINGS: Final = 20
_INCIDENTS: Final = 10
#: Parts that are layers of a map.
_LAYER: Final = "application/geo+json"


@router.get("/feeds/{slug}")
def feed_page(slug: Slug, request: Request, front: FrontOffice, reader: Asker) -> HTMLResponse:
    """A feed."""
    world, now = current_world(front), front.clock()
    entry = catalogue.entry(front, slug)
    visible = catalogue.may_see(front, slug, reader.actor)
    language = language_of(request, default="fr")
    # Decides where the feed is not open to everybody; all that follows is of a feed that the reader may see.
    detail = catalogue.detail(front, slug, reader.actor) if visible else None
    judged = quality.of_feed(front, slug, days=DAYS + 1) if visible else None
    today = now.astimezone(ZoneInfo(world.basin.time_zone)).date()
    return page(
        request,
        "feed.html",
        headers=dict(reader_cache(reader.is_public)),
        entry=entry,
        visible=visible,
        detail=detail,
        tier=catalogue.tier_of(world, slug, now),
        identified=Tier.IDENTIFIED,
        purposes=identified.purposes_of(world, slug, now),
        judged=quality_view(judged, today=today, language=language) if judged else None,
        kinds=KINDS,
        findings=_worst_first(detail.current.findings)[:_FINDINGS] if detail else [],
        layers=_layers(detail),
        changed=_changed(front, entry, detail, language),
        is_live=visible and entry.standard == Standard.GBFS and catalogue.has_live(front, slug),
        message=_message(front, entry),
        merged=_merged(front, entry),
        told=incidents.of_feed(front, slug, most=_INCIDENTS) if visible else [],
        says=incidents.sentence,
        lasted=lasted,
        members=world.members,
        today=today,
        cubes=[world.cubes[name] for name in catalogue.cubes_with(world, slug)],
        statistics=_statistics(detail),
        base=front.public_url,
    )


def _layers(detail: Detail | None) -> list[Release]:
    return [one for one in detail.files if one.media_type == _LAYER] if detail else []


def _statistics(detail: Detail | None) -> list[Statistic]:
    parts = {one.part for one in detail.files} if detail else set()
    return [one for one in definitions().values() if one.id in parts]


def _changed(front: Front, entry: Entry, detail: Detail | None, language: Language) -> Sequence[str]:
    """What the current version changed, in sentences. The page of an open feed opens it as everybody may; that of
    another leaves it to the reader to open it, for that is an access of its own.
    """
    if detail is None or not entry.is_open:
        return ()
    release = next((one for one in detail.files if one.part == DIFFERENCE), None)
    if release is None:
        return ()
    try:
        return read_difference(open_release(front, release.id, actor=PUBLIC).path, language).words
    except (NotFound, Refused):  # closed since, or its object is not kept here
        return ()


def _message(front: Front, entry: Entry) -> Served | None:
    """The newest message of an open GTFS Realtime feed, as everybody may read it; None where there is none."""
    if not entry.is_open or entry.standard != Standard.GTFS_RT:
        return None
    try:
        return open_message(front, entry.slug, actor=PUBLIC)
    except (FetchError, NotFound, Refused):
        return None


def _merged(front: Front, entry: Entry) -> list[str]:
    """The territories of an open timetable of which there is a merged GTFS."""
    if not entry.is_open or entry.standard != Standard.GTFS:
        return []
    return [one for one in entry.territory if basins.newest(front, one) is not None]


@router.get("/feeds/{slug}/versions/{number}")
def version_page(slug: Slug, number: Number, request: Request, front: FrontOffice, reader: Asker) -> HTMLResponse:
    """A version with all its findings."""
    version, files = catalogue.version(front, slug, number, reader.actor)
    findings = _worst_first(version.findings)
    doubted = [one for one in findings if kind_of(one.code) is Kind.PLAUSIBILITY]
    return page(
        request,
        "version.html",
        headers=dict(reader_cache(reader.is_public)),
        entry=catalogue.entry(front, slug),
        version=version,
        files=files,
        counts=catalogue.severities(version.findings),
        broken=[one for one in findings if kind_of(one.code) is Kind.RULE],
        doubted=doubted,
        disagreements=_disagreements(version.findings),
        is_gtfs=catalogue.entry(front, slug).standard == Standard.GTFS,
        changed=any(one.part == DIFFERENCE for one in files),
    )


def _worst_first(findings: Iterable[FindingRow]) -> list[FindingRow]:
    severities = [one.value for one in Severity]
    return sorted(findings, key=lambda one: severities.index(one.severity))


def _disagreements(findings: Iterable[FindingRow]) -> list[Disagreement]:
    """What is known of how validators differ on the codes that were found."""
    codes = {one.code for one in findings}
    return [one for one in disagreements() if codes.intersection(one.code.split(", "))]


@router.get("/feeds/{slug}/versions/{number}/diff/{other}")
def difference_page(
    *,
    slug: Slug,
    number: Number,
    other: Other,
    request: Request,
    front: FrontOffice,
    reader: Asker,
    purpose: Purpose = None,
) -> HTMLResponse:
    """What the next version of a timetable changed; to look at it is an access."""
    release = catalogue.file_of(front, slug, DIFFERENCE, actor=reader.actor, number=other)
    if other != number + 1:
        raise NotFound(f"differences are published from each version to the next: {other - 1} to {other}")
    opened = open_release(front, release.id, actor=reader.actor, purpose=purpose)
    return page(
        request,
        "difference.html",
        headers=cache_headers(opened, permanent=True),
        entry=catalogue.entry(front, slug),
        before=number,
        after=other,
        difference=read_difference(opened.path, language_of(request, default="fr")),
        purpose=purpose,
        base=front.public_url,
    )
