"""The voted rules: the version in force, the history, and what another version would change."""

from __future__ import annotations

from collections.abc import Mapping

from governance.acts import ActRefused
from governance.choice.changes import Change, changes
from governance.choice.difference import apply_difference
from governance.choice.history import RULESET, History, Version
from governance.choice.lattice import looser_than_parent
from governance.commons_yaml.nodes import parse
from governance.commons_yaml.subjects import read_ruleset
from governance.ruleset import Ruleset
from hub.errors import NotFound
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.turn import all_seen, refused_act


def history(front: Front) -> tuple[Version, ...]:
    """Every version that the members voted on, oldest first; empty before the first proposal."""
    found: list[History] = [one.state for one in all_seen(front, RULESET)]
    return found[0].versions if found else ()


def steps(front: Front) -> list[tuple[Version, tuple[Change, ...]]]:
    """Every version with what it changed of the one before it."""
    found = history(front)
    return [(one, changes(found[at - 1].ruleset, one.ruleset) if at else ()) for at, one in enumerate(found)]


def version(front: Front, number: int) -> Ruleset:
    """One version of the rules.

    Raises:
        NotFound: no such version.
    """
    current = current_world(front).ruleset
    known = {current.version: current} | {one.ruleset.version: one.ruleset for one in history(front)}
    if number not in known:
        raise NotFound(f"the rules have no version {number}, only {', '.join(map(str, sorted(known)))}")
    return known[number]


def difference(front: Front, before: int, after: int) -> tuple[Change, ...]:
    """What changed from one version to another.

    Raises:
        NotFound: no such version.
    """
    return changes(version(front, before), version(front, after))


def tried(front: Front, wanted: Mapping[str, object]) -> tuple[Change, ...]:
    """What a difference would change of the rules in force; nothing is proposed.

    Raises:
        Refused: the difference is not understood.
    """
    current = current_world(front).ruleset
    try:
        return changes(current, apply_difference(current, wanted))
    except ActRefused as refusal:
        raise refused_act(refusal) from refusal


def looser_than(front: Front, text: str, *, file: str) -> tuple[str, ...]:
    """The floors in force that are looser than those of a parent's rules, spelled as ``ruleset.yaml``.

    Raises:
        CommonsFileError: the text is no ruleset.
    """
    return looser_than_parent(current_world(front).ruleset, read_ruleset(parse(text, file=file)))
