"""A request's steps: laws of its states over random walks, the deadline's very instant, and approvals in part."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.acts import Act, ActRefused, read_act
from governance.agreement import State as AgreementState
from governance.canonical import canonical
from governance.commons_yaml.consents import Known, read_agreement
from governance.commons_yaml.nodes import parse
from governance.errors import CommonsFileError, TermError
from governance.negotiation.text import read_text
from governance.parties import Sanction, Status
from governance.parts import Parts
from governance.requests.access_request import STEPS, TERMINAL, AccessRequest, State
from governance.requests.asked import read_asked
from governance.requests.checks import (
    check_asked,
    check_may_approve,
    check_may_ask,
    check_may_return,
    check_stranger,
)
from governance.requests.drafts import draft, draft_agreement, draft_yaml, drafts
from governance.requests.form import day_or_instant, read_form, read_less
from governance.requests.parts import LIVE, PartState
from governance.requests.steps import ACCESS_REQUEST
from governance.terms.scope import Recipient
from governance.world import World

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TICK = dt.timedelta(microseconds=1)
FROM, TO = NOON + 10 * DAY, NOON + 400 * DAY
HOLDERS = {"bolide": ["mds-bolide"], "trottix": ["mds-trottix", "mds-velovif"]}
ASKED: dict[str, Any] = {
    "datasets": ["mds-bolide", "mds-trottix", "mds-velovif"],
    "tier": "bilateral",
    "purpose": "stop-siting",
    "validity": [FROM.isoformat(), TO.isoformat()],
    "terms": {
        "fields": ["distance_m", "start_zone", "vehicle"],
        "territory": ["hautes-combes"],
        "spatial_resolution": "h3_8",
        "temporal_resolution": "P1D/hour",
        "retention": "P12M",
        "no_reidentification": True,
    },
    "what_for": "Where parking is missing around stations.",
}


def act(what: str, by: str, at: dt.datetime, why: str = "because", **body: Any) -> Act:
    return Act("request", "req-smhc-1", what, by, at, body, why)


def whole_grant(holder: str) -> dict[str, Any]:
    return {"datasets": HOLDERS[holder], "terms": ASKED["terms"], "validity": ASKED["validity"]}


def approval(holder: str, at: dt.datetime, **less: Any) -> Act:
    return act("decided", holder, at, approved=True, grant={**whole_grant(holder), **less}, to=None)


def refusal(holder: str, at: dt.datetime) -> Act:
    return act("decided", holder, at, approved=False, grant=None, to=None)


def submission(at: dt.datetime, what: str = "submitted") -> Act:
    return act(what, "smhc", at, asked=ASKED, deadline=(at + 30 * DAY).isoformat(), parts=HOLDERS)


def submitted(*more: Act) -> AccessRequest:
    state = ACCESS_REQUEST.apply(None, act("drafted", "smhc", NOON, asked=ASKED))
    for one in (submission(NOON), *more):
        state = ACCESS_REQUEST.apply(state, one)
    return state


def refused(state: AccessRequest | None, one: Act) -> str:
    with pytest.raises(ActRefused) as refusal:
        ACCESS_REQUEST.apply(state, one)
    return refusal.value.denied.code


class Walk(RuleBasedStateMachine):
    """Anybody tries anything at any time; what the request says of itself must stay lawful."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOON
        self.state = ACCESS_REQUEST.apply(None, act("drafted", "smhc", NOON, asked=ASKED))
        self.log = [act("drafted", "smhc", NOON, asked=ASKED)]
        self.ended_in: State | None = None

    def attempt(self, one: Act) -> None:
        before = self.state
        try:
            self.state = ACCESS_REQUEST.apply(self.state, one)
        except ActRefused:
            return
        assert before.state_at(self.at) not in TERMINAL
        self.log.append(one)

    @initialize(submitted=st.booleans())
    def begin(self, submitted: bool) -> None:
        if submitted:
            self.attempt(submission(self.at))

    @rule(days=st.sampled_from([1, 12, 29, 30, 31, 200, 390]))
    def wait(self, days: int) -> None:
        self.at += days * DAY

    @rule(by=st.sampled_from(["smhc", "bolide"]), what=st.sampled_from(["submitted", "resubmitted"]))
    def hand_in(self, by: str, what: str) -> None:
        self.attempt(replace(submission(self.at, what), by=by))

    @rule(by=st.sampled_from(["bolide", "trottix", "secretariat"]))
    def send_back(self, by: str) -> None:
        self.attempt(act("returned", by, self.at))

    @rule(by=st.sampled_from(["bolide", "trottix", "glisse", "smhc"]), approved=st.booleans(), days=st.integers(1, 380))
    def decide(self, by: str, approved: bool, days: int) -> None:
        grant = whole_grant(by if by in HOLDERS else "bolide")
        grant["validity"] = [FROM.isoformat(), (FROM + days * DAY).isoformat()]
        self.attempt(act("decided", by, self.at, approved=approved, grant=grant if approved else None, to=None))

    @rule(days=st.integers(-5, 500))
    @precondition(lambda self: self.state.state_at(self.at) not in TERMINAL)
    def renew(self, days: int) -> None:
        to, deadline = self.at + days * DAY, self.at + 30 * DAY
        self.attempt(act("renewed", "smhc", self.at, to=to.isoformat(), deadline=deadline.isoformat()))

    @rule(by=st.sampled_from(["bolide", "trottix", "glisse"]))
    def revoke(self, by: str) -> None:
        self.attempt(act("revoked", by, self.at))

    @rule(by=st.sampled_from(["smhc", "bolide"]), whether=st.integers(0, 9))
    def close(self, by: str, whether: int) -> None:
        if whether == 0:
            self.attempt(act("closed", by, self.at))

    @invariant()
    def terminal_states_have_no_exit(self) -> None:
        now = self.state.state_at(self.at)
        assert self.ended_in is None or now is self.ended_in
        self.ended_in = now if now in TERMINAL else None

    @invariant()
    def nobody_is_entitled_but_by_its_holders_own_approval(self) -> None:
        for holder, part in self.state.parts.items():
            if part.state_at(self.at, self.state.deadline or NOON) in LIVE:
                own = [one for one in self.log if one.what == "decided" and one.by == holder and one.body["approved"]]
                assert own
                assert part.revoked is None

    @invariant()
    def the_log_gives_the_state_again(self) -> None:
        again = None
        for one in self.log:
            again = ACCESS_REQUEST.apply(again, read_act(one.plain()))
        assert again == self.state
        assert again is not None
        plain = ACCESS_REQUEST.plain(again)
        assert canonical(ACCESS_REQUEST.plain(ACCESS_REQUEST.read(plain))) == canonical(plain)
        assert ACCESS_REQUEST.read(plain) == again


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=150, stateful_step_count=20, deadline=None, derandomize=True)


def test_walks_reach_every_state_and_take_every_step() -> None:
    # The laws above say nothing of states that no walk comes to: here they are counted.
    seen: set[State] = set()
    taken: set[tuple[State | None, str]] = {(None, "drafted")}
    dice = random.Random(7)
    for _ in range(400):
        at, state = NOON, ACCESS_REQUEST.apply(None, act("drafted", "smhc", NOON, asked=ASKED))
        for _ in range(14):
            at += dice.choice([0, 0, 1, 20, 350]) * DAY
            holder = dice.choice(list(HOLDERS))
            later = {"to": (at + 500 * DAY).isoformat(), "deadline": (at + 30 * DAY).isoformat()}
            choices = [
                act("drafted", "smhc", at, asked=ASKED),
                submission(at),
                submission(at, "resubmitted"),
                act("returned", holder, at),
                approval(holder, at),
                approval(holder, at),
                refusal(holder, at),
                act("renewed", "smhc", at, **later),
                act("revoked", holder, at),
                act("closed", "smhc", at),
            ]
            one = dice.choices(choices, weights=[1, 4, 4, 1, 4, 4, 2, 3, 1, 1])[0]
            before = state.state_at(at)
            try:
                state = ACCESS_REQUEST.apply(state, one)
                taken.add((before, one.what))
            except ActRefused:
                pass
            seen |= {before, state.state_at(at)}
    assert seen == set(State)
    assert taken == set(STEPS)


def test_the_table_has_no_exit_from_a_terminal_state() -> None:
    assert not {state for state, _ in STEPS} & TERMINAL


def test_silence_refuses_at_the_deadline_and_not_a_microsecond_before() -> None:
    state = submitted(approval("bolide", NOON + DAY))
    deadline = NOON + 30 * DAY
    assert [state.part_at("trottix", at) for at in (deadline - TICK, deadline)] == [PartState.OPEN, PartState.SILENT]
    assert [state.state_at(at) for at in (deadline - TICK, deadline)] == [State.SUBMITTED, State.APPROVED_IN_PART]
    in_time = ACCESS_REQUEST.apply(state, approval("trottix", deadline - TICK))
    assert in_time.state_at(deadline) is State.APPROVED
    assert refused(state, approval("trottix", deadline)) == "request.decided"
    silent = submitted()
    assert silent.state_at(deadline) is State.REFUSED
    assert refused(silent, approval("bolide", deadline)) == "request.step"


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.permutations(["bolide", "trottix"]), st.tuples(st.booleans(), st.booleans()), st.integers(0, 29))
def test_each_holder_decides_by_itself(order: list[str], answers: tuple[bool, bool], day: int) -> None:
    at = NOON + day * DAY
    said = dict(zip(["bolide", "trottix"], answers, strict=True))
    state = submitted(*(approval(one, at) if said[one] else refusal(one, at) for one in order))
    for holder, approved in said.items():
        alone = submitted(approval(holder, at) if approved else refusal(holder, at))
        assert state.parts[holder] == alone.parts[holder]
    expected = {2: State.APPROVED, 1: State.APPROVED_IN_PART, 0: State.REFUSED}[sum(answers)]
    assert state.state_at(at) is expected


LESS = {
    "datasets": ["mds-velovif"],
    "terms": {**ASKED["terms"], "fields": ["vehicle"], "spatial_resolution": "commune", "delay": "P30D"},
    "validity": [(FROM + DAY).isoformat(), (TO - DAY).isoformat()],
}


@pytest.mark.parametrize("name", ["datasets", "terms", "validity"])
def test_less_may_be_granted_than_was_asked(name: str) -> None:
    state = submitted(approval("bolide", NOON), approval("trottix", NOON, **{name: LESS[name]}))
    assert state.state_at(NOON) is State.APPROVED_IN_PART
    grant = state.parts["trottix"].grant
    assert grant is not None
    assert grant.plain()[name] == LESS[name]


@pytest.mark.parametrize(
    ("clause", "more"),
    [
        ("datasets", {"datasets": ["mds-trottix", "mds-bolide"]}),
        ("datasets", {"datasets": []}),
        ("validity", {"validity": [(FROM - TICK).isoformat(), TO.isoformat()]}),
        ("validity", {"validity": [FROM.isoformat(), (TO + TICK).isoformat()]}),
        ("fields", {"terms": {**ASKED["terms"], "fields": ["vehicle", "user"]}}),
        ("territory", {"terms": {**ASKED["terms"], "territory": ["elsewhere"]}}),
        ("spatial_resolution", {"terms": {**ASKED["terms"], "spatial_resolution": "h3_9"}}),
        (
            "temporal_resolution",
            {"terms": {name: ASKED["terms"][name] for name in ("fields", "territory", "spatial_resolution")}},
        ),
        ("retention", {"terms": {**ASKED["terms"], "retention": "P24M"}}),
    ],
)
def test_more_than_was_asked_is_never_granted(clause: str, more: dict[str, Any]) -> None:
    state = submitted()
    with pytest.raises(ActRefused) as refusal:
        ACCESS_REQUEST.apply(state, approval("trottix", NOON, **more))
    assert (refusal.value.denied.code, refusal.value.denied.clause) == ("request.wider", clause)


def test_a_grant_of_a_waiver_or_of_an_unknown_term_is_no_text() -> None:
    for terms in ({"named": ["members"]}, {"unheard": 1}):
        with pytest.raises(TermError):
            ACCESS_REQUEST.apply(submitted(), approval("bolide", NOON, terms={**ASKED["terms"], **terms}))


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (refusal("glisse", NOON), "request.not_holder"),
        (refusal("smhc", NOON), "request.not_holder"),
        (replace(refusal("bolide", NOON), why="  "), "request.reason_owed"),
        (act("returned", "bolide", NOON, why=""), "request.reason_owed"),
        (act("revoked", "bolide", NOON), "request.nothing_granted"),
        (act("closed", "bolide", NOON), "request.not_applicant"),
        (act("renewed", "smhc", NOON, to=TO.isoformat(), deadline=TO.isoformat()), "request.step"),
        (submission(NOON), "request.step"),
        (act("drafted", "smhc", NOON, asked=ASKED), "request.step"),
        (act("burnt", "smhc", NOON), "request.step"),
    ],
)
def test_whoever_may_not_is_refused(one: Act, code: str) -> None:
    assert refused(submitted(), one) == code


def test_a_request_begins_with_its_draft_and_changes_only_in_its_applicants_hands() -> None:
    assert refused(None, submission(NOON)) == "request.step"
    state = ACCESS_REQUEST.apply(None, act("drafted", "smhc", NOON, asked=ASKED))
    assert refused(state, act("drafted", "bolide", NOON, asked=ASKED)) == "request.not_applicant"
    anew = ACCESS_REQUEST.apply(state, act("drafted", "smhc", NOON, asked={**ASKED, "what_for": "Something else."}))
    assert anew.asked.what_for == "Something else."


def test_a_request_is_returned_until_a_holder_has_decided_and_runs_anew_after() -> None:
    assert refused(submitted(approval("bolide", NOON)), act("returned", "trottix", NOON)) == "request.under_decision"
    returned = submitted(act("returned", "trottix", NOON + DAY, why="which stations?"))
    late = NOON + 60 * DAY
    assert returned.state_at(late) is State.RETURNED  # no deadline runs while it lies with the applicant
    assert refused(returned, approval("bolide", NOON + DAY)) == "request.step"
    again = ACCESS_REQUEST.apply(returned, submission(late, "resubmitted"))
    assert again.deadline == late + 30 * DAY
    assert again.state_at(late) is State.SUBMITTED


def test_an_entitlement_has_dates_and_ends_by_itself() -> None:
    state = submitted(approval("bolide", NOON), approval("trottix", NOON))
    told = [state.part_at("bolide", at) for at in (FROM - TICK, FROM, TO - TICK, TO)]
    assert told == [PartState.GRANTED, PartState.ENTITLED, PartState.ENTITLED, PartState.ENDED]
    assert [state.state_at(at) for at in (TO - TICK, TO)] == [State.APPROVED, State.ENDED]


def test_a_renewal_is_each_holders_again_and_silence_leaves_the_old_end() -> None:
    state = submitted(approval("bolide", NOON), approval("trottix", NOON))
    asked_at, later = TO - 10 * DAY, TO + 100 * DAY
    renewed = ACCESS_REQUEST.apply(
        state, act("renewed", "smhc", asked_at, to=later.isoformat(), deadline=(asked_at + 30 * DAY).isoformat())
    )
    renewal = renewed.parts["bolide"].renewal
    assert renewal is not None
    assert renewal.deadline == TO  # before the part ends, or it would come to life again
    too_far = act("decided", "bolide", asked_at, approved=True, grant=None, to=(later + TICK).isoformat())
    assert refused(renewed, too_far) == "request.wider"
    agreed = ACCESS_REQUEST.apply(renewed, act("decided", "bolide", asked_at, approved=True, grant=None, to=None))
    assert [agreed.part_at(holder, TO) for holder in ("bolide", "trottix")] == [PartState.ENTITLED, PartState.ENDED]
    assert agreed.state_at(TO) is State.APPROVED_IN_PART
    assert refused(agreed, act("decided", "trottix", TO, approved=True, grant=None, to=None)) == "request.decided"
    assert refused(agreed, act("decided", "bolide", asked_at, approved=True, grant=None, to=None)) == "request.decided"
    no = ACCESS_REQUEST.apply(renewed, act("decided", "bolide", asked_at, approved=False, grant=None, to=None))
    assert no.part_at("bolide", TO - TICK) is PartState.ENTITLED
    assert [one.approved for one in no.parts["bolide"].decisions] == [True, False]
    earlier = act("renewed", "smhc", asked_at, to=TO.isoformat(), deadline=TO.isoformat())
    assert refused(state, earlier) == "request.nothing_to_renew"


def test_a_holder_revokes_its_part_alone_and_the_last_one_the_request() -> None:
    state = submitted(approval("bolide", NOON), approval("trottix", NOON), act("revoked", "bolide", NOON + DAY))
    assert state.part_at("trottix", FROM) is PartState.ENTITLED
    assert state.state_at(FROM) is State.APPROVED_IN_PART
    both = ACCESS_REQUEST.apply(state, act("revoked", "trottix", FROM))
    assert both.state_at(FROM) is State.REVOKED
    assert refused(both, act("revoked", "trottix", FROM)) == "request.step"


def test_an_approved_part_is_a_draft_agreement_that_the_readers_of_agreements_read(world: World) -> None:
    state = submitted(approval("trottix", NOON, **LESS), refusal("bolide", NOON))
    assert drafts(state, state.parts["bolide"]) == ()
    (made,) = drafts(state, state.parts["trottix"])
    assert made == draft(state, state.parts["trottix"], "mds-velovif")
    assert (made.id, made.holder, made.state) == ("req-smhc-1-mds-velovif", "trottix", AgreementState.DRAFT)
    assert made.recipient == Recipient(frozenset({"member:smhc"}))
    with pytest.raises(ValueError, match="not granted"):
        draft(state, state.parts["trottix"], "mds-trottix")
    text = draft_yaml(state, state.parts["trottix"], "mds-velovif")
    datasets = {**world.datasets, "mds-velovif": replace(world.datasets["mds-velovif"], holder="trottix")}
    known = Known(ZoneInfo("UTC"), world.colleges, world.members, datasets, world.cubes, world.purposes)
    assert read_agreement(parse(text, file="draft.yaml"), known=known) == made
    assert read_text(draft_agreement(state, state.parts["trottix"], "mds-velovif")) == made


def test_a_revoked_part_ends_its_agreements_and_no_others(world: World) -> None:
    state = submitted(approval("bolide", NOON), approval("trottix", NOON))
    mine = [replace(one, state=AgreementState.ACTIVE) for part in state.parts.values() for one in drafts(state, part)]
    stranger = replace(mine[0], id=mine[0].id, version=9, recipient=Recipient(frozenset({"member:itineo"})))
    parts = Parts.of(replace(world, agreements=(*mine, stranger)))

    def ended(request: AccessRequest) -> set[str]:
        over = replace(parts, agreements=dict(parts.agreements))
        assert list(ACCESS_REQUEST.overlay(over, [request], NOON + DAY)) == []
        return {one.key for one in over.agreements.values() if one.state is AgreementState.TERMINATED}

    assert ended(state) == set()
    assert ended(ACCESS_REQUEST.apply(state, act("revoked", "bolide", NOON))) == {"req-smhc-1-mds-bolide@1"}
    assert ended(ACCESS_REQUEST.apply(state, act("closed", "smhc", NOON))) == {one.key for one in mine}


# What needs the world ---------------------------------------------------------------------------------------------


def test_what_is_asked_for_is_split_by_holder(world: World) -> None:
    parts = check_asked(read_asked(ASKED), "smhc", world, at=NOON)
    assert parts == {"bolide": ["mds-bolide"], "trottix": ["mds-trottix"], "velovif": ["mds-velovif"]}


@pytest.mark.parametrize(
    ("applicant", "change", "code"),
    [
        ("smhc", {"purpose": "curiosity"}, "purpose.unknown"),
        ("smhc", {"datasets": ["mds-nobody"]}, "dataset.unknown"),
        ("smhc", {"validity": [(NOON - DAY).isoformat(), NOON.isoformat()]}, "request.period"),
        ("smhc", {"terms": {"fields": ["vehicle"]}}, "request.term_owed"),
        ("smhc", {"terms": {**ASKED["terms"], "territory": ["hautes-combes", "the-moon"]}}, "request.territory"),
        ("bolide", {}, "request.own_holding"),
        ("velovif", {"datasets": ["mds-trottix"]}, "request.own_holding"),
    ],
)
def test_what_cannot_be_asked_for(world: World, applicant: str, change: dict[str, Any], code: str) -> None:
    with pytest.raises(ActRefused) as refusal:
        check_asked(read_asked({**ASKED, **change}), applicant, world, at=NOON)
    assert refusal.value.denied.code == code


def having(world: World, member: str, **change: Any) -> World:
    return replace(world, members={**world.members, member: replace(world.members[member], **change)})


def code_of(check: Any, *arguments: Any) -> str:
    try:
        check(*arguments)
    except ActRefused as refusal:
        return refusal.denied.code
    return ""


def test_nobody_decides_on_its_own_holdings_request_as_holdings_are_now(world: World) -> None:
    state = submitted()
    assert code_of(check_stranger, state, "bolide", world) == ""
    merged = having(world, "bolide", holding="smhc")
    assert code_of(check_stranger, state, "bolide", merged) == "request.own_holding"
    assert code_of(check_stranger, state, "smhc", world) == "request.own_holding"
    assert code_of(check_may_return, state, "bolide", merged) == "request.own_holding"
    assert code_of(check_may_return, state, "secretariat", world) == ""
    assert code_of(check_may_return, state, "glisse", world) == "request.not_holder"


def test_standing_decides_who_asks_and_who_approves(world: World) -> None:
    assert code_of(check_may_ask, "nobody", world) == "actor.unknown"
    assert code_of(check_may_ask, "smhc", having(world, "smhc", status=Status.LEFT)) == "actor.inactive"
    levels = [having(world, "smhc", sanction=level) for level in Sanction]
    assert [code_of(check_may_ask, "smhc", one) for one in levels] == [""] * 4 + ["sanction.forbids"] * 3
    assert [code_of(check_may_approve, "smhc", one) for one in levels] == [""] * 5 + ["sanction.forbids"] * 2


def test_a_holder_that_has_left_is_not_asked(world: World) -> None:
    gone = having(world, "bolide", status=Status.LEFT)
    with pytest.raises(ActRefused) as refusal:
        check_asked(read_asked(ASKED), "smhc", gone, at=NOON)
    assert refusal.value.denied.code == "dataset.holder_inactive"


# The text ---------------------------------------------------------------------------------------------------------

FORM = """
datasets: [mds-bolide]
tier: members
audience: authority
purpose: stop-siting
validity: {from: 2026-04-01, to: 2027-04-01}
terms: {fields: [trips], retention: P12M, attribution: true}
what_for: "Où manque-t-il des stationnements ?"
"""


def test_a_form_is_read_strictly_with_its_days_in_the_basins_zone() -> None:
    plain = read_form(FORM, file="r.yaml", zone=ZoneInfo("Europe/Paris"))
    asked = read_asked(plain)
    assert asked.validity.from_ == dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)
    assert asked.audience == "authority"
    assert read_asked(asked.plain()) == asked
    less = read_less("validity: {from: 2026-05-01, to: 2026-06-01}", file="l.yaml", zone=ZoneInfo("UTC"))
    assert less == {"validity": ["2026-05-01T00:00:00+00:00", "2026-06-01T00:00:00+00:00"]}
    assert day_or_instant("2026-05-01", ZoneInfo("Europe/Paris")) == "2026-04-30T22:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("tier: members", "tier: open"), "tier must be one of"),
        (("audience: authority", "audience: open"), "audience must be one of"),
        (("terms: {", "terms: {named: [members], "), "cannot be asked for"),
        (("terms: {", "terms: {unheard: 1, "), "unknown term"),
        (("purpose:", "purposes:"), "unknown key"),
        (("to: 2027-04-01", "to: 2026-04-01"), "end after"),
        (("to: 2027-04-01", "to: 2027-04-01T00:00:00"), "no zone"),
        (("[mds-bolide]", "[]"), "datasets"),
        (("[mds-bolide]", "[mds-bolide, mds-bolide]"), "twice"),
        (('"Où manque-t-il des stationnements ?"', f'"{"x" * 4001}"'), "4000 characters"),
    ],
)
def test_a_wrong_form_is_refused_with_its_file(change: tuple[str, str], says: str) -> None:
    assert change[0] in FORM
    with pytest.raises(CommonsFileError, match=says) as fault:
        read_form(FORM.replace(*change), file="r.yaml", zone=ZoneInfo("UTC"))
    assert fault.value.file == "r.yaml"


@pytest.mark.parametrize("text", ["tomorrow", "2026-05-01T00:00:00", ""])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(TermError):
        day_or_instant(text, ZoneInfo("UTC"))
