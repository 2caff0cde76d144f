"""The members' votes on sanctions: what a decision on a case may rest upon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.acts import act_refused
from governance.canonical import Plain
from governance.choice.proposal import PROPOSAL, Stage, Subject
from governance.sanctions.case import Case
from hub.services.turn import Turn


@dataclass(frozen=True, slots=True)
class Vote:
    """A closed vote: its id, the whole percent of what was expressed that said yes, and how many it takes."""

    id: str
    yes_percent: int
    needed_percent: int

    def plain(self) -> Mapping[str, Plain]:
        """As it stands in the body of a decision."""
        return {"needed_percent": self.needed_percent, "vote": self.id, "yes_percent": self.yes_percent}


#: A decision that rests on no vote.
NO_VOTE = Vote("", 0, 0)


def vote_on(now: Turn, proposal: str, case: Case) -> Vote:
    """The closed vote on a case, whatever the level: it takes the ladder's percentage.

    A vote carries one decision. One that opened before the step that is to be lifted was about that step, so it cannot
    lift it.

    Raises:
        ActRefused: there is no such vote, it is about something else, it was not carried, or it is spent.
    """
    found = now.get(PROPOSAL, proposal)
    carried = found is not None and found.stage is Stage.ENACTED and found.tally is not None
    about = found is not None and (found.subject, found.thing) == (Subject.SANCTION, case.id)
    spent = found is not None and case.step is not None and found.opened_at <= case.step.from_
    if found is None or not carried or not about or spent or found.tally is None:
        raise act_refused("sanction.vote_other", "vote", vote=proposal)
    needed = found.needed.yes_percent or now.world.ruleset.ladder.exclusion_percent
    return Vote(proposal, int(found.tally["yes_percent"]), needed)
