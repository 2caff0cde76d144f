"""Chance that is the same on every machine.

Only the raw 64-bit stream of PCG64 is used (numpy promises it never changes) and only integer arithmetic on it, so
that neither a numpy version nor a processor's rounding can move a byte of the demo.
"""

from __future__ import annotations

import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


class Draws:
    """An independent stream for each seed and path of names, so that one part's use never shifts another's."""

    def __init__(self, seed: int, *names: str | int) -> None:
        path = [zlib.crc32(str(name).encode()) for name in names]
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, *path]))

    def words(self, count: int) -> NDArray[np.uint64]:
        """`count` raw 64-bit words."""
        return np.asarray(self._bits.random_raw(count), dtype=np.uint64)

    def below(self, bound: int | Ints, count: int) -> Ints:
        """Integers 0 <= x < `bound`; `bound` is at most 2^32 and may differ from draw to draw."""
        high = self.words(count) >> np.uint64(32)
        return ((high * np.asarray(bound, dtype=np.uint64)) >> np.uint64(32)).astype(np.int64)

    def between(self, low: int, high: int, count: int) -> Ints:
        """Integers `low` <= x <= `high`."""
        return self.below(high - low + 1, count) + low

    def one_in(self, odds: int, count: int) -> Flags:
        """True once in `odds` on average."""
        return np.equal(self.below(odds, count), 0)

    def bell(self, spread: int, count: int) -> Ints:
        """A bell around 0: the sum of four even draws, its deviation about 0.58 `spread`, never beyond `spread` x 2."""
        if spread == 0:
            return np.zeros(count, dtype=np.int64)
        total = np.zeros(count, dtype=np.int64)
        for _ in range(4):
            total += self.between(0, spread, count)
        return total - 2 * spread

    def weighted(self, weights: Ints, count: int) -> Ints:
        """Positions in `weights`, each as often as its weight says."""
        steps = np.cumsum(weights)
        return np.searchsorted(steps, self.below(int(steps[-1]), count), side="right").astype(np.int64)


def share_out(total: int, weights: Ints) -> Ints:
    """`total` split into whole parts in proportion to `weights`: the largest remainders get what is left over."""
    exact = total * weights
    whole = exact // weights.sum()
    rest = exact - whole * weights.sum()
    most = np.argsort(-rest, kind="stable")[: total - int(whole.sum())]
    whole[most] += 1
    parts: Ints = whole.astype(np.int64)
    return parts
