"""Disputes: the table of states, a draw that anybody can make again, and a summary that names nobody."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.acts import Act, ActRefused
from governance.bilingual import Sentence
from governance.disputes.case import TERMINAL, TRANSITIONS, Dispute, Effect, Ruling, read_dispute
from governance.disputes.draw import Draw, candidates
from governance.disputes.guards import check_anonymous, role
from governance.disputes.kind import DISPUTE
from governance.disputes.published import anonymised
from governance.parties import Sanction, Status
from governance.parts import Parts
from governance.world import World

START = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SUMMARY = Sentence("Le demandeur avait raison sur le retard.", "The claimant was right about the delay.")
RULING = Ruling("The operator mends the feed within a week.", SUMMARY, ((Effect.CORRECT_DATA, "mds-bolide"),))
LOT = Draw("dispute-1", 7, "ab" * 32, 1, ("labo-mobilites", "usagers-hc"))

BODIES: dict[str, dict[str, Any]] = {
    "opened": {"claimant": "smhc", "respondent": "bolide", "about": "use", "claim": "It used the data otherwise."},
    "drawn": {"draw": LOT.plain(), "answer_by": (START + 10 * DAY).isoformat()},
    "refused": {"who": "smhc"},
    "accepted": {
        "mediation_ends": (START + 30 * DAY).isoformat(),
        "lapses_at": (START + 60 * DAY).isoformat(),
    },
    "measured": {
        "measure": {
            "id": "m1",
            "subject": "mds-bolide",
            "recipients": ["everyone"],
            "from": START.isoformat(),
            "until": (START + 20 * DAY).isoformat(),
        }
    },
    "relieved": {"measure": "m1"},
    "proposed": {"ruling": RULING.plain()},
    "decided": {"ruling": RULING.plain()},
    "declined": {"who": "bolide"},
    "agreed": {"who": "smhc"},
    "withdrawn": {},
}


def do(state: Dispute | None, verb: str, at: dt.datetime = START, **body: Any) -> Dispute:
    return DISPUTE.apply(state, Act("dispute", "dispute-1", verb, "smhc", at, {**BODIES.get(verb, {}), **body}))


def through(*verbs: str) -> Dispute:
    state: Dispute | None = None
    for verb in verbs:
        state = do(state, verb)
    assert state is not None
    assert read_dispute(json.loads(json.dumps(state.plain()))) == state
    return state


MEDIATING = ("opened", "drawn", "accepted")


def test_both_must_agree_for_a_dispute_to_be_settled() -> None:
    proposed = through(*MEDIATING, "proposed")
    once = do(proposed, "agreed", who="smhc")
    assert once.state == "half_agreed"
    with pytest.raises(ActRefused):
        do(once, "agreed", who="smhc")
    assert do(once, "agreed", who="bolide").state == "settled"
    assert do(once, "declined").agreed == ()
    again = do(do(once, "declined"), "proposed")
    assert (again.state, again.agreed) == ("proposed", ())


def test_a_mediator_imposes_only_after_a_refusal_or_the_days_of_mediation() -> None:
    for state in (through(*MEDIATING), through(*MEDIATING, "proposed")):
        with pytest.raises(ActRefused, match="imposes nothing before"):
            do(state, "decided", START + 30 * DAY - dt.timedelta(microseconds=1))
        assert do(state, "decided", START + 30 * DAY).state == "decided"
    one = through(*MEDIATING, "proposed", "declined")
    with pytest.raises(ActRefused, match="imposes nothing before"):  # the other did not answer yet
        do(one, "decided", START + DAY)
    with pytest.raises(ActRefused, match="does not allow"):  # it answered for good
        do(one, "agreed", who="bolide")
    for answer in ("agreed", "declined"):
        both = do(one, answer, who="smhc")
        assert (both.state, both.answered, both.agreed) == ("declined", ("bolide", "smhc"), ())
        assert do(both, "decided", START + DAY).state == "decided"
        with pytest.raises(ActRefused, match="imposes nothing before"):  # a new proposal asks both again
            do(do(do(both, "proposed"), "declined"), "decided", START + DAY)
    assert do(one, "decided", START + 30 * DAY).state == "decided"
    alone = do(do(through(*MEDIATING, "proposed"), "agreed"), "declined", who="smhc")
    with pytest.raises(ActRefused, match="imposes nothing before"):  # agreed, then declined: one party all the same
        do(alone, "decided", START + DAY)


def test_a_dispute_that_nobody_ended_lapses() -> None:
    state = through(*MEDIATING, "proposed")
    ends = START + 60 * DAY
    assert (state.shown_state(ends - dt.timedelta(microseconds=1)), state.shown_state(ends)) == ("proposed", "lapsed")
    for verb in ("decided", "withdrawn", "measured", "proposed"):
        with pytest.raises(ActRefused, match="lapsed"):
            do(state, verb, ends)


def test_a_party_refuses_one_mediator() -> None:
    once = through("opened", "drawn", "refused", "drawn")
    with pytest.raises(ActRefused, match="each party may refuse one"):
        do(once, "refused", who="smhc")
    assert do(once, "refused", who="bolide").refused == ("usagers-hc", "usagers-hc") or LOT.drawn == "labo-mobilites"
    assert do(once, "refused", who=once.mediator).mediator == ""


def test_ends_have_no_exit() -> None:
    assert not {state for state, _ in TRANSITIONS} & TERMINAL
    for ended in (
        through("opened", "withdrawn"),
        do(do(through(*MEDIATING, "proposed"), "agreed", who="smhc"), "agreed", who="bolide"),
        do(through(*MEDIATING), "decided", START + 30 * DAY),
    ):
        for verb in {verb for _, verb in TRANSITIONS}:
            with pytest.raises(ActRefused):
                do(ended, verb, who="smhc")


def test_a_measure_is_a_prohibition_while_the_dispute_goes_on(world: World) -> None:
    def prohibited(state: Dispute) -> list[tuple[str, frozenset[str]]]:
        parts = Parts.of(world)
        assert list(DISPUTE.overlay(parts, [state], START)) == []
        return [(one.subject, one.recipients) for one in parts.prohibitions.values()]

    state = through(*MEDIATING, "measured")
    assert prohibited(state) == [("mds-bolide", frozenset({"everyone"}))]
    assert prohibited(do(state, "withdrawn")) == []
    assert prohibited(do(state, "relieved")) == []
    with pytest.raises(ActRefused):
        do(do(state, "relieved"), "relieved")


def test_a_draw_can_be_made_again_by_hand() -> None:
    text = json.dumps(
        {"dispute": "dispute-1", "root": "ab" * 32, "round": 1, "size": 7}, separators=(",", ":"), sort_keys=True
    )
    seed = hashlib.sha256(text.encode()).hexdigest()
    assert LOT.seed == seed
    assert LOT.drawn == ["labo-mobilites", "usagers-hc"][int(seed, 16) % 2]


@given(st.integers(1, 7))
@settings(deadline=None, derandomize=True, max_examples=7)
def test_lots_fall_evenly(members: int) -> None:
    names = tuple(f"m{number}" for number in range(members))
    roots = [hashlib.sha256(bytes([number % 256, number // 256])).hexdigest() for number in range(2000)]
    fallen = Counter(Draw("d", 5, root, 1, names).drawn for root in roots)
    assert set(fallen) == set(names)
    assert max(fallen.values()) < 1.25 * 2000 / members


def test_who_may_mediate_is_of_a_third_college_and_of_nobodys_holding(world: World) -> None:
    assert candidates(world, ("smhc", "bolide")) == ("itineo", "labo-mobilites", "usagers-hc")
    assert candidates(world, ("smhc", "bolide"), refused=("itineo",)) == ("labo-mobilites", "usagers-hc")
    assert "secretariat" not in candidates(world, ("bolide", "labo-mobilites"))
    out = {
        "itineo": replace(world.members["itineo"], holding="bolide"),
        "usagers-hc": replace(world.members["usagers-hc"], status=Status.LEFT),
        "labo-mobilites": replace(world.members["labo-mobilites"], sanction=Sanction.NEGOTIATED_SUSPENDED),
    }
    assert candidates(replace(world, members={**world.members, **out}), ("smhc", "bolide")) == ()


@pytest.mark.parametrize(
    "naming",
    [
        "bolide livre ses données.",
        "Le jeu MDS-Bolide est en retard.",
        "Groupe Alizés refuse.",
        "(joint-members-bolide)",
    ],
)
def test_a_summary_that_names_somebody_is_refused(world: World, naming: str) -> None:
    check_anonymous(world, SUMMARY)
    for summary in (replace(SUMMARY, fr=naming), replace(SUMMARY, en=naming)):
        with pytest.raises(ActRefused, match="names"):
            check_anonymous(world, summary)


def test_what_is_published_holds_roles_and_no_name(world: World) -> None:
    settled = do(do(through(*MEDIATING, "measured", "proposed"), "agreed", who="smhc"), "agreed", who="bolide")
    told = anonymised(settled, world)
    assert told is not None
    assert told == {
        "about": "use",
        "claimant": "",  # two members are in that college: its name would tell too much
        "effects": ["correct_data"],
        "ended": "2027-02",
        "outcome": "settled",
        "provisional_measures": True,
        "respondent": "operators",
        "summary": SUMMARY.plain(),
    }
    text = json.dumps(told)
    assert not [name for name in (*world.members, *world.datasets, "dispute-1") if name in text]
    assert anonymised(through(*MEDIATING, "proposed"), world) is None
    assert role(world, "nobody") == ""
