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
from governance.disputes.case import Dispute, Effect, Ruling
from governance.parties import Sanction
from governance.periods import Period
from governance.request import Action, Request
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
    for wrong in ((61, "mds-bolide", "everyone"), (0, "mds-bolide", "everyone"), (5, "mds-glisse", "everyone")):
        assert refused(lambda wrong=wrong: measure(*wrong)) == "dispute.measure"  # type: ignore[misc]
    for subject, to in (("no-such-data", "everyone"), ("mds-bolide", "member:no-such-member")):
        assert refused(lambda subject=subject, to=to: measure(5, subject, to)) == "dispute.measure"  # type: ignore[misc]
    assert measure(5, "mds-glisse", "member:smhc").measures[-1].subject == "mds-glisse"
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
    going = mediated(front, Claim("bolide", "smhc", "sanction", "The sanction was about somebody else's batches."))
    wrong = Ruling(RULING.text, RULING.summary, ((Effect.OVERTURN_SANCTION, "glisse-1"),))
    assert refused(lambda: disputes.propose(front, going.id, wrong, by=going.mediator)) == "dispute.effect"
    right = Ruling(RULING.text, RULING.summary, ((Effect.OVERTURN_SANCTION, "bolide-1"),))
    assert refused(lambda: disputes.impose(front, going.id, right, by=going.mediator)) == "dispute.too_early"
    disputes.propose(front, going.id, right, by=going.mediator)
    disputes.answer(front, going.id, by="smhc", agrees=False)
    assert disputes.impose(front, going.id, right, by=going.mediator).state == "decided"
    members = current_world(front).members
    assert (members["bolide"].sanction, members["glisse"].sanction) == (Sanction.NOTICE, Sanction.WARNING)
    assert sanctions.shown(front, "bolide-1").state.state == "overturned"
    assert replay(front).differences == ()


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
