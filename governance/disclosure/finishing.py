"""What becomes of a protected release before it is written: nothing for members, rounding for the public.

Rounding comes last and sees nothing but what is published already, so it can only tell less (Handbook on SDC, 2nd ed.,
section 5.4). It is conventional and deterministic: the same release is rounded the same each time it is made, so that
nothing can be learnt by averaging. Rounded parts need not add up to rounded totals; they are not made to.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from governance.disclosure.contributions import Ints
from governance.disclosure.published import Published
from governance.disclosure.rules import COVERAGE_CLASSES

_CLASSES = frozenset(name for _, name in COVERAGE_CLASSES)


def finish(published: Published, *, rounding: int) -> Published:
    """The release as its audience gets it: every number a multiple of `rounding` (1: as is), coverage as a class.

    Which rows are there and which are suppressed never changes.

    Raises:
        ValueError: it was rounded to another base before, or a row tells a number of holdings that is no class.
    """
    _must_be_classes(published)
    before = published.about.rounding
    if rounding < 1 or before not in {1, rounding}:
        raise ValueError(f"numbers rounded to {before} cannot be rounded to {rounding} too")
    if rounding in {1, before}:
        return published
    value = rounded(published.value, base=rounding, zeros_shown=published.about.zeros_shown)
    # What is printed as 0 may be none or a few: a class of holdings beside it would tell which.
    coverage = tuple("" if number == 0 else one for number, one in zip(value, published.coverage, strict=True))
    return replace(published, about=replace(published.about, rounding=rounding), value=value, coverage=coverage)


def rounded(value: Ints, *, base: int, zeros_shown: bool) -> Ints:
    """To the nearest multiple of `base`, halves upwards; what is suppressed (-1) stays so.

    Where empty keys hide under the same code as unsafe ones, a printed 0 would tell that something is there after all,
    and that it is small. There a few are printed as one base.
    """
    nearest = (value + base // 2) // base * base
    if not zeros_shown:
        nearest = np.where((value > 0) & (nearest == 0), base, nearest)
    found: Ints = np.where(value < 0, value, nearest)
    return found


def _must_be_classes(published: Published) -> None:
    told = set(published.coverage) - _CLASSES - {""}
    if told:
        raise ValueError(f"coverage {sorted(told)[0]!r} is no class ({', '.join(sorted(_CLASSES))})")
