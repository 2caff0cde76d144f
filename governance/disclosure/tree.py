"""How a domain of cells was cut into groups: a list of splits, each along one level of one dimension.

Group 0 is everything. A split takes some nodes out of a group and gives them to new groups; what it does not name, the
nodes in which nothing happened included, stays in the group. So every base cell of the domain lies in exactly one group
at any time, and a group is a product of lists of nodes, one list for each dimension, all of one level.

A group is on level l of a dimension when it was last split there. Where all of a group lies below one single node of
a deeper level (which the hierarchy alone decides), it slides down to it without a split.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from governance.canonical import digest
from governance.disclosure.contributions import Ints
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.steps import PartitionError, Step, placed

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Split:
    """m rows, sorted by group and node: this node of the step's level leaves `group` for the new group `part`."""

    step: Step
    group: Ints
    node: Ints
    part: Ints

    def leaving(self, group: Ints, node: Ints, *, nodes: int) -> Ints:
        """Where what lies in `group` and below `node` goes: a new group or, mostly, the same. `nodes`: of the level."""
        if not len(self.group):
            return group
        keys = self.group * nodes + self.node
        key = group * nodes + node
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        found: Ints = np.where(keys[at] == key, self.part[at], group)
        return found


@dataclass(frozen=True, eq=False, slots=True)
class Tree:
    """The splits of a partition, in order; they never depend on the order of anybody's rows.

    `names` identifies the nodes' names for which it was made. A tree of another year, whose months have other names,
    may be laid over hierarchies of the same form.
    """

    hierarchies: tuple[Hierarchy, ...]
    splits: tuple[Split, ...]
    names: str

    @classmethod
    def of(cls, hierarchies: Sequence[Hierarchy], splits: Iterable[Split] = ()) -> Tree:
        """A tree made for these very hierarchies."""
        return cls(tuple(hierarchies), tuple(splits), names_of(hierarchies))

    @property
    def size(self) -> int:
        """How many groups there are in the end."""
        return 1 + max((int(split.part.max(initial=0)) for split in self.splits), default=0)

    def placed(self, step: Step) -> tuple[int, int]:
        """The numbers of the step's dimension and level."""
        return placed(self.hierarchies, step)

    def plain(self) -> dict[str, Any]:
        """As JSON; `form` and `names` tell for which hierarchies it was made."""
        splits = [
            {
                "dimension": split.step.dimension,
                "level": split.step.level,
                "group": split.group.tolist(),
                "node": split.node.tolist(),
                "part": split.part.tolist(),
            }
            for split in self.splits
        ]
        return {"form": form_of(self.hierarchies), "names": self.names, "splits": splits}


def read_tree(plain: Mapping[str, Any], hierarchies: Sequence[Hierarchy]) -> Tree:
    """Read what `Tree.plain` spells, over these hierarchies.

    Raises:
        PartitionError: it was made for hierarchies of another form, or is no tree.
    """
    if plain.get("form") != form_of(hierarchies):
        raise PartitionError("the tree was made for other dimensions: nodes or levels do not fit")
    try:
        splits = tuple(_read_split(one) for one in plain["splits"])
        tree = Tree(tuple(hierarchies), splits, str(plain["names"]))
        for split in splits:
            tree.placed(split.step)
    except (KeyError, TypeError, ValueError) as fault:
        raise PartitionError(f"this is no tree of a partition: {fault}") from None
    return tree


def _read_split(plain: Mapping[str, Any]) -> Split:
    group, node, part = (np.array(plain[name], np.int64) for name in ("group", "node", "part"))
    if not len(group) == len(node) == len(part):
        raise ValueError("a split's columns differ in length")
    return Split(Step(str(plain["dimension"]), str(plain["level"])), group, node, part)


def form_of(hierarchies: Sequence[Hierarchy]) -> str:
    """What identifies dimensions, levels and who lies below whom, whatever the nodes are called."""
    return digest(
        [[one.dimension, list(one.levels), [list(map(int, up)) for up in one.parents]] for one in hierarchies]
    )


def names_of(hierarchies: Sequence[Hierarchy]) -> str:
    """What identifies the nodes by their names."""
    return digest([[one.dimension, [list(ids) for ids in one.nodes]] for one in hierarchies])


def locate(tree: Tree, cell: npt.NDArray[np.integer[Any]]) -> Ints:
    """The group of each base cell of the domain: `cell` is (n, d), indices of base nodes; the answer (n,)."""
    group = np.zeros(len(cell), np.int64)
    for split in tree.splits:
        d, level = tree.placed(split.step)
        hierarchy = tree.hierarchies[d]
        group = split.leaving(group, hierarchy.ancestors[level][cell[:, d]], nodes=len(hierarchy.nodes[level]))
    return group
