"""Sanctions through the services, on both databases: who may do what, what bites, what ends, and that it is logged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import hub.territory
from governance.audiences import Audience
from governance.choice.proposal import PROPOSAL
from governance.decide import decide
from governance.decision import Deny, Permit
from governance.parties import Sanction, Status
from governance.periods import Period
from governance.request import Action, Request
from governance.sanctions.case import Case
from hub.clock import FixedClock
from hub.errors import BadRequest, Conflict, NotFound, Refused
from hub.records import Records
from hub.records.log import decision_id
from hub.records.models import LogText
from hub.released import Released
from hub.services import probing, proposals, sanctions
from hub.services.closing import close
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.decisions import decided
from hub.services.front import Front
from hub.services.replay import replay
from hub.services.sanctions import Charge
from hub.services.turn import turn

COMMONS = Path(hub.territory.__path__[0]) / "commons"
NOON = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
FACTS = "The planner asked for what it was refused, again and again."


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


def ask(front: Front, actor: str | None, audience: Audience = Audience.MEMBERS) -> Request:
    return Request(
        actor,
        Action.READ,
        "flows-h3_8-month",
        audience,
        "mobility-planning",
        front.clock(),
        period=Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1)),
    )


def deny(front: Front, actor: str = "itineo", times: int = 1) -> list[str]:
    """Denials of a member; answers with their ids."""
    for _ in range(times):
        assert refused(lambda: decided(front, ask(front, actor, Audience.AUTHORITY)))
    with front.records.read() as session:
        places = session.scalars(select(LogText.index).where(LogText.permitted.is_(False), LogText.actor == actor))
        return [decision_id(session, place) for place in places][-times:]


def raised(front: Front, clock: FixedClock, member: str, to: int) -> Case:
    """Put a member on a level, step by step, each after its hearing."""
    for step in range(1, to + 1):
        case = sanctions.open_case(front, Charge(member, f"{FACTS} {step}"), by="secretariat")
        sanctions.state(front, case.id, by=member, text="We heard you.")
        if step > 2:
            sanctions.decide(front, case.id, by="smhc", to=step, why="agreed")
        case = sanctions.decide(front, case.id, by="secretariat", to=step, why="agreed")
        clock.now += DAY
    return case


def level_of(front: Front, member: str) -> Sanction:
    return current_world(front).members[member].sanction


def test_a_step_is_decided_after_the_hearing_bites_and_decays(front: Front, clock: FixedClock) -> None:
    case = sanctions.open_case(front, Charge("itineo", FACTS), by="secretariat")
    assert (case.id, case.shown_state(clock.now), level_of(front, "itineo")) == ("itineo-1", "hearing", 0)
    assert refused(lambda: sanctions.decide(front, case.id, by="secretariat", to=1, why="it did")) == (
        "sanction.heard_first"
    )
    assert refused(lambda: sanctions.state(front, case.id, by="bolide", text="I say")) == "case.not_yours"
    clock.now += 10 * DAY
    assert refused(lambda: sanctions.state(front, case.id, by="itineo", text="late")) == "sanction.hearing_over"
    assert refused(lambda: sanctions.decide(front, case.id, by="secretariat", to=2, why="it did")) == (
        "sanction.one_step"
    )
    assert refused(lambda: sanctions.decide(front, case.id, by="labo-mobilites", to=1, why="it did")) == (
        "sanction.may_not_decide"
    )
    done = sanctions.decide(front, case.id, by="secretariat", to=1, why="it did")
    assert sanctions.decide(front, case.id, by="secretariat", to=1, why="it did") == done
    assert level_of(front, "itineo") is Sanction.WARNING
    clock.now = dt.datetime(2028, 2, 11, 11, 59, tzinfo=dt.UTC)
    assert level_of(front, "itineo") is Sanction.WARNING
    clock.now = dt.datetime(2028, 2, 11, 12, tzinfo=dt.UTC)
    assert level_of(front, "itineo") is Sanction.NOTICE
    assert sanctions.shown(front, case.id).state.shown_state(clock.now) == "decayed"
    assert replay(front).differences == ()


def test_the_ladder_is_climbed_one_by_one_and_level_four_suspends_what_was_negotiated(
    front: Front, clock: FixedClock
) -> None:
    reading = ask(front, "bolide")
    building = Request(
        "secretariat", Action.RELEASE, reading.subject, reading.audience, reading.purpose, clock.now, reading.period
    )
    permit = decide(building, current_world(front))
    assert isinstance(permit, Permit)

    def answer() -> object:
        again = Request(**{**_fields(reading), "at": clock.now, "applied": permit.obligations})
        return decide(again, current_world(front))

    assert isinstance(answer(), Permit)
    raised(front, clock, "bolide", 3)
    assert isinstance(answer(), Permit)  # slower, not shut
    case = sanctions.open_case(front, Charge("bolide", f"{FACTS} 4", level=4), by="secretariat")
    clock.now += 10 * DAY
    first = sanctions.decide(front, case.id, by="smhc", to=4, why="agreed")
    assert first.state == "open"
    assert isinstance(answer(), Permit)
    assert sanctions.decide(front, case.id, by="smhc", to=4, why="agreed again").state == "open"
    sanctions.decide(front, case.id, by="secretariat", to=4, why="agreed")
    denial = answer()
    assert isinstance(denial, Deny)
    assert denial.reasons[0].denied.code == "sanction.forbids"
    sanctions.lift(front, case.id, by="secretariat", why="mended")
    assert isinstance(answer(), Deny)
    sanctions.lift(front, case.id, by="smhc", why="mended")
    assert isinstance(answer(), Permit)
    assert replay(front).differences == ()


def _fields(request: Request) -> dict[str, object]:
    return {name: getattr(request, name) for name in Request.__dataclass_fields__}


def test_an_emergency_suspends_at_once_ends_by_itself_and_is_not_renewed(front: Front, clock: FixedClock) -> None:
    names = tuple(deny(front))
    charge = Charge("itineo", FACTS, names, emergency=True)
    assert refused(lambda: sanctions.open_case(front, charge, by="labo-mobilites")) == "sanction.may_not_propose"
    case = sanctions.open_case(front, charge, by="smhc")
    assert level_of(front, "itineo") is Sanction.NEGOTIATED_SUSPENDED
    assert sanctions.open_case(front, charge, by="smhc") == case
    assert refused(lambda: sanctions.open_case(front, Charge("itineo", FACTS, emergency=True), by="secretariat")) == (
        "sanction.already"
    )
    clock.now += 15 * DAY - dt.timedelta(microseconds=1)
    assert level_of(front, "itineo") is Sanction.NEGOTIATED_SUSPENDED
    clock.now += dt.timedelta(microseconds=1)
    assert level_of(front, "itineo") is Sanction.NOTICE
    again = Charge("itineo", f"{FACTS} In other words.", names, emergency=True)
    assert refused(lambda: sanctions.open_case(front, again, by="secretariat")) == "sanction.same_facts"
    new = Charge("itineo", FACTS, tuple(deny(front)), emergency=True)
    assert refused(lambda: sanctions.open_case(front, new, by="secretariat")) == "sanction.emergency_unsettled"
    sanctions.close(front, case.id, by="secretariat", why="A leak that was mended.", notice=True)
    assert sanctions.open_case(front, new, by="secretariat").provisional_until == clock.now + 15 * DAY
    assert replay(front).differences == ()


def test_an_emergency_is_not_renewed_on_acts_of_those_who_bring_it(front: Front, clock: FixedClock) -> None:
    first = sanctions.open_case(front, Charge("itineo", FACTS, emergency=True), by="secretariat")
    with front.records.read() as session:
        query = select(LogText.index).where(LogText.action == "sanction.opened")
        opening = decision_id(session, session.scalars(query).one())
    clock.now += 15 * DAY
    assert refused(lambda: sanctions.close(front, first.id, by="bolide", why="No.", notice=False)) == (
        "sanction.may_not_decide"
    )
    assert refused(lambda: sanctions.close(front, first.id, by="smhc", why="No.", notice=True)) == (
        "sanction.may_not_decide"
    )
    sanctions.close(front, first.id, by="smhc", why="There was nothing in it.", notice=False)
    sanctions.state(front, sanctions.open_case(front, Charge("itineo", FACTS), by="smhc").id, by="itineo", text="No.")
    with front.records.read() as session:
        query = select(LogText.index).where(LogText.action == "sanction.stated")
        own_act = decision_id(session, session.scalars(query).one())
    denied_other = deny(front, "labo-mobilites")[0]
    for name, code in (
        (opening, "sanction.emergency_entries"),
        (own_act, "sanction.emergency_entries"),  # its own words are no request
        (denied_other, "sanction.entries"),
    ):
        again = Charge("itineo", f"{FACTS} Again.", (name,), emergency=True)
        assert refused(lambda again=again: sanctions.open_case(front, again, by="smhc")) == code  # type: ignore[misc]
    asked_by_other = Charge("bolide", FACTS, (denied_other,), emergency=True)  # bolide's data, another's request
    assert refused(lambda: sanctions.open_case(front, asked_by_other, by="smhc")) == "sanction.emergency_entries"
    fresh = Charge("itineo", f"{FACTS} Again.", tuple(deny(front)), emergency=True)
    assert sanctions.open_case(front, fresh, by="smhc").provisional_until is not None
    assert replay(front).differences == ()


def test_an_emergency_is_confirmed_after_the_hearing_by_two(front: Front, clock: FixedClock) -> None:
    case = sanctions.open_case(front, Charge("itineo", FACTS, emergency=True), by="secretariat")
    sanctions.state(front, case.id, by="itineo", text="It was a leak at a contractor's.")
    sanctions.decide(front, case.id, by="secretariat", to=4, why="it leaked")
    clock.now += DAY
    sanctions.decide(front, case.id, by="smhc", to=4, why="it leaked")
    clock.now += 100 * DAY
    assert level_of(front, "itineo") is Sanction.NEGOTIATED_SUSPENDED
    next_one = sanctions.open_case(front, Charge("itineo", f"{FACTS} Still."), by="secretariat")
    clock.now += 10 * DAY
    sanctions.decide(front, next_one.id, by="smhc", to=5, why="still")
    sanctions.decide(front, next_one.id, by="secretariat", to=5, why="still")
    assert level_of(front, "itineo") is Sanction.ALL_BUT_OPEN_SUSPENDED


def test_an_exclusion_takes_a_vote_and_makes_a_member_none(front: Front, clock: FixedClock) -> None:
    raised(front, clock, "itineo", 5)
    case = sanctions.open_case(front, Charge("itineo", f"{FACTS} 6", level=6), by="secretariat")
    clock.now += 10 * DAY
    for by in ("secretariat", "smhc"):
        assert refused(lambda by=by: sanctions.decide(front, case.id, by=by, to=6, why="enough")) == (  # type: ignore[misc]
            "sanction.vote_needed"
        )
    other = _vote(front, "v0", "itineo-1", 90)
    short = _vote(front, "v1", case.id, 66)
    lower = _vote(front, "v4", case.id, 90, level=5)
    lifting = _vote(front, "v5", case.id, 90, aim="lift")
    carried = _vote(front, "v2", case.id, 67)
    for vote, code in (
        (other, "sanction.vote_other"),
        ("v9", "sanction.vote_other"),
        (short, "sanction.vote_short"),
        (lower, "sanction.vote_lower"),
        (lifting, "sanction.vote_other"),
    ):
        assert refused(lambda vote=vote: sanctions.decide(front, case.id, by="smhc", to=6, why="x", vote=vote)) == code  # type: ignore[misc]
    sanctions.decide(front, case.id, by="usagers-hc", to=6, why="the members voted", vote=carried)
    member = current_world(front).members["itineo"]
    assert (member.sanction, member.status) == (Sanction.EXCLUDED, Status.LEFT)
    assert refused(lambda: decided(front, ask(front, "itineo"))) == "actor.inactive"
    assert refused(lambda: sanctions.open_case(front, Charge("bolide", FACTS), by="itineo")) == "actor.inactive"
    clock.now += 800 * DAY
    assert current_world(front).members["itineo"].status is Status.LEFT
    assert refused(lambda: sanctions.lift(front, case.id, by="secretariat", why="x", vote=carried)) == (
        "sanction.vote_other"
    )
    sanctions.lift(front, case.id, by="secretariat", why="readmitted", vote=_vote(front, "v3", case.id, 80, aim="lift"))
    assert current_world(front).members["itineo"].active
    assert replay(front).differences == ()


def test_the_members_vote_decides_without_the_accused(front: Front, clock: FixedClock) -> None:
    case = sanctions.open_case(front, Charge("itineo", FACTS), by="smhc")
    sanctions.state(front, case.id, by="itineo", text="We heard you.")
    vote = proposals.propose_sanction(front, case.id, by="smhc", why="The members shall decide.")
    assert "itineo" not in vote.roll.members
    assert (vote.text["aim"], vote.text["level"]) == ("decide", 1)
    for member in sorted(vote.roll.members):
        proposals.ballot(front, vote.id, "yes", by=member)
    assert refused(lambda: sanctions.decide(front, case.id, by="smhc", to=1, why="x", vote=vote.id)) == (
        "sanction.vote_other"  # it is not closed
    )
    close(front, vote.id)
    done = sanctions.decide(front, case.id, by="usagers-hc", to=1, why="the members voted", vote=vote.id)
    assert done.step is not None
    assert done.step.vote == vote.id
    assert refused(lambda: sanctions.lift(front, case.id, by="secretariat", why="x", vote=vote.id)) == (
        "sanction.vote_other"  # it was about the step, not about its end
    )
    lifting = proposals.propose_sanction(front, case.id, by="smhc", why="It was mended.")
    assert (lifting.text["aim"], lifting.text["level"]) == ("lift", 1)
    for member in sorted(lifting.roll.members):
        proposals.ballot(front, lifting.id, "yes", by=member)
    close(front, lifting.id)
    assert sanctions.lift(front, case.id, by="secretariat", why="mended", vote=lifting.id).state == "lifted"
    assert refused(lambda: proposals.propose_sanction(front, case.id, by="smhc", why="Once more.")) == "sanction.step"
    assert replay(front).differences == ()


def test_a_vote_on_a_warning_excludes_nobody(front: Front, clock: FixedClock) -> None:
    raised(front, clock, "itineo", 5)
    case = sanctions.open_case(front, Charge("itineo", f"{FACTS} 6", level=1), by="secretariat")
    vote = proposals.propose_sanction(front, case.id, by="smhc", why="A warning.")
    for member in sorted(vote.roll.members):
        proposals.ballot(front, vote.id, "yes", by=member)
    close(front, vote.id)
    clock.now += 10 * DAY
    assert refused(lambda: sanctions.decide(front, case.id, by="bolide", to=6, why="x", vote=vote.id)) == (
        "sanction.vote_lower"
    )
    assert level_of(front, "itineo") is Sanction.ALL_BUT_OPEN_SUSPENDED


def _vote(front: Front, name: str, case: str, yes: int, *, level: int = 6, aim: str = "decide") -> str:
    """A vote of the members that was carried with this share of yes."""
    opening = {
        "closes_at": (front.clock() + DAY).isoformat(),
        "concerned": [],
        "needed": {"colleges": 0, "quorum_percent": 50, "yes_percent": 67},
        "roll": {"voters": [], "weights": {}},
        "subject": {"kind": "sanction", "thing": case},
        "text": {"aim": aim, "level": level},
    }
    tally = {"outcome": "enacted", "yes_percent": yes}
    with turn(front) as now:
        now.do(PROPOSAL, name, "opened", by="smhc", body=opening, why="to decide on it")  # type: ignore[arg-type]
        now.do(PROPOSAL, name, "closed", by="smhc", body={"tally": tally})  # type: ignore[dict-item]
        now.do(PROPOSAL, name, "enacted", by="smhc", body={})
    return name


def test_nobody_decides_on_itself_or_its_holding(front: Front) -> None:
    own = sanctions.open_case(front, Charge("smhc", FACTS), by="secretariat")
    sanctions.state(front, own.id, by="smhc", text="We heard you.")
    assert refused(lambda: sanctions.decide(front, own.id, by="smhc", to=1, why="no")) == "sanction.concerned"
    hub_case = sanctions.open_case(front, Charge("secretariat", FACTS), by="smhc")
    sanctions.state(front, hub_case.id, by="secretariat", text="We heard you.")
    assert refused(lambda: sanctions.decide(front, hub_case.id, by="secretariat", to=1, why="no")) == (
        "sanction.concerned"
    )
    assert refused(lambda: sanctions.close(front, hub_case.id, by="secretariat", why="no", notice=False)) == (
        "sanction.concerned"
    )
    assert refused(lambda: sanctions.open_case(front, Charge("velovif", FACTS), by="trottix")) == "sanction.concerned"


def test_a_member_brings_a_case_only_about_entries_that_concern_it_and_the_accused(front: Front) -> None:
    about_labo, about_itineo = deny(front, "labo-mobilites")[0], deny(front, "itineo")[0]
    charge = Charge("itineo", FACTS)
    assert refused(lambda: sanctions.open_case(front, charge, by="bolide")) == "sanction.may_not_propose"
    for wrong in (about_labo, "0" * 16):
        named = Charge("itineo", FACTS, (about_itineo, wrong))
        assert refused(lambda named=named: sanctions.open_case(front, named, by="bolide")) == "sanction.entries"  # type: ignore[misc]
    named = Charge("itineo", FACTS, (about_itineo,))
    # usagers-hc holds none of the cube's datasets: the same entry does not concern it.
    assert refused(lambda: sanctions.open_case(front, named, by="usagers-hc")) == "sanction.may_not_propose"
    case = sanctions.open_case(front, named, by="bolide")
    assert [one.state.id for one in sanctions.seen_by(front, "bolide")] == [case.id]
    assert [one.state.id for one in sanctions.seen_by(front, "itineo")] == [case.id]
    assert sanctions.seen_by(front, "glisse") == []
    assert sanctions.seen_by(front, "nobody") == []
    with pytest.raises(NotFound):
        sanctions.one_seen_by(front, case.id, "glisse")
    assert sanctions.close(front, case.id, by="bolide", why="settled", notice=False).state == "dismissed"
    assert refused(lambda: sanctions.state(front, case.id, by="itineo", text="again")) == "sanction.step"


def test_bad_input_changes_nothing(front: Front) -> None:
    with pytest.raises(BadRequest):
        sanctions.open_case(front, Charge("itineo", FACTS, level=7), by="secretariat")
    for level in (0, 9):
        with pytest.raises(BadRequest, match="from 1 to 6"):
            sanctions.decide(front, "itineo-1", by="secretariat", to=level, why="No such level on the ladder.")
    for facts in ("short", "x" * 4001, " " * 50, f"{FACTS}\0", f"{FACTS}\ud800."):
        assert refused(lambda facts=facts: sanctions.open_case(front, Charge("itineo", facts), by="secretariat")) == (  # type: ignore[misc]
            "case.text"
        )
    assert refused(lambda: sanctions.open_case(front, Charge("nobody", FACTS), by="secretariat")) == "actor.unknown"
    with pytest.raises(NotFound):
        sanctions.decide(front, "itineo-9", by="secretariat", to=1, why="x")
    case = sanctions.open_case(front, Charge("itineo", FACTS), by="secretariat")
    sanctions.state(front, case.id, by="itineo", text="first")
    with pytest.raises(Conflict):
        sanctions.close(front, case.id, by="secretariat", why="x", notice=True, revision=1)
    assert sanctions.shown(front, case.id).revision == 2


def test_whoever_probes_is_noticed_once_and_heard(front: Front, clock: FixedClock) -> None:
    deny(front, "itineo", 19)
    for _ in range(30):
        assert refused(lambda: decided(front, ask(front, None)))
    assert probing.scan(front) == []
    deny(front, "itineo", 1)
    found = probing.scan(front)
    assert [(one.member, one.opened_by, one.origin, one.proposed, len(one.entries)) for one in found] == [
        ("itineo", "hub", "probing", 1, 20)
    ]
    assert "20 requests" in found[0].facts
    assert probing.scan(front) == []
    sanctions.state(front, found[0].id, by="itineo", text="A loop in our client.")
    sanctions.decide(front, found[0].id, by="secretariat", to=1, why="many denials of one cube")
    assert level_of(front, "itineo") is Sanction.WARNING
    assert probing.scan(front) == []  # what was counted once is not counted again
    deny(front, "itineo", 20)
    assert [one.id for one in probing.scan(front)] == ["itineo-2"]
    assert replay(front).differences == ()


def test_denials_of_another_day_and_those_that_a_sanction_makes_are_not_probing(
    front: Front, clock: FixedClock
) -> None:
    deny(front, "itineo", 19)
    clock.now += dt.timedelta(hours=24)
    deny(front, "itineo", 19)
    assert probing.scan(front) == []
    sanctions.open_case(front, Charge("bolide", FACTS, emergency=True), by="secretariat")
    for _ in range(25):
        assert refused(lambda: decided(front, ask(front, "bolide"))) == "sanction.forbids"
    assert probing.scan(front) == []


def test_enhanced_monitoring_halves_what_is_taken_for_probing(front: Front, clock: FixedClock) -> None:
    raised(front, clock, "itineo", 2)
    deny(front, "itineo", 9)
    assert probing.scan(front) == []
    deny(front, "itineo", 1)
    assert len(probing.scan(front)) == 1
