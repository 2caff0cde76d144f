"""The keys of a table as sums over base cells, judged by the primary rules, with what each is worth to a reader."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from governance.disclosure.cells import Cells, safe, tally
from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.linear.equations import System
from governance.disclosure.linear.model import Reals
from governance.disclosure.linear.needs import Flags
from governance.disclosure.margins import Keys, all_keys, flat_cells, groups, same_sets
from governance.disclosure.rules import COVERAGE_CLASSES, Rules, coverage_class
from governance.terms.floors import MinTrips

#: A margin is worth so much more than its parts, for each level it lies above the base.
LEVEL_FACTOR = 2.0
#: The grand total goes last.
GRAND_TOTAL_FACTOR = 1000.0


@dataclass(frozen=True, eq=False, slots=True)
class Sums:
    """s different sums over a base cells: keys that are the same sum have one number in `of_key` (k,), -1 where a key
    is empty and printed as 0. `cells` has what each holding adds, `weight` (s,) what it costs to hide one. `told` (s,)
    is the fewest holdings that its coverage tells of, `waived` (s,) says that it can hold no target.
    """

    keys: Keys
    of_key: Ints
    member: sp.csr_array
    cells: Cells
    weight: Reals
    told: Ints
    waived: Flags
    base: Cells

    def __len__(self) -> int:
        return int(self.member.shape[0])

    @property
    def size(self) -> Ints:
        """How many base cells each has."""
        size: Ints = np.diff(self.member.indptr).astype(np.int64)
        return size

    def system(self, shown: Flags, *, zeros_shown: bool) -> System:
        """What readers have, when these sums are published."""
        counts = self.base.counts.get(MinTrips.name)
        same = counts is None or np.array_equal(counts, self.base.values)
        at = np.flatnonzero(shown)
        return System(
            self.base.holdings,
            self.base.values,
            None if same else counts,
            self.member[at],
            self.told[at],
            least=int(zeros_shown),
            waived=self.waived[at],
        )


def sums_of(
    contributions: Contributions, rules: Rules, *, zeros_shown: bool, weights: Mapping[tuple[str, ...], float] | None
) -> Sums:
    """All keys of a table. With zeros shown only the base cells that hold something are open: the rest is printed."""
    hierarchies = contributions.hierarchies
    shape = [one.size for one in hierarchies]
    flat = flat_cells(contributions.cell, hierarchies)
    full = np.bincount(flat, weights=contributions.value, minlength=int(np.prod(shape)))
    cells = np.flatnonzero(full > 0) if zeros_shown else np.arange(len(full))
    keys = all_keys(hierarchies, cells)
    names = same_sets(keys.member)
    empty = np.diff(keys.member.indptr) == 0
    kept, first, number = np.unique(np.where(empty, -1, names), return_index=True, return_inverse=True)
    begin = int(kept[0] == -1)
    first = first[begin:]
    of_key = number - begin
    counted = _tallied(contributions)
    found = Cells(
        counted.holdings, counted.values[first], {name: counts[first] for name, counts in counted.counts.items()}
    )
    base = counted_base(contributions, flat, cells)
    weight = _weights(keys, counted.total, weights)
    cost = np.zeros(len(first))
    np.maximum.at(cost, of_key[of_key >= 0], weight[of_key >= 0])
    holders = _holders(found, rules)
    told, waived = _told(holders, rules)
    return Sums(keys, of_key, keys.member[first], found, cost, told, waived, base)


def primary(sums: Sums, rules: Rules) -> Flags:
    """Which sums keep to the primary rules by themselves."""
    return safe(sums.cells, rules)


def coarse(sums: Sums, finest: Sequence[int], *, merged: bool) -> tuple[Sums, Ints]:
    """The sums that have a name at or above these levels, and their numbers among all.

    Base cells that no such sum tells apart may be `merged` into one, where nothing is known of each.
    """
    allowed = np.all(sums.keys.level <= np.array(finest), axis=1) & (sums.of_key >= 0)
    at = np.unique(sums.of_key[allowed])
    member = sums.member[at]
    base = sums.base
    if merged and len(at) < len(sums):
        first, group = _alike(member)
        size = len(first)
        base = Cells(
            base.holdings, _added(base.values, group, size), {k: _added(v, group, size) for k, v in base.counts.items()}
        )
        member = member[:, first]
        member.sort_indices()
    cells = Cells(sums.cells.holdings, sums.cells.values[at], {k: v[at] for k, v in sums.cells.counts.items()})
    left = replace(
        sums, member=member, cells=cells, weight=sums.weight[at], told=sums.told[at], waived=sums.waived[at], base=base
    )
    return left, at


def _alike(member: sp.csr_array) -> tuple[Ints, Ints]:
    """Of the base cells that are in the same sums the first, and the group of each."""
    names = same_sets(sp.csr_array(member.T.tocsr()))
    _, first, group = np.unique(names, return_index=True, return_inverse=True)
    return first.astype(np.int64), group.astype(np.int64)


def _added(values: Ints, group: Ints, size: int) -> Ints:
    found = np.zeros((size, values.shape[1]), np.int64)
    np.add.at(found, group, values)
    return found


def coverage(sums: Sums, rules: Rules) -> tuple[str, ...]:
    """The class of coverage of each sum."""
    return tuple(coverage_class(int(many))[1] for many in _holders(sums.cells, rules))


def counted_base(contributions: Contributions, flat: Ints, cells: Ints) -> Cells:
    """What each holding adds to each of these base cells."""
    place = np.searchsorted(cells, flat)
    found = np.where((place < len(cells)) & (cells[np.minimum(place, len(cells) - 1)] == flat), place, -1)
    return tally(contributions, found.astype(np.int64), size=len(cells))


def _tallied(contributions: Contributions) -> Cells:
    """What each holding adds to each key, in the order of `all_keys`: one pass for each combination of levels."""
    hierarchies = contributions.hierarchies
    parts = []
    for combination in itertools.product(*(range(len(one.levels)) for one in hierarchies)):
        counts = [len(one.nodes[level]) for one, level in zip(hierarchies, combination, strict=True)]
        group = groups(contributions.cell, hierarchies, combination)
        parts.append(tally(contributions, group, size=int(np.prod(counts))))
    names = parts[0].counts
    return Cells(
        contributions.holdings,
        np.concatenate([one.values for one in parts]),
        {name: np.concatenate([one.counts[name] for one in parts]) for name in names},
    )


def _weights(keys: Keys, total: Ints, weights: Mapping[tuple[str, ...], float] | None) -> Reals:
    """log(1 + value) × the factor of the key's levels (given for their names, else by how far they lie up)."""
    above = np.array([one.base for one in keys.hierarchies]) - keys.level
    factor = LEVEL_FACTOR ** above.sum(axis=1)
    for names, given in (weights or {}).items():
        factor[np.all(keys.level == _levels(keys, names), axis=1)] = given
    factor[np.all(keys.level == 0, axis=1)] = GRAND_TOTAL_FACTOR * factor.max()
    # An empty key costs nearly nothing, but something: else patterns would wander through them.
    found: Reals = np.log1p(np.maximum(total, 0.1)) * factor
    return found


def _levels(keys: Keys, names: Sequence[str]) -> list[int]:
    return [one.levels.index(name) for one, name in zip(keys.hierarchies, names, strict=True)]


def _holders(cells: Cells, rules: Rules) -> Ints:
    """How many secret holdings contribute to each."""
    secret = np.array([name not in rules.known for name in cells.holdings], dtype=bool)
    holders: Ints = ((cells.values > 0) & secret).sum(axis=1)
    return holders


def _told(holders: Ints, rules: Rules) -> tuple[Ints, Flags]:
    """What the class of coverage, together with the rules, tells: the fewest holdings, or that no target is there.

    Where a target contributes, `min_holders` do. A class that ends below that number is one of waivers alone.
    """
    ends = {name: least for (least, _), (_, name) in itertools.pairwise(COVERAGE_CLASSES)}
    told, waived = np.zeros(len(holders), np.int64), np.zeros(len(holders), bool)
    for number in np.unique(holders):
        least, name = coverage_class(int(number))
        told[holders == number] = max(least, rules.min_holders)
        waived[holders == number] = ends.get(name, np.inf) <= rules.min_holders
    return told, waived
