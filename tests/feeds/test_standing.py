"""Verdicts over time: grace, probation, UNKNOWN, and the laws that hold for any history."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.findings import Verdict
from feeds.judging.checks import CHECKS, checks_of
from feeds.judging.standing import ClockWentBack, Policy, Seen, Standing, in_order, replay, step, steps

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
P, F, U, N = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
PATIENT = Policy(fails=3, grace_s=1_200, passes=2, probation_s=600)

minutes = st.integers(0, 200)
verdicts = st.sampled_from([P, F, U, N])
histories = st.lists(st.tuples(minutes, verdicts), max_size=30)
policies = st.builds(Policy, st.integers(1, 4), st.integers(0, 2_400), st.integers(1, 4), st.integers(0, 2_400))
law = settings(deadline=None, derandomize=True, max_examples=40)


def at(minute: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minute)


def seen(history: list[tuple[int, Verdict]]) -> list[Seen]:
    return [Seen(at(minute), verdict) for minute, verdict in history]


def every_ten(*raws: Verdict, policy: Policy = PATIENT) -> list[Verdict]:
    """What is said after each of raw verdicts that come every ten minutes."""
    return [one.verdict for one in steps(None, (Seen(at(10 * n), raw) for n, raw in enumerate(raws)), policy)]


def test_a_fail_counts_after_so_many_in_a_row_and_so_long() -> None:
    assert every_ten(P, F, F, F, F) == [P, P, P, F, F]
    assert every_ten(P, F, F, F, policy=Policy(fails=3, grace_s=1_201)) == [P, P, P, P]
    assert every_ten(P, F, F, policy=Policy(fails=2, grace_s=0)) == [P, P, F]


def test_a_pass_after_a_fail_counts_after_probation_and_at_once_otherwise() -> None:
    assert every_ten(F, F, F, P, F, P, P) == [U, U, F, F, F, F, P]
    assert every_ten(P) == [P]
    assert every_ten(N, P) == [N, P]


def test_a_standing_holds_since_the_first_of_its_streak() -> None:
    said = replay(seen([(0, P), (10, F), (20, F), (30, F)]), PATIENT)
    assert said is not None
    assert (said.verdict, said.since, said.streak, said.streak_s) == (F, at(10), 3, 1_200)


def test_unknown_time_counts_for_nobody() -> None:
    with_a_hole = seen([(0, P), (10, F), (20, F), (30, U), (90, F)])
    said = replay(with_a_hole, PATIENT)
    assert said is not None
    assert (said.verdict, said.streak, said.streak_s) == (P, 3, 600)
    assert replay([*with_a_hole, Seen(at(100), F)], PATIENT).verdict is F  # type: ignore[union-attr]


def test_what_does_not_apply_is_said_at_once() -> None:
    assert every_ten(F, F, F, N, F, F) == [U, U, F, N, N, N]


def test_an_instant_is_judged_once_and_a_clock_does_not_go_back() -> None:
    first = step(None, F, NOON, PATIENT)
    assert step(first, F, NOON, PATIENT) == first
    assert step(first, P, NOON, PATIENT) == first
    with pytest.raises(ClockWentBack, match="judged already"):
        step(first, P, NOON - dt.timedelta(microseconds=1), PATIENT)


@pytest.mark.parametrize("numbers", [(0, 0, 1, 0), (1, -1, 1, 0), (1, 0, 0, 0), (1, 0, 1, -1)])
def test_a_policy_without_sense_is_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="from one verdict"):
        Policy(*numbers)


@law
@given(histories, policies, st.integers(1, 100))
def test_unknown_never_changes_what_is_said(history: list[tuple[int, Verdict]], policy: Policy, later: int) -> None:
    before = replay(seen(history), policy)
    after = step(before, U, at(200 + later), policy)
    if before is None:
        assert after.verdict is U
    else:
        kept = ("verdict", "since", "latest", "streak", "streak_since", "streak_s")
        assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


@law
@given(histories, policies)
def test_stepping_from_anywhere_is_replaying_the_whole(history: list[tuple[int, Verdict]], policy: Policy) -> None:
    ordered = in_order(seen(history))
    whole = replay(ordered, policy)
    for cut in range(len(ordered) + 1):
        standing = replay(ordered[:cut], policy)
        for one in ordered[cut:]:
            standing = step(standing, one.verdict, one.at, policy)
        assert standing == whole


@law
@given(histories, policies, st.randoms(use_true_random=False))
def test_the_order_in_which_a_history_is_told_does_not_matter(history, policy, chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = seen(history)
    chance.shuffle(shuffled)
    assert replay(shuffled, policy) == replay(seen(history), policy)


@law
@given(histories, policies)
def test_it_fails_only_where_enough_fails_came_in_a_row(history: list[tuple[int, Verdict]], policy: Policy) -> None:
    """Counted otherwise: backwards from each instant at which the FAIL was first said."""
    ordered = in_order(seen(history))
    said: list[Standing | None] = [None, *steps(None, ordered, policy)]
    for index, (before, after) in enumerate(pairwise(said)):
        assert after is not None
        if after.verdict is F and (before is None or before.verdict is not F):
            known = [one for one in ordered[: index + 1] if one.verdict is not U]
            run = known[-policy.fails :]
            assert [one.verdict for one in run] == [F] * policy.fails
            first = next((n for n in range(len(known) - 1, -1, -1) if known[n].verdict is not F), -1) + 1
            assert (known[-1].at - known[first].at).total_seconds() >= policy.grace_s
            assert after.since == known[first].at


@law
@given(st.lists(st.tuples(minutes, st.sampled_from([P, U])), max_size=20), minutes)
def test_a_single_fail_within_grace_never_shows(history: list[tuple[int, Verdict]], minute: int) -> None:
    told = [Seen(at(0), P), *seen(history), Seen(at(minute) + dt.timedelta(seconds=1), F)]
    assert all(one.verdict is P for one in steps(None, told, Policy(fails=2)))


def test_every_check_has_two_languages_and_a_standard() -> None:
    assert all(one.en and one.fr and one.standards and name == one.name for name, one in CHECKS.items())
    assert [one.name for one in checks_of("mds")] == ["reachable", "valid"]
    assert {one.name for one in checks_of("gbfs")} == set(CHECKS)
