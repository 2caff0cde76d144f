"""Does a release say what is so? Structure, sums, coverage: checked row by row against the contributions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.disclosure.contributions import Ints
from governance.disclosure.independent.audited import Breach, NotAudited
from governance.disclosure.independent.counting import Counted
from governance.disclosure.independent.layout import Placed, named
from governance.disclosure.published import Published, Shape
from governance.disclosure.rules import COVERAGE_CLASSES, Rules


@dataclass(frozen=True, eq=False, slots=True)
class Said:
    """What a number of each row tells of the true sum: `low` to `high`, both included; undefined where suppressed."""

    low: Ints
    high: Ints


def said(published: Published) -> Said:
    """The true sums that each published number stands for: itself, or all that are rounded to it (halves upwards).

    Where zeros are hidden, small numbers are rounded up to one base, so that no 0 is printed.
    """
    base = published.about.rounding
    low = published.value - base // 2
    high = low + base - 1
    if not published.about.zeros_shown and base > 1:
        low = np.where(published.value == base, 1, low)
    return Said(np.maximum(low, 0), high)


def must_be(published: Published, shape: Shape) -> None:
    """Make sure that this is a release that can be audited.

    Raises:
        NotAudited: it is of the other shape, or its numbers carry noise.
    """
    if published.about.shape is not shape:
        raise NotAudited(f"this is a {published.about.shape}, not a {shape}")
    if published.about.noise is not None:
        raise NotAudited("numbers that carry noise stand for no interval")


def misplaced(published: Published, layers: Sequence[Placed]) -> Iterator[Breach]:
    """Rows that overlap where they must not, and base cells that are in none."""
    for layer in layers:
        for row in layer.twice:
            yield Breach("overlap", named(published, row))
        if layer.missing:
            yield Breach("missing", f"{layer.missing} base cells")


def untrue(published: Published, found: Counted, rules: Rules) -> Iterator[Breach]:
    """Numbers and classes of coverage that are not those of the contributions."""
    told = said(published)
    total = found.values.sum(axis=1)
    wrong = published.shown & ((total < told.low) | (total > told.high))
    for row in np.flatnonzero(wrong).tolist():
        yield Breach("sum", named(published, row), bound=float(published.value[row]), needed=float(total[row]))
    holders = (found.values[:, secret(found, rules)] > 0).sum(axis=1).tolist()
    for row, coverage in enumerate(published.coverage):
        if coverage not in _covered(int(published.value[row]), holders[row]):
            yield Breach("coverage", named(published, row))


def secret(found: Counted, rules: Rules) -> npt.NDArray[np.intp]:
    """The places of the holdings that are not public elsewhere."""
    return np.array([place for place, name in enumerate(found.holdings) if name not in rules.known], dtype=np.intp)


def _covered(value: int, holders: int) -> set[str]:
    """The coverages that may stand beside a number: its class; beside 0 or nothing at all, none."""
    if value <= 0:
        return {""}
    return {next(name for least, name in COVERAGE_CLASSES if holders >= least)}
