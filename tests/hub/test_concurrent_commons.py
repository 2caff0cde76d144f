"""Twenty threads at once, on both databases: nothing lost, nothing twice, no gap, and the log says what is."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

import hub.territory
from governance.audiences import Audience
from governance.negotiation.steps import AGREEMENT
from governance.periods import Period
from governance.request import Action, Request
from hub.errors import BadRequest, Conflict, NotFound, Refused
from hub.records import Records
from hub.records.things import thing
from hub.released import Released
from hub.services import negotiate, negotiate_holding, proposals
from hub.services.commons import put_in_force, read_folder
from hub.services.decisions import decided_counting
from hub.services.front import Front
from hub.services.turn import seen, turn
from tests.hub.bargains import BARGAIN, CUBE, SIDES, WITH_BARGAINS, Bargain, know_bargains
from tests.hub.commons_works import YEAR, in_force, know_keys, signed
from tests.hub.parties import text
from tests.hub.wholeness import acts_of, must_be_whole

NOON = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)
THREADS = 20
VOTERS = (*SIDES, "itineo", "glisse")
SEPTEMBER = Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1))


class TickingClock:
    """A clock that goes on by a microsecond whenever it is looked at: no two looks are the same."""

    def __init__(self) -> None:
        self._ticks = count()

    def __call__(self) -> dt.datetime:
        return NOON + dt.timedelta(microseconds=next(self._ticks))


@pytest.fixture
def front(records: Records, tmp_path: Path) -> Iterator[Front]:
    made = Front(records, Released(tmp_path / "released"), TickingClock())
    put_in_force(made, read_folder(Path(hub.territory.__path__[0]) / "commons"))
    with pytest.MonkeyPatch.context() as patch:
        know_bargains(patch)
        yield made


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Do `work` in that many threads that begin together; what one of them raises is raised."""
    together = threading.Barrier(threads)

    def begin(number: int) -> Any:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def test_of_twenty_that_offer_at_once_on_what_they_saw_each_offer_is_made_once(front: Front) -> None:
    """Everybody offers the next version of the same bargain and names the revision it saw."""
    rounds = 6

    def offer(number: int) -> list[tuple[str, int]]:
        made = []
        for _ in range(rounds):
            me = SIDES[number % 2]
            try:
                with turn(front) as now:
                    state = now.get(BARGAIN, "b") or Bargain("b")
                    offered = state.offers + 1
                    now.do(BARGAIN, "b", "offered", by=me, body={"offer": offered, "thread": number}, parties=SIDES)
                made.append((me, offered))
            except Refused:
                continue
        return made

    made = [one for found in at_once(offer) for one in found]
    acts = acts_of(must_be_whole(front, kinds=WITH_BARGAINS))
    offers = [(act["by"], act["body"]["offer"]) for act in acts if act["kind"] == "bargain"]
    assert sorted(made) == sorted(offers)
    assert [number for _, number in offers] == list(range(1, len(offers) + 1))
    assert all(before != after for (before, _), (after, _) in pairwise(offers)), "not in turn"
    assert len(offers) >= 2
    assert seen(front, BARGAIN, "b").revision == len(offers)


def test_of_twenty_that_saw_the_same_revision_one_acts(front: Front) -> None:
    with turn(front) as now:
        now.do(BARGAIN, "b", "offered", by="bolide", body={"offer": 1})

    def offer(number: int) -> int:
        try:
            with turn(front) as now:
                now.must(BARGAIN, "b", revision=1)
                now.do(BARGAIN, "b", "offered", by="smhc", body={"offer": 2, "thread": number})
        except Conflict:
            return 0
        return 1

    assert sum(at_once(offer)) == 1
    must_be_whole(front, kinds=WITH_BARGAINS)


def test_versions_are_swapped_and_doors_closed_while_others_decide(front: Front) -> None:
    """Eight bargains; each thread draws what it does. A decision in the log fits the acts before it in the log."""
    bargains = [f"b{number}" for number in range(8)]

    def act(number: int) -> Counter[tuple[str, str, str]]:
        draw, done = random.Random(number), Counter[tuple[str, str, str]]()
        for step in range(20):
            name, me = draw.choice(bargains), draw.choice(SIDES)
            what = draw.choice(["offered", "swapped", "closed", "opened", "decide", "decide", "look"])
            if what in ("closed", "opened"):
                name = "b0"  # one door only, so that it is open about as often as closed
            if what == "look":
                state = now_of(front, name)
                assert state.in_force <= state.offers
                continue
            if what == "decide":
                decide_once(front)
                continue
            try:
                with turn(front) as now:
                    state = now.get(BARGAIN, name) or Bargain(name)
                    body = {"offer": state.offers + 1, "version": state.in_force + 1, "token": f"{number}.{step}"}
                    now.do(BARGAIN, name, what, by=me, body=body, parties=SIDES)
            except Refused:
                continue
            done[name, what, f"{number}.{step}"] += 1
        return done

    assert decide_once(front)
    done = sum(at_once(act), Counter[tuple[str, str, str]]())
    texts = must_be_whole(front, kinds=WITH_BARGAINS)
    acts = [one for one in acts_of(texts) if one["kind"] == "bargain"]
    assert Counter((one["thing"], one["what"], one["body"]["token"]) for one in acts) == done
    assert {what for _, what, _ in done} == {"offered", "swapped", "closed", "opened"}
    versions = defaultdict(list)
    for one in acts:
        if one["what"] == "swapped":
            versions[one["thing"]].append(one["body"]["version"])
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values()), "a version came twice"
    assert {True} < decisions_fit(texts)


def now_of(front: Front, name: str) -> Bargain:
    with front.records.read() as session:
        row = thing(session, "bargain", name)
    return Bargain(name) if row is None else BARGAIN.read(row.state)


def decide_once(front: Front) -> bool:
    request = Request(
        actor="secretariat",
        action=Action.RELEASE,
        subject=CUBE,
        audience=Audience.MEMBERS,
        purpose="mobility-planning",
        at=front.clock(),
        period=SEPTEMBER,
    )
    try:
        decided_counting(front, lambda _: request)
    except Refused:
        return False
    return True


def decisions_fit(texts: list[dict[str, Any]]) -> set[bool]:
    """Walk through the log: a decision is a permit if and only if no bargain was closed before it."""
    closed: set[str] = set()
    answers = set()
    for said in texts:
        if said.get("type") == "act" and said["act"]["what"] == "closed":
            closed.add(said["act"]["thing"])
        elif said.get("type") == "act" and said["act"]["what"] == "opened":
            closed.discard(said["act"]["thing"])
        elif said.get("type") == "decision":
            assert said["permitted"] is not bool(closed), f"decided against what the log says: {said}, {closed}"
            answers.add(said["permitted"])
    return answers


def test_twenty_negotiate_sign_suspend_and_vote_at_once(front: Front) -> None:
    """Each draws what it does as one of the two parties on one of five agreements, and votes on one proposal.

    Every call that was answered is one act in the log, under the words that only this call had.
    """
    names = [f"deal-{number}" for number in range(5)]
    know_keys(front)
    for name in names:
        negotiate.draft(front, text(id=name, validity=YEAR), by="bolide", why="first")
        negotiate.propose(front, name, by="bolide")
    vote = proposals.propose(front, {"floors.members.min_trips": 20}, by="smhc", why="more trips", proposal="vote")

    def act(number: int) -> list[str]:
        draw, done = random.Random(1000 + number), list[str]()
        for step in range(14):
            name, me, why = draw.choice(names), draw.choice(SIDES), f"{number}.{step}"
            try:
                done += [why] if one_step(front, name, me, why=why, draw=draw) else []
            except (Refused, Conflict, NotFound, BadRequest):
                continue
            held = in_force(front, name)
            assert len(held) <= 1, f"two versions of {name} are in force: {held}"
        return done

    done = sorted(one for found in at_once(act) for one in found)
    texts = must_be_whole(front, kinds=WITH_BARGAINS)
    acts = acts_of(texts)
    logged = sorted(one["why"] for one in acts if one["kind"] == "agreement" and "." in one["why"])
    assert done == logged, "an answered call is one act, and there is no other"
    for name in names:
        own = [one for one in acts if (one["kind"], one["thing"]) == ("agreement", name)]
        assert seen(front, AGREEMENT, name).revision == len(own)
        assert len(in_force(front, name)) <= 1
    ballots = {one["by"]: one["body"]["choice"] for one in acts if one["what"] == "balloted"}
    assert dict(proposals.one(front, vote.id).state.ballots) == ballots
    assert ballots
    told = {one["what"] for one in acts}
    assert {"countered", "accepted", "signed", "verified", "suspended", "resumed", "amended"} <= told


def one_step(front: Front, name: str, me: str, *, why: str, draw: random.Random) -> bool:
    """Do one thing that is drawn; answers whether it is one for which a reason was given."""
    state = seen(front, AGREEMENT, name).state
    offer = text(id=name, validity=YEAR, terms={"min_trips": 20 + draw.randrange(30)})
    steps: list[Callable[[], object]] = [
        lambda: negotiate.counter(front, name, offer, by=me, why=why),
        lambda: negotiate.accept(front, name, state.last.hash, by=me, why=why),
        lambda: negotiate.accept(front, name, state.last.hash, by=me, why=why),
        lambda: negotiate.amend(front, name, offer, by=me, why=why),
        lambda: negotiate.propose(front, name, by=me, why=why),
        lambda: negotiate_holding.suspend(front, name, by="bolide", why=why),
        lambda: negotiate_holding.resume(front, name, by="bolide", why=why),
        lambda: signed(front, name, me),
        lambda: signed(front, name, me),
        lambda: proposals.ballot(front, "vote", draw.choice(["yes", "no", "abstain"]), by=draw.choice(VOTERS)),
    ]
    drawn = draw.randrange(len(steps))
    steps[drawn]()
    return drawn < 7
