"""Other worlds of two partitions, many targets at a time: the others' trips as a flow between two sets of groups.

Where each atom lies in one group of the one side and one of the other, the worlds that an attacker cannot tell apart
are the flows with the published sums (a transportation problem), and whole numbers come by themselves. A world is made
by giving what a target needs to as many targets as the sums allow, and the rest to a largest flow (Dinic, scipy) that
may take back what it must. Each world is checked against the sums; it proves what it reaches and nothing else.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from governance.disclosure.contributions import Ints

#: The largest sum that the flow is computed with (it has 32 bits, and what is free counts double).
LARGEST = 2**29


class Network:
    """n atoms between groups `left` (n,) and `right` (n,), each numbered from 0; -1 where an atom lies in none.

    What lies in no group of a side is free there: one more group without a sum of its own stands for it.
    """

    def __init__(self, left: Ints, right: Ints, *, total: Ints) -> None:
        self._lefts, self._rights = int(left.max(initial=-1)) + 1, int(right.max(initial=-1)) + 1
        self._left = np.where(left < 0, self._lefts, left)
        self._right = np.where(right < 0, self._rights, right)
        # The last edge joins the two free groups: whatever is in no group at all.
        self._tail = np.append(self._left, self._lefts)
        self._head = np.append(self._right, self._rights)
        self._from = self._summed(self._left, total, self._lefts + 1)
        self._to = self._summed(self._right, total, self._rights + 1)
        self._fixed = (self._from[:-1].copy(), self._to[:-1].copy())
        room = int(self._from[:-1].sum() + self._to[:-1].sum())
        self._from[-1], self._to[-1] = room - self._from[:-1].sum(), room - self._to[:-1].sum()

    @staticmethod
    def fits(left: Ints, right: Ints, *, total: Ints) -> bool:
        """Whether the flow can be computed: no two atoms alike, and sums within its numbers."""
        pairs = np.unique(np.stack([left, right]), axis=1).shape[1]
        return pairs == len(left) and int(total.sum()) < LARGEST

    @staticmethod
    def _summed(group: Ints, total: Ints, many: int) -> Ints:
        found: Ints = np.bincount(group, weights=total, minlength=many).astype(np.int64)
        return found

    def world(self, order: Ints, need: Ints, *, low: Ints) -> Ints:
        """A world in which the atoms of `order`, the first ones first, have `need` (n,) where the sums leave it.

        `low` (n,) is what each atom should not exceed, where that is possible; -1 for those that may have anything.
        """
        given = self._given(order, need)
        given, done = self._filled(given, np.where(low < 0, LARGEST, low))
        if not done:
            given, _ = self._filled(given, np.full(len(low), LARGEST))
        return given[:-1]

    def holds(self, world: Ints) -> bool:
        """Whether a world keeps the published sums."""
        left = self._summed(self._left, world, self._lefts + 1)[:-1]
        right = self._summed(self._right, world, self._rights + 1)[:-1]
        same = np.array_equal(left, self._fixed[0]) and np.array_equal(right, self._fixed[1])
        return same and int(world.min(initial=0)) >= 0

    def short_of(self, least: Ints, *, beside: tuple[Ints, Ints]) -> list[Ints]:
        """Sets of atoms to which no world gives `least` (n,), all atoms of the set taken together; none if one does.

        Whether one world gives every atom its least is asked of a largest flow, so the answer holds for every set of
        atoms at once. Where there is none, the smallest cut names a set: the groups N(X) that all atoms of groups X
        lie in; N(X) less X is a sum that the published ones tell, and it is too small (Hall's theorem). `beside` is
        what else must be in each group of either side (one number for each group).
        """
        slack_from = self._from - self._summed(self._tail, np.append(least, 0), self._lefts + 1)
        slack_to = self._to - self._summed(self._head, np.append(least, 0), self._rights + 1)
        poor = (slack_from[:-1] < beside[0], slack_to[:-1] < beside[1])
        alone = [np.flatnonzero(self._left == one) for one in np.flatnonzero(poor[0])]
        alone += [np.flatnonzero(self._right == one) for one in np.flatnonzero(poor[1])]
        if alone:
            return alone
        return self._cut(slack_from, slack_to)

    def _cut(self, slack_from: Ints, slack_to: Ints) -> list[Ints]:
        lefts = self._lefts + 1
        graph, source, sink = self._graph(
            np.full(len(self._tail), LARGEST), np.zeros(len(self._tail), np.int64), slack_from, slack_to
        )
        found = maximum_flow(graph, source, sink, method="dinic")
        if int(found.flow_value) == int(slack_from.sum()):
            return []
        residual = graph - sp.csr_array(found.flow)
        residual.data = np.maximum(residual.data, 0)
        residual.eliminate_zeros()
        reached = np.zeros(sink + 1, bool)
        reached[breadth_first_order(residual, source, return_predecessors=False)] = True
        inside = reached[self._tail] & reached[self._head + lefts]
        left_over = reached[self._head + lefts] & ~reached[self._tail]
        # Each connected piece of what was reached is a set of its own.
        edges = sp.coo_array(
            (np.ones(int(inside.sum())), (self._tail[inside], self._head[inside] + lefts)), shape=graph.shape
        )
        _, piece = connected_components(edges.tocsr(), directed=False)
        of = piece[self._head + lefts]
        return [np.flatnonzero(left_over[:-1] & (of[:-1] == one)) for one in np.unique(of[left_over])]

    def _given(self, order: Ints, need: Ints) -> Ints:
        given = np.zeros(len(self._tail), np.int64)
        left, right = self._from.tolist(), self._to.tolist()
        for atom, a, b, wanted in zip(
            order.tolist(), self._left[order].tolist(), self._right[order].tolist(), need[order].tolist(), strict=True
        ):
            if left[a] >= wanted and right[b] >= wanted:
                left[a] -= wanted
                right[b] -= wanted
                given[atom] = wanted
        return given

    def _filled(self, given: Ints, high: Ints) -> tuple[Ints, bool]:
        """Fill up to the sums by a largest flow over what is given; whether all of them were reached."""
        lefts = self._lefts + 1
        more = np.append(np.maximum(high - given[:-1], 0), LARGEST)
        rest_from = self._from - self._summed(self._tail, given, lefts)
        rest_to = self._to - self._summed(self._head, given, self._rights + 1)
        graph, source, sink = self._graph(np.minimum(more, LARGEST), given, rest_from, rest_to)
        found = maximum_flow(graph, source, sink, method="dinic")
        flow = sp.csr_array(found.flow)
        moved: npt.NDArray[np.int32] = np.asarray(flow[self._tail, self._head + lefts]).ravel()
        return given + moved, int(found.flow_value) == int(rest_from.sum())

    def _graph(self, more: Ints, given: Ints, rest_from: Ints, rest_to: Ints) -> tuple[sp.csr_array, int, int]:
        """Arcs for what may be given more and what may be taken back, from a source and to a sink; both numbers."""
        lefts, rights = self._lefts + 1, self._rights + 1
        source, sink = lefts + rights, lefts + rights + 1
        tail, head = self._tail, self._head + lefts
        rows = np.concatenate([tail, head, np.full(lefts, source), np.arange(rights) + lefts])
        columns = np.concatenate([head, tail, np.arange(lefts), np.full(rights, sink)])
        room = np.concatenate([more, given, rest_from, rest_to]).astype(np.int32)
        return sp.csr_array((room, (rows, columns)), shape=(sink + 1, sink + 1)), source, sink
