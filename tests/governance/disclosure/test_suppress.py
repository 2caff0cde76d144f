"""A protected table: nobody breaks it, hardly more is hidden than need be, and the same input gives the same bytes."""

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.markets import hierarchies_of, market, records
from governance.disclosure import suppress
from governance.disclosure.cells import Cells, safe
from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.linear.needs import needs, view
from governance.disclosure.linear.system import Breach, System, attackers_of, audit
from governance.disclosure.margins import all_keys, same_sets
from governance.disclosure.published import About, Published, Shape, read_published, written
from governance.disclosure.rules import Rules
from governance.disclosure.suppress import Suppressed, protect_table
from governance.disclosure.tables import crew as crews

ABOUT = About("ends", Shape.TABLE, "trips", "trips")
RULES = Rules(10, 3, None, 3, 85, 10, 1)
SHARES = (0.45, 0.3, 0.15, 0.1)


def protected(
    contributions: Contributions, rules: Rules = RULES, *, zeros_shown: bool = False, **more: object
) -> Suppressed:
    more = {"workers": 1, **more}
    return protect_table(contributions, rules, about=ABOUT, zeros_shown=zeros_shown, **more)  # type: ignore[arg-type]


def told(published: Published) -> Mapping[tuple[str, ...], tuple[object, str]]:
    """Each key's number (or its code) and coverage, by the names of its nodes."""
    rows = published.table().to_pylist()
    names = [one.dimension for one in published.hierarchies]
    return {tuple(row[name] for name in names): (row["status"] or row["trips"], row["coverage"]) for row in rows}


def attacked(contributions: Contributions, published: Published, rules: Rules) -> tuple[Breach, ...]:
    """An audit that takes nothing from the search but the file: equations for what is out, every key a target."""
    shape = [one.size for one in contributions.hierarchies]
    flat = np.ravel_multi_index(tuple(contributions.cell.T), shape)
    values = np.zeros((int(np.prod(shape)), len(contributions.holdings)), np.int64)
    np.add.at(values, (flat, contributions.holding), contributions.value)
    base = list(itertools.product(*(range(size) for size in shape)))
    targets = np.array(
        [
            [
                all(
                    one.ancestors[at][cell[d]] == node[d][0]
                    for d, (one, at) in enumerate(zip(published.hierarchies, level, strict=True))
                )
                for cell in base
            ]
            for level, node in zip(published.level, published.nodes, strict=True)
        ],
        np.int64,
    )
    if published.about.zeros_shown:
        # An empty base cell is printed: what is open are the others, and nobody takes them for empty.
        kept = values.sum(axis=1) > 0
        values, targets = values[kept], targets[:, kept]
    shown = published.shown
    assert (targets @ values.sum(axis=1))[shown].tolist() == published.value[shown].tolist()
    fewest = [{"": 0, "1-2": 0, "3-4": 3, "5+": 5}[one] for one in published.coverage]
    holders = np.where(published.value > 0, np.maximum(fewest, rules.min_holders), 0)[shown]
    least = int(published.about.zeros_shown)
    system = System(contributions.holdings, values, None, sp.csr_array(targets[shown]), holders, least=least)
    return audit(system, sp.csr_array(targets), rules)


def small(seed: int, *, trips: int = 3_000, shares: Sequence[float] = SHARES, **more: object) -> Contributions:
    return market(5, 3, 2, shares, trips=trips, seed=seed, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("zeros_shown", [False, True])
def test_nobody_breaks_what_was_protected(seed: int, *, zeros_shown: bool) -> None:
    rules = replace(RULES, coalition=1 + seed % 2, everywhere=True)
    contributions = small(seed, trips=(600, 3_000, 8_000)[seed % 3], absent={2: 0.4} if seed > 2 else None)
    made = protected(contributions, rules, zeros_shown=zeros_shown)
    assert made.report.secondaries
    assert not attacked(contributions, made.published, rules)
    assert not made.report.coarsened


def test_without_the_insiders_in_mind_they_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    markets = [small(seed, trips=2_000) for seed in range(12)]
    whole = [attacked(one, protected(one).published, RULES) for one in markets]
    # All primary rules as before; only the search looks at an outsider alone, as suppression usually does.
    monkeypatch.setattr(suppress, "attackers_of", lambda _rules, _holdings: ((),))
    usual = [attacked(one, protected(one).published, RULES) for one in markets]
    assert not any(whole)
    assert sum(bool(one) for one in usual) >= 4


def test_the_naive_rule_is_broken_by_subtraction() -> None:
    contributions = small(1)
    plain = protected(contributions, Rules(0, None, None, 0, 100, 0, 1)).published
    assert (plain.value > 0).sum() == plain.shown.sum() > 60
    value = np.where(plain.value < RULES.min_trips, -1, plain.value)
    coverage = tuple("" if one < 0 else name for one, name in zip(value, plain.coverage, strict=True))
    naive = Published(plain.about, plain.hierarchies, plain.level, plain.nodes, value, coverage)
    hidden = set(np.flatnonzero(~naive.shown).tolist())
    assert 0 < len(hidden) < 10
    assert hidden & {one.target for one in attacked(contributions, naive, RULES)}
    assert not attacked(contributions, protected(contributions).published, RULES)


def test_permuted_rows_give_the_same_bytes() -> None:
    table = records(5, 3, 2, SHARES, trips=2_000, seed=4)
    first = written(protected(read(table)).published)
    assert read_published(first).about.shape is Shape.TABLE
    for seed in range(2):
        order = random.Random(seed).sample(range(len(table)), len(table))
        assert written(protected(read(table.take(order))).published) == first


def read(table: pa.Table) -> Contributions:
    return read_contributions(
        table,
        hierarchies=hierarchies_of(5, 3, 2),
        measure="trips",
        added={"min_trips": "trips"},
        distinct={"min_vehicles": "device"},
    )


def test_processes_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    contributions = small(2)
    alone = protected(contributions)
    monkeypatch.setattr(crews, "SMALL", 0)
    shared = protected(contributions, workers=2)
    assert written(shared.published) == written(alone.published)


ZONES = Hierarchy.of("zone", ["commune", "zone"], [("A", "1"), ("A", "2"), ("B", "3"), ("C", "4"), ("C", "5")])


def hand(parts: Mapping[str, Sequence[int]], hierarchy: Hierarchy = ZONES) -> Contributions:
    """Trips of holdings a, b, c, d in zones, each with a vehicle of its own."""
    rows = [(zone, "abcd"[index], trips) for zone, many in parts.items() for index, trips in enumerate(many) if trips]
    columns = zip(("zone", "holding", "trips"), zip(*rows, strict=True), strict=True)
    table = pa.table({name: list(column) for name, column in columns})
    return read_contributions(
        table, hierarchies=[hierarchy], measure="trips", added={"min_trips": "trips"}, distinct={}
    )


EVEN = Rules(10, None, None, 3, 85, 10, 1)


def test_a_commune_of_one_zone_is_hidden_with_it() -> None:
    many = [40, 40, 40]
    contributions = hand({"1": many, "2": many, "3": [2, 2, 2], "4": [30, 30, 30], "5": many})
    made = protected(contributions, EVEN)
    found = told(made.published)
    # 3 is B, and the whole less the others would leave it; of those that could go with it 4 and C are the cheapest.
    assert {key for key, (value, _) in found.items() if value == ":c"} == {("3",), ("B",), ("4",), ("C",)}
    assert found["all",] == (456, "3-4")
    assert not attacked(contributions, made.published, EVEN)


def test_an_empty_key_is_hidden_like_others_or_printed_as_nothing() -> None:
    parts = {"1": [40, 40, 40], "2": [40, 40, 40], "4": [3, 0, 0], "5": [50, 50, 50]}
    hidden = told(protected(hand(parts), EVEN).published)
    assert hidden["3",] == hidden["B",] == hidden["4",] == (":c", None)
    shown = told(protected(hand(parts), EVEN, zeros_shown=True).published)
    assert shown["3",] == shown["B",] == (0, None)
    assert shown["4",] == (":c", None)


def test_with_waivers_only_travellers_are_protected() -> None:
    parts = {"1": [100, 0, 0], "2": [40, 40, 40], "3": [3, 0, 0], "4": [50, 0, 0], "5": [50, 5, 5]}
    bare = Rules(10, None, None, 3, 85, 10, 0)
    waived = replace(bare, named=frozenset("abc"))
    with_ = told(protected(hand(parts), waived).published)
    without = told(protected(hand(parts), bare).published)
    assert with_["1",] == (100, "1-2")
    assert without["1",][0] == without["4",][0] == ":c"
    assert with_["3",][0] == ":c"
    assert sum(value == ":c" for value, _ in with_.values()) < sum(value == ":c" for value, _ in without.values())


def test_what_is_public_elsewhere_covers_nothing() -> None:
    parts = {
        "1": [20, 20, 20, 200],
        "2": [40, 40, 40, 0],
        "3": [30, 5, 1, 500],
        "4": [50, 50, 50, 1],
        "5": [50, 50, 60, 9],
    }
    rules = replace(EVEN, known=frozenset("d"))
    found = told(protected(hand(parts), rules).published)
    assert found["1",] == (260, "3-4")
    assert found["3",][0] == ":c"


def months() -> tuple[Contributions, Contributions, Contributions]:
    """A zone that has too few trips in the first month, a few too many in the second, and plenty in the third."""
    return tuple(
        hand({"1": [40, 40, 40], "2": [60, 60, 60], "3": [90, 90, 90], "4": [few, few, few], "5": [50, 50, 50]})
        for few in (4, 6, 12)
    )  # type: ignore[return-value]


def test_what_was_hidden_stays_so_until_it_has_twice_the_slack() -> None:
    first, second, third = months()
    begun = protected(first, EVEN)
    assert told(begun.published)["4",][0] == ":c"
    assert told(protected(second, EVEN).published)["4",][0] == 18
    after = protected(second, EVEN, earlier=begun.published)
    assert told(after.published)["4",][0] == ":c"
    assert after.report.kept >= 2
    assert told(protected(third, EVEN, earlier=after.published).published)["4",][0] == 36
    hidden = ~begun.published.shown
    assert (~after.published.shown)[hidden].all()


class Clock:
    """Each look takes a while."""

    def __init__(self, step_s: float) -> None:
        self.now, self._step = 0.0, step_s

    def __call__(self) -> float:
        self.now += self._step
        return self.now


def test_out_of_time_a_coarser_table_is_published_and_never_the_unsolved() -> None:
    contributions = small(1)
    free = protected(contributions, budget_s=1e9, clock=Clock(1.0))
    assert not free.report.coarsened
    short = protected(contributions, budget_s=150.0, clock=Clock(1.0))
    assert short.report.coarsened[0] == "zone: no zone, only all"
    assert short.report.refused is None
    found = told(short.published)
    assert len(found) == len(told(free.published))
    assert all(value == ":c" for key, (value, _) in found.items() if key[0] != "all")
    assert found["all", "all", "all"][0] == contributions.total
    assert not attacked(contributions, short.published, RULES)
    # Where no program is needed no time is: bands and days are sure as they are.
    none = protected(contributions, budget_s=0.0, clock=Clock(1.0))
    assert none.report.coarsened == ("zone: no zone, only all",)
    assert none.report.programs == 0
    assert {key[0] for key, (value, _) in told(none.published).items() if value != ":c"} == {"all"}


def test_two_holdings_can_be_shown_nothing_of_each_other() -> None:
    made = protected(small(1, shares=(0.6, 0.4)))
    assert made.report.refused == "no key keeps to the rules, not even the grand total"
    assert not made.report.coarsened


def test_the_report_says_what_was_lost_beside_the_naive_rule() -> None:
    made = protected(small(1), weights={("zone", "all", "all"): 50.0})
    report = made.report
    assert (report.keys, report.attackers) == (6 * 4 * 3, 5)
    whole = report.useful[0]
    assert (whole.levels, whole.keys, whole.published, whole.measure) == (("all", "all", "all"), 1, 1, 1.0)
    hidden = sum(one.keys - one.published for one in report.useful)
    assert report.primaries + report.secondaries == hidden
    assert report.primaries == sum(one.keys - one.naive for one in report.useful)
    assert all(one.measure <= one.naive_measure for one in report.useful)


def test_keys_are_the_product_of_all_levels() -> None:
    bands = Hierarchy.flat("band", "band", ["am", "pm"])
    keys = all_keys((ZONES, bands), np.arange(10))
    assert len(keys) == (1 + 3 + 5) * (1 + 2)
    names = same_sets(keys.member)
    assert len(np.unique(names)) == len(keys) - 3  # B is 3, in each of am, pm and all
    assert keys.member.sum(axis=1).max() == 10
    assert all_keys((ZONES, bands), np.array([4])).member.sum() == 3 * 2


STRICTER = st.builds(
    lambda k, p, n, share: (k, p, n, share),
    st.integers(0, 5),
    st.integers(0, 40),
    st.integers(0, 2),
    st.integers(0, 30),
)
VALUES = st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=1, max_size=5)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(values=VALUES, more=STRICTER, attacker=st.sampled_from([(), (0,), (1, 2)]))
def test_stricter_rules_never_allow_more_nor_ask_for_less(
    values: list[list[int]], more: tuple[int, int, int, int], attacker: tuple[int, ...]
) -> None:
    k, p, n, share = more
    loose = Rules(5, None, None, 2, 85, 10, 2)
    strict = replace(loose, min_trips=5 + k, p_percent=10 + p, min_holders=2 + n, max_share_percent=85 - share)
    table = np.array(values)
    cells = Cells(tuple("abcd"), table, {"min_trips": table})
    assert not (safe(cells, strict) & ~safe(cells, loose)).any()
    system = System(tuple("abcd"), table, None, sp.csr_array(np.ones((1, len(values)))), np.array([0]))
    targets = sp.csr_array(np.eye(len(values), dtype=int))
    asked = [
        needs(targets, system, one, view(system, one, attacker), exact=None, p_only=None) for one in (loose, strict)
    ]
    before, after = (
        {
            (int(target), rule, bool(lower)): int(value)
            for target, rule, lower, value in zip(one.target, one.rule, one.lower, one.value, strict=True)
        }
        for one in asked
    )
    assert before.keys() <= after.keys()
    assert all(after[key] <= value if key[2] else after[key] >= value for key, value in before.items())
    assert attackers_of(strict, tuple("abcd")) == attackers_of(loose, tuple("abcd"))
