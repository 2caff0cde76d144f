"""Worlds: which are possible, and what is concluded when linear programming alone cannot tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import OptimizeResult
from scipy.sparse import csr_array

from governance.disclosure.contributions import Ints
from governance.disclosure.independent import audit_table, knowledge
from governance.disclosure.independent.attack import Attack
from governance.disclosure.independent.knowledge import Knowledge
from governance.disclosure.independent.needs import Needs
from tests.governance.disclosure.handmade import RULES, table
from tests.governance.disclosure.test_independent import FOUR, HIDDEN, three_by_three


def row_of_two(*, least: int, low: int = 5, high: int = 5) -> Knowledge:
    """Two cells under one published sum, three others."""
    return Knowledge(
        csr_array(np.ones((1, 2), np.int64)), np.array([low]), np.array([high]), np.array([least]), 3, 1000
    )


def world(*parts: tuple[int, int]) -> Ints:
    return np.array(parts, np.int64)


def test_a_possible_world_adds_up_has_enough_holdings_and_nothing_below_zero() -> None:
    known = row_of_two(least=2)
    assert known.possible(world((3, 1), (1, 0), (0, 0)))
    assert not known.possible(world((3, 1), (0, 0), (0, 0)))
    assert not known.possible(world((3, 2), (0, 0), (0, 0)))
    assert not known.possible(world((7, -3), (1, 0), (0, 0)))
    between = row_of_two(least=1, low=4, high=6)
    assert [between.possible(world((many, 0), (0, 0), (0, 0))) for many in (3, 4, 6, 7)] == [False, True, True, False]


def test_others_that_must_be_there_have_one_each() -> None:
    first = np.zeros((3, 2))
    first[0] = 1
    assert [row_of_two(least=least).solve(first).bound for least in (0, 1, 2, 3)] == [5, 5, 4, 3]
    found = row_of_two(least=3).solve(first)
    assert found.world is not None
    assert row_of_two(least=3).possible(found.world)


def test_a_smaller_key_tells_of_a_larger_only_if_it_tells_as_much() -> None:
    rows = csr_array(np.array([[1, 1, 1], [1, 0, 0]], np.int64))
    first = np.zeros((3, 3))
    first[0] = 1
    for least, most in (((2, 2), 8), ((3, 2), 7), ((1, 3), 7), ((0, 0), 9)):
        known = Knowledge(rows, np.array([9, 4]), np.array([9, 4]), np.array(least), 3, 1000)
        assert known.solve(first).bound == most, least


def test_what_nothing_fits_is_impossible() -> None:
    assert row_of_two(least=0, low=6, high=5).solve(np.zeros((3, 2))).impossible
    # A sum of 3 over cells that a sum of 0 empties.
    rows = csr_array(np.array([[1, 1], [1, 1]], np.int64))
    dead = Knowledge(rows, np.array([3, 0]), np.array([3, 0]), np.array([0, 0]), 1, 1000)
    assert dead.solve(np.zeros((1, 2))).impossible


def triangles() -> Knowledge:
    """Twice three cells, any two of which have 1 together at most: three halves by halves, 1 in whole numbers."""
    rows = np.zeros((6, 12), np.int64)
    for copy in (0, 1):
        for edge, (one, other) in enumerate(((0, 1), (1, 2), (0, 2))):
            rows[3 * copy + edge, [6 * copy + one, 6 * copy + other, 6 * copy + 3 + edge]] = 1
    ones = np.ones(6, np.int64)
    return Knowledge(csr_array(rows), ones, ones, 0 * ones, 1, 1000)


def pressed(needed: int) -> tuple[list[tuple[str, int, float]], Attack]:
    known = triangles()
    key = np.zeros((1, 12), np.int64)
    key[0, [0, 1, 2, 6, 7, 8]] = 1
    truth = np.zeros((1, 12), np.int64)
    truth[0, [3, 4, 5, 9, 10, 11]] = 1
    none = np.zeros(1, np.int64)
    attack = Attack(csr_array(key), known, truth, Needs(none, none - 1, np.array([needed]), ("travellers",), none - 1))
    return list(attack.run()), attack


def test_a_bound_that_whole_numbers_cannot_reach_does_not_count() -> None:
    goal = np.zeros((1, 12))
    goal[0, [0, 1, 2, 6, 7, 8]] = 1
    assert triangles().solve(goal).bound == 3
    assert pressed(3)[0] == [("travellers", 0, 2.0)]
    assert pressed(4)[0] == [("travellers", 0, 3.0)]
    told, attack = pressed(2)
    assert told == []
    assert list(attack.slacks()) == [1.0]


def test_what_the_solver_does_not_answer_is_a_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    """A square whose corner has three trips of three holdings: safe, but only by worlds that must be looked for."""
    square = {("r1", "c1"): {"a": 1, "b": 1, "c": 1}} | {cell: dict.fromkeys("abcd", 6) for cell in HIDDEN[1:]}
    made = three_by_three(square, FOUR)
    published = table(made, hidden=HIDDEN)
    assert audit_table(published, made, RULES).safe

    def out_of_time(*_: Any, **__: Any) -> OptimizeResult:
        return OptimizeResult(status=1, x=None, fun=None)

    monkeypatch.setattr(knowledge, "milp", out_of_time)
    found = audit_table(published, made, RULES)
    assert not found.safe
    assert all(one.bound != one.bound for one in found.breaches)  # not a number: nothing was proven
