"""How to mend what is found in a GTFS feed: one sentence a code, kept in ``mends.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources

import yaml

from feeds.findings import Finding


def with_mends(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings with a sentence on how to mend each, where we have one."""
    return tuple(replace(finding, mend=finding.mend or mends().get(finding.code, "")) for finding in findings)


@cache
def mends() -> Mapping[str, str]:
    """How to mend, by code."""
    text = resources.files(__package__).joinpath("mends.yaml").read_text("utf-8")
    return {str(code): str(sentence) for code, sentence in yaml.safe_load(text).items()}
