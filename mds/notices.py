"""What each code of MDS means in French, how to mend it in both languages, and whether it is only hard to believe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from feeds import own_yaml
from feeds.findings import Finding, Kind


@dataclass(frozen=True, slots=True)
class Notice:
    """One code's sentences. The English sentence is the finding's own, which says more than its code."""

    fr: str
    mend: str
    mend_fr: str
    kind: Kind = Kind.RULE


@cache
def notices() -> Mapping[str, Notice]:
    """Every notice by its code."""
    text = resources.files(__package__).joinpath("notices.yaml").read_text("utf-8")
    return {
        str(code): Notice(**{**one, "kind": Kind(one.get("kind", "rule"))}) for code, one in own_yaml.read(text).items()
    }


def completed(finding: Finding) -> Finding:
    """A finding with the advice and the kind of its code."""
    notice = notices().get(finding.code)
    return finding if notice is None else replace(finding, mend=finding.mend or notice.mend, kind=notice.kind)
