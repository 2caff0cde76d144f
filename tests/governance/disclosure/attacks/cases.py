"""One case for each rule: a market in which the rule matters, and the attack that gets through without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa

from governance.disclosure.attacks.knowledge import Knowledge
from governance.disclosure.attacks.truth import Truth
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.rules import Rules
from tests.governance.disclosure.attacks.cases_commons import each_read, log, never_mixed, parameters, retroaction
from tests.governance.disclosure.attacks.cases_ledger import geography, joining, revision, slicing, small_town
from tests.governance.disclosure.attacks.cases_tables import insider, one_code, pairs, secondary, zeros
from tests.governance.disclosure.attacks.cases_worlds import drawn_once, earlier, noise, prior, told_p, traveller
from tests.governance.disclosure.attacks.market import (
    MEMBERS,
    Market,
    apart,
    floors,
    market,
    out,
    partitioned,
    raw,
    zones,
)

Off = frozenset[str]
WHOLE: Off = frozenset()


@dataclass(frozen=True)
class Case:
    """`rule` is switched off by its name; `attack` then gets through, and not before."""

    rule: str
    title: str
    attack: int
    play: Callable[[Off], tuple[Knowledge, Truth]]


def _members(one: Market, off: Off, *, me: tuple[str, ...] = (), rules: Rules = MEMBERS) -> tuple[Knowledge, Truth]:
    """A partition read by some of its own contributors."""
    published = partitioned(one, rules, off)
    own = one.of(*me) if me else None
    public = one.of(*rules.known) if rules.known else None
    holdings = tuple(sorted(set(one.table["holding"].to_pylist())))
    knowledge = Knowledge((out(published),), own=own, public=public, holdings=holdings, floors=floors(rules))
    return knowledge, one.truth(rules, me=me)


#: Beside a small zone X always a large one Y in which everything is safe.
_Y = [("Y", name, 40, 8) for name in "abc"]


def _two(*parts: tuple[object, ...], more: str = "") -> Market:
    large = [*_Y, *(("Y", name, 40, 8) for name in more)]
    return market((zones("X", "Y"),), [*(("X", *part) for part in parts), *large])


def k(off: Off) -> tuple[Knowledge, Truth]:
    """Two trips of each: 6 in all, on six vehicles."""
    return _members(_two(("a", 2, 2), ("b", 2, 2), ("c", 2, 2)), off, rules=replace(MEMBERS, coalition=0))


def vehicles(off: Off) -> tuple[Knowledge, Truth]:
    """20 trips of each on one vehicle each; open feeds showed just these three. The floor is 5, as for the public."""
    one = _two(("a", 20, 1), ("b", 20, 1), ("c", 20, 1))
    knowledge, truth = _members(one, off, rules=replace(MEMBERS, min_vehicles=5))
    seen = pa.table({"zone": ["X", "Y"], "vehicles": [3, 24]})
    return replace(knowledge, seen=seen), truth


def holders(off: Off) -> tuple[Knowledge, Truth]:
    """Two holdings of 30 in X; the reader is an authority that has an extract of a's records."""
    one = _two(("a", 30, 6), ("b", 30, 6))
    rules = replace(MEMBERS, coalition=0)
    knowledge, truth = _members(one, off, rules=rules)
    return replace(knowledge, own=one.of("a")), replace(truth, me=frozenset({"a"}))


def share(off: Off) -> tuple[Knowledge, Truth]:
    """300, 25, 20: a has 87 %, and X must not be bounded below 300 / 0.85 = 352.94."""
    return _members(_two(("a", 300, 9), ("b", 25, 9), ("c", 20, 9)), off, rules=replace(MEMBERS, coalition=0))


def p(off: Off) -> tuple[Knowledge, Truth]:
    """50, 47, 3: b bounds a by 100 - 47 - 1 = 52, within 10 %."""
    return _members(_two(("a", 50, 9), ("b", 47, 9), ("c", 3, 3)), off, me=("b",))


def presence(off: Off) -> tuple[Knowledge, Truth]:
    """60, 34, 6: b knows that c has 1 at least, so a has 100 - 34 - 1 = 65 at most, less than 66."""
    return _members(_two(("a", 60, 9), ("b", 34, 9), ("c", 6, 6)), off, me=("b",))


def beside(off: Off) -> tuple[Knowledge, Truth]:
    """6, 3, 3: a finds six trips of others, which are fewer than ten."""
    return _members(_two(("a", 6, 6), ("b", 3, 3), ("c", 3, 3)), off, me=("a",))


def coalition(off: Off) -> tuple[Knowledge, Truth]:
    """40, 30, 20, 2, 2, where pairs are withstood: b and c together bound a by 94 - 50 - 2 = 42."""
    one = _two(("a", 40, 9), ("b", 30, 9), ("c", 20, 9), ("d", 2, 2), ("e", 2, 2), more="de")
    return _members(one, off, me=("b", "c"), rules=replace(MEMBERS, coalition=2))


def public_cover(off: Off) -> tuple[Knowledge, Truth]:
    """b's figures are public: of a's 50 and c's 48 beside its 30 each knows the other exactly."""
    one = _two(("a", 50, 9), ("b", 30, 9), ("c", 48, 9), ("d", 1, 1), more="de")
    return _members(one, off, me=("c",), rules=replace(MEMBERS, known=frozenset({"b"})))


def houses(off: Off) -> tuple[Knowledge, Truth]:
    """Brands a1 and a2 are one house's: beside it only b is in X, with 25."""
    parts = [("X", "a1", 20, 8), ("X", "a2", 15, 8), ("X", "b", 25, 8)]
    parts += [("Y", name, 40, 8) for name in ("a1", "a2", "b", "c", "d")]
    one = market((zones("X", "Y"),), parts, house=["a", "a", "b", "a", "a", "b", "c", "d"])
    published = partitioned(one, MEMBERS, off, by="holding" if "houses" in off else "house")
    of = {"a1": "a", "a2": "a"}
    own = one.of("a", by="house")
    knowledge = Knowledge((out(published),), own=own, holdings=("a1", "a2", "b", "c", "d"), houses=of)
    return knowledge, one.truth(me=("a",), by="house")


def remainder(off: Off) -> tuple[Knowledge, Truth]:
    """X has 30 trips of three, W and V have 2 each: pooled by themselves they are 4, and nobody looked."""
    small = [("W", "a", 2, 2), ("V", "b", 2, 2)]
    one = market((zones("V", "W", "X", "Y"),), [*small, *(("X", name, 10, 5) for name in "abc"), *_Y])
    published = apart(one, MEMBERS, pooled=True) if "remainder" in off else partitioned(one)
    return Knowledge((out(published),), floors=floors()), one.truth()


def empty(off: Off) -> tuple[Knowledge, Truth]:
    """Nothing happened in W; a rival that sees a printed 0 knows that nobody works there."""
    one = market((zones("W", "X", "Y"),), [*(("X", name, 20, 5) for name in "abc"), *_Y])
    published = apart(one, MEMBERS, pooled=False) if "empty" in off else partitioned(one)
    return Knowledge((out(published),), own=one.of("a"), floors=floors()), one.truth(me=("a",))


def classes(off: Off) -> tuple[Knowledge, Truth]:
    """Four holdings, d is not in X: an exact 3 beside X tells each of the three so."""
    parts = [*(("X", name, 20, 5) for name in "abc"), *(("Y", name, 40, 8) for name in "abcd")]
    return _members(market((zones("X", "Y"),), parts), off, me=("a",))


def flows(off: Off) -> tuple[Knowledge, Truth]:
    """One traveller goes from A to B in the morning and on to C by day; everybody else goes from A to A."""
    places, bands = ["A", "B", "C"], ["am_peak", "midday"]
    hierarchies = (
        Hierarchy.flat("origin_zone", "zone", places),
        Hierarchy.flat("destination_zone", "zone", places),
        Hierarchy.flat("band", "band", bands),
    )
    parts: list[tuple[object, ...]] = [("A", "B", "am_peak", "a", 1, 1), ("B", "C", "midday", "a", 1, 1)]
    parts += [("A", "A", band, name, 20, 9) for band in bands for name in "abc"]
    one = market(hierarchies, parts)
    published = raw(one) if "all" in off else partitioned(one)
    return Knowledge((out(published),), floors=floors()), one.truth()


@cache
def played(case: Case, off: Off) -> tuple[Knowledge, Truth]:
    """What the attacker of a case has in hand, made once."""
    return case.play(off)


CASES: tuple[Case, ...] = (
    Case("k", "trips ≥ k", 2, k),
    Case("vehicles", "vehicles ≥ 5", 16, vehicles),
    Case("N", "N holdings at least", 3, holders),
    Case("share", "largest share", 2, share),
    Case("p", "p %", 3, p),
    Case("presence", "what presence tells", 3, presence),
    Case("beside", "thresholds beside one's own", 3, beside),
    Case("coalition", "pairs withstood", 3, coalition),
    Case("known", "public contributors are no cover", 3, public_cover),
    Case("houses", "brands of one house are one", 5, houses),
    Case("remainder", "the remainder must be safe", 2, remainder),
    Case("empty", "empty nodes are pooled", 12, empty),
    Case("classes", "coverage in classes", 12, classes),
    Case("all", "all rules on counts", 14, flows),
    Case("all", "all rules on counts", 13, traveller),
    Case("prior", "what GBFS tells raises p", 15, prior),
    Case("noise", "noise", 13, noise),
    Case("once", "noise is drawn once", 10, drawn_once),
    Case("earlier", "groups are chosen on an earlier period", 22, earlier),
    Case("secondary", "secondary suppression", 1, secondary),
    Case("secondary", "secondary suppression", 2, secondary),
    Case("insider", "the insider audit", 3, insider),
    Case("insider", "the insider audit", 4, insider),
    Case("pairs", "the audit against pairs", 3, pairs),
    Case("zeros", "zeros are hidden", 12, zeros),
    Case("ledger", "the ledger: other zones", 6, geography),
    Case("ledger", "the ledger: other periods", 7, slicing),
    Case("ledger", "the ledger: a revision", 7, revision),
    Case("ledger", "the ledger: another edition", 8, joining),
    Case("ledger", "the ledger: all open cubes", 11, small_town),
    Case("one_code", "one code, never why", 19, one_code),
    Case("secret_p", "the exact p is told to nobody", 19, told_p),
    Case("parameters", "fixed parameters", 9, parameters),
    Case("each_read", "each read is decided", 17, each_read),
    Case("never_mix", "clauses are never mixed", 18, never_mixed),
    Case("log", "the log is verified", 20, log),
    Case("retroaction", "no vote loosens the past", 21, retroaction),
)
