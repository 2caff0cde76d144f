"""Every code that reading and checking GTFS Realtime can give, kept in ``notices.yaml``.

A code has a severity, a sentence in both languages and how to mend it; where MobilityData's gtfs-realtime-validator has
the same rule, its name. Plausibility is a class of its own and never an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from feeds import own_yaml
from feeds.findings import Finding, Kind, Severity


@dataclass(frozen=True, slots=True)
class Notice:
    """What a code means. `rule` is that of the gtfs-realtime-validator (``E003``), or nothing.

    `needs` is what a message alone does not tell: ``schedule``, or the message ``before``.
    """

    severity: Severity
    en: str
    fr: str
    mend: str
    mend_fr: str
    rule: str = ""
    kind: Kind = Kind.RULE
    needs: str = ""


@cache
def notices() -> Mapping[str, Notice]:
    """Every notice by its code."""
    text = resources.files(__package__).joinpath("notices.yaml").read_text("utf-8")
    return {str(code): _notice(one) for code, one in own_yaml.read(text).items()}


def _notice(plain: Mapping[str, Any]) -> Notice:
    typed = {"severity": Severity(plain["severity"]), "kind": Kind(plain.get("kind", Kind.RULE))}
    return Notice(**{**plain, **typed})


def finding(
    name: str,
    detail: str = "",
    *,
    file: str = "",
    row: int | None = None,
    field: str = "",
    value: str = "",
    count: int = 1,
) -> Finding:
    """A finding of the code ``gtfs_rt_<name>``; `detail` is what is special to this one."""
    code = f"gtfs_rt_{name}"
    notice = notices()[code]
    message = f"{notice.en}: {detail}" if detail else notice.en
    return Finding(
        code,
        notice.severity,
        message,
        file=file,
        row=row,
        field=field,
        value=value,
        count=count,
        mend=notice.mend,
        kind=notice.kind,
    )
