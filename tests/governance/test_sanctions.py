"""The ladder of sanctions: one step a decision, a hearing before it, decay by the clock; what is open stays open."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from governance.acts import Act, ActRefused
from governance.audiences import Audience
from governance.decide import decide
from governance.decision import Deny, Permit
from governance.parties import Sanction, Status
from governance.parts import Parts
from governance.periods import Period
from governance.request import Action, Request
from governance.ruleset import Ladder
from governance.sanctions.case import TERMINAL, TRANSITIONS, Case, Step, read_case
from governance.sanctions.guards import check_emergency
from governance.sanctions.kind import SANCTION
from governance.sanctions.levels import decided_level, level, months_later, overlay
from governance.sanctions.remedy import NAMES, remedy_of
from governance.world import World

START = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HEARING, EMERGENCY = 10 * DAY, 15 * DAY


def act(verb: str, at: dt.datetime, by: str = "secretariat", thing: str = "itineo-1", **body: Any) -> Act:
    return Act("sanction", thing, verb, by, at, body, "because")


def opened(at: dt.datetime, *, emergency: bool = False, thing: str = "itineo-1", log_size: int = 3) -> Case:
    return SANCTION.apply(
        None,
        act(
            "opened",
            at,
            thing=thing,
            member="itineo",
            origin="member",
            facts="facts in words",
            entries=[1],
            log_size=log_size,
            proposed=4 if emergency else 1,
            hearing_ends=(at + HEARING).isoformat(),
            provisional_until=(at + EMERGENCY).isoformat() if emergency else None,
        ),
    )


def decision(at: dt.datetime, to: int, before: int, role: str = "secretariat", **vote: Any) -> Act:
    until = None if to == 6 else months_later(at, 12).isoformat()
    tally = {"vote": "", "yes_percent": 0, "needed_percent": 0, "voted_level": 0, **vote}
    return act("decided", at, level=to, before=before, role=role, until=until, **tally)


VOTE = {"vote": "v1", "yes_percent": 70, "needed_percent": 67, "voted_level": 6}


def test_nothing_is_decided_before_the_member_was_heard() -> None:
    case = opened(START)
    with pytest.raises(ActRefused, match="not heard yet"):
        SANCTION.apply(case, decision(START + HEARING - dt.timedelta(microseconds=1), 1, 0))
    assert SANCTION.apply(case, decision(START + HEARING, 1, 0)).state == "in_force"
    stated = SANCTION.apply(case, act("stated", START + DAY, by="itineo", text="It was a loop in our client."))
    assert SANCTION.apply(stated, decision(START + DAY, 1, 0)).state == "in_force"
    with pytest.raises(ActRefused, match="ended"):
        SANCTION.apply(case, act("stated", START + HEARING, by="itineo", text="too late"))


@pytest.mark.parametrize(("to", "before"), [(2, 0), (1, 1), (0, 1), (3, 1), (6, 4)])
def test_a_decision_is_one_step(to: int, before: int) -> None:
    with pytest.raises(ActRefused, match="one step"):
        SANCTION.apply(opened(START), decision(START + HEARING, to, before, **VOTE))


def test_from_level_three_on_two_decide_or_a_vote_does() -> None:
    case = opened(START)
    when = START + HEARING
    assert SANCTION.apply(case, decision(when, 2, 1)).state == "in_force"
    for role in ("secretariat", "authority"):
        with pytest.raises(ActRefused, match="not decided like this"):
            SANCTION.apply(case, decision(when, 3, 2, role=role))
    with pytest.raises(ActRefused, match="not decided like this"):
        SANCTION.apply(case, decision(when, 1, 0, role="authority"))
    endorsed = SANCTION.apply(case, act("endorsed", when, by="smhc", what="decided", level=3, role="authority"))
    assert SANCTION.apply(endorsed, decision(when, 3, 2)).state == "in_force"
    with pytest.raises(ActRefused, match="not decided like this"):  # what was endorsed was another level
        SANCTION.apply(endorsed, decision(when, 4, 3))
    assert SANCTION.apply(case, decision(when, 5, 4, role="vote", **VOTE)).state == "in_force"


def test_an_exclusion_takes_the_ladders_share_of_a_vote() -> None:
    case, when = opened(START), START + HEARING
    endorsed = SANCTION.apply(case, act("endorsed", when, by="smhc", what="decided", level=6, role="authority"))
    with pytest.raises(ActRefused, match="vote of the members alone"):
        SANCTION.apply(endorsed, decision(when, 6, 5))
    with pytest.raises(ActRefused, match="66 % of yes; it takes 67"):
        SANCTION.apply(case, decision(when, 6, 5, **{**VOTE, "yes_percent": 66}))
    for voted in (1, 5):
        with pytest.raises(ActRefused, match=f"vote was on level {voted}"):
            SANCTION.apply(case, decision(when, 6, 5, **{**VOTE, "voted_level": voted}))
    excluded = SANCTION.apply(case, decision(when, 6, 5, **VOTE))
    with pytest.raises(ActRefused, match="vote was on level 5"):
        SANCTION.apply(excluded, act("lifted", when, role="vote", **{**VOTE, "voted_level": 5}))
    assert SANCTION.apply(excluded, act("lifted", when, role="vote", **VOTE)).state == "lifted"
    assert level([excluded], when + 5000 * DAY, base=5) is Sanction.EXCLUDED  # it does not decay


def test_an_emergency_ends_by_itself_and_is_confirmed_only_while_it_lasts() -> None:
    case = opened(START, emergency=True)
    assert [level([case], START + n * DAY) for n in (0, 14)] == [4, 4]
    assert level([case], START + EMERGENCY) == 0
    endorsed = SANCTION.apply(case, act("endorsed", START + DAY, by="smhc", what="decided", level=4, role="authority"))
    with pytest.raises(ActRefused, match="not heard yet"):
        SANCTION.apply(endorsed, decision(START + DAY, 4, 0))
    confirmed = SANCTION.apply(endorsed, decision(START + HEARING, 4, 0))
    assert confirmed.step is not None
    assert confirmed.step.rise == 4
    assert level([confirmed], START + EMERGENCY + DAY) == 4
    with pytest.raises(ActRefused, match="one step"):
        SANCTION.apply(endorsed, decision(START + EMERGENCY, 4, 0))


def test_an_emergency_is_not_renewed_on_the_same_facts() -> None:
    def check(cases: list[Case], *entries: int, role: str = "secretariat", level: int = 0, own: int = 0) -> None:
        check_emergency(cases, role=role, level=level, entries=entries, own=[one for one in entries if one != own])

    case = opened(START, emergency=True, log_size=40)
    earlier = [SANCTION.apply(case, act("noticed", START, by="smhc"))]
    for entries in ((), (39, 41), (40,), (40, 41)):  # 40 is the opening itself
        with pytest.raises(ActRefused, match=r"not renewed on the same facts: .* after entry 41"):
            check(earlier, *entries)
    check(earlier, 41, role="authority", level=3)
    with pytest.raises(ActRefused, match="what the member itself asked for"):
        check(earlier, 41, 42, own=42)
    check([])
    with pytest.raises(ActRefused, match="on level 4 already"):
        check([], level=4)
    with pytest.raises(ActRefused, match="Only the secretariat and an authority"):
        check([], 1, role="member")


def test_a_second_emergency_waits_until_deciders_looked_at_the_first() -> None:
    case = opened(START, emergency=True, log_size=40)
    stated = SANCTION.apply(case, act("stated", START, by="itineo", text="It was a loop in our client."))
    endorsed = SANCTION.apply(stated, act("endorsed", START, by="smhc", what="decided", level=4, role="authority"))
    own_end = SANCTION.apply(stated, act("dismissed", START, by="secretariat"))
    for open_still in (case, stated, endorsed, own_end):
        assert read_case(dict(open_still.plain())) == open_still
        with pytest.raises(ActRefused, match="settled by nobody but whoever brought it"):
            check_emergency([open_still], role="authority", level=0, entries=[50], own=[50])
    decided = SANCTION.apply(endorsed, decision(START + DAY, 4, 0))
    for settled in (
        decided,
        SANCTION.apply(decided, act("overturned", START + DAY, by="hub")),
        SANCTION.apply(stated, act("dismissed", START, by="smhc")),
        SANCTION.apply(stated, act("noticed", START, by="smhc")),
    ):
        check_emergency([settled], role="authority", level=0, entries=[50], own=[50])
        with pytest.raises(ActRefused, match="settled by nobody"):
            check_emergency([settled, case], role="authority", level=0, entries=[50], own=[50])


def test_ends_have_no_exit_and_every_state_is_reached() -> None:
    assert not {state for state, _ in TRANSITIONS} & TERMINAL
    assert set(TRANSITIONS.values()) == {state for state, _ in TRANSITIONS if state} | TERMINAL
    ended = SANCTION.apply(opened(START), act("dismissed", START))
    for _, what in TRANSITIONS:
        with pytest.raises(ActRefused, match="does not allow"):
            SANCTION.apply(ended, act(what, START + HEARING))


STEPS = st.builds(
    lambda days, rise, months: Step(1, rise, START + days * DAY, months_later(START + days * DAY, months), "s"),
    st.integers(0, 400),
    st.sampled_from([1, 1, 1, 2, 4]),
    st.integers(1, 14),
)
EMERGENCIES = st.builds(lambda days: opened(START + days * DAY, emergency=True), st.integers(0, 60))
CASES = st.lists(st.builds(lambda step: replace(opened(START), state="in_force", step=step), STEPS) | EMERGENCIES)


@given(CASES, st.integers(0, 6), st.lists(st.integers(460, 1600), min_size=2), st.randoms())
@settings(deadline=None, derandomize=True, max_examples=400)
def test_once_nothing_new_is_decided_a_level_only_falls_and_the_order_of_cases_is_nothing(
    cases: list[Case], base: int, days: list[int], shuffler: Any
) -> None:
    found = [level(cases, START + day * DAY, base=base) for day in sorted(days)]
    assert found == sorted(found, reverse=True)
    assert level(cases, START + 2000 * DAY, base=base) == base
    mixed = list(cases)
    shuffler.shuffle(mixed)
    assert level(mixed, START + 300 * DAY, base=base) == level(cases, START + 300 * DAY, base=base)
    event(f"{len(cases)} cases")


@given(CASES, st.integers(0, 6), st.integers(0, 800))
@settings(deadline=None, derandomize=True, max_examples=400)
def test_overturning_a_case_never_raises_a_level(cases: list[Case], base: int, day: int) -> None:
    at = START + day * DAY
    for number, one in enumerate(cases):
        others = [*cases[:number], replace(one, state="overturned"), *cases[number + 1 :]]
        assert level(others, at, base=base) <= level(cases, at, base=base)


@given(CASES, st.integers(0, 800))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_the_overlay_says_every_instant_at_which_a_level_changes_by_itself(cases: list[Case], day: int) -> None:
    at = START + day * DAY
    known = [one for one in cases if one.opened_at <= at and (one.step is None or one.step.from_ <= at)]
    begins = [at, *sorted(end for end in _later(known, at) if end > at), START + 3000 * DAY]
    for before, end in pairwise(begins):
        for part in (0.5, 0.999):
            assert level(known, before) == level(known, before + (end - before) * part)


def _later(cases: list[Case], at: dt.datetime) -> list[dt.datetime]:
    class Some:
        members: dict[str, Any] = {}  # noqa: RUF012

    return list(overlay(Some(), cases, at))  # type: ignore[arg-type]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, int, int, str, bool]]:
    """Acts on three cases of one member: verb, case, days later, role, whether a vote carries it."""
    verbs = st.sampled_from(["opened", "emergency", "stated", "endorsed", "decided", "decided", "lifted", "overturned"])
    one = st.tuples(
        verbs, st.integers(0, 2), st.integers(0, 40), st.sampled_from(["secretariat", "authority"]), st.booleans()
    )
    return draw(st.lists(one, min_size=5, max_size=40))


@given(histories(), st.data())
@settings(deadline=None, derandomize=True, max_examples=400)
def test_through_any_history_a_decision_raises_by_one_or_confirms_an_emergency_after_a_hearing(
    history: list[tuple[str, int, int, str, bool]], data: st.DataObject
) -> None:
    cases: dict[str, Case] = {}
    now = START
    for verb, number, days, role, vote in history:
        now += days * DAY
        name = f"itineo-{number}"
        known = decided_level(cases.values(), now)
        to = data.draw(st.sampled_from([min(6, known + 1), min(6, known + 1), 4, 2]))
        before = cases.get(name)
        try:
            cases[name] = _step(before, verb, name, now, role=role, vote=vote, to=to, known=known)
        except ActRefused:
            continue
        new = cases[name]
        assert read_case(dict(new.plain())) == new
        rise = decided_level(cases.values(), now) - known
        if verb == "decided":
            assert before is not None
            assert before.heard_at(now)
            event("decided")
            assert rise == 1 or (to == 4 and before.provisional_at(now) and known < 4)
        else:
            assert rise <= 0


def _step(
    before: Case | None, verb: str, name: str, now: dt.datetime, *, role: str, vote: bool, to: int, known: int
) -> Case:
    if verb in ("opened", "emergency"):
        if before is not None:
            raise ActRefused.__new__(ActRefused)
        return opened(now, emergency=verb == "emergency", thing=name)
    tally = VOTE if vote else {"vote": "", "yes_percent": 0, "needed_percent": 0, "voted_level": 0}
    bodies: dict[str, dict[str, Any]] = {
        "stated": {"text": "words"},
        "endorsed": {"what": "decided", "level": to, "role": role},
        "lifted": {"role": role, **tally},
        "overturned": {"dispute": "dispute-1"},
    }
    if verb == "decided":
        return SANCTION.apply(before, decision(now, to, known, role=role, **tally))
    return SANCTION.apply(before, act(verb, now, thing=name, **bodies[verb]))


@pytest.mark.parametrize("at_level", list(Sanction))
def test_no_level_closes_the_open_tier(world: World, later: dt.datetime, at_level: Sanction) -> None:
    sanctioned = _at(world, "itineo", at_level)
    ask = Request("itineo", Action.READ, "bus-hautes-combes", Audience.OPEN, "open-reuse", later)
    if at_level is Sanction.EXCLUDED:  # no member any more: it reads as the public does
        assert sanctioned.members["itineo"].status is Status.LEFT
        assert isinstance(decide(replace(ask, actor=None), sanctioned), Permit)
    else:
        assert isinstance(decide(ask, sanctioned), Permit)


def test_an_exclusion_ends_what_is_negotiated_with_the_member_and_what_it_holds(
    world: World, later: dt.datetime
) -> None:
    excluded = _at(world, "bolide", Sanction.EXCLUDED)
    period = Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1))
    ask = Request(
        "secretariat", Action.RELEASE, "flows-h3_8-month", Audience.MEMBERS, "mobility-planning", later, period=period
    )
    assert isinstance(decide(ask, world), Permit)
    answer = decide(ask, excluded)
    assert isinstance(answer, Deny)
    assert answer.reasons[0].denied.code == "dataset.holder_inactive"


def _at(world: World, member: str, at_level: Sanction) -> World:
    parts = Parts.of(world)
    step = Step(int(at_level), int(at_level), START, None, "s")
    case = replace(opened(START), member=member, state="in_force", step=step)
    overlay(parts, [case], START + DAY)
    assert parts.members[member].sanction is at_level
    return parts.world()


def test_a_year_from_the_last_of_february_ends_on_a_day_that_there_is() -> None:
    leap = dt.datetime(2028, 2, 29, 8, tzinfo=dt.UTC)
    assert months_later(leap, 12) == dt.datetime(2029, 2, 28, 8, tzinfo=dt.UTC)
    assert months_later(leap, 10) == dt.datetime(2028, 12, 29, 8, tzinfo=dt.UTC)
    assert months_later(leap, 11) == dt.datetime(2029, 1, 29, 8, tzinfo=dt.UTC)


def test_a_remedy_names_its_level_and_how_much_it_slows_down() -> None:
    assert set(NAMES) == set(Sanction)
    actions = {str(remedy_of(one, Ladder(), profile="commons")) for one in Sanction}
    assert len(actions) == len(Sanction)
    assert remedy_of(Sanction.WARNING, Ladder(), profile="commons") == {"@type": "Duty", "action": "commons:warning"}
    throttle: Any = remedy_of(Sanction.THROTTLE, Ladder(throttle_divisor=7), profile="commons")
    values = [one["rightOperand"]["@value"] for one in throttle["action"][0]["refinement"]]
    assert values == ["7", "PT24H"]
