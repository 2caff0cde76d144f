"""The primary rules as numbers, taken from the obligations of a permit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.cubes import Cube
from governance.errors import CommonsError
from governance.obligations import Obligations
from governance.terms.base import AtLeast, AtMost
from governance.terms.floors import (
    Coalition,
    EpsilonBudget,
    MaxShare,
    MinHolders,
    MinTrips,
    MinUsers,
    MinVehicles,
    PPercent,
    Prior,
    Rounding,
)


class UnenforceableRules(CommonsError):
    """Obligations that the primary rules cannot keep: a floor is missing, or one asks for more than they do."""


#: What is published of the number of contributing holdings: classes, each from its smallest number on.
COVERAGE_CLASSES = ((5, "5+"), (3, "3-4"), (0, "1-2"))


@dataclass(frozen=True, slots=True)
class Rules:
    """What every published cell keeps to. A threshold on travellers is None where the data has no such count.

    `p_percent` is p* already where a prior is known. `named` holdings waived their secrecy, and the waiver took effect:
    they are no targets, but still cover. `known` ones are public elsewhere: neither target nor cover.
    `everywhere`: the coalition is withstood in every cell, not only where 2c + 1 holdings are.
    """

    min_trips: int | None
    min_vehicles: int | None
    min_users: int | None
    min_holders: int
    max_share_percent: int
    p_percent: int
    coalition: int
    rounding: int = 1
    named: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    everywhere: bool = False

    def thresholds(self) -> Mapping[str, int]:
        """The thresholds on travellers that apply, by the name of their term."""
        of = {MinTrips.name: self.min_trips, MinVehicles.name: self.min_vehicles, MinUsers.name: self.min_users}
        return {name: value for name, value in of.items() if value is not None}


def colluding(rules: Rules, *, holders: int) -> int:
    """How many contributors are taken to collude against another one in a cell with this many holdings.

    The coalition needs 2c + 1 holdings (a pair is audited when N >= 5); in smaller cells one attacker always remains,
    unless the rules want all of them `everywhere`.
    """
    return rules.coalition if rules.everywhere else min(rules.coalition, max(1, (holders - 1) // 2))


def coverage_class(holders: int) -> tuple[int, str]:
    """The fewest holdings of the class of coverage that a cell with this many is published with, and its name."""
    return next(one for one in COVERAGE_CLASSES if holders >= one[0])


def known_present(holders: int, rules: Rules) -> int:
    """How many holdings a reader knows to be in a cell besides the target and the colluders, each with 1 at least.

    That the cell is out tells that `min_holders` contribute; its coverage may tell of more.
    """
    present = max(rules.min_holders, coverage_class(holders)[0])
    return max(0, present - 1 - colluding(rules, holders=holders))


def p_star(p_percent: int, *, prior_percent: int | None) -> int:
    """p* = 100 p / q, rounded up to the stricter whole percent (Handbook on SDC, section 4.2)."""
    return p_percent if prior_percent is None else -(-100 * p_percent // prior_percent)


def rules_of(obligations: Obligations, cube: Cube, *, noise: bool = False) -> Rules:
    """The numbers that a release of `cube` under these obligations keeps to.

    `named` are the waivers that take effect (`Obligations.waived`): where one holding did not waive, all are protected.
    What is known elsewhere is no waiver; it is said by the datasets, and taken out of the cover (`known`).

    Raises:
        UnenforceableRules: a floor is missing, or a privacy budget is asked for, which thresholds do not keep: only a
            release with `noise` does.
    """
    if EpsilonBudget.name in obligations.terms and not noise:
        raise UnenforceableRules(f"{cube.id}: {EpsilonBudget.name} cannot be kept by thresholds")
    numbers = {name: term.value for name, term in obligations.terms.items() if isinstance(term, AtLeast | AtMost)}

    def owed(name: str) -> int:
        if name not in numbers:
            raise UnenforceableRules(f"{cube.id}: the obligations lack {name}")
        return numbers[name]

    counted = {name: owed(name) for name, column in cube.counted.items() if column is not None}
    return Rules(
        min_trips=counted.get(MinTrips.name),
        min_vehicles=counted.get(MinVehicles.name),
        min_users=counted.get(MinUsers.name),
        min_holders=owed(MinHolders.name),
        max_share_percent=owed(MaxShare.name),
        p_percent=p_star(owed(PPercent.name), prior_percent=numbers.get(Prior.name)),
        coalition=owed(Coalition.name),
        rounding=numbers.get(Rounding.name, 1),
        named=obligations.waived,
        known=obligations.known,
    )
