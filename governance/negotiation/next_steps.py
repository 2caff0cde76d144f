"""What an agreement waits for: sentences for whoever looks at it and asks what is to be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from governance.acts import ActRefused
from governance.agreement import State
from governance.bilingual import Sentence
from governance.negotiation.guards import check_verifiable
from governance.negotiation.negotiation import Negotiation
from governance.world import World

_PROPOSE = Sentence("{turn} doit proposer le brouillon.", "{turn} is to propose the draft.")
_ANSWER = Sentence("{turn} doit accepter, contre-proposer ou rejeter.", "{turn} is to accept, counter or reject.")
_SIGN = Sentence("Il manque la signature de {member}.", "The signature of {member} is missing.")
_VERIFY = Sentence("La plateforme doit le vérifier.", "The hub is to verify it.")
_REFUSED = Sentence("La vérification est refusée : {why}", "The verification is refused: {why}")
_BEGIN = Sentence("Il prend effet le {at}.", "It takes effect on {at}.")
_SWAP = Sentence("La version {version} prendra le relais le {at}.", "Version {version} takes over on {at}.")
_REVIEW = Sentence("{by} doit revoir la suspension avant le {at}.", "{by} is to review the suspension by {at}.")
_OVERDUE = Sentence(
    "{by} devait revoir la suspension avant le {at} : elle reste en vigueur.",
    "{by} was to review the suspension by {at}: it stays.",
)
_LIFT = Sentence("{other} doit dire si la suspension peut être levée.", "{other} is to say whether it can be lifted.")
_LEAVE = Sentence("Le préavis court jusqu'au {at}.", "The notice runs until {at}.")
_END = Sentence("{other} doit dire si l'accord prend fin.", "{other} is to say whether the agreement ends.")


def next_steps(state: Negotiation, world: World, at: dt.datetime) -> tuple[Sentence, ...]:
    """What comes next, in the order in which it can be done; nothing when the agreement has ended, or simply holds."""
    return (*_pending(state, world, at), *_held(state, world, at))


def _pending(state: Negotiation, world: World, at: dt.datetime) -> Iterator[Sentence]:
    pending = state.pending
    if pending is None:
        return
    if pending.state is State.DRAFT:
        yield _PROPOSE.filled(turn=pending.turn)
    elif pending.state in {State.PROPOSED, State.COUNTERED}:
        yield _ANSWER.filled(turn=pending.turn)
    elif pending.state is State.ACCEPTED:
        for member in sorted(state.parties - state.last.signers):
            yield _SIGN.filled(member=member)
    else:
        try:
            check_verifiable(state, world, at)
        except ActRefused as refusal:
            yield _REFUSED.filled(why=refusal.denied.reason)
        else:
            yield _VERIFY


def _held(state: Negotiation, world: World, at: dt.datetime) -> Iterator[Sentence]:
    held, ends_at = state.held_at(at), state.ends_at
    if held is None or ends_at is None or at >= ends_at or state.ended is not None:
        return
    if world.ruleset.signatures_required:
        for member in sorted(state.parties - held.signers):
            yield _SIGN.filled(member=member)
    for spell in state.spells:
        if spell.from_ > at:
            text = _BEGIN if spell.version == held.number else _SWAP
            yield text.filled(version=spell.version, at=f"{spell.from_:%Y-%m-%d %H:%M} UTC")
    for one in state.suspensions:
        text = _OVERDUE if at > one.review_by else _REVIEW
        yield text.filled(by=one.by, at=f"{one.review_by:%Y-%m-%d %H:%M} UTC")
        for member in one.lifted_by:
            yield _LIFT.filled(other=state.other(member))
    if state.leaves_at is not None:
        yield _LEAVE.filled(at=f"{ends_at:%Y-%m-%d %H:%M} UTC")
    if state.asked is not None and state.asked[1] == held.hash:
        yield _END.filled(other=state.other(state.asked[0]))
