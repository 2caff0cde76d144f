"""A small town whose trips are written out, and releases of them: what the tests of the ledger are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from governance.audiences import Audience
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.ledger.claims import Claim, Placed, Records
from governance.disclosure.ledger.joining import Cells
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules, coverage_class
from governance.obligations import Obligations
from governance.periods import Period
from governance.terms.floors import Coalition, MaxShare, MinHolders, MinTrips, PPercent, Rounding

YEAR = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
MEMBERS = Rules(10, None, None, 3, 85, 10, coalition=1)
OPEN = Rules(10, None, None, 3, 85, 15, coalition=1, rounding=5)
AUTHORITY = Rules(10, None, None, 3, 85, 10, coalition=0)
RULES = {Audience.MEMBERS: MEMBERS, Audience.OPEN: OPEN, Audience.AUTHORITY: AUTHORITY}


def obligations(rules: Rules, audience: Audience, *, holders: Sequence[str], cube: str, **other: Any) -> Obligations:
    terms = (
        MinTrips(rules.min_trips or 1),
        MinHolders(rules.min_holders),
        MaxShare(rules.max_share_percent),
        PPercent(rules.p_percent),
        Coalition(rules.coalition),
        *([Rounding(rules.rounding)] if rules.rounding > 1 else []),
    )
    names = {"edition": "2026", "holders": frozenset(holders), "holdings": {name: name for name in holders}}
    return Obligations(cube, audience, {one.name: one for one in terms}, **{**names, **other})


@dataclass(frozen=True)
class Town:
    """n trips: `holding` of each, and its `places` by the name of an attribute."""

    holdings: tuple[str, ...]
    holding: Sequence[int]
    places: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, attributes: Sequence[str], counts: Mapping[tuple[str, ...], Sequence[int]]) -> Town:
        """From the number of trips of each holding in each combination of attributes."""
        many = max(len(one) for one in counts.values())
        rows = [
            (place, holding)
            for place, numbers in counts.items()
            for holding, number in enumerate(numbers)
            for _ in range(number)
        ]
        places = {name: [place[at] for place, _ in rows] for at, name in enumerate(attributes)}
        return cls(tuple("abcdefg"[:many]), [holding for _, holding in rows], places)

    @property
    def records(self) -> Records:
        return Records(self.holdings, np.array(self.holding, np.int32), np.ones(len(self.holding), np.int64))

    def hierarchy(self, attribute: str) -> Hierarchy:
        return Hierarchy.flat(attribute, "base", sorted({"elsewhere", *self.places[attribute]}))

    def cells(self, attributes: Sequence[str]) -> Cells:
        columns = [[self.hierarchy(name).place[one] for one in self.places[name]] for name in attributes]
        return Cells(np.arange(len(self.holding)), np.array(columns, np.int32).T)

    def release(
        self,
        id: str,
        attributes: Sequence[str],
        groups: Sequence[Sequence[str]],
        *,
        audience: Audience = Audience.MEMBERS,
        shape: Shape = Shape.PARTITION,
        hidden: Sequence[int] = (),
        rules: Rules | None = None,
        only: tuple[str, str] | None = None,
        **other: Any,
    ) -> Placed:
        """A release whose rows pool what is named: for each attribute nodes with spaces between them, or ``all``.

        What no group names is named by ``rest``. `only` says which trips it is about: those with these values of an
        attribute.
        """
        held = rules or RULES[audience]
        hierarchies = tuple(self.hierarchy(name) for name in attributes)
        named = [self._nodes(group, groups, hierarchies) for group in groups]
        level = np.array([[one[0] for one in row] for row in named], np.int8)
        about = About(id, shape, "trips", "trips", rounding=held.rounding)
        bare = Published(
            about,
            hierarchies,
            level,
            [tuple(one[1] for one in row) for row in named],
            np.zeros(len(groups), np.int64),
            ("3-4",) * len(groups),
        )
        rows = self.cells(attributes).rows(bare, records=len(self.holding))
        if only is not None:
            kept = np.isin(np.array(self.places[only[0]]), only[1].split())
            rows = sp.csr_array(sp.diags_array(kept.astype(np.int64), dtype=np.int64) @ rows)
            rows.eliminate_zeros()
        sums = np.array([(rows.T @ (np.array(self.holding) == one)) for one in range(len(self.holdings))])
        value = (sums.sum(axis=0) + held.rounding // 2) // held.rounding * held.rounding
        value[list(hidden)] = -1
        secret = np.array([name not in held.known for name in self.holdings])
        coverage = [coverage_class(int(number))[1] for number in (sums[secret] > 0).sum(axis=0)]
        told = tuple("" if value[row] < 0 else one for row, one in enumerate(coverage))
        published = Published(about, hierarchies, level, bare.nodes, value, told)
        return Placed(self.claim(id, audience, held, shape, **other), held, published, rows)

    def claim(self, id: str, audience: Audience, rules: Rules, shape: Shape, **other: Any) -> Claim:
        cube = other.pop("cube", id)
        known = {"named": rules.named, "known": rules.known, **other.pop("about", {})}
        asked = obligations(rules, audience, cube=cube, **{"holders": self.holdings, **known})
        told = {"attributes": {"z": other.pop("told_by")}} if "told_by" in other else {}
        given = {**told, "family": "trips", "grain": "g", "period": YEAR, "inputs": "x", **other}
        return Claim(id, cube, obligations=asked, shape=shape, **given)

    @staticmethod
    def _nodes(
        group: Sequence[str], groups: Sequence[Sequence[str]], hierarchies: Sequence[Hierarchy]
    ) -> list[tuple[int, tuple[int, ...]]]:
        found = []
        for at, hierarchy in enumerate(hierarchies):
            if group[at] == "all":
                found.append((0, (0,)))
                continue
            others = {node for one in groups for node in one[at].split()}
            nodes = sorted(set(hierarchy.nodes[1]) - others) if group[at] == "rest" else group[at].split()
            found.append((1, tuple(sorted(hierarchy.place[node] for node in nodes))))
        return found
