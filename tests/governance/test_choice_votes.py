"""Votes: who votes with which weight, how ballots are counted, and what a proposal goes through. Belonging, too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.acts import Act, ActRefused, Kind
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.choice.candidate import Candidate, check_candidate, read_candidate
from governance.choice.concerned import holders_concerned
from governance.choice.guards import check_holder, check_voice
from governance.choice.membership import MEMBERSHIP, Membership, Regrouping
from governance.choice.membership import TRANSITIONS as STEPS
from governance.choice.membership import Stage as Belonging
from governance.choice.proposal import PROPOSAL, TRANSITIONS, Proposal, Stage
from governance.choice.roll import Roll, Voter, draw_up, read_roll
from governance.choice.siren import is_siren
from governance.choice.tally import Choice, Needed, Outcome, Tally, tally
from governance.kinds import put_together
from governance.parties import Kind as MemberKind
from governance.parties import Sanction, Status
from governance.world import World

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
MANY = settings(max_examples=200, deadline=None, derandomize=True)

COLLEGES = ("a", "b", "c", "d")
WEIGHTS = st.sampled_from([{"a": 10, "b": 20, "c": 20, "d": 50}, {"a": 25, "b": 25, "c": 25, "d": 25}])
VOTERS = st.lists(st.tuples(st.sampled_from(COLLEGES), st.sampled_from("uvwxy")), min_size=1, max_size=12).map(
    lambda found: tuple(Voter(f"m{number:02}", *one) for number, one in enumerate(found))
)
ROLLS = st.builds(Roll, WEIGHTS, VOTERS)
NEEDED = st.builds(Needed, st.integers(1, 100), st.none() | st.integers(51, 100), st.integers(0, 3))


@st.composite
def votes(draw: st.DrawFn) -> tuple[Roll, dict[str, Choice], Needed]:
    roll = draw(ROLLS)
    ballots = draw(st.dictionaries(st.sampled_from(sorted(roll.members)), st.sampled_from(Choice)))
    return roll, ballots, draw(NEEDED)


@MANY
@given(ROLLS)
def test_a_college_has_its_weight_and_a_holding_one_part_of_it(roll: Roll) -> None:
    shares = roll.shares()
    for college in {voter.college for voter in roll.voters}:
        own = [voter for voter in roll.voters if voter.college == college]
        assert sum(shares[voter.member] for voter in own) == roll.weights[college]
        holdings = {
            holding: sum(shares[voter.member] for voter in own if voter.holding == holding)
            for holding in {voter.holding for voter in own}
        }
        assert set(holdings.values()) == {Fraction(roll.weights[college], len(holdings))}
    assert all(shares[voter.member] <= roll.weights[voter.college] <= 50 for voter in roll.voters)
    assert read_roll(roll.plain()) == roll


@MANY
@given(votes(), st.randoms(use_true_random=False))
def test_the_order_of_voters_and_ballots_changes_nothing(
    vote: tuple[Roll, dict[str, Choice], Needed], random: Any
) -> None:
    roll, ballots, needed = vote
    shuffled = list(roll.voters)
    random.shuffle(shuffled)
    items = list(ballots.items())
    random.shuffle(items)
    again = tally(replace(roll, voters=tuple(shuffled)), dict(items), needed)
    assert again.plain() == tally(roll, ballots, needed).plain()


@MANY
@given(votes(), st.data())
def test_one_more_yes_never_turns_a_yes_into_a_no(
    vote: tuple[Roll, dict[str, Choice], Needed], data: st.DataObject
) -> None:
    roll, ballots, needed = vote
    before = tally(roll, ballots, needed)
    after = tally(roll, {**ballots, data.draw(st.sampled_from(sorted(roll.members))): Choice.YES}, needed)
    assert set(after.short) <= set(before.short)


@MANY
@given(votes())
def test_what_nobody_expressed_is_not_enacted_and_counts_add_up(vote: tuple[Roll, dict[str, Choice], Needed]) -> None:
    roll, ballots, needed = vote
    counted = tally(roll, ballots, needed)
    assert counted.total.cast <= counted.total.entitled <= 100
    assert sum((one.yes for one in counted.colleges.values()), Fraction(0)) == counted.total.yes
    if Choice.YES not in ballots.values():
        assert counted.outcome is not Outcome.ENACTED
    stranger = tally(roll, {**ballots, "stranger": Choice.YES}, needed)
    assert stranger == counted


def told(ballots: Mapping[str, Choice], needed: Needed, roll: Roll | None = None) -> Tally:
    pair = Roll({"a": 50, "b": 50}, (Voter("m", "a", "x"), Voter("n", "b", "y")))
    return tally(roll or pair, ballots, needed)


def test_a_tie_is_a_no_and_an_abstention_counts_for_the_quorum_alone() -> None:
    yes, no, abstain = Choice.YES, Choice.NO, Choice.ABSTAIN
    assert told({"m": yes, "n": no}, Needed(50)).short == ("majority",)
    assert told({"m": yes}, Needed(51)).outcome is Outcome.LAPSED
    assert told({"m": yes, "n": abstain}, Needed(51)).outcome is Outcome.ENACTED
    assert told({"m": abstain, "n": abstain}, Needed(51)).outcome is Outcome.REJECTED
    assert told({}, Needed(1)).outcome is Outcome.LAPSED
    assert told({"m": yes, "n": abstain}, Needed(51, 67, 2)).short == ("colleges",)
    assert told({}, Needed(1), Roll({"a": 100}, ())).outcome is Outcome.LAPSED


def test_the_quorum_and_two_thirds_are_reached_exactly() -> None:
    """Three holdings of one college, 50 each way: 2 of 3 is 66.7 %, short of 67; 67 of 100 is enough."""
    three = Roll({"a": 50}, tuple(Voter(f"m{n}", "a", f"h{n}") for n in range(3)))
    two = {"m0": Choice.YES, "m1": Choice.YES, "m2": Choice.NO}
    assert told(two, Needed(50, 67), three).short == ("majority",)
    assert told(two, Needed(50, 66), three).short == ()
    assert told(two, Needed(50, 67), three).yes_percent == 66
    weights = Roll({"a": 67, "b": 33}, (Voter("m", "a", "x"), Voter("n", "b", "y")))
    assert told({"m": Choice.YES, "n": Choice.NO}, Needed(50, 67), weights).outcome is Outcome.ENACTED
    assert told({"m": Choice.YES}, Needed(67), weights).outcome is Outcome.ENACTED
    assert told({"m": Choice.YES}, Needed(68), weights).outcome is Outcome.LAPSED


def test_the_demo_has_ten_voters_and_a_group_one_vote(world: World) -> None:
    roll = draw_up(world)
    assert "secretariat" not in roll.members
    assert len(roll.members) == 10
    shares = roll.shares()
    # Five holdings share the 35 % of the operators; Trottix and Vélovif are of one.
    assert shares["bolide"] == shares["trottix"] + shares["velovif"] == Fraction(7)
    assert shares["smhc"] == 35
    sanctioned = world.members | {
        "bolide": replace(world.members["bolide"], sanction=Sanction.ALL_BUT_OPEN_SUSPENDED),
        "glisse": replace(world.members["glisse"], sanction=Sanction.NEGOTIATED_SUSPENDED),
        "itineo": replace(world.members["itineo"], status=Status.LEFT),
    }
    now = draw_up(replace(world, members=sanctioned))
    assert roll.members - now.members == {"bolide", "itineo"}
    assert roll.still(now).shares()["usagers-hc"] == 20
    merged = {name: replace(world.members[name], holding="glisse") for name in ("cars-combes", "combecycle")}
    moved = merged | {"labo-mobilites": replace(world.members["labo-mobilites"], college="users")}
    after = draw_up(replace(world, members=world.members | moved))
    assert after.shares() != shares
    assert roll.still(after).shares() == shares  # a merger while ballots are cast changes no weight
    assert draw_up(world, without="groupe-alizes").members == roll.members - {"trottix", "velovif"}


def test_the_holders_concerned_are_those_behind_what_the_audience_gets(world: World) -> None:
    operators = {"trottix", "velovif", "bolide", "glisse"}
    assert holders_concerned(world, [Audience.MEMBERS], NOON) == operators
    assert holders_concerned(world, [Audience.OPEN], NOON) == operators  # behind trips between communes
    shut = {name: cube for name, cube in world.cubes.items() if Audience.OPEN not in cube.audiences}
    # Open feeds are no statistics of several.
    assert holders_concerned(replace(world, cubes=shut), [Audience.OPEN], NOON) == frozenset()
    assert holders_concerned(world, [], NOON) == frozenset()
    gone = world.members | {"bolide": replace(world.members["bolide"], status=Status.LEFT)}
    assert holders_concerned(replace(world, members=gone), [Audience.AUTHORITY], NOON) == operators - {"bolide"}
    no_cubes = replace(world, cubes={})
    assert holders_concerned(no_cubes, [Audience.MEMBERS], NOON) == operators  # their agreements name the members
    assert holders_concerned(no_cubes, [Audience.MEMBERS], NOON + 9999 * DAY) == frozenset()


def test_a_sanction_of_level_five_takes_the_voice_and_leaves_the_consent(world: World) -> None:
    def at(level: Sanction) -> World:
        return replace(world, members=world.members | {"bolide": replace(world.members["bolide"], sanction=level)})

    assert check_voice(at(Sanction.NEGOTIATED_SUSPENDED), "bolide").id == "bolide"
    with pytest.raises(ActRefused) as refusal:
        check_voice(at(Sanction.ALL_BUT_OPEN_SUSPENDED), "bolide")
    assert refusal.value.denied.code == "choice.sanctioned"
    check_holder(at(Sanction.ALL_BUT_OPEN_SUSPENDED), "bolide")
    assert "bolide" in holders_concerned(at(Sanction.ALL_BUT_OPEN_SUSPENDED), [Audience.MEMBERS], NOON)


def act(kind: Kind[Any], what: str, by: str = "smhc", *, at: dt.datetime = NOON, why: str = "", **body: Any) -> Act:
    return Act(kind.name, "x1", what, by, at, body, why)


def proposal(world: World) -> Proposal:
    body = {
        "subject": {"kind": "rules", "thing": "ruleset"},
        "text": {"loosened": []},
        "roll": draw_up(world).plain(),
        "needed": Needed(50).plain(),
        "concerned": [],
        "closes_at": (NOON + 14 * DAY).isoformat(),
    }
    return PROPOSAL.apply(None, act(PROPOSAL, "opened", why="because", **body))


def test_a_proposal_is_read_again_as_it_was(world: World) -> None:
    found = PROPOSAL.apply(proposal(world), act(PROPOSAL, "balloted", choice="no"))
    found = PROPOSAL.apply(found, act(PROPOSAL, "consented", "bolide", consents=False))
    assert PROPOSAL.read(PROPOSAL.plain(found)) == found


def test_what_the_table_does_not_allow_is_refused_and_ends_are_ends(world: World) -> None:
    verbs = {what for _, what in TRANSITIONS} | {"reopened"}
    for stage in Stage:
        found = replace(proposal(world), stage=stage)
        for what in verbs - {what for before, what in TRANSITIONS if before is stage}:
            with pytest.raises(ActRefused):
                PROPOSAL.apply(found, act(PROPOSAL, what, choice="yes", tally={}))
    ends = set(Stage) - {before for before, _ in TRANSITIONS}
    assert ends == {Stage.ENACTED, Stage.REJECTED, Stage.LAPSED, Stage.WITHDRAWN}


def test_a_ballot_counts_until_the_very_end(world: World) -> None:
    found = proposal(world)
    last = found.closes_at - dt.timedelta(microseconds=1)
    assert PROPOSAL.apply(found, act(PROPOSAL, "balloted", at=last, choice="yes")).ballots == {"smhc": Choice.YES}
    changed = PROPOSAL.apply(
        PROPOSAL.apply(found, act(PROPOSAL, "balloted", choice="yes")), act(PROPOSAL, "balloted", choice="no")
    )
    assert changed.ballots == {"smhc": Choice.NO}
    refused = {
        "ballot.late": act(PROPOSAL, "balloted", at=found.closes_at, choice="yes"),
        "ballot.not_entitled": act(PROPOSAL, "balloted", "secretariat", choice="yes"),
        "ballot.choice": act(PROPOSAL, "balloted", choice="perhaps"),
        "proposal.not_yours": act(PROPOSAL, "withdrawn", "bolide"),
    }
    for code, one in refused.items():
        with pytest.raises(ActRefused) as refusal:
            PROPOSAL.apply(found, one)
        assert refusal.value.denied.code == code
    with pytest.raises(ActRefused) as refusal:
        PROPOSAL.apply(None, act(PROPOSAL, "opened", why=" "))
    assert refusal.value.denied.code == "proposal.why"


def test_nothing_but_the_count_decides_how_a_vote_ends(world: World) -> None:
    closed = PROPOSAL.apply(proposal(world), act(PROPOSAL, "closed", tally={"outcome": "rejected"}))
    with pytest.raises(ActRefused):
        PROPOSAL.apply(closed, act(PROPOSAL, "enacted"))
    assert PROPOSAL.apply(closed, act(PROPOSAL, "rejected")).stage is Stage.REJECTED


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("732829320", True),  # Luhn by hand: 7+6+2+7+2+9+3+4+0 = 40
        ("732829321", False),
        ("552100554", True),
        ("000000000", False),
        ("73282932", False),
        ("7328293200", False),
        ("73282932a", False),
        ("٧٣٢٨٢٩٣٢٠", False),
    ],
)
def test_a_siren_checks_itself(text: str, right: bool) -> None:
    assert is_siren(text) is right


@MANY
@given(st.integers(1, 10**8 - 1), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_of_a_siren_is_always_noticed(stem: int, place: int, more: int) -> None:
    siren = next(text for text in (f"{stem:08}{last}" for last in range(10)) if is_siren(text))
    wrong = siren[:place] + str((int(siren[place]) + more) % 10) + siren[place + 1 :]
    assert not is_siren(wrong)


NEW = Candidate(
    Sentence("Le Vélo", "The Bike"), MemberKind.OPERATOR, "operators", "velo", Sentence("Vélo", "Bike"), "732829320"
)


@pytest.mark.parametrize(
    ("member", "candidate", "code"),
    [
        ("hub", NEW, "membership.id"),
        ("public", NEW, "membership.id"),
        ("everyone", NEW, "membership.id"),
        ("Vélo", NEW, "membership.id"),
        ("member:x", NEW, "membership.id"),
        ("glisse", NEW, "membership.known"),
        ("velo", replace(NEW, kind=MemberKind.SECRETARIAT), "membership.secretariat"),
        ("velo", replace(NEW, college="robots"), "membership.college"),
        ("velo", replace(NEW, name=Sentence("Le Vélo", " ")), "membership.name"),
        ("velo", replace(NEW, name=Sentence("x" * 201, "x")), "membership.name"),
        ("velo", replace(NEW, holding_name=None), "membership.holding"),
        ("velo", replace(NEW, holding="glisse"), "membership.holding"),
        ("velo", replace(NEW, siren="732829321"), "membership.siren"),
    ],
)
def test_an_application_that_could_never_be_admitted_is_refused(
    world: World, member: str, candidate: Candidate, code: str
) -> None:
    with pytest.raises(ActRefused) as refusal:
        check_candidate(member, candidate, world)
    assert refusal.value.denied.code == code


def test_an_application_that_may_be_admitted(world: World) -> None:
    check_candidate("velo", NEW, world)
    check_candidate("velo", replace(NEW, holding="glisse", holding_name=None, siren=""), world)
    taken = world.members | {"bolide": replace(world.members["bolide"], siren="732829320")}
    with pytest.raises(ActRefused, match="bolide"):
        check_candidate("velo", NEW, replace(world, members=taken))
    gone = world.members | {"glisse": replace(world.members["glisse"], status=Status.LEFT)}
    check_candidate("glisse", NEW, replace(world, members=gone))
    out = replace(world.members["glisse"], status=Status.LEFT, sanction=Sanction.EXCLUDED)
    with pytest.raises(ActRefused, match="excluded"):
        check_candidate("glisse", NEW, replace(world, members=world.members | {"glisse": out}))
    assert read_candidate(NEW.plain()) == NEW


def belonging(*acts: Act) -> Membership:
    state: Membership | None = None
    for one in acts:
        state = MEMBERSHIP.apply(state, replace(one, thing="velo"))
        state = MEMBERSHIP.read(MEMBERSHIP.plain(state))
    assert state is not None
    return state


APPLIED = act(MEMBERSHIP, "applied", candidate=NEW.plain(), proposal="admission-velo-1")
ADMITTED = act(MEMBERSHIP, "admitted")
JOINED = act(MEMBERSHIP, "joined")
LEAVING = act(MEMBERSHIP, "leaving", leaves_at=(NOON + 30 * DAY).isoformat())


def seen(world: World, *states: Membership, at: dt.datetime = NOON) -> tuple[World, dt.datetime | None]:
    return put_together(world, {"membership": states}, at=at)


def test_a_candidate_becomes_a_member_step_by_step_and_leaves_by_the_clock(world: World) -> None:
    assert "velo" not in seen(world, belonging(APPLIED))[0].members
    assert "velo" not in seen(world, belonging(APPLIED, act(MEMBERSHIP, "refused")))[0].members
    waiting, until = seen(world, belonging(APPLIED, ADMITTED))
    assert (waiting.members["velo"].status, until) == (Status.CANDIDATE, None)
    assert waiting.holdings["velo"].name.en == "Bike"
    joined = seen(world, belonging(APPLIED, ADMITTED, JOINED))[0].members["velo"]
    assert (joined.status, joined.college, joined.siren) == (Status.ACTIVE, "operators", "732829320")
    leaving = belonging(APPLIED, ADMITTED, JOINED, LEAVING)
    leaves_at = NOON + 30 * DAY
    before, until = seen(world, leaving, at=leaves_at - dt.timedelta(microseconds=1))
    assert (before.members["velo"].status, until) == (Status.ACTIVE, leaves_at)
    assert seen(world, leaving, at=leaves_at)[0].members["velo"].status is Status.LEFT


def test_whoever_left_may_apply_again_and_has_left_until_it_is_admitted(world: World) -> None:
    later = NOON + 40 * DAY
    again = replace(APPLIED, at=later, body={**APPLIED.body, "proposal": "admission-velo-2"})
    with pytest.raises(ActRefused):
        belonging(APPLIED, ADMITTED, JOINED, LEAVING, replace(again, at=NOON + 5 * DAY))
    with pytest.raises(ActRefused):
        belonging(APPLIED, ADMITTED, JOINED, LEAVING, act(MEMBERSHIP, "stayed", at=later))
    pending = belonging(APPLIED, ADMITTED, JOINED, LEAVING, again)
    assert seen(world, pending, at=later)[0].members["velo"].status is Status.LEFT
    back = belonging(APPLIED, ADMITTED, JOINED, LEAVING, again, replace(ADMITTED, at=later), replace(JOINED, at=later))
    assert seen(world, back, at=later)[0].members["velo"].status is Status.ACTIVE


def test_a_declared_holding_holds_once_the_secretariat_recorded_it(world: World) -> None:
    merger = act(MEMBERSHIP, "declared", "glisse", holding="groupe-alizes", name=None)
    state = replace(MEMBERSHIP.apply(None, replace(merger, thing="glisse")))
    assert seen(world, state)[0].members["glisse"].holding == "glisse"
    named = {"fr": "Autre", "en": "Other"}
    for before in (None, state):
        for body in ({"holding": "bolide", "name": None}, {"holding": "groupe-alizes", "name": named}):
            with pytest.raises(ActRefused, match="has not declared"):
                MEMBERSHIP.apply(before, act(MEMBERSHIP, "regrouped", "secretariat", **body))
    state = MEMBERSHIP.apply(state, act(MEMBERSHIP, "regrouped", "secretariat", holding="groupe-alizes", name=None))
    state = MEMBERSHIP.read(MEMBERSHIP.plain(state))
    assert seen(world, state)[0].holding_of("mds-glisse") == "groupe-alizes"
    assert state.declared is None


def test_no_step_of_a_membership_is_taken_out_of_turn() -> None:
    bodies = {**APPLIED.body, **LEAVING.body, "holding": "x", "name": None}
    for stage in Belonging:
        state = Membership("velo", stage, NEW, declared=Regrouping("x", None))
        for what in {what for _, what in STEPS} | {"crowned"}:
            one = act(MEMBERSHIP, what, **bodies)
            if (stage, what) in STEPS and (stage, what) != (Belonging.LEAVING, "applied"):
                assert MEMBERSHIP.apply(state, one).stage is STEPS[stage, what]
            else:
                with pytest.raises(ActRefused):
                    MEMBERSHIP.apply(state, one)
