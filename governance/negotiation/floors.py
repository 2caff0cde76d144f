"""No term of an agreement is looser than the voted floors of the audiences that it names."""

from __future__ import annotations

from collections.abc import Mapping

from governance.acts import act_refused
from governance.agreement import Agreement
from governance.audiences import Audience, Tier
from governance.bilateral import OWED, kept_by_nobody
from governance.grain import SLICES, STEPS, ZONE_RANK, TimeGrain
from governance.negotiation.bargaining import sole_member
from governance.negotiation.words import label
from governance.ruleset import Floors
from governance.terms.base import Term
from governance.terms.floors import Prior
from governance.terms.scope import SpatialResolution, TemporalResolution
from governance.world import World


def check_floors(text: Agreement, world: World) -> None:
    """Compare each clause that a floor exists for. A clause that is left out is no looser: the floor holds anyway.

    Raises:
        ActRefused: names the clause and the audience.
    """
    if text.tier is Tier.BILATERAL:
        _check_bilateral(text)
    for audience in sorted(Audience(name) for name in text.audiences.values):
        floors = world.ruleset.floors.get(audience)
        has_none_by_nature = audience is Audience.IDENTIFIED
        if floors is None and text.tier is not Tier.OPEN and not has_none_by_nature:
            raise act_refused("negotiation.no_floors", "audience", agreement=text.id, audience=audience.value)
        if floors is not None:
            _check_audience(text, audience, floors)


def _check_audience(text: Agreement, audience: Audience, floors: Floors) -> None:
    floor = dict(floors.terms)
    if floors.prior_percent is not None:
        floor[Prior.name] = Prior(floors.prior_percent)
    looser = [name for name, term in text.terms.items() if name in floor and not term.at_least_as_strict(floor[name])]
    finer = [name for name, term in text.terms.items() if _is_finer(term, floors)]
    for name in looser + finer:
        raise act_refused(
            "negotiation.floor", name, agreement=text.id, audience=audience.value, term=label(name), given=name
        )


def _is_finer(term: Term, floors: Floors) -> bool:
    """Whether a resolution is finer than each that was voted; place and time are looked at one by one."""
    if isinstance(term, SpatialResolution):
        return ZONE_RANK[term.value] > max(ZONE_RANK[one.zone_system] for one in floors.finest)
    if isinstance(term, TemporalResolution):
        grains = [one.time for one in floors.finest]
        finest = TimeGrain(
            step=max((one.step for one in grains), key=STEPS.index),
            day_type=any(one.day_type for one in grains),
            slice=max((one.slice for one in grains), key=SLICES.index),
        )
        return not term.value.no_finer_than(finest)
    return False


def _check_bilateral(text: Agreement) -> None:
    """Records go to one member, for one purpose, and the agreement says which and how coarse."""
    wrong: Mapping[str, bool] = {
        "recipient": sole_member(text.recipient) is None,
        "audience": text.audiences.values != {Audience.BILATERAL.value},
        "purpose": len(text.purposes.values) != 1,
        **{name: name not in text.terms for name in OWED},
        **{term.name: True for term in kept_by_nobody(text)},
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            raise act_refused("negotiation.bilateral", name, agreement=text.id, term=label(name), given=name)
