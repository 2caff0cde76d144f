"""Signing: each party's Ed25519 signature over the canonical text of one version."""

from __future__ import annotations

from dataclasses import replace

from governance.acts import Act, act_refused
from governance.agreement import State
from governance.negotiation.negotiation import Negotiation, Pending
from governance.negotiation.refusals import no_step, stale, stranger
from governance.negotiation.states import HELD
from governance.negotiation.version import SIGNS, Signature, Version
from governance.signing import key_id, verified


def to_sign(state: Negotiation, act: Act) -> Version:
    """The version that can be signed now: the accepted one; else the one that holds, where signatures are missing.

    Raises:
        ActRefused: there is none.
    """
    if state.pending is not None and state.pending.state is State.ACCEPTED:
        return state.last
    held = state.held_at(act.at)
    if held is None or (state.state_at(act.at), "signed") not in HELD or held.signers >= state.parties:
        raise no_step(state, act)
    return held


def signed(state: Negotiation, act: Act) -> Negotiation:
    """One signature more. It is checked again here, so that whoever makes the state from the log checks it too."""
    if act.by not in state.parties:
        raise stranger(state, act.by)
    version = to_sign(state, act)
    given = str(act.body["hash"])
    if given != version.hash:
        raise stale(state, given)
    if act.by in version.signers:
        raise act_refused("negotiation.signed", "signature", agreement=state.id, member=act.by)
    key, public, value = (str(act.body[name]) for name in ("key", "public", "signature"))
    if key_id(public) != key or not verified(public, value, SIGNS, act.by, version.text.plain()):
        raise act_refused("signature.invalid", "signature", member=act.by)
    return _kept(state, version.signed(Signature(act.by, key, public, value, act.at)))


def _kept(state: Negotiation, signed_version: Version) -> Negotiation:
    versions = tuple(signed_version if one.number == signed_version.number else one for one in state.versions)
    moved = replace(state, versions=versions)
    is_pending = state.pending is not None and signed_version.number == state.last.number
    if is_pending and signed_version.signers >= state.parties:
        return replace(moved, pending=Pending(State.AGREED, ""))
    return moved
