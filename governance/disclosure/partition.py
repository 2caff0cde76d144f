"""The partition of a cube by adaptive generalisation: every base cell in one group, every group safe by itself.

From the whole down, along a fixed order of steps: a group is split where its parts keep to the primary rules; the parts
that do not, and those in which nothing happened, are pooled in one remainder, which absorbs the smallest of the others
until it is safe. Published groups are disjoint and no other number is a sum of some of their pieces, so the rules on
each group are the whole audit of the release by itself (Sweeney's and Samarati's generalisation, on several
dimensions as Mondrian does it, with the contributor rules of official statistics in the place of a bare k).

What a choice made on the data tells (the minimality attack of Wong and others) is kept small: the first tree is chosen
under doubled rules (`choose`), later ones only coarsen an earlier period's (`within`). A narrower audience's partition
refines the wider one's (`under`), so that nothing can be subtracted between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from governance.disclosure.boxes import boxes
from governance.disclosure.cells import Cells, safe, tally
from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.following import follow
from governance.disclosure.growing import Growing
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import About, Published
from governance.disclosure.rules import Rules, coverage_class
from governance.disclosure.steps import PartitionError, Step, check_steps, default_steps
from governance.disclosure.tree import Tree, form_of, names_of

#: Why there is no partition. For the builder's eyes.
NOTHING_PASSES = "nothing passes"
_UNSAFE = "a group of the wider audience's release is not safe for this one"


@dataclass(frozen=True, eq=False, slots=True)
class Partitioned:
    """g groups: `group` (n,) has the group of each row of the contributions, `cells` what is in each group. `holders`
    counts the secret holdings that contribute to each. Without a safe group, `reason` says so and there are none.
    """

    tree: Tree
    group: Ints
    cells: Cells
    holders: Ints
    reason: str | None = None

    def __len__(self) -> int:
        return len(self.holders)

    @property
    def hierarchies(self) -> tuple[Hierarchy, ...]:
        """The cube's dimensions."""
        return self.tree.hierarchies

    def published(self, about: About) -> Published:
        """As a release, values exact: a row for each group. Rounding and noise come afterwards."""
        if not len(self):
            none = np.empty((0, len(self.hierarchies)), np.int8)
            return Published(about, self.hierarchies, none, [], np.empty(0, np.int64), ())
        found = boxes(self.tree)
        coverage = tuple(coverage_class(number)[1] for number in self.holders.tolist())
        level = found.level.astype(np.int8)
        return Published(about, self.hierarchies, level, found.nodes(), self.cells.total, coverage)


def first_choice(rules: Rules) -> Rules:
    """Thresholds and p doubled: under these a first tree is chosen, so that a group that was not split tells little."""

    def twice(least: int | None) -> int | None:
        return None if least is None else 2 * least

    return replace(
        rules,
        min_trips=twice(rules.min_trips),
        min_vehicles=twice(rules.min_vehicles),
        min_users=twice(rules.min_users),
        p_percent=2 * rules.p_percent,
    )


def choose(
    contributions: Contributions, rules: Rules, *, steps: Sequence[Step] | None = None, under: Tree | None = None
) -> Tree:
    """The tree for a first period, chosen under reinforced rules; publish with it as `within`.

    Raises:
        PartitionError: steps or `under` do not fit the cube, or a group of `under` is not safe under the true rules.
    """
    _must_be_ours(contributions, under)
    growing = _cut(contributions, first_choice(rules), steps=steps, begun=under)
    if under is not None and not _all_safe(contributions, growing.group, growing.size, rules):
        raise PartitionError(_UNSAFE)
    return growing.tree


def partition(
    contributions: Contributions,
    rules: Rules,
    *,
    steps: Sequence[Step] | None = None,
    within: Tree | None = None,
    under: Tree | None = None,
) -> Partitioned:
    """Cut the whole domain into safe groups; `steps` refine one dimension by one level each (`default_steps`).

    `within`: only coarsen this tree of an earlier period (its own steps are taken). `under`: refine this tree, by which
    a wider audience's release of the same contributions is out. With both, the earlier tree refines that one.

    Raises:
        PartitionError: steps or trees that do not fit the cube, or a wider audience's group that is not safe here.
    """
    if not _all_safe(contributions, np.zeros(len(contributions), np.int64), 1, rules):
        return _nothing(contributions)
    _must_be_ours(contributions, under)
    if within is None:
        return _done(_cut(contributions, rules, steps=steps, begun=under))
    if steps is not None:
        raise PartitionError("an earlier tree brings its own steps")
    if form_of(contributions.hierarchies) != form_of(within.hierarchies):
        raise PartitionError("the earlier tree was made for other dimensions")
    growing = Growing(contributions, rules)
    follow(growing, within, under=under)
    return _done(growing)


def _cut(contributions: Contributions, rules: Rules, *, steps: Sequence[Step] | None, begun: Tree | None) -> Growing:
    taken = default_steps(contributions.hierarchies) if steps is None else steps
    check_steps(contributions.hierarchies, taken)
    growing = Growing(contributions, rules, tree=begun)
    for step in taken:
        growing.refine(step)
    return growing


def _must_be_ours(contributions: Contributions, under: Tree | None) -> None:
    if under is not None and names_of(contributions.hierarchies) != under.names:
        raise PartitionError("the wider audience's release has other nodes")


def _all_safe(contributions: Contributions, group: Ints, size: int, rules: Rules) -> bool:
    return bool(safe(tally(contributions, group, size=size), rules).all())


def _nothing(contributions: Contributions) -> Partitioned:
    nobody = np.full(len(contributions), -1, np.int64)
    cells = tally(contributions, nobody, size=0)
    return Partitioned(Tree.of(contributions.hierarchies), nobody, cells, np.empty(0, np.int64), NOTHING_PASSES)


def _done(growing: Growing) -> Partitioned:
    """Count everything anew and see that each group is safe."""
    cells = tally(growing.contributions, growing.group, size=growing.size)
    if not safe(cells, growing.rules).all():
        raise PartitionError(_UNSAFE)
    secret = np.array([name not in growing.rules.known for name in cells.holdings], np.bool_)
    holders = (cells.values * secret > 0).sum(axis=1)
    return Partitioned(growing.tree, growing.group, cells, holders)
