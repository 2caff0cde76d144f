"""What documents may no longer say once something hangs on it: who belongs here, how far a grant reaches, what is asked
by a cube whose numbers are out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from governance.cubes import Cube
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


#: What a cube asks. Its words may be put better, audiences may be added, and its floors may become stricter.
ASKED = (
    *("statistic", "family", "measure", "unit", "dimensions", "grain", "territory", "fields", "counted"),
    *("shape", "levels", "steps", "zeros"),
)


def asked_otherwise(out: Iterable[str], before: Mapping[str, Cube], after: Mapping[str, Cube]) -> str | None:
    """The first cube of which something is `out` (or ever was) that would ask another question, and in what, as words.

    What was read cannot be unread: under the id of a cube whose numbers are out nothing else may ever be asked.
    """
    for name in sorted(set(out) & before.keys()):
        what = _other_question(before[name], after[name]) if name in after else "it is dropped"
        if what is not None:
            return f"the cube {name}: {what}"
    return None


def _other_question(before: Cube, after: Cube) -> str | None:
    changed = [name for name in ASKED if getattr(before, name) != getattr(after, name)]
    if changed:
        return f"its {changed[0]}"
    if before.attributes and before.attributes != after.attributes:
        return "its attributes"
    if any(before.finishing_for(one) != after.finishing_for(one) for one in before.audiences):
        return "its finishing"
    if after.editions[: len(before.editions)] != before.editions:
        return "an edition that has begun"
    return "its floors become looser" if _looser_floors(before, after) else None


def _looser_floors(before: Cube, after: Cube) -> bool:
    pairs = [
        (after.floors.get(audience, {}).get(name), term)
        for audience, terms in before.floors.items()
        for name, term in terms.items()
    ]
    return any(now is None or not now.at_least_as_strict(term) for now, term in pairs)
