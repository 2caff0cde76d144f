"""Releases in the records: what may leave, for whom, and under which decision."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.records.models import Release


def release(session: Session, number: str) -> Release:
    """The release of that id.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Release, number)
    if found is None:
        raise NotFound("no release has this id")
    return found


def releases(
    session: Session,
    *,
    subject: str | None = None,
    kind: str | None = None,
    audiences: Sequence[str] | None = None,
    version_id: int | None = None,
    most: int | None = None,
) -> list[Release]:
    """Releases by what they are about, newest first; all with `most` None."""
    query = select(Release).order_by(Release.created_at.desc(), Release.part).limit(most)
    for column, value in ((Release.subject, subject), (Release.kind, kind), (Release.version_id, version_id)):
        if value is not None:
            query = query.where(column == value)
    if audiences is not None:
        query = query.where(Release.audience.in_(audiences))
    return list(session.scalars(query))


def part_of_version(session: Session, version_id: int, part: str, *, audience: str) -> Release:
    """One part of a version's releases (``archive``, ``gtfs.stop_day`` …) for an audience.

    Raises:
        NotFound: this part of this version was never released.
    """
    named = (Release.version_id == version_id, Release.part == part, Release.audience == audience)
    found = session.scalar(select(Release).where(*named))
    if found is None:
        raise NotFound(f"{part} of this version is not released")
    return found


def versions_with(session: Session, subject: str, part: str, *, audience: str) -> frozenset[int]:
    """The ids of a feed's versions of which a part is released for an audience."""
    named = (Release.subject == subject, Release.part == part, Release.audience == audience)
    return frozenset(one for one in session.scalars(select(Release.version_id).where(*named)) if one is not None)
