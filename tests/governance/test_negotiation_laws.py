"""Laws of an agreement's life, over random lives: terminal states have no exit, one version holds at each instant, an
amendment is old or new and nothing between, the clock alone ends it, and the state is the fold of its acts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.acts import Act, ActRefused, read_act
from governance.agreement import State
from governance.canonical import canonical
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.states import HELD, NEGOTIATED, TERMINAL
from governance.negotiation.steps import _STEPS, AGREEMENT
from governance.negotiation.text import read_text
from governance.negotiation.version import SIGNS
from governance.parts import Parts
from governance.signing import key_id, public_text, sign
from governance.world import World

BEGIN = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
PARTIES = ("bolide", "smhc")
KEYS = {name: Ed25519PrivateKey.from_private_bytes(name.ljust(32).encode()) for name in PARTIES}
ACTORS = st.sampled_from((*PARTIES, "glisse"))
DAYS = st.integers(-5, 60)
BASE: dict[str, Any] = {
    "id": "a",
    "title": {"fr": "Flotte", "en": "Fleet"},
    "holder": "bolide",
    "dataset": "mds-bolide",
    "tier": "members",
    "recipient": ["member:smhc"],
    "audience": ["authority"],
    "purpose": ["mobility-planning"],
}


def text_of(number: int, *, k: int, from_: dt.datetime, days: int) -> Mapping[str, Any]:
    validity = [from_.isoformat(), (from_ + dt.timedelta(days=days)).isoformat()]
    plain = {**BASE, "version": number, "validity": validity, "terms": {"min_trips": k}}
    return read_text(plain).plain()


class Life(RuleBasedStateMachine):
    """One agreement, with whoever does whatever, in turn or not, and a clock that only goes on."""

    world: World
    lived: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.state: Negotiation | None = None
        self.acts: list[Act] = []
        self.ended_as: State | None = None

    def do(self, what: str, by: str, **body: Any) -> bool:
        act = Act("agreement", "a", what, by, self.now, body, why="parce que")
        try:
            after = AGREEMENT.apply(self.state, act)
        except ActRefused:
            return False
        assert self.ended_as is None, f"{what} led out of {self.ended_as}"
        self.acts.append(act)
        self.state = after
        return True

    @property
    def stands(self) -> State | None:
        return self.state.state_at(self.now) if self.state else None

    def written(self, k: int, starts: int, days: int) -> Mapping[str, Any]:
        number = self.state.last.number + 1 if self.state else 1
        return text_of(number, k=k, from_=self.now + dt.timedelta(days=starts), days=days)

    @initialize(
        k=st.integers(10, 40), starts=st.integers(-5, 5), days=st.integers(20, 200), by=st.sampled_from(PARTIES)
    )
    def begin(self, k: int, starts: int, days: int, by: str) -> None:
        body = {"holder": "bolide", "counterparty": "smhc", "text": self.written(k, starts, days)}
        assert self.do("drafted", by, **body)

    @rule(
        what=st.sampled_from(["revised", "countered", "amended"]),
        by=ACTORS,
        k=st.integers(10, 40),
        starts=DAYS,
        days=st.integers(1, 200),
    )
    def write(self, what: str, by: str, k: int, starts: int, days: int) -> None:
        assert self.state is not None
        parent = self.state.newest_held if what == "amended" else self.state.last
        self.do(what, by, parent=parent.hash if parent else "", text=self.written(k, starts, days))

    @rule(what=st.sampled_from(["proposed", "accepted", "verified"]), by=ACTORS, is_stale=st.booleans())
    def take(self, what: str, by: str, is_stale: bool) -> None:
        assert self.state is not None
        index = 0 if is_stale else -1
        version = self.state.versions[index]
        stale = version is not self.state.last
        done = self.do(what, "hub" if what == "verified" else by, hash=version.hash)
        assert not (done and stale)

    @rule(by=ACTORS, signer=st.sampled_from(PARTIES))
    def sign(self, by: str, signer: str) -> None:
        assert self.state is not None
        version, public = self.state.last, public_text(KEYS[signer])
        made = sign(KEYS[signer], SIGNS, signer, version.text.plain())
        body = {"hash": version.hash, "key": key_id(public), "public": public, "signature": made}
        assert not self.do("signed", by, **body) or by == signer

    @precondition(lambda self: self.state is not None and self.state.pending is not None)
    @rule()
    def conclude(self) -> None:
        """Everybody does what it is to do, so that long lives are not rare."""
        assert self.state is not None
        assert self.state.pending is not None
        if self.state.pending.state is State.DRAFT:
            self.do("proposed", self.state.pending.turn, hash=self.state.last.hash)
        if self.state.pending is not None and self.state.pending.turn:
            self.do("accepted", self.state.pending.turn, hash=self.state.last.hash)
        for party in PARTIES:
            self.sign(party, party)
        self.do("verified", "hub", hash=self.state.last.hash)

    @precondition(lambda self: self.state is not None and bool(self.state.spells))
    @rule(
        by=st.sampled_from(PARTIES),
        k=st.integers(10, 40),
        starts=st.sampled_from([-3, 0, 1, 5, 12, 250]),
        days=st.integers(20, 200),
    )
    def amend_the_whole_way(self, by: str, k: int, starts: int, days: int) -> None:
        self.write("amended", by, k, starts, days)
        if self.state is not None and self.state.pending is not None:
            self.conclude()

    @precondition(lambda self: self.state is not None and len(self.state.versions) > 1)
    @rule(by=ACTORS)
    def reject(self, by: str) -> None:
        self.do("rejected", by)

    @rule(by=ACTORS, role=st.sampled_from(["holder", "hub", "authority"]))
    def suspend(self, by: str, role: str) -> None:
        review = (self.now + dt.timedelta(days=30)).isoformat()
        self.do("suspended", by, role=role, code="incident", review_by=review)

    @rule(by=ACTORS, role=st.sampled_from(["holder", "hub", "authority", "counterparty"]))
    def resume(self, by: str, role: str) -> None:
        assert self.state is not None
        for one in self.state.suspensions:
            self.do("resumed", by, role=role, key=one.key)

    @rule(by=ACTORS, days=st.integers(1, 90))
    def withdraw(self, by: str, days: int) -> None:
        done = self.do("withdrew", by, leaves_at=(self.now + dt.timedelta(days=days)).isoformat())
        assert not done or by == "bolide"

    @rule(by=ACTORS, what=st.sampled_from(["asked_to_end", "terminated"]))
    def end(self, by: str, what: str) -> None:
        assert self.state is not None
        held, asked = self.state.held_at(self.now), self.state.asked
        done = self.do(what, by, hash=held.hash if held else "")
        if done and what == "terminated":  # by the party that was asked, about the version that holds
            assert held is not None
            assert asked == (self.state.other(by), held.hash)

    @rule(days=st.integers(0, 40), microseconds=st.integers(0, 1))
    def wait(self, days: int, microseconds: int) -> None:
        self.now += dt.timedelta(days=days, microseconds=microseconds)

    @rule()
    def wait_for_the_next_change(self) -> None:
        assert self.state is not None
        self.now = min((one for one in self.state.changes() if one > self.now), default=self.now)

    @invariant()
    def terminal_states_have_no_exit(self) -> None:
        if self.ended_as is not None:
            assert self.stands is self.ended_as
        if self.stands in TERMINAL:
            self.ended_as = self.stands

    @invariant()
    def one_version_holds_and_it_is_the_one_whose_spell_it_is(self) -> None:
        if self.state is None:
            return
        parts = Parts.of(self.world)
        instants = AGREEMENT.overlay(parts, [self.state], self.now)
        until = min((one for one in instants if one > self.now), default=None)
        here = [one for one in parts.agreements.values() if one.id == "a"]
        assert len(here) == (1 if self.state.spells else 0)
        for one in here:
            begun = [spell.version for spell in self.state.spells if spell.from_ <= self.now]
            assert one.version == (begun[-1] if begun else self.state.spells[0].version)
            binds = self.stands in {State.ACTIVE, State.WITHDRAWING} and bool(begun)
            assert one.in_force(self.now) is binds
            coming = [change for change in self.state.changes() if change > self.now]
            assert (until is not None and until <= min(coming)) if coming else True
            if binds:  # it was signed by both, and it is old or new with nothing between until the end
                version = self.state.version(one.version)
                assert version is not None
                assert version.signers == set(PARTIES)

    @invariant()
    def there_is_no_gap_and_no_overlap_between_the_first_beginning_and_the_end(self) -> None:
        if self.state is None or len(self.state.spells) < 2:
            return
        for earlier, later in zip(self.state.spells, self.state.spells[1:], strict=False):
            assert earlier.from_ < later.from_
            old, new = self.state.version(earlier.version), self.state.version(later.version)
            assert old is not None
            assert new is not None
            assert new.text.validity.from_ <= later.from_ <= old.text.validity.to

    @invariant()
    def the_state_reads_back(self) -> None:
        if self.state is None:
            return
        plain = AGREEMENT.plain(self.state)
        assert AGREEMENT.read(plain) == self.state
        assert canonical(AGREEMENT.plain(AGREEMENT.read(plain))) == canonical(plain)

    def teardown(self) -> None:
        made: Negotiation | None = None
        for act in self.acts:
            made = AGREEMENT.apply(made, read_act(dict(act.plain())))
        assert made == self.state
        held, stands = self.state.spells if self.state else (), self.stands
        self.lived.update([*(["held"] if held else []), *(["amended"] if len(held) > 1 else [])])
        self.lived.update([stands.value] if stands else [])


def test_lives(world: World) -> None:
    """100 lives of up to 25 steps; enough of them get as far as to say something."""

    class Here(Life):
        pass

    Here.world, Here.lived = world, Counter()
    machine = Here.TestCase
    machine.settings = settings(max_examples=100, stateful_step_count=25, deadline=None, derandomize=True)
    machine().runTest()
    # What is generated depends on the modules that are loaded, so these bounds are far below what is usual.
    assert Here.lived["held"] >= 20, Here.lived
    assert Here.lived["amended"] >= 2, Here.lived
    assert Here.lived["withdrawn"] + Here.lived["expired"] + Here.lived["terminated"] >= 5, Here.lived


def test_the_tables_lead_out_of_no_terminal_state_and_name_the_steps_that_there_are() -> None:
    assert not TERMINAL & {state for state, _ in NEGOTIATED}
    assert not TERMINAL & {state for state, _ in HELD}
    verbs = {verb for _, verb in NEGOTIATED} | {verb for _, verb in HELD}
    assert verbs == {*_STEPS, "drafted"}
    reached = {*NEGOTIATED.values(), *HELD.values()}
    by_the_clock = {State.WITHDRAWN, State.EXPIRED}
    by_the_second_signature = {State.AGREED}
    assert reached | by_the_clock | by_the_second_signature == set(State)
