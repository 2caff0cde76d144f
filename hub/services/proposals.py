"""Proposals: opened, voted on, consented to, withdrawn; see `hub.services.closing` for how they end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from governance.acts import act_refused
from governance.canonical import Plain
from governance.choice.candidate import is_id
from governance.choice.changes import changes, loosened, nature
from governance.choice.concerned import holders_concerned
from governance.choice.difference import apply_difference, read_difference
from governance.choice.guards import check_holder, check_member, check_none_alike, check_voice, needed
from governance.choice.history import RULES, RULESET
from governance.choice.lattice import check_parent
from governance.choice.proposal import PROPOSAL, Proposal, Subject
from governance.choice.roll import draw_up, may_vote
from governance.choice.tally import Needed
from governance.sanctions.guards import aim_of, check_votable, is_shown_to
from governance.sanctions.kind import SANCTION
from hub.errors import NotFound
from hub.services.front import Front
from hub.services.turn import Seen, Turn, all_seen, seen, turn


def propose(front: Front, difference: Mapping[str, object], *, by: str, why: str, proposal: str = "") -> Proposal:
    """Put a difference of the voted rules to the vote: new values by path, None where a floor is removed.

    Raises:
        Refused: the proposer has no voice, the difference is none, it undercuts the parent commons, or is voted on.
    """
    with turn(front) as now:
        world = now.world
        check_voice(world, by)
        after = apply_difference(world.ruleset, difference)
        check_parent(after, world.basin.parent)
        found = changes(world.ruleset, after)
        weakened = loosened(found)
        text: dict[str, Plain] = {
            "changes": [one.plain() for one in found],
            "difference": read_difference(world.ruleset, difference),
            "loosened": sorted(weakened),
            "nature": nature(found).value,
        }
        if now.get(RULESET, RULES) is None:
            founding: dict[str, Plain] = {"ruleset": world.ruleset.plain()}
            now.do(RULESET, RULES, "founded", by=by, body=founding, parties=world.members)
        return opened(
            now,
            proposal or free_id(now, "rules"),
            Subject.RULES,
            thing=RULES,
            text=text,
            needs=needed(world.ruleset, Subject.RULES, nature(found)),
            concerned=holders_concerned(world, weakened, now.at) if weakened else frozenset(),
            by=by,
            why=why,
        )


def propose_sanction(front: Front, case: str, *, by: str, why: str, proposal: str = "") -> Proposal:
    """Put a sanction case to the vote; nobody of the accused member's holding votes on it.

    While the case is open the vote is on the step, up to the level proposed; afterwards it is on lifting the step.

    Raises:
        NotFound: no such case, or not the proposer's to see.
        Refused: the proposer has no voice, the case has ended, or it is voted on already.
    """
    with turn(front) as now:
        world = now.world
        check_voice(world, by)
        found = now.get(SANCTION, case)
        if found is None or not is_shown_to(found, world.members[by]):
            raise NotFound(f"no {SANCTION.name} is called {case!r}")
        check_votable(found, now.at)
        return opened(
            now,
            proposal or free_id(now, f"sanction-{case}"),
            Subject.SANCTION,
            thing=case,
            # Nobody can vote on what it was not told.
            text={
                "aim": aim_of(found),
                "facts": found.facts,
                "level": found.step.level if found.step else found.proposed,
                "member": found.member,
                "statement": found.statement,
            },
            needs=needed(world.ruleset, Subject.SANCTION),
            without=world.members[found.member].holding,
            by=by,
            why=why,
        )


def opened(
    now: Turn,
    proposal: str,
    subject: Subject,
    *,
    thing: str,
    text: Mapping[str, Plain],
    needs: Needed,
    by: str,
    why: str,
    concerned: frozenset[str] = frozenset(),
    without: str = "",
) -> Proposal:
    """Open a proposal within a turn; the roll is drawn up now, but for the members of the holding `without`.

    Raises:
        ActRefused: its id is none or taken, it gives no reason, or the same is voted on already.
    """
    if not is_id(proposal):
        raise act_refused("proposal.id", "id", proposal=proposal[:60])
    check_none_alike(now.all(PROPOSAL), subject, thing, text)
    world = now.world
    roll = draw_up(world, without=without)
    body: dict[str, Plain] = {
        "closes_at": (now.at + dt.timedelta(days=world.ruleset.voting.ballot_days)).isoformat(),
        "concerned": sorted(concerned),
        "needed": needs.plain(),
        "roll": roll.plain(),
        "subject": {"kind": subject.value, "thing": thing},
        "text": text,
    }
    return now.do(PROPOSAL, proposal, "opened", by=by, body=body, why=why, parties=roll.members | concerned)


def free_id(now: Turn, stem: str) -> str:
    """The first of ``<stem>-1``, ``<stem>-2`` … that names no proposal."""
    number = 1
    while now.get(PROPOSAL, f"{stem}-{number}") is not None:
        number += 1
    return f"{stem}-{number}"


def ballot(front: Front, proposal: str, choice: str, *, by: str, revision: int | None = None) -> Proposal:
    """Cast a ballot (yes, no, abstain), or change one's own, until the vote ends.

    Raises:
        NotFound: no such proposal.
        Refused: the member has no vote in it, the choice is none, or it is too late.
    """
    with turn(front) as now:
        now.must(PROPOSAL, proposal, revision=revision)
        if not may_vote(check_voice(now.world, by)):
            raise act_refused("ballot.not_entitled", "roll", member=by, proposal=proposal)
        return now.do(PROPOSAL, proposal, "balloted", by=by, body={"choice": choice})


def consent(front: Front, proposal: str, *, by: str, consents: bool = True, revision: int | None = None) -> Proposal:
    """Say as a holder whether floors that protect one's data may be loosened; it can be taken back until the end.

    Raises:
        NotFound: no such proposal.
        Refused: the member holds no data, no consent is owed, or it is too late.
    """
    with turn(front) as now:
        found = now.must(PROPOSAL, proposal, revision=revision)
        check_holder(now.world, by)
        if not found.text.get("loosened"):
            raise act_refused("consent.not_owed", "loosened", proposal=proposal)
        return now.do(
            PROPOSAL, proposal, "consented", by=by, body={"consents": consents}, parties=found.roll.members | {found.by}
        )


def withdraw(front: Front, proposal: str, *, by: str, why: str = "", revision: int | None = None) -> Proposal:
    """Take one's own proposal back while it is being voted on. One on a membership ends by the vote alone.

    Raises:
        NotFound: no such proposal.
        Refused: it is somebody else's, or too late.
    """
    with turn(front) as now:
        found = now.must(PROPOSAL, proposal, revision=revision)
        check_member(now.world, by)
        if found.subject is Subject.MEMBERSHIP:
            raise act_refused("proposal.step", "stage", proposal=proposal, what="withdrawn", stage=found.stage.value)
        return now.do(PROPOSAL, proposal, "withdrawn", by=by, body={}, why=why, parties=found.roll.members)


def one(front: Front, proposal: str) -> Seen:
    """A proposal and its revision.

    Raises:
        NotFound: no such proposal.
    """
    return seen(front, PROPOSAL, proposal)


def listed(front: Front) -> list[Proposal]:
    """All proposals, newest first."""
    return sorted((one.state for one in all_seen(front, PROPOSAL)), key=lambda one: one.opened_at, reverse=True)
