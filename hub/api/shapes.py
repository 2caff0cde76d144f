"""The shapes of the API's answers: what a field means, with its unit, is said here once and goes into the reference."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_absent(value: object) -> bool:
    return value is None


_AFTER: Final = "Left out of lists for joint statistics: it is told after a decision only."


class Said(Shape):
    """A text in the two languages of the commons."""

    fr: str
    en: str


Href = Annotated[str, Field(description="Address.")]


class Link(Shape):
    """Something that can be gone to."""

    href: Href
    title: str = ""


class Home(Shape):
    """What is here."""

    title: Said
    version: str = Field(description="Version of the API.")
    basin: Said | None = Field(description="Territory of the commons; null before its documents were loaded.")
    links: dict[str, Link]


class FeedSummary(Shape):
    """A feed as everybody sees it."""

    slug: str
    title: Said
    standard: str = Field(description="gtfs, gtfs-rt, gbfs or mds.")
    holder: str = Field(description="Member who holds it; empty where the commons does not know the feed.")
    access: str = Field(description="`open` to everyone, or `sealed`: used in joint statistics only.")
    licence: str
    territory: list[str] = Field(description="Communes that it covers.")
    href: Href


class FeedList(Shape):
    """The catalogue."""

    feeds: list[FeedSummary]


class FileLink(Shape):
    """A file that may be downloaded."""

    part: str = Field(description="What of the feed: `archive`, `routes`, a statistic's id …")
    media_type: str
    size: int = Field(description="Bytes.")
    digest: str = Field(description="SHA-256 of the content, in hexadecimal; also its strong ETag.")
    file_name: str
    href: Href = Field(description="Permanent address of this very version's file.")


class VersionSummary(Shape):
    """One good version of a feed, as it stands in a list."""

    id: int
    digest: str = Field(description="SHA-256 over the content, whatever way it was packed.")
    standard_version: str
    ingested_at: dt.datetime
    verdict: str = Field(description="pass, fail, unknown or not_applicable.")
    href: Href


class VersionDetail(VersionSummary):
    """One good version of a feed."""

    validation_date: str = Field(description="The day as of which it was checked.")
    validators: dict[str, Any] = Field(description="Programs that checked it, with their versions and parameters.")
    incomplete: str = Field(description="Why a check could not be run to its end; empty if none stopped.")
    rows: dict[str, int] = Field(description="Rows read, by table.")
    set_aside: dict[str, int] = Field(description="Records that were set aside, by table.")
    facts: dict[str, Any] = Field(description="What the feed says of itself.")
    findings: dict[str, int] = Field(description="Findings by severity.")
    files: list[FileLink]
    links: dict[str, Link]


class VersionList(Shape):
    """Versions, newest first."""

    versions: list[VersionSummary]
    next: str | None = Field(description="Address of the next page; also in the header Link.")


class AttemptItem(Shape):
    """One attempt to take a feed in."""

    at: dt.datetime
    outcome: str = Field(description="new, unchanged, refused or failed.")
    error: str
    version: int | None


class OtherName(Shape):
    """What another catalogue calls a feed."""

    by: str = Field(description="`mdb`: MobilityData; `tdg`: the national access point; `onestop`, `dmfr`, `gbfs`.")
    id: str


class FeedDetail(FeedSummary):
    """A feed; its other names, current version and attempts are null where the reader may not see them."""

    sensitivity: str
    cubes: list[str] = Field(description="Registered cubes that it is a part of.")
    external_ids: list[OtherName] | None = Field(description="What other catalogues call it; see /ids.")
    current: VersionDetail | None
    attempts: list[AttemptItem] | None
    links: dict[str, Link]


class FindingItem(Shape):
    """One thing that a check found; `row`, `field` and `value` show one example of `count`."""

    code: str
    kind: str = Field(description="rule, or plausibility: only hard to believe, never an error.")
    severity: str
    message: str
    file: str
    row: int | None = Field(description="Line as a person sees it: a CSV header is row 1.")
    field: str
    value: str
    count: int
    mend: str


class FindingList(Shape):
    """The findings of a version."""

    verdict: str
    counts: dict[str, int]
    findings: list[FindingItem]
    next: str | None


class StatisticDoc(Shape):
    """A statistic: what it is called, what it means, and the text that computes it."""

    id: str
    title: Said
    formula: str
    unit: dict[str, str] = Field(description="Unit of each measure.")
    dimensions: list[str]
    parameters: dict[str, Any]
    source: str
    sql: str
    href: Href


class StatisticList(Shape):
    """Every statistic that the hub computes."""

    statistics: list[StatisticDoc]


class Terms(Shape):
    """Under which decision an answer was given, and what its reader promises."""

    decision: str | None = Field(
        default=None,
        exclude_if=_is_absent,
        description="Id of the log's entry on this access (see /audit and /log); left out of what everybody may read.",
    )
    purpose: str
    licence: str
    agreements: list[str] = Field(description="Agreements that the decision rests on.")
    promises: list[Said]
    do_not_reidentify: bool = Field(description="Whether the reader promises not to find out whose data it is.")


class TableAnswer(Shape):
    """Rows of a released table."""

    subject: str
    part: str
    version: int | None
    period: list[dt.date] | None = Field(description="Local days [from, to) that it is about.")
    date: dt.date | None = Field(description="Service day that was asked for.")
    columns: dict[str, str] = Field(description="Columns with their units; empty for dimensions.")
    rows: list[dict[str, str | int | float | bool | list[str] | None]]
    total: int = Field(description="Rows that match.")
    absent: str = Field(description="What it means that a cell is not there.")
    terms: Terms
    next: str | None


class ReleaseItem(Shape):
    """Something that left the hub, for one audience."""

    id: str
    kind: str = Field(description="`cube`: joint statistics of several holders; `open`: a file of an open feed.")
    subject: str
    part: str | None = Field(default=None, exclude_if=_is_absent, description=_AFTER)
    title: Said
    audience: str = Field(description="open, members, authority or holder.")
    period: list[dt.date] | None
    created_at: dt.datetime
    media_type: str | None = Field(default=None, exclude_if=_is_absent, description=_AFTER)
    size: int | None = Field(default=None, exclude_if=_is_absent, description=f"Bytes. {_AFTER}")
    digest: str | None = Field(default=None, exclude_if=_is_absent, description=f"SHA-256 of its content. {_AFTER}")
    agreements: list[str] | None = Field(default=None, exclude_if=_is_absent, description=_AFTER)
    links: dict[str, Link]


class ReleaseDetail(ReleaseItem):
    """A release with the rules it was built to."""

    rules: list[Said]
    promises: list[Said]
    unit: str
    dimensions: list[str]
    shape: str = Field(
        description="`partition`: disjoint groups of cells that add up; `table`: fixed cells and totals, some `:c`."
    )


class Salt(Shape):
    """What opens a certificate's commitment to your own records."""

    release: str
    holding: str
    salt: str = Field(description="32 bytes in hexadecimal, for `hub certificate verify --salt`.")


class ReleaseList(Shape):
    """Releases whose audience the reader is in."""

    releases: list[ReleaseItem]
    next: str | None
