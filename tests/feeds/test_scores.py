"""Scores: seconds counted by hand, and laws of the cutting of a day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.findings import Verdict
from feeds.judging import raw, scores
from feeds.judging.spans import Answer, Span, answering, renewed

DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
WHOLE = Span(DAY, DAY + dt.timedelta(hours=24))
HOLD = dt.timedelta(hours=1)


def at(hour: float) -> dt.datetime:
    return DAY + dt.timedelta(hours=hour)


def answers(*told: tuple[float, bool], name: str = "", digest: str = "") -> list[Answer]:
    return [Answer(at(hour), name, good, digest) for hour, good in told]


def test_an_answer_speaks_until_the_next_one_and_no_longer_than_it_holds() -> None:
    cut = answering(answers((0, True), (0.5, False), (1, True), (10, True)), WHOLE, holds=HOLD)
    assert [(one.since, one.until) for one in cut.bad] == [(at(0.5), at(1))]
    assert (cut.good_s, cut.bad_s, cut.unknown_s) == (9_000, 1_800, 24 * 3_600 - 10_800)
    assert scores.availability(cut).value == 833  # 9,000 of 10,800 known seconds


def test_what_spoke_before_the_day_speaks_into_it() -> None:
    cut = answering(answers((-0.5, True)), WHOLE, holds=HOLD)
    assert cut.good == (Span(at(0), at(0.5)),)


def test_one_file_that_fails_brings_the_feed_down() -> None:
    both = answers((0, True), (1, True), name="a") + answers((0.25, False), (0.75, True), name="b")
    cut = answering(both, WHOLE, holds=HOLD)
    assert cut.bad == (Span(at(0.25), at(0.75)),)
    assert cut.good == (Span(at(0), at(0.25)), Span(at(0.75), at(2)))


def test_of_one_instant_the_bad_answer_holds() -> None:
    cut = answering(answers((0, False), (0, True)), WHOLE, holds=HOLD)
    assert (cut.good_s, cut.bad_s) == (0, 3_600)


def test_nothing_known_is_no_score_and_not_zero() -> None:
    assert scores.availability(answering([], WHOLE, holds=HOLD)).value is None


def test_content_is_fresh_for_as_long_as_it_may_be_old() -> None:
    changed = answers((0, True), (0.5, True), digest="one") + answers((1, True), digest="") + answers((1.5, False))
    cut = renewed([*changed, Answer(at(2), "", True, "two")], WHOLE, allowed=HOLD)
    assert cut.good == (Span(at(0), at(1)), Span(at(2), at(3)))
    assert cut.bad == (Span(at(1), at(2)),)  # 304 at one o'clock: still of midnight
    assert scores.renewal(cut, allowed_s=3_600).value == 666


def test_a_cut_names_fifty_spans_and_counts_all() -> None:
    flapping = answers(*((hour / 10, hour % 2 == 0) for hour in range(200)))
    details = scores.availability(answering(flapping, WHOLE, holds=HOLD)).details
    assert (len(details["down"]), details["down_spans"]) == (50, 100)


points = st.lists(st.tuples(st.integers(-100, 1_500), st.booleans(), st.sampled_from("ab")), max_size=25)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(points, st.integers(1, 300))
def test_the_parts_of_a_day_make_the_day(told: list[tuple[int, bool, str]], holds: int) -> None:
    """Counted otherwise: minute by minute, what each file said last."""
    given_ = [Answer(DAY + dt.timedelta(minutes=minute), name, good) for minute, good, name in told]
    cut = answering(given_, WHOLE, holds=dt.timedelta(minutes=holds))
    good = bad = 0
    for minute in range(1_440):
        last: dict[str, tuple[int, bool]] = {}
        for when, state, name in sorted(told, key=lambda one: (one[0], not one[1])):
            if minute - holds < when <= minute:
                last[name] = (when, state)
        states = [state for _, state in last.values()]
        good += bool(states) and all(states)
        bad += not all(states)
    assert (cut.good_s, cut.bad_s, cut.unknown_s) == (good * 60, bad * 60, (1_440 - good - bad) * 60)


@pytest.mark.parametrize(
    ("first", "last", "value", "ahead"),
    [
        ("2026-01-01", "2026-12-31", 1_000, 306),
        ("2026-01-01", "2026-03-07", 1_000, 7),
        ("2026-01-01", "2026-03-06", 857, 6),
        ("2026-01-01", "2026-03-01", 142, 1),
        ("2026-01-01", "2026-02-28", 0, 0),
        ("2026-03-05", "2026-12-31", 428, 306),  # begins on the fifth day of the seven
    ],
)
def test_a_timetable_is_as_fresh_as_the_days_ahead_it_covers(first: str, last: str, value: int, ahead: int) -> None:
    day = dt.date(2026, 3, 1)
    days = (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    score = scores.service_ahead(day, *days)
    assert (score.value, score.details["days_ahead"]) == (value, ahead)
    assert raw.timetable_covers(day, *days).verdict is (Verdict.PASS if value == 1_000 else Verdict.FAIL)


def test_a_timetable_that_does_not_say_is_unknown() -> None:
    assert scores.service_ahead(DAY.date(), None, None).value is None
    assert raw.timetable_covers(DAY.date(), None, None).verdict is Verdict.UNKNOWN


def test_compliance_counts_codes_and_not_rows() -> None:
    score = scores.compliance(
        {"missing_required_field": 40_000, "foreign_key_violation": 1}, {"stop_without_stop_time": 3}
    )
    assert score.value == 790
    assert score.details["errors"] == {"missing_required_field": 40_000, "foreign_key_violation": 1}
    assert scores.compliance({f"e{n}": 1 for n in range(12)}, {}).value == 0


def test_compliance_of_a_check_that_broke_off_is_none_unless_errors_were_found() -> None:
    assert scores.compliance({}, {"w": 1}, incomplete="timeout").value is None
    assert scores.compliance({"e": 1}, {}, incomplete="timeout").value == 900


def test_sealed_counts_stay_out_of_the_details() -> None:
    details = scores.compliance({"b": 918_273, "a": 5}, {}, counted=False).details
    assert details["errors"] == ["a", "b"]


def test_a_round_of_requests_is_one_verdict() -> None:
    down = [Answer(at(hour), name, hour != 1) for hour in (0, 1, 2) for name in ("info", "status")]
    told = [(one.at, one.verdict) for one in raw.rounds(down)]
    assert told == [(at(0), Verdict.PASS), (at(1), Verdict.FAIL), (at(2), Verdict.PASS)]
    assert [one.at for one in raw.rounds(down, since=at(0))] == [at(1), at(2)]


def test_a_file_that_is_asked_less_often_still_counts() -> None:
    rare = [Answer(at(0), "info", False), *(Answer(at(hour), "status", True) for hour in (1, 2))]
    assert [one.verdict for one in raw.rounds(rare, since=at(0.5))] == [Verdict.FAIL, Verdict.FAIL]


def test_content_that_stays_the_same_for_too_long_is_not_fresh() -> None:
    same = answers((0, True), (1, True), (2, True), digest="x")
    told = raw.content_age(same, allowed=dt.timedelta(hours=1.5))
    assert told is not None
    assert (told[0], told[1].verdict, told[1].details["unchanged_s"]) == (at(2), Verdict.FAIL, {"": 7_200.0})
    moving = raw.content_age([*same, Answer(at(3), "", True, "y")], allowed=HOLD)
    assert moving is not None
    assert moving[1].verdict is Verdict.PASS
    assert raw.content_age(answers((0, False)), allowed=HOLD) is None
