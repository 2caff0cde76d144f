"""Nested basins: what a sub-commons votes is at least as strict as its parent's rules, floor by floor."""

from __future__ import annotations

from governance.acts import act_refused
from governance.choice.floors import looser_in
from governance.ruleset import Ruleset


def looser_than_parent(child: Ruleset, parent: Ruleset) -> tuple[str, ...]:
    """The child's floors that are looser than the parent's, as paths (``floors.open.min_trips``); none: it may stand.

    An audience that the parent has no floors for gets nothing there, so the child may have none for it either.
    """
    return tuple(
        f"floors.{audience.value}.{name}"
        for audience, floors in child.floors.items()
        for name in looser_in(floors, parent.floors.get(audience))
    )


def check_parent(child: Ruleset, parent: Ruleset | None) -> None:
    """Refuse rules that are looser than those of the commons above.

    Raises:
        ActRefused: names the floors.
    """
    looser = looser_than_parent(child, parent) if parent is not None else ()
    if looser:
        raise act_refused("rules.parent", looser[0], paths=", ".join(looser))
