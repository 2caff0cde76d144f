"""From records and governance values to the shapes of the API. Nothing is decided here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance.bilingual import Sentence
from governance.world import World
from hub.api.language import Language
from hub.api.shapes import (
    AttemptItem,
    FeedSummary,
    FileLink,
    FindingItem,
    Link,
    ReleaseItem,
    Said,
    Terms,
    VersionDetail,
    VersionSummary,
)
from hub.records.models import Attempt, FindingRow, Release, Version
from hub.services.access import CUBE, Access, period_of
from hub.services.catalogue import Entry, severities
from hub.services.wording import kind_of, mend_in, message_in

API = "/api/v1"


def said(sentence: Sentence) -> Said:
    """A bilingual text."""
    return Said(fr=sentence.fr, en=sentence.en)


def feed_summary(entry: Entry) -> FeedSummary:
    """A feed as everybody sees it."""
    return FeedSummary(
        slug=entry.slug,
        title=said(entry.title),
        standard=entry.standard,
        holder=entry.holder,
        access="open" if entry.is_open else "sealed",
        licence=entry.licence,
        territory=list(entry.territory),
        href=f"{API}/feeds/{entry.slug}",
    )


def version_address(version: Version) -> str:
    """Where a version is found for good."""
    return f"{API}/feeds/{version.feed_slug}/versions/{version.number}"


def version_summary(version: Version) -> VersionSummary:
    """A version as it stands in a list."""
    return VersionSummary(
        id=version.number,
        digest=version.digest,
        standard_version=version.standard_version,
        ingested_at=version.ingested_at,
        verdict=version.verdict,
        href=version_address(version),
    )


def version_detail(version: Version, files: Iterable[Release]) -> VersionDetail:
    """A version with its report and its files."""
    address = version_address(version)
    return VersionDetail(
        **version_summary(version).model_dump(),
        validation_date=version.validation_date,
        validators=version.validators,
        incomplete=version.incomplete,
        rows=version.rows,
        set_aside=version.set_aside,
        facts=version.facts,
        findings=severities(version.findings),
        files=[file_link(release, address) for release in files],
        links={"findings": Link(href=f"{address}/findings"), "feed": Link(href=f"{API}/feeds/{version.feed_slug}")},
    )


def file_link(release: Release, version: str) -> FileLink:
    """A file that may be downloaded."""
    return FileLink(
        part=release.part,
        media_type=release.media_type,
        size=release.size,
        digest=release.digest,
        file_name=release.file_name,
        href=f"{version}/files/{release.part}",
    )


def attempt_item(attempt: Attempt) -> AttemptItem:
    """One attempt to take a feed in."""
    return AttemptItem(
        at=attempt.at,
        outcome=attempt.outcome,
        error=attempt.error,
        version=attempt.version.number if attempt.version else None,
    )


def finding_item(row: FindingRow, language: Language) -> FindingItem:
    """One thing that a check found, in the reader's language where its code is known."""
    return FindingItem(
        code=row.code,
        kind=kind_of(row.code).value,
        severity=row.severity,
        message=message_in(language, row),
        file=row.file,
        row=row.row,
        field=row.field,
        value=row.value,
        count=row.count,
        mend=mend_in(language, row),
    )


def period(release: Release) -> list[dt.date] | None:
    """The local days [from, to) of a release."""
    found = period_of(release)
    return [found.from_, found.to] if found else None


def title_of(world: World, release: Release) -> Sentence:
    """What a release is about, in words."""
    cube = world.cubes.get(release.subject)
    dataset = world.datasets.get(release.subject)
    if cube is not None:
        return cube.title
    return dataset.title if dataset is not None else Sentence(release.subject, release.subject)


def release_item(world: World, release: Release, *, is_decided: bool = False) -> ReleaseItem:
    """A release as it stands in a list; of joint statistics it tells more once that is decided."""
    told = is_decided or release.kind != CUBE
    address = f"{API}/releases/{release.id}"
    return ReleaseItem(
        id=release.id,
        kind=release.kind,
        subject=release.subject,
        part=release.part if told else None,
        title=said(title_of(world, release)),
        audience=release.audience,
        period=period(release),
        created_at=release.created_at,
        media_type=release.media_type if told else None,
        size=release.size if told else None,
        digest=release.digest if told else None,
        agreements=[str(name) for name in release.agreements] if told else None,
        links={"self": Link(href=address), "data": Link(href=f"{address}/data")},
    )


def terms(access: Access) -> Terms:
    """Under which decision an answer is given."""
    return Terms(
        decision=None if access.is_for_everybody else access.decision,
        purpose=access.purpose,
        licence=access.licence,
        agreements=sorted(access.permit.grants.values()),
        promises=[said(sentence) for sentence in access.promises],
        do_not_reidentify=not access.is_open,
    )


def term_headers(access: Access) -> dict[str, str]:
    """The same as headers, for answers that are files. What caches may keep names no single access."""
    if access.is_open:
        return {"Commons-Licence": access.licence} if access.licence else {}
    headers = {
        "Commons-Decision": "" if access.is_for_everybody else access.decision,
        "Commons-Purpose": access.purpose,
        "Commons-Agreements": ", ".join(sorted(access.permit.grants.values())),
        "Commons-Licence": access.licence,
        "Commons-Conditions": "do-not-reidentify",
    }
    return {name: value for name, value in headers.items() if value}
