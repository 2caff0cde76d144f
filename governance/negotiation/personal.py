"""Where data is personal, an agreement says on which legal basis, and that the risk was looked at."""

from __future__ import annotations

from governance.acts import act_refused
from governance.agreement import Agreement
from governance.audiences import Tier
from governance.negotiation.rgpd import Dpia, is_personal
from governance.world import World


def check_personal(text: Agreement, world: World) -> None:
    """Personal data needs the three entries of `Rgpd`; single records of it need an impact assessment that was made.

    RGPD, article 35(3); the French authority lists the large-scale processing of location data among what needs one
    (CNIL, decision 2018-327 of 11 October 2018).

    Raises:
        ActRefused: the entry or the assessment is missing.
    """
    if not is_personal(world.datasets[text.dataset]):
        return
    if text.rgpd is None:
        raise act_refused("negotiation.rgpd", "rgpd", agreement=text.id, dataset=text.dataset)
    if text.tier is Tier.BILATERAL and text.rgpd.dpia is not Dpia.DONE:
        raise act_refused("negotiation.dpia", "dpia", agreement=text.id, dataset=text.dataset)
