"""Agreements that hold: suspension, withdrawal, termination, amendment, the clock's edges; nothing is ever double."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.agreement import State
from hub.errors import NotFound, Refused
from hub.records import Records
from hub.services import negotiate, negotiate_holding, negotiate_reading, negotiate_signing
from hub.services.commons import current_world
from hub.services.keys import Actor
from hub.services.replay import replay
from tests.hub.parties import NOON, TEXT, WHY, Parties, parties_of, text

NAME = TEXT["id"]
END = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
MOMENT = dt.timedelta(microseconds=1)


@pytest.fixture
def parties(records: Records, tmp_path: Path) -> Parties:
    return parties_of(records, tmp_path)


@pytest.fixture
def held(parties: Parties) -> Parties:
    """The usual agreement, in force."""
    parties.concluded()
    return parties


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        do()
    return refusal.value.reasons[0]["code"]


def in_world(parties: Parties, name: str = NAME) -> list[tuple[int, State, bool]]:
    """Version, state and whether it is in force, of every version that the world has."""
    now = parties.clock()
    return [
        (one.version, one.state_at(now), one.in_force(now))
        for one in current_world(parties.front).agreements
        if one.id == name
    ]


def whole(parties: Parties) -> bool:
    return replay(parties.front).differences == ()


def test_the_holder_suspends_at_once_and_owes_no_reason(held: Parties) -> None:
    negotiate_holding.suspend(held.front, NAME, by="bolide")
    assert in_world(held) == [(1, State.SUSPENDED, False)]
    (one,) = held.state().suspensions
    assert (one.code, one.review_by) == ("holder_decision", NOON + dt.timedelta(days=30))
    negotiate_holding.resume(held.front, NAME, by="bolide")
    assert in_world(held) == [(1, State.ACTIVE, True)]
    assert whole(held)


def test_who_may_suspend_and_for_which_reason(held: Parties) -> None:
    def suspend(by: str, code: str, why: str = "x") -> str:
        return refused(lambda: negotiate_holding.suspend(held.front, NAME, by=by, code=code, why=why))

    assert suspend("glisse", "incident") == "negotiation.stranger"
    assert suspend("labo-mobilites", "holder_decision") == "negotiation.stranger"
    assert suspend("smhc", "sanction") == "suspension.code"
    assert suspend("smhc", "holder_decision") == "suspension.code"
    assert suspend("bolide", "sanction") == "suspension.code"
    assert suspend("bolide", "because") == "suspension.code"
    assert suspend("smhc", "legal_order", "") == "negotiation.why_owed"
    assert suspend("secretariat", "incident", " ") == "negotiation.why_owed"
    assert in_world(held) == [(1, State.ACTIVE, True)]


def test_each_suspension_is_lifted_by_who_made_it(held: Parties) -> None:
    front = held.front
    negotiate_holding.suspend(front, NAME, by="secretariat", code="incident", why="fuite de données")
    negotiate_holding.suspend(front, NAME, by="bolide")
    for by in ("bolide", "smhc"):
        assert refused(lambda by=by: negotiate_holding.resume(front, NAME, by=by, whose="hub")) == (  # type: ignore[misc]
            "negotiation.stranger"
        )
    negotiate_holding.resume(front, NAME, by="bolide")
    assert in_world(held) == [(1, State.SUSPENDED, False)]
    assert refused(lambda: negotiate_holding.suspend(front, NAME, by="secretariat", code="sanction", why="x")) == (
        "suspension.there"
    )
    negotiate_holding.review(front, NAME, by="secretariat", why="encore ouverte")
    negotiate_holding.resume(front, NAME, by="secretariat")
    assert in_world(held) == [(1, State.ACTIVE, True)]
    assert refused(lambda: negotiate_holding.resume(front, NAME, by="bolide")) == "negotiation.step"
    assert whole(held)


def test_both_parties_lift_an_authority_s_suspension(parties: Parties) -> None:
    name = parties.concluded(text(id="for-research", recipient=["member:labo-mobilites"], audience=["members"]))
    front = parties.front
    negotiate_holding.suspend(front, name, by="smhc", code="legal_order", why="arrêté")
    negotiate_holding.resume(front, name, by="bolide")
    assert parties.stands(name) is State.SUSPENDED
    negotiate_holding.resume(front, name, by="labo-mobilites")
    assert parties.stands(name) is State.ACTIVE
    assert whole(parties)


def test_a_suspension_that_nobody_reviewed_stays_and_is_told(held: Parties) -> None:
    negotiate_holding.suspend(held.front, NAME, by="bolide")
    held.later(days=31)
    assert in_world(held) == [(1, State.SUSPENDED, False)]
    (told,) = negotiate_reading.look_here(held.front, NAME).missing
    assert "was to review the suspension" in told.en


def test_the_holder_leaves_after_the_longer_notice(parties: Parties) -> None:
    parties.concluded(text(terms={"notice_days": 90}))
    front = parties.front
    assert refused(lambda: negotiate_holding.withdraw(front, NAME, by="smhc")) == "negotiation.stranger"
    negotiate_holding.withdraw(front, NAME, by="bolide")
    ends = NOON + dt.timedelta(days=90)
    parties.clock.now = ends - MOMENT
    assert in_world(parties) == [(1, State.WITHDRAWING, True)]
    parties.clock.now = ends
    assert in_world(parties) == [(1, State.WITHDRAWN, False)]
    for step in (
        lambda: negotiate_holding.suspend(front, NAME, by="bolide"),
        lambda: negotiate_holding.terminate(front, NAME, by="bolide"),
        lambda: negotiate.amend(front, NAME, text(), by="bolide", why=WHY),
    ):
        assert refused(step) == "negotiation.step"
    assert whole(parties)


def test_the_voted_notice_counts_where_it_is_longer_and_the_end_of_validity_where_it_is_earlier(
    parties: Parties,
) -> None:
    parties.concluded(text(terms={"notice_days": 3}))
    negotiate_holding.withdraw(parties.front, NAME, by="bolide")
    assert parties.state().ends_at == NOON + dt.timedelta(days=30)
    parties.concluded(text(id="short", validity=["2026-03-01T00:00:00+00:00", "2026-03-05T00:00:00+00:00"]))
    negotiate_holding.withdraw(parties.front, "short", by="bolide")
    assert parties.state("short").ends_at == dt.datetime(2026, 3, 5, tzinfo=dt.UTC)


def test_a_withdrawal_during_a_suspension_runs_and_stays_suspended(held: Parties) -> None:
    front = held.front
    negotiate.amend(front, NAME, text(terms={"min_trips": 30}), by="bolide", why=WHY)
    negotiate_holding.suspend(front, NAME, by="bolide")
    negotiate_holding.withdraw(front, NAME, by="bolide")
    assert held.state().pending is None  # what was being negotiated ends with it
    assert in_world(held) == [(1, State.SUSPENDED, False)]
    assert refused(lambda: negotiate.amend(front, NAME, text(), by="bolide", why=WHY)) == "negotiation.step"
    negotiate_holding.resume(front, NAME, by="bolide")
    assert in_world(held) == [(1, State.WITHDRAWING, True)]
    negotiate_holding.suspend(front, NAME, by="bolide")
    held.clock.now = NOON + dt.timedelta(days=30)
    assert in_world(held) == [(1, State.WITHDRAWN, False)]
    assert refused(lambda: negotiate_holding.resume(front, NAME, by="bolide")) == "negotiation.step"
    assert whole(held)


def test_both_parties_end_it_and_an_old_wish_does_not_end_an_amended_one(held: Parties) -> None:
    front = held.front
    negotiate_holding.terminate(front, NAME, by="smhc")
    assert held.stands() is State.ACTIVE
    negotiate_holding.terminate(front, NAME, by="smhc")  # asking twice ends nothing
    assert held.stands() is State.ACTIVE
    held.amended(text(terms={"min_trips": 30}))
    negotiate_holding.terminate(front, NAME, by="bolide")
    assert held.stands() is State.ACTIVE
    assert held.state().asked == ("bolide", held.state().last.hash)
    assert refused(lambda: negotiate_holding.terminate(front, NAME, by="glisse")) == "negotiation.stranger"
    negotiate_holding.terminate(front, NAME, by="smhc")
    assert in_world(held) == [(2, State.TERMINATED, False)]
    assert whole(held)


def test_the_hub_ends_it_with_a_reason(held: Parties) -> None:
    assert refused(lambda: negotiate_holding.terminate(held.front, NAME, by="secretariat")) == "negotiation.why_owed"
    negotiate_holding.terminate(held.front, NAME, by="secretariat", why="décision du litige 4")
    assert in_world(held) == [(1, State.TERMINATED, False)]


def test_an_amendment_takes_over_from_one_instant_to_the_next(held: Parties) -> None:
    from_ = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    later = text(terms={"min_trips": 30}, validity=[from_.isoformat(), "2028-01-01T00:00:00+00:00"])
    negotiate.amend(held.front, NAME, later, by="smhc", why="k plus haut")
    assert in_world(held) == [(1, State.ACTIVE, True)]
    negotiate.propose(held.front, NAME, by="smhc")
    assert in_world(held) == [(1, State.ACTIVE, True)]
    negotiate.accept(held.front, NAME, held.state().last.hash, by="bolide")
    held.sign("smhc")
    held.sign("bolide")
    held.clock.now = from_ - MOMENT
    assert in_world(held) == [(1, State.ACTIVE, True)]
    held.clock.now = from_
    assert in_world(held) == [(2, State.ACTIVE, True)]
    held.clock.now = END  # the old one's end is not the new one's
    assert in_world(held) == [(2, State.ACTIVE, True)]
    assert whole(held)


def test_a_suspension_carries_over_to_an_amendment_that_takes_over_meanwhile(held: Parties) -> None:
    from_ = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    held.amended(text(terms={"min_trips": 30}, validity=[from_.isoformat(), "2028-01-01T00:00:00+00:00"]))
    negotiate_holding.suspend(held.front, NAME, by="bolide")
    held.clock.now = from_
    assert in_world(held) == [(2, State.SUSPENDED, False)]
    held.amended(text(terms={"min_trips": 40}))
    assert in_world(held) == [(3, State.SUSPENDED, False)]
    negotiate_holding.resume(held.front, NAME, by="bolide")
    assert in_world(held) == [(3, State.ACTIVE, True)]
    assert whole(held)


def test_a_rejected_amendment_leaves_what_holds(held: Parties) -> None:
    negotiate.amend(held.front, NAME, text(terms={"min_trips": 30}), by="smhc", why=WHY)
    negotiate.propose(held.front, NAME, by="smhc")
    negotiate.reject(held.front, NAME, by="bolide", why="non")
    assert in_world(held) == [(1, State.ACTIVE, True)]
    held.amended(text(terms={"min_trips": 25}))
    assert in_world(held) == [(3, State.ACTIVE, True)]  # the rejected version keeps its number
    assert whole(held)


def test_an_amendment_neither_loosens_a_floor_nor_speaks_of_something_else(held: Parties) -> None:
    front = held.front

    def amended(**changes: object) -> str:
        def do() -> None:
            negotiate.amend(front, NAME, text(**changes), by="bolide", why=WHY)
            negotiate.propose(front, NAME, by="bolide")

        said = refused(do)
        if held.state().pending is not None:
            negotiate.reject(front, NAME, by="bolide")
        return said

    assert amended(terms={"min_trips": 5}) == "negotiation.floor"
    assert amended(dataset="bus-hautes-combes", holder="cars-combes") == "negotiation.subject"
    assert amended(recipient=["member:glisse"]) == "negotiation.subject"
    assert amended(validity=["2027-03-02T00:00:00+00:00", "2028-01-01T00:00:00+00:00"]) == "negotiation.gap"
    another = text(id="another")
    assert refused(lambda: negotiate.amend(front, NAME, another, by="bolide", why=WHY)) == "negotiation.subject"
    assert refused(lambda: negotiate.amend(front, NAME, text(), by="glisse", why=WHY)) == "negotiation.stranger"
    assert in_world(held) == [(1, State.ACTIVE, True)]


def test_a_draft_of_an_amendment_is_its_author_s_and_can_be_cleared_away_by_the_other_party(held: Parties) -> None:
    front = held.front
    negotiate.amend(front, NAME, text(terms={"min_trips": 30}), by="bolide", why=WHY)
    look = negotiate_reading.look(front, NAME, actor=reader("smhc"))
    assert [one.number for one in look.versions] == [1]
    assert "amended" not in {one.what for one in look.acts}
    other = text(terms={"min_trips": 15})
    assert refused(lambda: negotiate.amend(front, NAME, other, by="smhc", why=WHY)) == "negotiation.turn"
    negotiate.reject(front, NAME, by="smhc")
    negotiate.amend(front, NAME, other, by="smhc", why=WHY)
    assert held.state().last.author == "smhc"
    assert whole(held)


def test_it_begins_and_ends_with_the_clock_alone(parties: Parties) -> None:
    from_, to = dt.datetime(2026, 4, 1, tzinfo=dt.UTC), dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    parties.concluded(text(validity=[from_.isoformat(), to.isoformat()]))
    seen = []
    for instant in (NOON, from_ - MOMENT, from_, to - MOMENT, to):
        parties.clock.now = instant
        ((_, state, binds),) = in_world(parties)
        seen.append((state.value, binds))
    assert seen == [
        ("verified", False),
        ("verified", False),
        ("active", True),
        ("active", True),
        ("expired", False),
    ]
    assert refused(lambda: negotiate_holding.withdraw(parties.front, NAME, by="bolide")) == "negotiation.step"
    assert whole(parties)


def test_an_amendment_that_comes_too_late_is_nothing(held: Parties) -> None:
    negotiate.amend(held.front, NAME, text(terms={"min_trips": 30}), by="smhc", why=WHY)
    negotiate.propose(held.front, NAME, by="smhc")
    held.clock.now = END
    last = held.state().last.hash
    assert refused(lambda: negotiate.accept(held.front, NAME, last, by="bolide")) == "negotiation.past"
    assert refused(lambda: negotiate.reject(held.front, NAME, by="bolide")) == "negotiation.step"
    assert in_world(held) == [(1, State.EXPIRED, False)]


def test_a_founding_agreement_becomes_a_real_one_when_somebody_acts_on_it(parties: Parties) -> None:
    front, name = parties.front, "joint-authority-bolide"
    founding = next(one for one in current_world(front).agreements if one.id == name)
    negotiate_signing.submit(front, parties.handed("bolide", founding))
    state = parties.state(name)
    assert (state.adopted, state.counterparty, state.last.signers) == (True, "smhc", {"bolide"})
    assert in_world(parties, name) == [(1, State.ACTIVE, True)]
    change = text(id=name, terms={"fields": ["trips"], "min_trips": 15})
    parties.amended(change)
    assert in_world(parties, name) == [(2, State.ACTIVE, True)]
    with pytest.raises(NotFound):
        negotiate_holding.suspend(front, "no-such", by="bolide")
    assert refused(lambda: negotiate_holding.suspend(front, "pilot-members-glisse", by="glisse")) == "negotiation.step"
    taken = text(id="joint-members-bolide")
    assert refused(lambda: negotiate.draft(front, taken, by="bolide", why=WHY)) == "negotiation.exists"
    assert whole(parties)


def test_its_history_is_for_the_parties_and_without_exact_p_for_the_secretariat(parties: Parties) -> None:
    front = parties.front
    negotiate.draft(front, text(terms={"p_percent": 12}), by="bolide", why=WHY)
    with pytest.raises(NotFound):
        negotiate_reading.look(front, NAME, actor=reader("smhc"))
    assert negotiate_reading.own(front, actor=reader("smhc")) == []
    negotiate.propose(front, NAME, by="bolide")
    negotiate.counter(front, NAME, text(terms={"p_percent": 17, "delay": "PT24H"}), by="smhc", why="plus vite")
    for member in ("bolide", "smhc"):
        look = negotiate_reading.look(front, NAME, actor=reader(member))
        assert [(one.what, one.by) for one in look.acts] == [
            ("drafted", "bolide"),
            ("proposed", "bolide"),
            ("countered", "smhc"),
        ]
        assert [one.sentence().en for one in look.changes()] == [
            "delay: from 7 days to 24 hours (looser)",
            "p of the p % rule: from 12 % to 17 % (stricter)",
        ]
        assert [one.en for one in look.missing] == ["bolide is to accept, counter or reject."]
    secretariat = negotiate_reading.look(front, NAME, actor=reader("secretariat"))
    assert (secretariat.is_whole, [one.clause for one in secretariat.changes()]) == (False, ["delay"])
    for stranger in ("glisse", "trottix"):
        with pytest.raises(NotFound):
            negotiate_reading.look(front, NAME, actor=reader(stranger))
        assert negotiate_reading.own(front, actor=reader(stranger)) == []
    with pytest.raises(Refused):
        negotiate_reading.look(front, NAME, actor=Actor())


def reader(member: str) -> Actor:
    return Actor(member, frozenset({"read"}))


def test_what_an_authority_suspended_does_not_come_back_under_another_name(parties: Parties) -> None:
    parties.concluded()
    negotiate_holding.suspend(parties.front, TEXT["id"], by="smhc", code="legal_order", why="An order of the court.")
    parties.concluded(text(id="fleet-smhc-bolide-bis"))
    assert parties.stands("fleet-smhc-bolide-bis") is State.AGREED
    with pytest.raises(Refused) as refusal:
        negotiate_signing.verify(parties.front, "fleet-smhc-bolide-bis", by="bolide")
    assert refusal.value.reasons[0]["code"] == "negotiation.suspended_beside"
    negotiate_holding.resume(parties.front, TEXT["id"], by="smhc")
    negotiate_signing.verify(parties.front, "fleet-smhc-bolide-bis", by="bolide")
    assert parties.stands("fleet-smhc-bolide-bis") is State.ACTIVE


def test_a_holder_may_replace_what_it_suspended_itself(parties: Parties) -> None:
    parties.concluded()
    negotiate_holding.suspend(parties.front, TEXT["id"], by="bolide")
    parties.concluded(text(id="fleet-smhc-bolide-bis"))
    assert parties.stands("fleet-smhc-bolide-bis") is State.ACTIVE


def test_ids_of_requests_are_taken_by_nobody_else(parties: Parties) -> None:
    with pytest.raises(Refused) as refusal:
        negotiate.draft(parties.front, text(id="req-smhc-1-mds-glisse"), by="bolide", why="Squatting.")
    assert refusal.value.reasons[0]["code"] == "negotiation.reserved"
