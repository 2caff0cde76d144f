"""The voted rules' history, one thing: every version with its proposal and the instant from which it holds.

The first version is that of the commons' documents, written down when the members first propose to change it. From
then on rules come from votes alone, and documents that say otherwise are refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.canonical import Plain
from governance.choice.paths import read_ruleset
from governance.parts import Parts
from governance.ruleset import Ruleset, Superseded

#: The one thing of this kind.
RULES = "ruleset"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the rules, in force from an instant. `proposal` is empty for the founding one."""

    ruleset: Ruleset
    proposal: str
    from_: dt.datetime

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "from": self.from_.isoformat(),
            "hash": self.ruleset.hash(),
            "proposal": self.proposal,
            "ruleset": self.ruleset.plain(),
        }


@dataclass(frozen=True, slots=True)
class History:
    """All versions, oldest first."""

    versions: tuple[Version, ...]

    @property
    def current(self) -> Ruleset:
        """The version in force, which knows the floors of those before it."""
        until = [later.from_ for _, later in pairwise(self.versions)]
        before = [version.ruleset.floors for version in self.versions[:-1]]
        superseded = tuple(Superseded(floors, end) for floors, end in zip(before, until, strict=True))
        return replace(self.versions[-1].ruleset, superseded=superseded)

    @property
    def hashes(self) -> frozenset[str]:
        """Those of all versions."""
        return frozenset(version.ruleset.hash() for version in self.versions)

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"versions": [version.plain() for version in self.versions]}


def _read(plain: Mapping[str, Any]) -> History:
    return History(
        tuple(
            Version(read_ruleset(one["ruleset"]), one["proposal"], dt.datetime.fromisoformat(one["from"]))
            for one in plain["versions"]
        )
    )


def _apply(state: History | None, act: Act) -> History:
    body: Mapping[str, Any] = act.body
    if act.what not in {"founded", "enacted"} or (state is None) is not (act.what == "founded"):
        raise act_refused("rules.step", "ruleset", what=act.what)
    ruleset = read_ruleset(body["ruleset"])
    if state is None:
        return History((Version(ruleset, "", act.at),))
    newest = state.versions[-1].ruleset
    if ruleset.version != newest.version + 1 or body["before"] != newest.hash():
        raise act_refused("rules.step", "version", what=act.what)
    return History((*state.versions, Version(ruleset, body["proposal"], act.at)))


def _overlay(parts: Parts, states: Sequence[History], at: dt.datetime) -> Iterable[dt.datetime]:
    for history in states:
        parts.ruleset = history.current
        parts.earlier_rulesets |= history.hashes - {history.current.hash()}
        for college, weight in history.current.weights.items():
            if college in parts.colleges:
                parts.colleges[college] = replace(parts.colleges[college], weight_percent=weight)
    return ()


RULESET: Kind[History] = Kind("ruleset", _apply, History.plain, _read, _overlay)


def may_tell(documents: Ruleset, history: History | None) -> bool:
    """Whether documents may be loaded that carry these rules.

    Once the members vote, only rules that are or were in force: documents may go on telling an older version, since
    what holds is what was voted.
    """
    return history is None or documents.hash() in history.hashes
