"""The members' votes on sanctions: what a decision on a case may rest upon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.acts import act_refused
from governance.canonical import Plain
from governance.choice.proposal import PROPOSAL, Stage, Subject
from governance.sanctions.case import Case
from governance.sanctions.guards import aim_of
from hub.services.turn import Turn


@dataclass(frozen=True, slots=True)
class Vote:
    """A closed vote: its id, the whole percent of what was expressed that said yes, how many it takes, and the level
    that the voters were told.
    """

    id: str
    yes_percent: int
    needed_percent: int
    voted_level: int

    def plain(self) -> Mapping[str, Plain]:
        """As it stands in the body of a decision."""
        return {
            "needed_percent": self.needed_percent,
            "vote": self.id,
            "voted_level": self.voted_level,
            "yes_percent": self.yes_percent,
        }


#: A decision that rests on no vote.
NO_VOTE = Vote("", 0, 0, 0)


def vote_on(now: Turn, proposal: str, case: Case, *, to: int) -> Vote:
    """The closed vote on a case, whatever the level: it takes the ladder's percentage.

    A vote carries what the voters were told: to decide on a step up to its level, or to lift the step.

    Raises:
        ActRefused: there is no such vote, it is about something else, it was not carried, or it was on a lower level.
    """
    found = now.get(PROPOSAL, proposal)
    carried = found is not None and found.stage is Stage.ENACTED and found.tally is not None
    about = found is not None and (found.subject, found.thing) == (Subject.SANCTION, case.id)
    told = found is not None and found.text.get("aim") == aim_of(case)
    if found is None or not carried or not about or not told or found.tally is None:
        raise act_refused("sanction.vote_other", "vote", vote=proposal)
    level = int(found.text["level"])
    if level < to:
        raise act_refused("sanction.vote_lower", "vote", voted=level, level=to)
    needed = found.needed.yes_percent or now.world.ruleset.ladder.exclusion_percent
    return Vote(proposal, int(found.tally["yes_percent"]), needed, level)
