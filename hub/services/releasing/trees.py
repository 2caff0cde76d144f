"""How groups were chosen: kept in the vault, so that later releases of a cube only coarsen an earlier choice.

Two kinds: the tree *chosen* for a cube, an audience and an edition the first time, under reinforced rules and if it can
be on the period before; and the tree of each *release*, by which another audience's release of the same period is
nested with it, so that nothing can be subtracted between the two.

The chosen trees of nested audiences are nested: a wider one's is a coarsening of a narrower one's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from governance.audiences import JOINT, Audience, knows
from governance.canonical import digest
from governance.cubes import Cube
from governance.disclosure.contributions import Contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.partition import choose, first_choice, partition
from governance.disclosure.rules import Rules
from governance.disclosure.steps import PartitionError, Step
from governance.disclosure.tree import Tree, form_of, read_tree
from governance.periods import Period
from governance.world import World
from hub.errors import Conflict
from hub.services.back import Back
from hub.services.contributions import contributions

_CHOSEN, _RELEASED = "trees/chosen", "trees/released"


@dataclass(frozen=True, slots=True)
class Trees:
    """The kept trees of one cube and edition, over the hierarchies of a period."""

    back: Back
    cube: Cube
    edition: str
    hierarchies: tuple[Hierarchy, ...]

    def chosen(self, audience: Audience) -> Tree | None:
        """The tree that was chosen for an audience; None before the first time."""
        return self._read(_CHOSEN, self._name(audience))

    def keep_chosen(self, audience: Audience, tree: Tree) -> None:
        """Keep a choice for all later periods."""
        self.back.vault.keep_note(_CHOSEN, self._name(audience), orjson.dumps(tree.plain()))

    def released(self, content: str) -> Tree | None:
        """The tree of the release with this digest; None where its groups were pooled since, or it is no partition."""
        return self._read(_RELEASED, content)

    def keep_released(self, content: str, tree: Tree) -> None:
        """Keep the tree of a release."""
        self.back.vault.keep_note(_RELEASED, content, orjson.dumps(tree.plain()))

    def _name(self, audience: Audience) -> str:
        return digest([self.cube.id, self.edition, audience.value, form_of(self.hierarchies)])

    def _read(self, folder: str, name: str) -> Tree | None:
        content = self.back.vault.note(folder, name)
        try:
            return read_tree(orjson.loads(content), self.hierarchies) if content else None
        except PartitionError:
            return None  # made for other zones than today's


@dataclass(frozen=True, eq=False, slots=True)
class Choice:
    """A tree that a release may only coarsen. `is_new`: chosen now, and it holds from now on if that is published."""

    tree: Tree
    is_new: bool = False


def chosen_tree(
    back: Back, world: World, cube: Cube, period: Period, *, audience: Audience, found: Contributions, rules: Rules
) -> Choice:
    """The tree that was chosen for a cube, an audience and an edition, or a choice made now. Nothing is kept here."""
    edition = cube.edition(period)
    trees = Trees(back, cube, edition.id if edition else "", found.hierarchies)
    there = trees.chosen(audience)
    if there is not None:
        return Choice(there)
    earlier = before(back, world, cube, period)
    for base in (earlier, found) if earlier is not None else (found,):
        tree = _choice(trees, base, audience=audience, rules=rules, steps=steps_of(cube))
        if tree.size > 1:
            return Choice(tree, is_new=True)
    # Nothing could be told apart in so thin a period. It is not kept, or all later ones would be as coarse.
    return Choice(Tree.of(found.hierarchies))


def before(back: Back, world: World, cube: Cube, period: Period) -> Contributions | None:
    """The contributions of the period before, of the same length and edition; None where there are none."""
    earlier = _period_before(period)
    if cube.edition(earlier) != cube.edition(period):
        return None
    try:
        found = contributions(back, world, cube, earlier)
    except Conflict:
        return None
    return found if len(found) else None


def steps_of(cube: Cube) -> tuple[Step, ...] | None:
    """The cube's own order of generalisation; None for the usual one."""
    return tuple(Step(dimension, level) for dimension, level in cube.steps) or None


def _period_before(period: Period) -> Period:
    first = period.from_
    if first.day == 1 and period.to.day == 1:
        months = (period.to.year - first.year) * 12 + period.to.month - first.month
        back = first.year * 12 + first.month - 1 - months
        return Period(dt.date(back // 12, back % 12 + 1, 1), first)
    return Period(first - (period.to - first), first)


def _choice(
    trees: Trees, base: Contributions, *, audience: Audience, rules: Rules, steps: Sequence[Step] | None
) -> Tree:
    """Nested between the choices of wider and of narrower audiences, where there are some."""
    wider = _laid(trees, base, [one for one in JOINT if one is not audience and knows(audience, one)], narrowest=True)
    narrower = _laid(trees, base, [one for one in JOINT if one is not audience and knows(one, audience)])
    try:
        if narrower is not None:
            return partition(base, first_choice(rules), within=narrower, under=wider).tree
        return choose(base, rules, steps=steps, under=wider)
    except PartitionError:
        # The wider audience's groups are not safe here: the two are not nested, and the ledger audits them jointly.
        return choose(base, rules, steps=steps)


#: From wide to narrow.
_ORDER = (Audience.OPEN, Audience.MEMBERS, Audience.AUTHORITY)


def _laid(trees: Trees, base: Contributions, audiences: Sequence[Audience], *, narrowest: bool = False) -> Tree | None:
    """The nearest of the chosen trees of these audiences, laid over the hierarchies of `base`."""
    ordered = sorted(audiences, key=_ORDER.index, reverse=narrowest)
    found = next((tree for one in ordered if (tree := trees.chosen(one)) is not None), None)
    return None if found is None else Tree.of(base.hierarchies, found.splits)
