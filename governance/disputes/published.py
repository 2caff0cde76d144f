"""What everybody may read of a dispute that ended: roles instead of names, the month instead of the day."""

from __future__ import annotations

from collections.abc import Mapping

from governance.canonical import Plain
from governance.disputes.case import Dispute
from governance.disputes.guards import role
from governance.world import World


def anonymised(dispute: Dispute, world: World) -> Mapping[str, Plain] | None:
    """The published decision as JSON; None when there is none: a dispute that goes on, lapsed or was withdrawn."""
    if dispute.state not in ("settled", "decided") or dispute.ruling is None or dispute.ended_at is None:
        return None
    return {
        "about": dispute.about.value,
        "claimant": role(world, dispute.claimant),
        "effects": sorted({what.value for what, _ in dispute.ruling.effects}),
        "ended": dispute.ended_at.strftime("%Y-%m"),
        "outcome": dispute.state,
        "provisional_measures": bool(dispute.measures),
        "respondent": role(world, dispute.respondent),
        "summary": dispute.ruling.summary.plain(),
    }
