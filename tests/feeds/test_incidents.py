"""Incidents follow what is said: FAIL opens, PASS and NOT_APPLICABLE close, UNKNOWN does neither."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.findings import Verdict
from feeds.judging.incidents import Turn, changes
from feeds.judging.standing import Policy, Seen, steps

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
P, F, U, N = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE


def at(minute: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minute)


def told(*raws: Verdict, policy: Policy = Policy()) -> list[tuple[Turn, int, int]]:  # noqa: B008 - frozen
    standings = steps(None, (Seen(at(n), raw) for n, raw in enumerate(raws)), policy)
    return [
        (one.turn, int((one.since - NOON).total_seconds() // 60), int((one.at - NOON).total_seconds() // 60))
        for one in changes(False, standings)
    ]


def test_it_opens_and_closes_by_itself() -> None:
    assert told(P, F, F, U, P, F, N) == [
        *((Turn.OPENS, 1, 1), (Turn.CLOSES, 4, 4), (Turn.OPENS, 5, 5), (Turn.CLOSES, 6, 6))
    ]


def test_it_was_wrong_since_the_first_fail_though_it_counted_later() -> None:
    patient = Policy(fails=3, passes=2)
    assert told(P, F, F, F, P, P, policy=patient) == [(Turn.OPENS, 1, 3), (Turn.CLOSES, 4, 5)]


def test_unknown_keeps_it_open_and_never_opens_one() -> None:
    assert told(U, U) == []
    assert told(F, U, U) == [(Turn.OPENS, 0, 0)]


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(st.sampled_from([P, F, U, N]), max_size=25), st.booleans(), st.integers(1, 3), st.integers(1, 3))
def test_openings_and_closings_take_turns_in_time(raws: list[Verdict], is_open: bool, fails: int, passes: int) -> None:
    history = [Seen(at(n), raw) for n, raw in enumerate(raws)]
    found = list(changes(is_open, steps(None, history, Policy(fails=fails, passes=passes))))
    expected = [Turn.CLOSES, Turn.OPENS] if is_open else [Turn.OPENS, Turn.CLOSES]
    assert [one.turn for one in found] == [expected[n % 2] for n in range(len(found))]
    assert all(one.since <= one.at for one in found)
    assert [one.since for one in found] == sorted(one.since for one in found)
