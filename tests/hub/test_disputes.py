"""Disputes through the services, on both databases: the lot, measures that bite, effects, and who may see what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

import hub.territory
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.decide import decide
from governance.decision import Deny, Permit
from governance.disputes import guards
from governance.disputes.case import About, Dispute, Effect, Ruling
from governance.parties import Sanction
from governance.periods import Period
from governance.request import Action, Request
from governance.sanctions.case import Case, Step
from hub.clock import FixedClock
from hub.errors import BadRequest, NotFound, Refused
from hub.records import Records
from hub.released import Released
from hub.services import dispute_views, disputes, sanctions
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.disputes import Claim
from hub.services.front import Front
from hub.services.replay import replay
from hub.services.sanctions import Charge
from hub.services.turn import turn

COMMONS = Path(hub.territory.__path__[0]) / "commons"
NOON = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CLAIM = Claim("smhc", "bolide", "data_quality", "The feed of trips came nine days late, three times.")
RULING = Ruling(
    "The operator hands its batches in within two days.",
    Sentence("L'opérateur livre sous deux jours.", "The operator hands in within two days."),
    ((Effect.CORRECT_DATA, "mds-bolide"),),
)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def front(records: Records, tmp_path: Path, clock: FixedClock) -> Front:
    made = Front(records, Released(tmp_path / "released"), clock)
    put_in_force(made, read_folder(COMMONS))
    return made


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return str(refusal.value.reasons[0]["code"])


def mediated(front: Front, claim: Claim = CLAIM) -> Dispute:
    made = disputes.open_dispute(front, claim, by=claim.claimant)
    return disputes.accept(front, made.id, by=made.mediator)


def test_a_dispute_is_opened_mediated_and_settled(front: Front, clock: FixedClock) -> None:
    opened = disputes.open_dispute(front, CLAIM, by="smhc")
    assert disputes.open_dispute(front, CLAIM, by="smhc") == opened
    assert opened.mediator in ("itineo", "labo-mobilites", "usagers-hc")
    assert opened.draws[0]["size"] == 2  # the documents and the opening
    assert [same for _, same in dispute_views.drawn_again(front, opened)] == [True]
    mediator = opened.mediator
    stranger = next(one for one in ("itineo", "usagers-hc") if one != mediator)
    assert refused(lambda: disputes.accept(front, opened.id, by=stranger)) == "dispute.not_mediator"
    disputes.accept(front, opened.id, by=mediator)
    assert refused(lambda: disputes.propose(front, opened.id, RULING, by="smhc")) == "dispute.not_mediator"
    disputes.propose(front, opened.id, RULING, by=mediator)
    assert refused(lambda: disputes.answer(front, opened.id, by=stranger, agrees=True)) == "case.not_yours"
    assert refused(lambda: disputes.answer(front, opened.id, by="secretariat", agrees=True)) == "case.not_yours"
    half = disputes.answer(front, opened.id, by="bolide", agrees=True)
    assert disputes.answer(front, opened.id, by="bolide", agrees=True) == half
    assert dispute_views.published(front) == []
    assert disputes.answer(front, opened.id, by="smhc", agrees=True).state == "settled"
    assert [one["outcome"] for one in dispute_views.published(front)] == ["settled"]
    assert replay(front).differences == ()


def test_a_draw_that_was_changed_afterwards_is_found(front: Front) -> None:
    made = disputes.open_dispute(front, CLAIM, by="smhc")
    with front.records.engine.begin() as connection:
        other = next(one for one in ("itineo", "usagers-hc", "labo-mobilites") if one != made.mediator)
        kept = connection.execute(text("SELECT state FROM thing WHERE kind = 'dispute'")).scalar_one()
        assert kept
    forged = {**made.draws[0], "drawn": other}
    assert [same for _, same in dispute_views.drawn_again(front, Dispute(**{**_fields(made), "draws": (forged,)}))] == [
        False
    ]


def _fields(one: Dispute) -> dict[str, object]:
    return {name: getattr(one, name) for name in Dispute.__dataclass_fields__}


def test_mediators_are_refused_and_replaced_until_nobody_is_left(front: Front, clock: FixedClock) -> None:
    made = disputes.open_dispute(front, CLAIM, by="smhc")
    first = made.mediator
    second = disputes.refuse_mediator(front, made.id, by="bolide", why="It works for the other party.")
    assert second.mediator != first
    assert refused(lambda: disputes.refuse_mediator(front, made.id, by="bolide", why="And this one too.")) == (
        "dispute.refused_once"
    )
    clock.now += 10 * DAY  # it does not answer in time
    third = disputes.refuse_mediator(front, made.id, by="bolide", why="It does not answer.")
    assert third.mediator not in (first, second.mediator, "")
    left = disputes.refuse_mediator(front, made.id, by=third.mediator, why="I have no time for it.")
    assert (left.state, left.mediator) == ("opened", "")
    assert all(same for _, same in dispute_views.drawn_again(front, left))
    assert disputes.withdraw(front, made.id, by="smhc", why="We met and settled it.").state == "withdrawn"
    assert replay(front).differences == ()


def test_a_measure_bites_at_the_next_decision_and_ends_with_its_date_or_the_dispute(
    front: Front, clock: FixedClock
) -> None:
    def answer() -> object:
        period = Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1))
        ask = Request(
            "secretariat", Action.RELEASE, "flows-h3_8-month", Audience.MEMBERS, "mobility-planning", clock.now, period
        )
        return decide(ask, current_world(front))

    def measure(days: int, subject: str = "mds-bolide", to: str = "everyone") -> Dispute:
        return disputes.measure(
            front,
            going.id,
            by=going.mediator,
            subject=subject,
            recipients=[to],
            until=clock.now + days * DAY,
            why="now",
        )

    going = mediated(front)
    assert isinstance(answer(), Permit)
    once = measure(20)
    assert measure(20) == once
    denial = answer()
    assert isinstance(denial, Deny)
    assert denial.reasons[0].denied.code == "prohibition.in_force"
    assert "smhc" not in denial.reasons[0].denied.reason.en
    for wrong in (
        (61, "mds-bolide", "everyone"),
        (0, "mds-bolide", "everyone"),
        (5, "mds-glisse", "everyone"),
        (5, "mds-glisse", "member:smhc"),
        (5, "flows-h3_8-month", "everyone"),
        (5, "flows-h3_8-month", "member:glisse"),
    ):
        assert refused(lambda wrong=wrong: measure(*wrong)) == "dispute.measure"  # type: ignore[misc]
    for subject, to in (("no-such-data", "everyone"), ("mds-bolide", "member:no-such-member")):
        assert refused(lambda subject=subject, to=to: measure(5, subject, to)) == "dispute.measure"  # type: ignore[misc]
    assert measure(5, "flows-h3_8-month", "member:smhc").measures[-1].subject == "flows-h3_8-month"
    clock.now += 20 * DAY
    assert isinstance(answer(), Permit)
    measure(20)
    assert isinstance(answer(), Deny)
    disputes.withdraw(front, going.id, by="smhc", why="We met and settled it.")
    assert isinstance(answer(), Permit)
    assert replay(front).differences == ()


def test_a_ruling_overturns_a_sanction_of_a_party_and_no_other(front: Front, clock: FixedClock) -> None:
    cases = []
    for member in ("bolide", "glisse"):
        case = sanctions.open_case(front, Charge(member, "It handed its batches in late, again."), by="secretariat")
        sanctions.state(front, case.id, by=member, text="We heard you.")
        cases.append(sanctions.decide(front, case.id, by="secretariat", to=1, why="late again"))
    right = Ruling(RULING.text, RULING.summary, ((Effect.OVERTURN_SANCTION, "bolide-1"),))
    for other, about in (("itineo", "sanction"), ("smhc", "sanction"), ("secretariat", "use")):
        friendly = mediated(front, Claim("bolide", other, about, "The sanction was about somebody else's batches."))
        assert refused(lambda it=friendly: disputes.propose(front, it.id, right, by=it.mediator)) == "dispute.effect"  # type: ignore[misc]
        disputes.withdraw(front, friendly.id, by="bolide", why="It was another claim.")
    claim = Claim("bolide", "secretariat", "sanction", "The sanction was about somebody else's batches.")
    going = mediated(front, claim)
    wrong = Ruling(RULING.text, RULING.summary, ((Effect.OVERTURN_SANCTION, "glisse-1"),))
    assert refused(lambda: disputes.propose(front, going.id, wrong, by=going.mediator)) == "dispute.effect"
    assert refused(lambda: disputes.impose(front, going.id, right, by=going.mediator)) == "dispute.too_early"
    disputes.propose(front, going.id, right, by=going.mediator)
    disputes.answer(front, going.id, by="bolide", agrees=False)
    assert refused(lambda: disputes.impose(front, going.id, right, by=going.mediator)) == "dispute.too_early"
    disputes.answer(front, going.id, by="secretariat", agrees=False)
    assert disputes.impose(front, going.id, right, by=going.mediator).state == "decided"
    members = current_world(front).members
    assert (members["bolide"].sanction, members["glisse"].sanction) == (Sanction.NOTICE, Sanction.WARNING)
    assert sanctions.shown(front, "bolide-1").state.state == "overturned"
    assert replay(front).differences == ()


def test_who_answers_for_a_sanction_is_who_decided_it(front: Front) -> None:
    world = current_world(front)
    with turn(front) as now:
        done = sanctions.opened(now, Charge("bolide", CLAIM.text), facts=CLAIM.text, entries=(), by="glisse")
    step = Step(3, 1, NOON, None, "smhc")
    decided = replace(done, state="in_force", step=step)

    def may(case: Case, other: str, about: str = "sanction") -> bool:
        made = Dispute("d", "mediating", other, "bolide", About(about), CLAIM.text, NOON)
        return guards.may_overturn(world, made, case)

    names = ("smhc", "glisse", "secretariat", "itineo")
    assert [may(decided, one) for one in names] == [True, False, False, False]
    assert not may(decided, "smhc", "terms")
    by_hub = replace(decided, origin="probing", opened_by="hub")
    by_secretariat = replace(decided, step=replace(step, by="secretariat"))
    for case in (by_hub, by_secretariat):
        assert [may(case, one) for one in names] == [False, False, True, False]
    voted = replace(decided, step=replace(step, vote="v1"))
    assert not any(may(case, one) for case in (voted, done, replace(decided, member="velovif")) for one in names)


def test_there_is_one_dispute_at_a_time_between_two_holdings(front: Front) -> None:
    going = disputes.open_dispute(front, Claim("smhc", "trottix", "use", CLAIM.text), by="smhc")
    for claimant, respondent in (("smhc", "trottix"), ("trottix", "smhc"), ("smhc", "velovif"), ("velovif", "smhc")):
        other = Claim(claimant, respondent, "terms", CLAIM.text)
        assert refused(lambda other=other: disputes.open_dispute(front, other, by=other.claimant)) == (  # type: ignore[misc]
            "dispute.one_at_a_time"
        )
    disputes.withdraw(front, going.id, by="smhc", why="We met and settled it.")
    assert disputes.open_dispute(front, Claim("velovif", "smhc", "use", CLAIM.text), by="velovif").state == "drawn"


def test_whoever_reopens_a_dispute_keeps_its_mediator_and_the_refusals_spent(front: Front, clock: FixedClock) -> None:
    first = disputes.open_dispute(front, Claim("smhc", "trottix", "use", CLAIM.text), by="smhc")
    second = disputes.refuse_mediator(front, first.id, by="trottix", why="It works for the other party.")
    disputes.withdraw(front, first.id, by="smhc", why="I try again.")
    for number in range(4):
        again = disputes.open_dispute(front, Claim("velovif", "smhc", "terms", f"{CLAIM.text} {number}"), by="velovif")
        assert (again.mediator, again.refusals) == (second.mediator, (("velovif", first.mediator),))
        assert [same for _, same in dispute_views.drawn_again(front, again)] == [True]
        assert refused(lambda it=again: disputes.refuse_mediator(front, it.id, by="velovif", why="Another.")) == (  # type: ignore[misc]
            "dispute.refused_once"
        )
        disputes.withdraw(front, again.id, by="velovif", why="I try again.")
    lapsing = disputes.open_dispute(front, Claim("smhc", "trottix", "use", CLAIM.text), by="smhc")
    disputes.accept(front, lapsing.id, by=second.mediator)
    clock.now = NOON + 60 * DAY  # it lapses
    clock.now = dt.datetime(2028, 4, 1, 12, tzinfo=dt.UTC)  # a few days short of a year after the lapse
    late = disputes.open_dispute(front, Claim("smhc", "trottix", "use", CLAIM.text), by="smhc")
    assert (late.mediator, len(late.refusals)) == (second.mediator, 1)
    disputes.withdraw(front, late.id, by="smhc", why="I try again.")
    clock.now = dt.datetime(2029, 4, 1, 12, tzinfo=dt.UTC)  # a year after the last withdrawal
    fresh = disputes.open_dispute(front, Claim("smhc", "trottix", "use", CLAIM.text), by="smhc")
    assert (fresh.refusals, len(fresh.draws[0]["candidates"])) == ((), 3)
    assert replay(front).differences == ()


def test_a_mediator_that_may_not_mediate_any_more_is_replaced(front: Front) -> None:
    first = disputes.open_dispute(front, CLAIM, by="smhc")
    disputes.withdraw(front, first.id, by="smhc", why="I try again.")
    sanctions.open_case(front, Charge(first.mediator, CLAIM.text, emergency=True), by="secretariat")
    again = disputes.open_dispute(front, CLAIM, by="smhc")
    assert first.mediator not in (again.mediator, *again.draws[0]["candidates"])
    assert len(again.draws[0]["candidates"]) == 2


def test_effects_are_about_the_parties_and_summaries_name_nobody(front: Front) -> None:
    going = mediated(front)
    for effect in (
        (Effect.TERMINATE_AGREEMENT, "joint-members-glisse"),
        (Effect.CORRECT_DATA, "mds-glisse"),
        (Effect.TERMINATE_AGREEMENT, "no-such"),
    ):
        wrong = Ruling(RULING.text, RULING.summary, (effect,))
        assert refused(lambda wrong=wrong: disputes.propose(front, going.id, wrong, by=going.mediator)) == (  # type: ignore[misc]
            "dispute.effect"
        )
    named = Ruling(RULING.text, Sentence("Bolide livre en retard, trois fois.", RULING.summary.en))
    assert refused(lambda: disputes.propose(front, going.id, named, by=going.mediator)) == "dispute.not_anonymous"
    fine = Ruling(RULING.text, RULING.summary, ((Effect.TERMINATE_AGREEMENT, "joint-members-bolide"),))
    assert disputes.propose(front, going.id, fine, by=going.mediator).state == "proposed"


def test_others_see_nothing_of_a_dispute_and_open_none_in_anothers_name(front: Front) -> None:
    going = mediated(front)
    for reader in ("smhc", "bolide", going.mediator, "secretariat"):
        assert dispute_views.one_seen_by(front, going.id, reader).state == going
    for reader in ("glisse", "cars-combes", "nobody"):
        with pytest.raises(NotFound):
            dispute_views.one_seen_by(front, going.id, reader)
    assert refused(lambda: disputes.open_dispute(front, CLAIM, by="bolide")) == "case.not_yours"
    for other in ("smhc", "nobody"):
        wrong = Claim("smhc", other, "use", CLAIM.text)
        assert refused(lambda wrong=wrong: disputes.open_dispute(front, wrong, by="smhc")) == "dispute.parties"  # type: ignore[misc]
    assert refused(lambda: disputes.withdraw(front, going.id, by="bolide", why="I would rather not.")) == (
        "case.not_yours"
    )
    with pytest.raises(BadRequest):
        disputes.open_dispute(front, Claim("smhc", "bolide", "weather", CLAIM.text), by="smhc")
    with pytest.raises(BadRequest):
        disputes.ruling_of("x", {"fr": "y"}, [])
    with pytest.raises(BadRequest):
        disputes.ruling_of("x", {"fr": "y", "en": "z"}, [{"what": "hang", "thing": "x"}])


def test_the_secretariat_speaks_for_a_party_that_was_excluded(front: Front) -> None:
    files = read_folder(COMMONS)
    members = files["members.yaml"].replace(
        "    holding: itineo\n    status: active", "    holding: itineo\n    status: left"
    )
    put_in_force(front, {**files, "members.yaml": members})
    claim = Claim("itineo", "smhc", "sanction", "The exclusion rests on denials of a test.")
    assert refused(lambda: disputes.open_dispute(front, claim, by="itineo")) == "actor.inactive"
    made = disputes.open_dispute(front, claim, by="secretariat")
    disputes.accept(front, made.id, by=made.mediator)
    disputes.propose(front, made.id, replace(RULING, effects=()), by=made.mediator)
    disputes.answer(front, made.id, by="secretariat", agrees=True)
    assert disputes.answer(front, made.id, by="smhc", agrees=True).agreed == ("itineo", "smhc")
