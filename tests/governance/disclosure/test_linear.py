"""What an attacker bounds in tables that one can follow by hand."""

import numpy as np
import scipy.sparse as sp

from governance.disclosure.linear.system import Breach, System, attackers_of, audit, intervals
from governance.disclosure.rules import Rules


def rules(**changed: object) -> Rules:
    plain = {"min_trips": None, "min_vehicles": None, "min_users": None, "min_holders": 1, "max_share_percent": 100}
    return Rules(**{**plain, "p_percent": 10, "coalition": 1, **changed})  # type: ignore[arg-type]


def system(
    values: list[list[int]], rows: list[list[int]], *, holders: list[int] | None = None, **more: object
) -> System:
    names = tuple("abcdef"[: len(values[0])])
    told = np.array(holders or [0] * len(rows))
    return System(names, np.array(values), None, sp.csr_array(np.array(rows)), told, **more)  # type: ignore[arg-type]


def said(breaches: tuple[Breach, ...]) -> list[tuple[object, ...]]:
    return [(one.attacker, one.target, one.rule, one.holding, one.bound, one.needed) for one in breaches]


def test_readers_are_an_outsider_each_member_and_pairs() -> None:
    names = ("a", "b", "c")
    assert attackers_of(rules(coalition=0), names) == ((),)
    assert attackers_of(rules(coalition=1, known=frozenset({"b"})), names) == ((), (0,), (2,))
    assert attackers_of(rules(coalition=2), names) == ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))


#: Two cells of three holdings and their total; the second cell is hidden, and so subtracted.
VALUES = [[40, 40, 40], [0, 0, 12]]


def test_a_total_less_its_published_part_is_the_hidden_part() -> None:
    found = audit(system(VALUES, [[1, 1], [1, 0]]), sp.csr_array([[0, 1]]), rules())
    assert said(found) == [((0,), 0, "p_percent", 2, 12, 14), ((1,), 0, "p_percent", 2, 12, 14)]
    # Both published rows are to blame, the part as much as the total.
    assert found[0].blame == {0: 1, 1: 1}
    assert not audit(system(VALUES, [[1, 1]]), sp.csr_array([[0, 1]]), rules())


def test_what_an_outsider_cannot_say_a_member_says_to_the_unit() -> None:
    # The hidden cells of one row: 10 + 20 of a, nothing of it in the other; b knows its 30 in the first.
    values = [[10, 30], [20, 0]]
    published = [[1, 1]]
    cells = sp.csr_array(np.eye(2, dtype=int))
    assert intervals(system(values, published), cells, rules(), ()) == [(0, 60), (0, 60)]
    assert intervals(system(values, published), cells, rules(), (1,)) == [(0, 30), (0, 30)]
    values = [[10, 30], [0, 20]]
    assert intervals(system(values, published), cells, rules(), (1,)) == [(0, 10), (0, 10)]
    (breach,) = audit(system(values, published), cells, rules(), attackers=[(1,)])
    assert (breach.target, breach.holding, breach.bound, breach.needed) == (0, 0, 10, 11)


def test_two_see_together_what_neither_sees_alone() -> None:
    values = [[50, 20, 20, 5, 5]]
    one = system(values, [[1]])
    cell = sp.csr_array([[1]])
    assert not audit(one, cell, rules(p_percent=50, coalition=1), attackers=[(1,)])
    (breach,) = audit(one, cell, rules(p_percent=50, coalition=2), attackers=[(1, 2)])
    assert (breach.bound, breach.needed) == (60, 75)
    # A pair is feared where five contribute, or everywhere when the rules say so.
    four = system([[50, 20, 20, 10]], [[1]])
    assert not audit(four, cell, rules(p_percent=50, coalition=2), attackers=[(1, 2)])
    assert audit(four, cell, rules(p_percent=50, coalition=2, everywhere=True), attackers=[(1, 2)])


def test_coverage_says_that_the_rest_is_there() -> None:
    cell = sp.csr_array([[1]])
    # 22 in all, b knows its 2: up to 20 may be of a, which has 18 and needs 20. But five contribute: 3 less 1 each.
    for holders, bound in ((0, 20), (3, 19), (5, 17)):
        one = system([[18, 2, 1, 1]], [[1]], holders=[holders])
        found = audit(one, cell, rules(), attackers=[(1,)])
        assert [breach.bound for breach in found] == ([] if bound == 20 else [bound])
    # Who is not in the cell itself is not among those who contribute.
    one = system([[18, 0, 1, 1]], [[1]], holders=[3])
    assert [breach.bound for breach in audit(one, cell, rules(), attackers=[(1,)])] == [18]


def test_what_is_public_covers_nobody_and_what_is_waived_is_no_target() -> None:
    cell = sp.csr_array([[1]])
    one = system([[50, 5, 45]], [[1]])
    assert not audit(one, cell, rules(), attackers=[(1,)])
    assert said(audit(one, cell, rules(known=frozenset("c")), attackers=[(1,)])) == [((1,), 0, "p_percent", 0, 50, 55)]
    assert not audit(one, cell, rules(known=frozenset("c"), named=frozenset("a")), attackers=[(1,)])


def test_a_coverage_of_waivers_alone_says_that_no_target_is_there() -> None:
    # The first cell has 100 of c, who waived; the second, hidden, has 10 of a. Of the two together 110 are out.
    values = [[0, 0, 100], [10, 4, 0]]
    asked = rules(min_holders=3, named=frozenset("c"))
    both = sp.csr_array([[1, 1]])
    told = {"holders": [0, 0]}
    assert not audit(system(values, [[1, 0]], holders=[0]), both, asked, attackers=[(1,)])
    one = system(values, [[1, 0], [1, 1]], **told, waived=np.array([True, False]))
    assert [breach.bound for breach in audit(one, both, asked, attackers=[(1,)])] == [10]
    one = system(values, [[1, 0], [1, 1]], **told, waived=np.array([False, False]))
    assert not audit(one, both, asked, attackers=[(1,)])


def test_where_a_holding_is_publicly_absent_the_others_stand_alone() -> None:
    # Only a and b run in the first cell, only b and c in the second: of 30 in both c, who has 10 there, leaves 20.
    values = [[10, 0, 0], [0, 10, 10]]
    both = [[1, 1]]
    cells = sp.csr_array(np.eye(2, dtype=int))
    absent = np.array([[False, False, True], [True, False, False]])
    assert not audit(system(values, both), cells, rules(), attackers=[(2,)])
    alone = np.array([[False, True, True], [True, False, False]])
    (breach, *_) = audit(system(values, [[1, 0], [0, 1]], absent=alone), cells, rules(), attackers=[()])
    assert (breach.target, breach.holding, breach.bound) == (0, 0, 10)
    split = audit(system(values, both, absent=absent), cells, rules(p_percent=200), attackers=[(2,)])
    assert said(split) == [((2,), 0, "p_percent", 0, 20, 30), ((2,), 1, "p_percent", 1, 20, 30)]
    # Where nobody but the attacker may be there is nothing of others.
    nobody = np.array([[True, True, False], [True, False, False]])
    found = audit(system([[0, 0, 5], [0, 10, 10]], both, absent=nobody), cells, rules(), attackers=[(2,)])
    assert [(breach.target, breach.bound) for breach in found] == [(1, 10)]


def test_a_few_trips_must_be_able_to_be_many_and_to_be_fewer() -> None:
    cells = sp.csr_array(np.eye(2, dtype=int))
    asked = rules(p_percent=0, min_trips=5, coalition=0)
    sides = {(one.target, one.lower, one.bound) for one in audit(system([[3], [4]], [[1, 1]]), cells, asked)}
    assert sides == set()
    tight = audit(system([[3], [1]], [[1, 1]]), cells, asked)
    assert {(one.target, one.lower, one.bound) for one in tight} == {(0, False, 4), (1, False, 4)}
    # With zeros shown a hidden cell is not empty: of 3 and 2 together the first is 4 at most.
    assert not audit(system([[3], [2]], [[1, 1]]), cells, asked)
    shown = audit(system([[3], [2]], [[1, 1]], least=1), cells, asked)
    assert {(one.target, one.lower, one.bound) for one in shown} == {(0, False, 4), (1, False, 4)}
    # Who has trips of its own in the cell learns nothing by that.
    assert not audit(
        system([[3, 1], [2, 1]], [[1, 1]], least=1), cells, rules(p_percent=0, min_trips=5), attackers=[(1,)]
    )
    # Where the measure is not what is counted, no count is published.
    seconds = System(("a",), np.array([[3], [1]]), np.array([[3], [1]]), sp.csr_array([[1, 1]]), np.array([0]))
    assert not audit(seconds, cells, asked)


def test_a_member_counts_its_own_to_what_it_knows_of_a_dominated_total() -> None:
    # 300 / 0.85 is 352.94: the outsider finds up to 353 of all, b up to 333 beside its own 20, and c 320 beside its 10.
    hidden, asked = sp.csr_array([[1, 0]]), rules(p_percent=0, max_share_percent=85)
    (breach,) = audit(system([[300, 20, 10], [0, 0, 23]], [[1, 1]]), hidden, asked)
    assert said((breach,)) == [((2,), 0, "max_share_percent", 0, 320, 343)]
    less = audit(system([[300, 20, 10], [0, 0, 22]], [[1, 1]]), hidden, asked)
    assert {(one.attacker, one.bound, one.needed) for one in less} == {
        ((), 352, 353),
        ((1,), 332, 333),
        ((2,), 320, 343),
    }


def test_what_is_hidden_for_another_reason_is_not_recovered_either() -> None:
    cells = sp.csr_array(np.eye(2, dtype=int))
    one = system([[30], [40]], [[1, 1], [0, 1]])
    asked = rules(p_percent=0, coalition=0)
    assert not audit(one, cells, asked)
    (breach,) = audit(one, cells, asked, exact=np.array([True, False]))
    assert (breach.target, breach.rule, breach.bound) == (0, "exact", 30)


def test_whole_numbers_reach_less_than_fractions_promise() -> None:
    # A fourth cell lies in each pair of three others, and each is out as 1. By halves the fourth may be empty; in
    # whole numbers it is 1 and the three are empty, there is no other world.
    rows = [[1, 1, 0, 1], [0, 1, 1, 1], [1, 0, 1, 1]]
    one = system([[0], [0], [0], [1]], rows)
    fourth = sp.csr_array([[0, 0, 0, 1]])
    assert intervals(one, fourth, rules(), ()) == [(0, 1)]
    found = audit(one, fourth, rules(p_percent=0, coalition=0, min_trips=2))
    assert {(breach.lower, breach.needed) for breach in found} == {(False, 2), (True, 0)}
    # With three more in each pair there are others: the fourth empty, and two in each of the three.
    more = system([[1], [1], [1], [2]], rows)
    assert not audit(more, fourth, rules(p_percent=0, coalition=0, min_trips=4))


def test_what_is_not_solved_in_time_is_unsafe() -> None:
    one = system([[30, 30], [40, 40]], [[1, 1]])
    cells = sp.csr_array(np.eye(2, dtype=int))
    assert not audit(one, cells, rules())
    late = audit(one, cells, rules(), deadline=10.0, clock=lambda: 11.0)
    assert late
    assert all(np.isnan(breach.bound) and breach.blame == {} for breach in late)


def test_processes_find_what_one_finds() -> None:
    random = np.random.default_rng(1)
    values = random.poisson(3, (8, 3)).tolist()
    rows = (random.random((7, 8)) < 0.4).astype(int).tolist()
    one, cells = system(values, rows), sp.csr_array(np.eye(8, dtype=int))
    alone = audit(one, cells, rules(min_trips=4))
    assert len({breach.attacker for breach in alone}) > 1
    assert said(audit(one, cells, rules(min_trips=4), workers=2)) == said(alone)
