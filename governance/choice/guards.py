"""Who may take part in a decision, when it may be closed, and what it needs: judged on the commons as it is now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance.acts import HUB, act_refused
from governance.choice.changes import Nature
from governance.choice.proposal import Proposal, Subject
from governance.choice.roll import VOTELESS_FROM, Roll
from governance.choice.tally import Needed
from governance.parties import Kind, Member
from governance.ruleset import Ruleset
from governance.world import World


def check_member(world: World, member: str) -> Member:
    """The active member that acts.

    Raises:
        ActRefused: it is unknown or not active.
    """
    found = world.members.get(member)
    if found is None:
        raise act_refused("actor.unknown", "member", actor=member)
    if not found.active:
        raise act_refused("actor.inactive", "status", actor=member)
    return found


def check_voice(world: World, member: str) -> Member:
    """A member that may propose: active, and under no sanction that takes its vote.

    Raises:
        ActRefused: it may not.
    """
    found = check_member(world, member)
    if found.sanction >= VOTELESS_FROM:
        raise act_refused("choice.sanctioned", "sanction", member=member, level=int(found.sanction))
    return found


def check_secretariat(world: World, member: str) -> Member:
    """The secretariat.

    Raises:
        ActRefused: the member is another one, or not active.
    """
    found = check_member(world, member)
    if found.kind is not Kind.SECRETARIAT:
        raise act_refused("choice.secretariat", "kind", member=member)
    return found


def check_holder(world: World, member: str) -> None:
    """A member that holds data, and so may consent.

    Raises:
        ActRefused: it holds none.
    """
    check_member(world, member)
    if member not in {dataset.holder for dataset in world.datasets.values()}:
        raise act_refused("consent.no_holder", "holder", member=member)


def check_closing(proposal: Proposal, roll: Roll, at: dt.datetime, *, owed: Iterable[str] = ()) -> None:
    """A vote is closed after its end, or when everybody has voted and each holder concerned has consented or refused.

    `owed` are the holders that are concerned by now, beside those of the opening.

    Raises:
        ActRefused: it runs on.
    """
    silent = {*proposal.concerned, *owed} - proposal.consents.keys()
    missing = (roll.members - proposal.ballots.keys()) | silent
    if proposal.open and at < proposal.closes_at and missing:
        until = proposal.closes_at.isoformat()
        raise act_refused("proposal.running", "closes_at", proposal=proposal.id, until=until, missing=len(missing))


def check_closer(world: World, by: str) -> None:
    """Any active member may close a vote, and so may the hub.

    Raises:
        ActRefused: somebody else.
    """
    if by != HUB:
        check_member(world, by)


def check_none_alike(proposals: Iterable[Proposal], subject: Subject, thing: str, text: object) -> None:
    """Refuse a proposal that is being voted on already.

    Raises:
        ActRefused: names it.
    """
    for one in proposals:
        if one.open and (one.subject, one.thing, one.text) == (subject, thing, text):
            raise act_refused("proposal.alike", "text", proposal=one.id)


def needed(ruleset: Ruleset, subject: Subject, nature: Nature = Nature.TIGHTENING) -> Needed:
    """What a proposal needs under the rules in force when it is opened; they hold for the whole vote."""
    voting = ruleset.voting
    if subject is Subject.SANCTION:
        return Needed(voting.quorum_percent, ruleset.ladder.exclusion_percent)
    if nature is Nature.LOOSENING:
        return Needed(voting.quorum_percent, voting.loosening_percent, voting.colleges_needed)
    return Needed(voting.quorum_percent)
