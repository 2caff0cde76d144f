"""The audit where old and new are two partitions of the same records: exact for the p % rule, by flows.

Of the p % rule one largest flow for each attacker and each holding settles all sets of atoms at once
(`Network.short_of`). What is asked of single atoms (that k trips of others be possible, and half of those there are;
that too few vehicles be not told to the unit) is met by worlds drawn many targets at a time; of what they leave each is
asked how much and how little it can be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.atoms import Flags, Sheet
from governance.disclosure.ledger.bounds import Bounds
from governance.disclosure.ledger.findings import Effort, Limits
from governance.disclosure.ledger.network import Network
from governance.disclosure.ledger.sides import CENT, Twofold, system_of, told_of
from governance.disclosure.ledger.worlds import Worlds
from governance.disclosure.linear.needs import Needs, P, View, needs, view
from governance.disclosure.rules import Rules

#: After so many worlds that meet no need, each atom is looked at by itself.
PATIENCE = 3


@dataclass(frozen=True, eq=False, slots=True)
class Short:
    """A set of atoms (numbers in the sheet) of which `holding`'s part is bounded too closely by an attacker."""

    attacker: tuple[int, ...]
    holding: int
    rule: str
    atoms: Ints


def parts_short(sheet: Sheet, two: Twofold, rules: Rules, attacker: tuple[int, ...], effort: Effort) -> list[Short]:
    """All that one attacker bounds too closely of the other holdings' parts, whatever set of atoms it asks about."""
    seen = view(system_of(sheet, two), rules, attacker)
    told = told_of(sheet, two, seen)
    network = Network(two.left, two.right, total=CENT * seen.others)
    found = []
    for holding in seen.protected if rules.p_percent else ():
        part = sheet.values[two.atoms, holding]
        lost = _lost(two, seen, part, rules, told[1])
        least = np.where(lost[two.right], CENT, CENT + rules.p_percent) * part
        beside = (CENT * told[0], np.where(lost[:-1], 0, CENT * told[1]))
        effort.flows += 1
        short = network.short_of(least, beside=beside) if part.any() else []
        found += [Short(attacker, holding, P, two.atoms[one]) for one in short if len(one)]
    return found


def _lost(two: Twofold, seen: View, part: Ints, rules: Rules, told: Ints) -> Flags:
    """Which old rows give the part away by themselves, so that nothing in them can be protected: (old rows + 1,).

    What is out was built to the rules of its day. The last place stands for atoms in no old row.
    """
    inside = two.right >= 0

    def summed(values: Ints) -> Ints:
        sums: Ints = np.bincount(two.right[inside], weights=values[inside], minlength=len(told)).astype(np.int64)
        return sums

    return np.append(CENT * (summed(seen.others) - told) < (CENT + rules.p_percent) * summed(part), False)


@dataclass(frozen=True, slots=True)
class Open:
    """An atom (its number in the sheet) that one attacker is not left in doubt of."""

    attacker: tuple[int, ...]
    rule: str
    atom: int


def atoms_open(
    sheet: Sheet,
    two: Twofold,
    rules: Rules,
    attacker: tuple[int, ...],
    *,
    asked: Flags,
    few: Flags,
    limits: Limits,
    late: Callable[[], bool],
    effort: Effort,
) -> list[Open]:
    """The atoms of which no world leaves one attacker in enough doubt, and did before the new release.

    `asked` (n,) are those to look at, `few` (n,) those with too few vehicles. Parts are asked for here only of pairs,
    which face no more than the targets with 2c + 1 holdings: there the flow over all sets would ask too much.
    """
    seen = view(system_of(sheet, two), rules, attacker)
    wanted = _wanted(sheet, two, rules, seen, few)
    by_part = len(attacker) > 1 and not rules.everywhere
    left = np.flatnonzero(asked[wanted.target] & (~wanted.part | by_part))
    worlds = Worlds(two, seen, told_of(sheet, two, seen), wanted)
    left = left[~worlds.met(left, seen.others)]
    idle = 0
    for turn in range(limits.worlds):
        if not len(left) or idle == PATIENCE or late():
            break
        met = worlds.met(left, worlds.drawn(left, turn))
        idle = 0 if met.any() else idle + 1
        effort.worlds += 1
        left = left[~met]
    bounds = Bounds(two.left, two.right, seen.others, size=limits.patch)
    found = []
    # So many cannot be looked at one by one: where that many are open, the release gives way first.
    tried = len(left) <= limits.bounds and not late()
    effort.bounds += len(left) * tried
    effort.unsolved += len(left) * (not tried)
    for need in left.tolist():
        if not (tried and worlds.in_doubt(need, bounds)):
            found.append(Open(attacker, wanted.rule[need], int(two.atoms[wanted.target[need]])))
    return found


def _wanted(sheet: Sheet, two: Twofold, rules: Rules, seen: View, few: Flags) -> Needs:
    every = sp.csr_array(sp.eye_array(len(two.atoms), dtype=np.int64))
    return needs(every, system_of(sheet, two), rules, seen, exact=few, p_only=None)
