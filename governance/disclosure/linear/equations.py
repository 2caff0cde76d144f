"""Published sums as equations over atoms, and what is found when an attacker learns too much from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.rules import Rules


@dataclass(frozen=True, eq=False, slots=True)
class System:
    """a atoms, h holdings, r published sums.

    `values` (a, h) are the true contributions, for the builder alone. `trips` (a, h) is what `min_trips` counts where
    the measure itself is not that count; None says that the measure is the count. `rows` (r, a) is 0/1: which atoms
    each published sum adds. `holders` (r,) is the fewest secret holdings that the row's coverage tells of, 0 for
    nothing. `absent` (a, h) says where a holding is publicly known not to be. `least` is what everybody knows of each
    atom's total (1, where empty cells are printed as 0, so that a hidden one is not empty). `waived` (r,) are rows
    whose coverage is so small that only holdings with a waiver can be in them.
    """

    holdings: tuple[str, ...]
    values: Ints
    trips: Ints | None
    rows: sp.csr_array
    holders: Ints
    absent: npt.NDArray[np.bool_] | None = None
    least: int = 0
    waived: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """An attacker bounds a protected quantity too closely.

    `attacker` are numbers of holdings (none: an outsider), `target` a row of the targets, `rule` the name of the floor
    (``p_percent``, ``max_share_percent``, ``min_trips``; ``exact`` for what else must not be recovered). `bound` is
    what the attacker finds at most (at least, where `lower`), `needed` what it would have to be; `bound` is not a
    number where no solution was found in time. `blame` has the published rows that the bound follows from, with the
    size of their dual value.
    """

    attacker: tuple[int, ...]
    target: int
    rule: str
    holding: int | None
    bound: float
    needed: float
    blame: Mapping[int, float]
    lower: bool = False


def attackers_of(rules: Rules, holdings: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """Who reads: an outsider; with a coalition of one each holding that is not public elsewhere; with two, pairs."""
    secret = [index for index, name in enumerate(holdings) if name not in rules.known]
    found: list[tuple[int, ...]] = [()]
    if rules.coalition >= 1:
        found += [(index,) for index in secret]
    if rules.coalition >= 2:
        found += [(first, second) for place, first in enumerate(secret) for second in secret[place + 1 :]]
    return tuple(found)
