"""The steps by which a version comes about: draft, offer, counter-offer strictly in turn, acceptance, verification."""

from __future__ import annotations

from dataclasses import replace

from governance.acts import Act, act_refused
from governance.agreement import State
from governance.negotiation.negotiation import Negotiation, Pending, Spell
from governance.negotiation.refusals import no_step, stale, stranger
from governance.negotiation.states import AMENDABLE, NEGOTIATED
from governance.negotiation.text import read_text
from governance.negotiation.version import Version
from governance.terms.scope import Recipient

#: A negotiation that needs more versions than these is none; the log keeps each for ever.
MOST_VERSIONS = 200


def drafted(state: Negotiation, act: Act) -> Negotiation:
    """The first version, its author's own until it is proposed."""
    return _written(state, act, offered=False)


def revised(state: Negotiation, act: Act) -> Negotiation:
    """Another version in the place of one's own draft."""
    _in_turn(state, act)
    return _written(state, act, offered=False)


def amended(state: Negotiation, act: Act) -> Negotiation:
    """A draft of what shall hold instead of what holds."""
    if state.pending is not None and state.pending.turn not in {"", act.by}:
        turn = state.pending.turn
        raise act_refused("negotiation.turn", "turn", agreement=state.id, actor=act.by, turn=turn)
    is_leaving = state.leaves_at is not None
    if state.pending is not None or is_leaving or state.state_at(act.at) not in AMENDABLE:
        raise no_step(state, act)
    if act.by not in state.parties:
        raise stranger(state, act.by)
    return _written(state, act, offered=False)


def proposed(state: Negotiation, act: Act) -> Negotiation:
    """The draft is shown to the other party, whose turn it is now."""
    _in_turn(state, act)
    _of_the_last(state, act)
    shown = replace(state.last, offered_at=act.at)
    moved = replace(state, versions=(*state.versions[:-1], shown))
    return replace(moved, pending=Pending(_next(state, act), state.other(act.by)))


def countered(state: Negotiation, act: Act) -> Negotiation:
    """The other party answers with a version of its own, which names the one that it answers."""
    _in_turn(state, act)
    return _written(state, act, offered=True)


def accepted(state: Negotiation, act: Act) -> Negotiation:
    """The other party takes the last version as it is; now both sign."""
    _in_turn(state, act)
    _of_the_last(state, act)
    return replace(state, pending=Pending(_next(state, act), ""))


def rejected(state: Negotiation, act: Act) -> Negotiation:
    """An end to what is being negotiated; what holds already goes on."""
    _next(state, act)
    if act.by not in state.parties and act.body.get("role") != "hub":
        raise stranger(state, act.by)
    return replace(state, pending=None, ended=None if state.spells else State.REJECTED)


def verified(state: Negotiation, act: Act) -> Negotiation:
    """The hub found it in order: it takes over when it begins, at once when it should have begun already.

    A version that was to take over later than this one never will. From one instant to the next it is exactly the old
    or the new one, since an amendment begins before the end of what it amends.
    """
    _next(state, act)
    _of_the_last(state, act)
    text = state.last.text
    takes_over_at, ends_at = max(act.at, text.validity.from_), state.ends_at
    if text.validity.to <= act.at:
        raise act_refused("negotiation.past", "validity", agreement=state.id, to=text.validity.to.isoformat())
    if ends_at is not None and takes_over_at > ends_at:
        raise act_refused("negotiation.gap", "validity", agreement=state.id, ends=ends_at.isoformat())
    kept = tuple(spell for spell in state.spells if spell.from_ < takes_over_at)
    return replace(state, pending=None, spells=(*kept, Spell(text.version, takes_over_at)))


def _next(state: Negotiation, act: Act) -> State:
    """The state of the negotiation after the act, by the table."""
    found = NEGOTIATED.get((state.pending.state if state.pending else None, act.what))
    if found is None:
        raise no_step(state, act)
    return found


def _in_turn(state: Negotiation, act: Act) -> None:
    _next(state, act)
    if act.by not in state.parties:
        raise stranger(state, act.by)
    turn = state.pending.turn if state.pending else ""
    if turn != act.by:
        raise act_refused("negotiation.turn", "turn", agreement=state.id, actor=act.by, turn=turn)


def _of_the_last(state: Negotiation, act: Act) -> None:
    given = str(act.body["hash"])
    if given != state.last.hash:
        raise stale(state, given)


def _written(state: Negotiation, act: Act, *, offered: bool) -> Negotiation:
    """One version more, and whose turn it is: the other party's once it was offered."""
    parent = state.newest_held if act.what == "amended" else state.last if state.versions else None
    given = str(act.body.get("parent", ""))
    if given != (parent.hash if parent else ""):
        raise stale(state, given)
    version = Version(read_text(act.body["text"]), given, act.by, act.at, act.why, act.at if offered else None)
    _same_matter(state, version)
    pending = Pending(_next(state, act), state.other(act.by) if offered else act.by)
    return replace(state, versions=(*state.versions, version), pending=pending)


def _same_matter(state: Negotiation, version: Version) -> None:
    """A version never speaks of another agreement, holder or dataset, nor with somebody else."""
    text = version.text
    owed = {"id": state.id, "holder": state.holder, "dataset": text.dataset}
    if state.versions:
        owed["dataset"] = state.versions[0].text.dataset
        if text.version <= max(one.number for one in state.versions):
            raise act_refused("negotiation.subject", "version", agreement=state.id, field="version")
    for name, value in owed.items():
        if getattr(text, name) != value:
            raise act_refused("negotiation.subject", name, agreement=state.id, field=name)
    if sole_member(text.recipient) not in {None, state.counterparty}:
        raise act_refused("negotiation.subject", "recipient", agreement=state.id, field="recipient")
    if not version.why.strip():
        raise act_refused("negotiation.why_owed", "why", agreement=state.id)
    if len(state.versions) >= MOST_VERSIONS:
        raise act_refused("negotiation.too_many", "version", agreement=state.id, most=MOST_VERSIONS)


def sole_member(recipient: Recipient) -> str | None:
    """The one member that a text is for; None where it is for several."""
    names = sorted(recipient.values)
    kind, _, name = names[0].partition(":")
    return name if len(names) == 1 and kind == "member" else None
