"""One vocabulary for what every check finds, whatever the standard: GTFS, GTFS-RT, GBFS and MDS.

GTFS findings keep the canonical notice codes of the MobilityData validator, so that a producer can compare them
with the validator it already runs; the codes of the other standards are prefixed (`gbfs_…`, `mds_…`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, in the words of the canonical GTFS validator."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """What a report says of the feed. UNKNOWN (a check could not run) freezes what was said before, it never fails."""

    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Kind(StrEnum):
    """What a finding rests on: a rule of the standard, or only that something is hard to believe."""

    RULE = "rule"
    PLAUSIBILITY = "plausibility"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a feed.

    `row` counts lines as a person sees them (a CSV header is row 1; for JSON, the position of the record from 1).
    `count` is how often the same code was found in the same file; `row`, `field` and `value` then show one example.

    Raises:
        ValueError: a matter of plausibility is told as an error. It never fails a feed: reality may be surprising.
    """

    code: str
    severity: Severity
    message: str
    file: str = ""
    row: int | None = None
    field: str = ""
    value: str = ""
    count: int = 1
    mend: str = ""
    kind: Kind = Kind.RULE

    def __post_init__(self) -> None:
        if self.kind is Kind.PLAUSIBILITY and self.severity is Severity.ERROR:
            raise ValueError(f"{self.code}: plausibility is never an error")

    def __str__(self) -> str:
        """One line for a terminal."""
        place = ", ".join(part for part in (self.file, f"row {self.row}" if self.row else "", self.field) if part)
        times = f" (x{self.count})" if self.count > 1 else ""
        return f"{self.severity.value.upper()} {self.code}{times} {place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run of one or more checks on one version of a feed.

    `validators` maps each program's name to its version; `parameters` are those it was run with; `validation_date`
    is an argument of the run, never the clock's.
    """

    findings: tuple[Finding, ...] = ()
    validators: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    validation_date: dt.date | None = None
    incomplete: str = ""

    def counts(self) -> dict[str, int]:
        """Findings by code, examples weighted by how often they were found."""
        tally: Counter[str] = Counter()
        for finding in self.findings:
            tally[finding.code] += finding.count
        return dict(sorted(tally.items()))

    def by_severity(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity, in the order of the report."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    @property
    def verdict(self) -> Verdict:
        """FAIL with any error; else UNKNOWN when a check could not be run to its end; else PASS."""
        if self.by_severity(Severity.ERROR):
            return Verdict.FAIL
        return Verdict.UNKNOWN if self.incomplete else Verdict.PASS


def not_told_by(other: Report, report: Report) -> Report:
    """`report` without the findings that `other` tells too: two programs that look at one file see the same fault."""
    told = {(finding.code, finding.file) for finding in other.findings}
    return replace(report, findings=tuple(one for one in report.findings if (one.code, one.file) not in told))


def merge(reports: Iterable[Report]) -> Report:
    """One report out of several on the same version: findings in order, validators and parameters united."""
    parts = tuple(reports)
    dates = [part.validation_date for part in parts if part.validation_date]
    return Report(
        findings=tuple(finding for part in parts for finding in part.findings),
        validators={name: version for part in parts for name, version in part.validators.items()},
        parameters={name: value for part in parts for name, value in part.parameters.items()},
        validation_date=max(dates) if dates else None,
        incomplete="; ".join(part.incomplete for part in parts if part.incomplete),
    )
