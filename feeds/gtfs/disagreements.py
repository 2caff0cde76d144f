"""Where gtfs-guru and the canonical order of rules differ on known feeds, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from feeds import own_yaml


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One difference: what the canonical order of rules gives on these feeds, what gtfs-guru gives, and why."""

    code: str
    feeds: tuple[str, ...]
    theirs: str
    guru: str
    why: str


@cache
def disagreements() -> Sequence[Disagreement]:
    """All that are known."""
    text = resources.files(__package__).joinpath("disagreements.yaml").read_text("utf-8")
    return tuple(
        Disagreement(
            one["code"], tuple(one["feeds"]), str(one["theirs"]), str(one["guru"]), " ".join(str(one["why"]).split())
        )
        for one in own_yaml.read(text)
    )
