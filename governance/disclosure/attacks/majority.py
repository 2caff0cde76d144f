"""Attack 21: a majority lowers a floor and reads, of the time before the vote, what a minority had given under it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from governance.audiences import JOINT, Audience
from governance.bilingual import Sentence
from governance.choice.difference import apply_difference
from governance.choice.floors import looser_in
from governance.choice.history import History, Version
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.knowledge import Knowledge
from governance.periods import Period
from governance.terms.floors import MinTrips
from governance.world import World

_NEEDS = Sentence("les règles du commun", "the rules of the commons")
_HOW = Sentence("{floor} abaissé pour une période d'avant le vote", "{floor} lowered for a period before the vote")


def enacted(world: World, difference: Mapping[str, Any], at: dt.datetime) -> World:
    """The world after a vote that was won, as the rules' history tells it."""
    before = Version(world.ruleset, "", dt.datetime.min.replace(tzinfo=dt.UTC))
    after = Version(apply_difference(world.ruleset, difference), "attack", at)
    return replace(world, ruleset=History((before, after)).current)


def _lowered(knowledge: Knowledge) -> Learnt:
    if knowledge.world is None or knowledge.at is None:
        return lacking(_NEEDS)
    world, at, facts, tried = knowledge.world, knowledge.at, [], 0
    day = at.date() - dt.timedelta(days=31)
    period = Period(day, day + dt.timedelta(days=1))
    for audience in sorted(JOINT & world.ruleset.floors.keys()):
        held = world.floors_for(audience, period)
        difference = {f"floors.{audience}.{MinTrips.name}": _less(world, audience)}
        later = (knowledge.majority or enacted)(world, difference, at)
        tried += 1
        loosened = looser_in(later.floors_for(audience, period), held)
        facts += [Fact(Secret.DOOR, None, 1, 1, _HOW.filled(floor=name), str(audience)) for name in loosened]
    return Learnt(tuple(facts), Sentence(f"{tried} planchers abaissés.", f"{tried} floors were lowered."))


def _less(world: World, audience: Audience) -> int:
    term = world.ruleset.floors[audience].terms[MinTrips.name]
    return max(1, term.value // 2) if isinstance(term, MinTrips) else 1


ATTACKS = (Attack(21, Sentence("Une majorité abaisse un seuil", "A majority lowers a floor"), _NEEDS, _lowered),)
