"""The auditor of tables, on tables whose answers are worked out by hand in the test."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure import independent
from governance.disclosure.contributions import Contributions
from governance.disclosure.finishing import finish
from governance.disclosure.independent import Audited, Breach, NotAudited, audit_table
from governance.disclosure.independent.knowledge import Knowledge
from governance.disclosure.independent.layout import members
from governance.disclosure.independent.rulebook import broken
from governance.disclosure.primary import Contribution, Safe, judge
from governance.disclosure.published import Published
from governance.disclosure.rules import Rules
from tests.governance.disclosure.handmade import RULES, Parts, contributions, grid, table

OUTSIDER = replace(RULES, coalition=0)
CORNER = "zone=r1, band=c1"
HIDDEN = [("r1", "c1"), ("r1", "c2"), ("r2", "c1"), ("r2", "c2")]


def three_by_three(corner: dict[tuple[str, str], Parts], shown: Parts) -> Contributions:
    """Three rows and columns: the upper left 2 x 2 as given, `shown` in each of the five others."""
    cells = {(f"r{row}", f"c{column}"): shown for row in (1, 2, 3) for column in (1, 2, 3)} | corner
    return contributions(grid(["r1", "r2", "r3"], ["c1", "c2", "c3"]), cells)


def by(audited: Audited) -> set[tuple[tuple[str, ...], str, str | None]]:
    return {(one.attackers, one.rule, one.holding) for one in audited.breaches}


def geurts() -> tuple[Contributions, Published]:
    """Handbook on SDC, 2nd ed., section 4.2 (after Geurts): rows 7, 3 and (3, 3); columns 9 and 7."""
    cells = {("r1", "c1"): 3, ("r1", "c2"): 4, ("r2", "c1"): 3, ("r2", "c2"): 0, ("r3", "c1"): 3, ("r3", "c2"): 3}
    made = contributions(grid(["r1", "r2", "r3"], ["c1", "c2"]), {cell: {"a": many} for cell, many in cells.items()})
    return made, table(made, hidden=HIDDEN)


def test_geurts_corner_lies_between_3_and_6() -> None:
    _, published = geurts()
    keys = members(published)
    shown = published.shown
    value = published.value[shown]
    knowledge = Knowledge(keys[shown], value, value, np.zeros(len(value), np.int64), 1, 1000)
    corner = np.zeros((1, 6))
    corner[0, 0] = 1
    assert (-knowledge.solve(-corner).bound, knowledge.solve(corner).bound) == (3, 6)


def test_geurts_corner_is_safe_or_not_by_its_interval() -> None:
    made, published = geurts()
    # One holding that waived, so that only the threshold on trips speaks: 3 trips, k = 6, between 3 and 6.
    rules = replace(OUTSIDER, min_trips=6, named=frozenset("a"))
    told = {(one.key, one.rule): (one.bound, one.needed) for one in audit_table(published, made, rules).breaches}
    corner = "zone=r1, band=c1"
    assert told[corner, "travellers_low"] == (3, 1)
    assert (corner, "travellers") not in told
    told = {
        (one.key, one.rule): (one.bound, one.needed)
        for one in audit_table(published, made, replace(rules, min_trips=7)).breaches
    }
    assert told[corner, "travellers"] == (6, 7)


#: a is everywhere in the hidden square, b only in its corner: whoever takes a out sees columns and rows without rest.
SQUARE: dict[tuple[str, str], Parts] = {
    ("r1", "c1"): {"a": 6, "b": 6},
    ("r1", "c2"): {"a": 6},
    ("r2", "c1"): {"a": 6},
    ("r2", "c2"): {"a": 6},
}
FOUR = dict.fromkeys("abcd", 10)


def test_an_insider_recovers_what_an_outsider_cannot_break() -> None:
    made = three_by_three(SQUARE, FOUR)
    published = table(made, hidden=HIDDEN)
    assert audit_table(published, made, OUTSIDER).safe
    found = audit_table(published, made, RULES)
    # The others' parts of the square, for a: 6 0 / 0 0, with rows 6 and 0, columns 6 and 0. For b, c and d the square
    # is 6 6 / 6 6 or 12 6 / 6 6: each corner lies between 0 and 12, or between 6 and 18.
    corner = "zone=r1, band=c1"
    assert found.breaches == (
        Breach("p_percent", corner, ("a",), "b", 6, 7),
        Breach("travellers", corner, ("a",), None, 6, 10),
        Breach("travellers_low", corner, ("a",), None, 6, 3),
    )
    assert found.least_slack == 0.0  # of the low bound: 6 where it is 6
    assert found.attacks == 5 * 16
    assert audit_table(published, made, RULES, attackers=[(), ("b",), ("c",), ("d",)]).safe
    assert not audit_table(published, made, RULES, attackers=[("a",)]).safe


def test_a_waiver_leaves_the_travellers_secret() -> None:
    made = three_by_three(SQUARE, FOUR)
    found = audit_table(table(made, hidden=HIDDEN), made, replace(RULES, named=frozenset("abcd")))
    assert by(found) == {(("a",), "travellers", None), (("a",), "travellers_low", None)}


def test_a_public_holding_is_false_cover() -> None:
    made = three_by_three(SQUARE, dict.fromkeys("abcde", 10))
    published = table(made, hidden=HIDDEN, known=frozenset("a"))
    rules = replace(OUTSIDER, known=frozenset("a"))
    # Everybody is where a was in the test above.
    told = by(audit_table(published, made, rules))
    assert told == {((), "p_percent", "b"), ((), "travellers", None), ((), "travellers_low", None)}
    assert audit_table(table(made, hidden=HIDDEN), made, OUTSIDER).safe


#: Five holdings in the corner; a and b are each other's cover in the rest of the square.
PAIR: dict[tuple[str, str], Parts] = {
    ("r1", "c1"): {"a": 6, "b": 6, "c": 30, "d": 1, "e": 1},
    ("r1", "c2"): {"a": 6, "b": 6},
    ("r2", "c1"): {"a": 6, "b": 6},
    ("r2", "c2"): {"a": 6, "b": 6},
}


def test_a_pair_breaks_what_neither_can_alone() -> None:
    made = three_by_three(PAIR, dict.fromkeys("abcde", 20))
    published = table(made, hidden=HIDDEN)
    assert audit_table(published, made, RULES).safe
    found = audit_table(published, made, replace(RULES, coalition=2))
    # Without a and b the square is 32 0 / 0 0, and c has 30 of the 32: 33 is needed.
    assert found.breaches == (Breach("p_percent", "zone=r1, band=c1", ("a", "b"), "c", 32, 33),)
    assert found.attacks == (1 + 5 + 10) * 16


def test_pairs_are_withstood_where_five_holdings_are_or_everywhere() -> None:
    corner = {**PAIR, ("r1", "c1"): {"a": 6, "b": 6, "c": 30, "d": 1}}
    made = three_by_three(corner, dict.fromkeys("abcde", 20))
    published = table(made, hidden=HIDDEN)
    rules = replace(RULES, coalition=2)
    assert audit_table(published, made, rules).safe
    found = audit_table(published, made, replace(rules, everywhere=True))
    assert (("a", "b"), "p_percent", "c") in by(found)


def test_a_few_travellers_are_hidden_from_a_pair_wherever_they_are() -> None:
    """Six trips of c in a cell of three holdings: a and b together would read them there."""
    made = three_by_three({**PAIR, ("r1", "c1"): {"a": 6, "b": 6, "c": 6}}, dict.fromkeys("abcde", 20))
    published = table(made, hidden=HIDDEN)
    assert audit_table(published, made, RULES).safe
    found = audit_table(published, made, replace(RULES, coalition=2))
    assert by(found) == {(("a", "b"), "travellers", None), (("a", "b"), "travellers_low", None)}


def test_coverage_gives_a_part_away() -> None:
    """12 trips of 3 holdings at least: nobody has more than 10, and that is what a has."""
    made = contributions(grid(["z"], ["am"]), {("z", "am"): {"a": 10, "b": 1, "c": 1}})
    published = table(made, hidden=[])
    found = audit_table(published, made, OUTSIDER)
    assert {(one.rule, one.holding, one.bound, one.needed) for one in found.breaches if one.bound} == {
        ("p_percent", "a", 10, 11)
    }
    silent = replace(published, coverage=("",) * len(published))
    assert {one.rule for one in audit_table(silent, made, OUTSIDER).breaches if one.bound} == set()


def test_a_dominated_key_needs_room_above() -> None:
    """Handbook on SDC, section 4.2: 300, 20 and 10 under (1, 85) need a bound of 352.94 at least."""
    for room, safe in ((21, False), (22, True), (23, True)):
        # Hidden: 330 and, in a second zone, `room` + 1 more trips; their sum is out.
        other = {"b": 5, "c": 5, "d": room + 1 - 10}
        cells = {("z1", "am"): {"a": 300, "b": 20, "c": 10}, ("z2", "am"): other}
        made = contributions(grid(["z1", "z2"], ["am"]), cells)
        hidden = [(zone, band) for zone in ("z1", "z2") for band in ("am", "all")]
        rules = replace(OUTSIDER, p_percent=0, min_trips=None, min_holders=1, max_share_percent=85)
        found = audit_table(table(made, hidden=hidden), made, rules)
        shares = {(one.bound, one.needed) for one in found.breaches if one.rule == "share"}
        assert shares == (set() if safe else {(331 + room, 353)}), room


def test_a_dominated_key_needs_less_room_for_whom_is_in_it() -> None:
    """350 of 390, and d has 40 of it: d must be able to think of 412 in all, so of 372 beside its own."""
    for room, safe in ((21, False), (22, True)):
        cells = {("z1", "am"): {"a": 350, "d": 40}, ("z2", "am"): {"b": room}}
        made = contributions(grid(["z1", "z2"], ["am"]), cells)
        hidden = [(zone, band) for zone in ("z1", "z2") for band in ("am", "all")]
        rules = replace(RULES, p_percent=0, min_trips=None, min_holders=1)
        found = audit_table(table(made, hidden=hidden), made, rules, attackers=[("d",)])
        shares = {(one.bound, one.needed) for one in found.breaches if one.rule == "share" and "z1" in one.key}
        assert shares == (set() if safe else {(350 + room, 372)}), room


def test_zeros_that_are_shown_take_the_room_away() -> None:
    cells = {("z1", "am"): {"a": 4}, ("z1", "pm"): {}, ("z2", "am"): {"a": 40, "b": 40, "c": 40}}
    made = contributions(grid(["z1", "z2"], ["am", "pm"]), cells)
    # Both reading ways hide the 4 trips; the margins of z2 must then be hidden too, or they are subtracted.
    hidden = [("z1", "am"), ("z1", "all"), ("z2", "am"), ("z2", "all"), ("all", "am"), ("all", "pm")]
    rules = replace(OUTSIDER, named=frozenset("abc"))
    assert audit_table(table(made, hidden=hidden), made, rules).safe
    shown = table(made, hidden=[*hidden[:1], ("z1", "all")], zeros_shown=True)
    told = {(one.rule, one.key, one.bound) for one in audit_table(shown, made, rules).breaches}
    assert ("travellers", "zone=z1, band=am", 4) in told


def test_what_is_said_must_be_so() -> None:
    made = three_by_three({}, FOUR)
    published = table(made, hidden=[])
    assert audit_table(published, made, RULES).safe
    wrong = published.value.copy()
    wrong[0] += 1
    assert {one.rule for one in audit_table(replace(published, value=wrong), made, RULES).breaches} == {
        "sum",
        "contradiction",
    }
    rounded = replace(published, about=replace(published.about, rounding=5))
    assert audit_table(rounded, made, RULES).safe
    far = replace(rounded, value=published.value + 3)
    assert {one.rule for one in audit_table(far, made, RULES).breaches} == {"sum", "contradiction"}
    coverage = ("5+", *published.coverage[1:])
    assert {one.rule for one in audit_table(replace(published, coverage=coverage), made, RULES).breaches} == {
        "coverage"
    }


def test_finished_numbers_are_audited_as_the_intervals_that_they_tell() -> None:
    small = {("r1", "c1"): {"a": 1}, ("r2", "c2"): {}, ("r1", "c2"): {"a": 3}}
    made = three_by_three(small, FOUR)
    for zeros_shown in (False, True):
        rounded = finish(table(made, hidden=[], zeros_shown=zeros_shown), rounding=5)
        told = {one.rule for one in audit_table(rounded, made, RULES).breaches}
        assert told.isdisjoint({"sum", "coverage", "contradiction"}), (zeros_shown, told)
    # 1 is printed as 5 where zeros are hidden, and as 0 where they are shown; a 0 never has a class of coverage.
    value, coverage = rounded.value, rounded.coverage
    place = int(np.flatnonzero(value == 0)[0])
    wrong = replace(rounded, value=np.where(value == 0, 5, value))
    assert "sum" in {one.rule for one in audit_table(wrong, made, RULES).breaches}
    wrong = replace(rounded, coverage=(*coverage[:place], "1-2", *coverage[place + 1 :]))
    assert "coverage" in {one.rule for one in audit_table(wrong, made, RULES).breaches}
    # Rounding leaves room: a now knows the 58 of the corner's row and of its column as 58 to 62.
    made = three_by_three(SQUARE, FOUR)
    bounds = {}
    for rounding in (1, 5):
        blurred = finish(table(made, hidden=HIDDEN), rounding=rounding)
        found = audit_table(blurred, made, replace(RULES, min_trips=13), attackers=[("a",)])
        bounds[rounding] = [one.bound for one in found.breaches if (one.rule, one.key) == ("travellers", CORNER)]
    assert bounds == {1: [6], 5: [12]}


def test_keys_that_are_left_out_tell_of_themselves() -> None:
    made = three_by_three({}, FOUR)
    whole = table(made, hidden=[])
    less = Published(
        whole.about,
        whole.hierarchies,
        whole.level[:-1],
        whole.nodes[:-1],
        whole.value[:-1],
        whole.coverage[:-1],
    )
    assert [str(one) for one in audit_table(less, made, RULES).breaches] == ["missing: 1 base cells"]
    double = Published(
        whole.about,
        whole.hierarchies,
        np.vstack([whole.level, whole.level[-1:]]),
        [*whole.nodes, whole.nodes[-1]],
        np.append(whole.value, whole.value[-1]),
        (*whole.coverage, whole.coverage[-1]),
    )
    assert "overlap" in {one.rule for one in audit_table(double, made, RULES).breaches}


def test_a_key_that_is_shown_keeps_the_primary_rules() -> None:
    made = three_by_three({("r1", "c1"): {"a": 30, "b": 30}}, FOUR)
    rules = {one.rule for one in audit_table(table(made, hidden=[]), made, RULES).breaches if not one.bound}
    assert "min_holders" in rules


def test_other_releases_are_not_audited() -> None:
    made = three_by_three({}, FOUR)
    published = table(made, hidden=[])
    noisy = replace(published, about=replace(published.about, noise={"mechanism": "discrete_gaussian"}))
    with pytest.raises(NotAudited, match="noise"):
        audit_table(noisy, made, RULES)
    with pytest.raises(NotAudited, match="other dimensions"):
        audit_table(published, contributions(grid(["r1"], ["c1"]), {}), RULES)


NAMES = ("a", "b", "c", "d", "e", "f")
ANY_RULES = st.builds(
    Rules,
    min_trips=st.integers(0, 20),
    min_vehicles=st.none(),
    min_users=st.none(),
    min_holders=st.integers(1, 5),
    max_share_percent=st.integers(30, 100),
    p_percent=st.sampled_from([0, 10, 15, 30, 60, 150]),
    coalition=st.integers(0, 3),
    named=st.frozensets(st.sampled_from(NAMES)),
    known=st.frozensets(st.sampled_from(NAMES), max_size=2),
    everywhere=st.booleans(),
)


@settings(derandomize=True, deadline=None, max_examples=1500)
@given(cell=st.lists(st.integers(0, 40), min_size=6, max_size=6), rules=ANY_RULES)
def test_trying_every_attacker_agrees_with_the_rule_in_words(cell: list[int], rules: Rules) -> None:
    parts = dict(zip(NAMES, cell, strict=True))
    judged = judge([Contribution(name, many, {"min_trips": many}) for name, many in parts.items()], rules)
    assert (broken(parts, {"min_trips": parts}, rules) == ()) == isinstance(judged, Safe)


def worlds(published: Published, own: np.ndarray, *, present: np.ndarray, top: int, full: bool) -> list[np.ndarray]:
    """Every world (2, 4) that says the same as a 2 x 2 table, by trying them all; `full`: nothing hidden is empty."""
    every = members(published).toarray()
    keys = every[published.shown]
    value = published.value[published.shown] - keys @ own
    found = []
    for total in product(range(top + 1), repeat=4):
        if full and (every[~published.shown] @ (own + np.array(total)) == 0).any():
            continue
        if ((keys @ np.array(total)) == value).all():
            for first in product(*(range(many + 1) for many in total)):
                world = np.array([first, np.array(total) - np.array(first)])
                if (((keys @ world.T) > 0).sum(axis=1) >= present).all():
                    found.append(world)
    return found


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    parts=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=4, max_size=4),
    hidden=st.sets(st.sampled_from(["1a", "1b", "2a", "2b", "1*", "2*", "*a", "*b"]), min_size=2, max_size=6),
    zeros_shown=st.booleans(),
)
def test_the_bounds_are_those_of_all_worlds_there_are(
    parts: list[tuple[int, int, int]], hidden: set[str], zeros_shown: bool
) -> None:
    """Each breach of the auditor, and each that it does not find, against an enumeration of every possible world."""
    cells = {cell: dict(zip("xyz", many, strict=True)) for cell, many in zip(product("12", "ab"), parts, strict=True)}
    made = contributions(grid("12", "ab"), cells)
    if made.holdings != ("x", "y", "z"):
        return
    keys = [tuple("all" if node == "*" else node for node in key) for key in hidden]
    published = table(made, hidden=keys, zeros_shown=zeros_shown)
    rules = replace(RULES, min_trips=4, min_holders=1, max_share_percent=70, p_percent=30)
    found = audit_table(published, made, rules, attackers=[("x",)])
    told = {(one.rule, one.key) for one in found.breaches if one.attackers}
    assert told == expected(published, np.array(parts), rules)


def expected(published: Published, parts: np.ndarray, rules: Rules) -> set[tuple[str, str]]:
    keys = members(published).toarray()
    true = keys @ parts
    shown = published.shown
    classes = {"1-2": 0, "3-4": 3, "5+": 5}
    present = np.array([max(classes[one], 1) if one else 0 for one in np.array(published.coverage)[shown]])
    present = present - (true[shown, 0] > 0)
    full = published.about.zeros_shown and bool((true[~shown].sum(axis=1) > 0).all())
    possible = worlds(published, parts[:, 0], present=present, top=12, full=full)
    base = (published.level == 1).all(axis=1)
    sure = keys @ (keys[base & ~shown] * (true[base & ~shown, :1] == 0)).sum(axis=0) * full
    reached = np.array([keys @ world.T for world in possible])
    found = set()
    for row in range(len(published)):
        name = ", ".join(
            f"{one.dimension}={one.nodes[level][node[0]]}"
            for one, level, node in zip(published.hierarchies, published.level[row], published.nodes[row], strict=True)
        )
        part, total = reached[:, row].max(), reached[:, row].sum(axis=1)
        largest, rest, whole = true[row, 1:].max(), true[row, 1:].sum(), true[row].sum()
        if part < -(-(100 + rules.p_percent) * largest // 100):
            found.add(("p_percent", name))
        few = 0 < rest < 4
        share = -(-100 * largest // rules.max_share_percent) - true[row, 0]
        share = share if 100 * largest > rules.max_share_percent * whole and not shown[row] else 0
        if total.max() < max(share, 4 if few else 0):
            found.add(("share" if share >= (4 if few else 0) else "travellers", name))
        if few and total.min() > max(rest // 2, sure[row]):
            found.add(("travellers_low", name))
    return found


def test_the_auditor_shares_the_words_only() -> None:
    allowed = {"published", "hierarchy", "contributions", "rules", "independent"}
    folder = Path(independent.__file__).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] != "highspy", file.name
                if name.startswith("governance.disclosure"):
                    assert name.split(".")[2] in allowed, f"{file.name} imports {name}"
