"""What the agreements as things change of the world: each stands in the place of the documents' versions of its id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from governance.agreement import Agreement
from governance.audiences import Tier
from governance.negotiation.bargaining import sole_member
from governance.negotiation.negotiation import Negotiation
from governance.parties import Kind, Member
from governance.parts import Parts
from governance.terms.scope import Recipient


def overlay(parts: Parts, states: Sequence[Negotiation], at: dt.datetime) -> Iterable[dt.datetime]:
    """Lay agreements over the documents; what is still being negotiated for the first time is not in the world.

    Nor is one whose holder does not hold the dataset any more: it has nothing to grant.

    Where the voted rules want signatures, agreements beyond the open tier bind only with both.
    """
    things = {state.id for state in states}
    parts.agreements = {key: one for key, one in parts.agreements.items() if one.id not in things}
    if parts.ruleset.signatures_required:
        parts.agreements = {key: _unsigned(one, parts.members) for key, one in parts.agreements.items()}
    for state in states:
        held = state.held_at(at)
        dataset = parts.datasets.get(held.text.dataset) if held is not None else None
        if held is not None and dataset is not None and dataset.holder == state.holder:
            missing = _missing(state, at) if parts.ruleset.signatures_required else ()
            one = replace(held.text, state=state.state_at(at), unsigned=missing)
            parts.agreements[one.key] = one
    return [instant for state in states for instant in state.changes()]


def _missing(state: Negotiation, at: dt.datetime) -> tuple[str, ...]:
    held = state.held_at(at)
    if held is None or held.text.tier is Tier.OPEN:
        return ()
    return tuple(sorted(state.parties - held.signers))


def _unsigned(agreement: Agreement, members: Mapping[str, Member]) -> Agreement:
    """An agreement of the documents: nobody signed it here."""
    if agreement.tier is Tier.OPEN:
        return agreement
    other = usual_counterparty(agreement.recipient, members)
    return replace(agreement, unsigned=tuple(sorted({agreement.holder, *((other,) if other else ())})))


def usual_counterparty(recipient: Recipient, members: Mapping[str, Member]) -> str | None:
    """Who signs for the recipients when nobody was named: the one member, else the secretariat for the commons."""
    sole = sole_member(recipient)
    if sole is not None:
        return sole
    found = sorted(name for name, one in members.items() if one.kind is Kind.SECRETARIAT and one.active)
    return found[0] if found else None
