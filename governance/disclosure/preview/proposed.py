"""Which rules proposed terms would make for one audience of a cube, together with the voted floors.

The other holders' terms are not looked at: they are theirs. What they agreed to can only be stricter, so a release may
show less than a preview, and never more.
"""

from __future__ import annotations

from governance.agreement import Agreement
from governance.ask import Ask
from governance.audiences import Audience
from governance.clauses import granting
from governance.cubes import Cube
from governance.disclosure.noise import noise_of
from governance.disclosure.rules import Rules, rules_of
from governance.obligations import Obligations, without_waiver
from governance.periods import Period
from governance.terms.floors import Prior
from governance.terms.vocabulary import strictest
from governance.verdicts import Denied, denied
from governance.world import World

#: What an agreement says of its own life and of who asks; here it is taken to be in force, for whom it names.
_OF_ITS_LIFE = frozenset({"recipient", "purpose", "state", "validity", "ruleset"})


def owed(text: Agreement, cube: Cube, audience: Audience, *, world: World, period: Period) -> Obligations | Denied:
    """What a release of the cube would be obliged to if the text were in force and all others agreed; or why not.

    Raises:
        KeyError: the dataset of the text is not in the world.
    """
    floors = world.floors_for(audience, period)
    if audience not in cube.audiences:
        return denied("preview.not_for", "audience", cube=cube.id, audience=audience.value)
    if floors is None or not floors.allows(cube.grain):
        return denied("preview.too_fine", "grain", cube=cube.id, audience=audience.value, grain=str(cube.grain))
    refused = _not_granted(text, cube, audience, world=world, period=period)
    if refused is not None:
        return refused
    terms = [floors.terms, cube.floors.get(audience, {}), without_waiver(text.terms)]
    joined = {name for edition in cube.editions for name in edition.datasets} | {text.dataset}
    if floors.prior_percent is not None and any(cube.family in world.datasets[one].public_prior for one in joined):
        terms.append({Prior.name: Prior(floors.prior_percent)})
    return Obligations(subject=cube.id, audience=audience, terms=strictest(terms))


def rules_owed(obligations: Obligations, cube: Cube) -> Rules:
    """The rules that a release would keep.

    Raises:
        UnenforceableRules: a floor is missing, or a privacy budget was agreed on and the cube draws no noise.
    """
    return rules_of(obligations, cube, noise=noise_of(cube.finishing_for(obligations.audience)) is not None)


def _not_granted(text: Agreement, cube: Cube, audience: Audience, *, world: World, period: Period) -> Denied | None:
    ask = Ask(
        purpose="",
        purposes=world.purposes,
        at=world.end_of(period.to),
        audience=audience,
        territory=cube.territory,
        fields=cube.fields,
        zone_system=cube.grain.zone_system,
        time_grain=cube.grain.time,
    )
    for clause in granting(text, audience):
        verdict = clause.verify(ask) if clause.name not in _OF_ITS_LIFE else None
        if isinstance(verdict, Denied):
            return verdict
    return None
