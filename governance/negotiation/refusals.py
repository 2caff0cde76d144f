"""The refusals that several steps share."""

from __future__ import annotations

from governance.acts import Act, ActRefused, act_refused
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.states import WORDS


def no_step(state: Negotiation, act: Act) -> ActRefused:
    """The state does not allow it."""
    said = WORDS[state.state_at(act.at)]
    return act_refused("negotiation.step", "state", agreement=state.id, state=said, what=act.what)


def stranger(state: Negotiation, actor: str) -> ActRefused:
    """Whoever acts has no standing in this agreement."""
    return act_refused("negotiation.stranger", "party", agreement=state.id, actor=actor)


def stale(state: Negotiation, given: str) -> ActRefused:
    """The act speaks of a version that is not the last one."""
    newest = state.newest_held if state.pending is None else state.last
    last = newest.hash[:12] if newest else ""
    return act_refused("negotiation.stale", "hash", agreement=state.id, given=given[:12], last=last)
