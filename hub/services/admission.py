"""Belonging to the commons: applying, leaving, and to which holding a member belongs."""

from __future__ import annotations

import datetime as dt

from governance.acts import act_refused
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.choice.candidate import Candidate, check_candidate, check_holding
from governance.choice.guards import check_member, check_secretariat, check_voice, needed
from governance.choice.membership import MEMBERSHIP, Membership, Regrouping
from governance.choice.proposal import Subject
from governance.parties import Status
from hub.errors import NotFound
from hub.services.front import Front
from hub.services.proposals import free_id, opened
from hub.services.turn import Seen, Turn, all_seen, seen, turn


def apply(front: Front, member: str, candidate: Candidate, *, by: str, why: str) -> Membership:
    """Bring a candidate's application, which opens the vote on it. Who brings it is a member: a candidate has no voice.

    Raises:
        Refused: the application could never be admitted, is being voted on, or whoever brings it has no voice.
    """
    with turn(front) as now:
        world = now.world
        check_voice(world, by)
        check_candidate(member, candidate, world)
        proposal = opened(
            now,
            free_id(now, f"admission-{member}"),
            Subject.MEMBERSHIP,
            thing=member,
            text={},
            needs=needed(world.ruleset, Subject.MEMBERSHIP),
            without=candidate.holding,
            by=by,
            why=why,
        )
        body: dict[str, Plain] = {"candidate": candidate.plain(), "proposal": proposal.id}
        return now.do(MEMBERSHIP, member, "applied", by=by, body=body, why=why, parties={member})


def leave(front: Front, member: str, *, by: str, why: str = "", revision: int | None = None) -> Membership:
    """Leave after the notice that agreements have too; a candidate that has not signed leaves at once.

    Raises:
        NotFound: no such member.
        Refused: it is somebody else, or is leaving already.
    """
    with turn(front) as now:
        _must_be_known(now, member, revision=revision)
        _must_be_itself(member, by)
        waiting = now.world.members[member].status is Status.CANDIDATE
        if not waiting:
            check_member(now.world, member)
        days = 0 if waiting else now.world.ruleset.deadlines.withdrawal_notice_days
        body: dict[str, Plain] = {"leaves_at": (now.at + dt.timedelta(days=days)).isoformat()}
        return now.do(MEMBERSHIP, member, "leaving", by=by, body=body, why=why)


def stay(front: Front, member: str, *, by: str, why: str = "", revision: int | None = None) -> Membership:
    """Call one's leaving off while the notice runs.

    Raises:
        NotFound: no such member.
        Refused: it is somebody else, is not leaving, or has left.
    """
    with turn(front) as now:
        _must_be_known(now, member, revision=revision)
        _must_be_itself(member, by)
        check_member(now.world, by)
        return now.do(MEMBERSHIP, member, "stayed", by=by, body={}, why=why)


def regroup(
    front: Front,
    member: str,
    holding: str,
    *,
    by: str,
    why: str,
    name: Sentence | None = None,
    revision: int | None = None,
) -> Membership:
    """Change the holding of a member: it declares the change, and the secretariat, which has seen proof, records it.

    Only what is recorded holds, and only what the member declared is recorded. A member alone could split its group to
    count as more contributors and more votes, or join another's group to halve its vote.

    Raises:
        NotFound: no such member.
        Refused: neither the member nor the secretariat, a holding that is not described, it is there already, or the
            secretariat records what the member did not declare.
    """
    with turn(front) as now:
        _must_be_known(now, member, revision=revision)
        world = now.world
        check_holding(holding, name, world)
        if world.members[member].holding == holding:
            raise act_refused("membership.same_holding", "holding", member=member, holding=holding)
        if by == member:
            check_member(world, by)
        else:
            check_secretariat(world, by)
        what = "declared" if by == member else "regrouped"
        others = {one.id for one in world.members.values() if one.holding in {holding, world.members[member].holding}}
        body = Regrouping(holding, name).plain()
        return now.do(MEMBERSHIP, member, what, by=by, body=body, why=why, parties={member, *others})


def one(front: Front, member: str) -> Seen:
    """What was done about a member, and its revision.

    Raises:
        NotFound: nothing was: it is a member of the founding documents, or nobody.
    """
    return seen(front, MEMBERSHIP, member)


def listed(front: Front) -> dict[str, Membership]:
    """Everything that was done about members, by id."""
    return {one.state.id: one.state for one in all_seen(front, MEMBERSHIP)}


def _must_be_known(now: Turn, member: str, *, revision: int | None) -> None:
    if member not in now.world.members:
        raise NotFound(f"no member is called {member!r}")
    # A member of the founding documents is at revision 0: nothing was done about it yet.
    if revision is not None and (revision > 0 or now.get(MEMBERSHIP, member) is not None):
        now.must(MEMBERSHIP, member, revision=revision)


def _must_be_itself(member: str, by: str) -> None:
    if by != member:
        raise act_refused("membership.not_yours", "by", by=by, member=member)
