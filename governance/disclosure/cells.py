"""The primary rules over millions of cells at once: `tally` counts, `safe` judges.

The same rules as `governance.disclosure.primary.judge` says for one cell; the tests hold one against the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.disclosure.contributions import Contributions, Ints
from governance.disclosure.rules import Rules, colluding, known_present


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """c cells (or groups of cells) of h holdings: `values` is (c, h), and `counts` likewise by name of threshold."""

    holdings: tuple[str, ...]
    values: Ints
    counts: Mapping[str, Ints]

    @property
    def total(self) -> Ints:
        """The sum of the measure in each cell: (c,)."""
        total: Ints = self.values.sum(axis=1)
        return total


def tally(contributions: Contributions, group: Ints, *, size: int) -> Cells:
    """What each holding adds to each group: `group` has the number (0 … size - 1) of each row, -1 for none."""
    many = len(contributions.holdings)
    kept = group >= 0
    key = np.where(kept, group, 0) * many + contributions.holding

    def summed(values: Ints) -> Ints:
        # bincount adds as floating point: exact up to 2^53, which `LARGEST` makes sure of.
        sums = np.bincount(key[kept], weights=values[kept], minlength=size * many)
        return sums.astype(np.int64).reshape(size, many)

    counts = {name: summed(values) for name, values in contributions.added.items()}
    for name, ids in contributions.distinct.items():
        width = int(ids.max(initial=0)) + 1
        different = _different(key[kept].astype(np.int64) * width + ids[kept]) // width
        counts[name] = np.bincount(different, minlength=size * many).astype(np.int64).reshape(size, many)
    return Cells(contributions.holdings, summed(contributions.value), counts)


def _different(keys: Ints) -> Ints:
    """The different keys, ascending. Sorting whole numbers is many times faster than numpy's unique, which hashes."""
    ordered = np.sort(keys)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    found: Ints = ordered[first]
    return found


def safe(cells: Cells, rules: Rules) -> npt.NDArray[np.bool_]:
    """Which cells keep to the rules: (c,)."""
    secret = np.array([name not in rules.known for name in cells.holdings], dtype=bool)
    target_of = secret & np.array([name not in rules.named for name in cells.holdings], dtype=bool)
    values = cells.values * secret
    total = values.sum(axis=1)
    passed: npt.NDArray[np.bool_] = total > 0
    for name, least in rules.thresholds().items():
        passed &= _less_largest(cells.counts[name] * secret, many=rules.coalition) >= least
    if not target_of.any():
        return passed
    target = (values * target_of).max(axis=1)
    holders = (values > 0).sum(axis=1)
    present = _by_number(holders, lambda number: known_present(number, rules))
    others = _others(values, target=target, holders=holders, rules=rules)
    kept = (
        (holders >= rules.min_holders)
        & (100 * target <= rules.max_share_percent * total)
        & (100 * (total - target - others - present) >= rules.p_percent * target)
    )
    found: npt.NDArray[np.bool_] = passed & ((target == 0) | kept)
    return found


def _less_largest(values: Ints, *, many: int) -> Ints:
    """The sum of each row without its `many` largest."""
    kept = np.sort(values, axis=1)[:, : max(0, values.shape[1] - many)]
    found: Ints = kept.sum(axis=1)
    return found


def _others(values: Ints, *, target: Ints, holders: Ints, rules: Rules) -> Ints:
    """What the colluders know of each cell: its largest contributions, the target's left out."""
    ranked = -np.sort(-values, axis=1)
    colluders = _by_number(holders, lambda number: colluding(rules, holders=number))
    known = np.zeros(len(values), dtype=np.int64)
    for many in range(1, rules.coalition + 1):
        # With the target among the largest, the sum of many + 1 of them less the target; else that of the many.
        nearest = ranked[:, : many + 1].sum(axis=1) - target
        beside = ranked[:, :many].sum(axis=1)
        last = ranked[:, many] if many < ranked.shape[1] else np.zeros(len(values), dtype=np.int64)
        known = np.where(colluders >= many, np.where(target >= last, nearest, beside), known)
    return known


def _by_number(holders: Ints, of: Callable[[int], int]) -> Ints:
    """What `of` says of each cell's number of holdings."""
    table = np.array([of(number) for number in range(int(holders.max(initial=0)) + 1)], dtype=np.int64)
    found: Ints = table[holders]
    return found
