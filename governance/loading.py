"""What documents may no longer say once the members decide by acts: who belongs here, and how far a grant reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from governance.purposes import PurposeGraph
from governance.world import World


def seated_otherwise(before: World, after: World) -> str | None:
    """The first member, holding or college that other documents would add, drop or change, as words; None if none.

    The colleges' weights are not looked at: they are of the voted rules, and guarded with them.
    """
    return (
        _other("member", before.members, after.members)
        or _other("holding", before.holdings, after.holdings)
        or _other("college", _unweighted(before), _unweighted(after))
    )


def _unweighted(world: World) -> Mapping[str, Any]:
    return {name: replace(college, weight_percent=0) for name, college in world.colleges.items()}


def _other(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    name = next((name for name in sorted({*before, *after}) if before.get(name) != after.get(name)), None)
    return None if name is None else f"the {what} {name}"


def stretched(granted: Iterable[str], before: PurposeGraph, after: PurposeGraph) -> tuple[str, str] | None:
    """The first of the granted purposes that would cover a use which it did not cover, and that use; None if none."""
    wider = (
        (purpose, use)
        for purpose in sorted(set(granted))
        for use in sorted(after.purposes)
        if after.covers(purpose, use) and not before.covers(purpose, use)
    )
    return next(wider, None)
