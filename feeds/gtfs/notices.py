"""Every code that reading and checking GTFS can give, kept in ``notices.yaml``.

A code has a severity, a sentence in both languages, how to mend it, the section of the reference that it is about, and
who raises it. The canonical codes are those of the MobilityData validator, so that a producer can compare with the
validator it already runs; the others are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from feeds import own_yaml
from feeds.findings import Finding, Kind, Severity

REFERENCE = "https://gtfs.org/documentation/schedule/reference/"


class Raiser(StrEnum):
    """Who raises a code: gtfs-guru, or our reader and checks."""

    LIBRARY = "library"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a code means.

    `section` names the table or chapter of the reference; `by` is empty where nobody raises the code, then `why` says
    why.
    """

    severity: Severity
    section: str
    by: tuple[Raiser, ...]
    en: str
    fr: str
    mend: str
    mend_fr: str
    why: str = ""
    kind: Kind = Kind.RULE
    canonical: bool = True


@cache
def notices() -> Mapping[str, Notice]:
    """Every notice by its code."""
    text = resources.files(__package__).joinpath("notices.yaml").read_text("utf-8")
    return {str(code): _notice(one) for code, one in own_yaml.read(text).items()}


def _notice(plain: Mapping[str, Any]) -> Notice:
    typed = {"severity": Severity(plain["severity"]), "kind": Kind(plain.get("kind", "rule"))}
    return Notice(**{**plain, **typed, "by": tuple(Raiser(one) for one in plain["by"])})


def with_mends(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings with a sentence on how to mend each."""
    known = notices()
    return tuple(
        replace(finding, mend=finding.mend or known[finding.code].mend) if finding.code in known else finding
        for finding in findings
    )


def section_address(section: str) -> str:
    """Where the reference speaks of a section.

    >>> section_address("stop_times.txt"), section_address("Field Types")
    ('https://gtfs.org/documentation/schedule/reference/#stop_timestxt',
     'https://gtfs.org/documentation/schedule/reference/#field-types')
    """
    return f"{REFERENCE}#{section.lower().replace('.', '').replace(' ', '-')}"
