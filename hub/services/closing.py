"""How a vote ends: counted once it may be, and what was voted done in the same turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from governance.acts import HUB, ActRefused
from governance.audiences import Audience
from governance.canonical import Plain
from governance.choice.candidate import check_candidate
from governance.choice.changes import changes
from governance.choice.concerned import holders_concerned
from governance.choice.difference import apply_difference
from governance.choice.guards import check_closer, check_closing
from governance.choice.history import RULES, RULESET
from governance.choice.lattice import looser_than_parent
from governance.choice.membership import MEMBERSHIP
from governance.choice.proposal import PROPOSAL, Proposal, Subject
from governance.choice.roll import draw_up
from governance.choice.tally import Outcome, tally
from governance.ruleset import Ruleset
from hub.records import jobs as job_records
from hub.services.charter import joins_if_it_signed
from hub.services.front import Front
from hub.services.turn import Turn, all_seen, turn

#: The kind of job that closes votes.
JOB = "votes"


@dataclass(frozen=True, slots=True)
class Beside:
    """What a decision needs beside votes: what is short of it, whose consent is missing, the rules that would hold."""

    short: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ruleset: Ruleset | None = None


def close(front: Front, proposal: str, *, by: str = HUB, revision: int | None = None) -> Proposal:
    """Count the ballots and do what was voted. A proposal that has ended is answered as it is.

    Raises:
        NotFound: no such proposal.
        Refused: the vote runs on, or whoever closes is no active member.
    """
    with turn(front) as now:
        found = now.must(PROPOSAL, proposal, revision=revision)
        check_closer(now.world, by)
        return _closed(now, found, by=by) if found.open else found


def close_due(front: Front) -> list[Proposal]:
    """Close every vote whose end has come, in the name of the hub; answers with those."""
    due = [one.state.id for one in all_seen(front, PROPOSAL) if one.state.open and one.state.closes_at <= front.clock()]
    return [close(front, proposal) for proposal in due]


def enqueue_closing(front: Front) -> bool:
    """Enqueue the closing of votes when one has ended; answers whether none was waiting."""
    now = front.clock()
    if not any(one.state.open and one.state.closes_at <= now for one in all_seen(front, PROPOSAL)):
        return False
    with front.records.write() as session:
        return job_records.add(session, JOB, {}, at=now) is not None


def _closed(now: Turn, found: Proposal, *, by: str) -> Proposal:
    roll = found.roll.still(draw_up(now.world))
    check_closing(found, roll, now.at, owed=_owed(now, found))
    counted, beside = tally(roll, found.ballots, found.needed), _beside(now, found)
    counted = replace(counted, short=counted.short + beside.short)
    told: dict[str, Plain] = {**counted.plain(), "missing": list(beside.missing)}
    everybody = found.roll.members | set(found.concerned) | {found.by}
    now.do(PROPOSAL, found.id, "closed", by=by, body={"tally": told}, parties=everybody)
    _effect(now, found, counted.outcome, beside, by=by)
    return now.do(PROPOSAL, found.id, counted.outcome.value, by=by, body={}, parties=everybody)


def _beside(now: Turn, found: Proposal) -> Beside:
    if found.subject is Subject.RULES:
        return _rules_beside(now, found)
    if found.subject is Subject.MEMBERSHIP and not _may_be_admitted(now, found.thing):
        return Beside(("overtaken",))
    return Beside()


def _rules_beside(now: Turn, found: Proposal) -> Beside:
    """What was voted on is what would be done: each value that it replaces is still the one that voters saw."""
    world = now.world
    try:
        after = apply_difference(world.ruleset, found.text["difference"])
    except ActRefused:
        return Beside(("overtaken",))
    if [one.plain() for one in changes(world.ruleset, after)] != found.text["changes"]:
        return Beside(("overtaken",))
    missing = sorted(holder for holder in _owed(now, found) if not found.consents.get(holder, False))
    short = ["consent"] if missing else []
    if world.basin.parent is not None and looser_than_parent(after, world.basin.parent):
        short.append("parent")
    return Beside(tuple(short), tuple(missing), after)


def _owed(now: Turn, found: Proposal) -> frozenset[str]:
    """The holders whose consent is owed by now."""
    weakened = [Audience(name) for name in found.text.get("loosened", ())]
    return holders_concerned(now.world, weakened, now.at)


def _may_be_admitted(now: Turn, member: str) -> bool:
    """Whether the application still stands: nobody took its SIREN or its place in the meantime."""
    pending = now.must(MEMBERSHIP, member).pending
    if pending is None:
        return False
    try:
        check_candidate(member, pending, now.world)
    except ActRefused:
        return False
    return True


def _effect(now: Turn, found: Proposal, outcome: Outcome, beside: Beside, *, by: str) -> None:
    enacted = outcome is Outcome.ENACTED
    everybody = now.world.members
    if found.subject is Subject.RULES and enacted and beside.ruleset is not None:
        body: dict[str, Any] = {
            "before": now.world.ruleset.hash(),
            "proposal": found.id,
            "ruleset": beside.ruleset.plain(),
        }
        now.do(RULESET, RULES, "enacted", by=by, body=body, parties=everybody)
    if found.subject is Subject.MEMBERSHIP:
        now.do(MEMBERSHIP, found.thing, "admitted" if enacted else "refused", by=by, body={}, parties={found.thing})
        if enacted:
            joins_if_it_signed(now, found.thing, by=by)
