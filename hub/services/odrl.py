"""Agreements as ODRL: whole for their parties, without the values that help an attacker for everybody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from governance.acts import act_refused
from governance.agreement import Agreement, State
from governance.canonical import Plain
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.steps import AGREEMENT
from governance.odrl.dspace import negotiation_state
from governance.odrl.place import PolicyRefused
from governance.odrl.read import read_policy_text
from governance.odrl.remedies import PREFIX
from governance.odrl.write import policy
from governance.parties import Sanction
from governance.sanctions.remedy import remedy_of
from governance.world import World
from hub.errors import NotFound
from hub.records import things
from hub.services.commons import world_at
from hub.services.front import Front
from hub.services.publicity import KEPT
from hub.services.turn import refused_act


@dataclass(frozen=True, slots=True)
class Export:
    """A policy, and whether it is the whole agreement (told to a party) or the public form."""

    document: Mapping[str, Plain]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Text:
    """A version with its state at this instant; `by_holder`: the holder wrote it."""

    agreement: Agreement
    state: State
    parties: frozenset[str]
    by_holder: bool


def exported(front: Front, name: str, *, member: str | None, public: bool = False, remedy: bool = False) -> Export:
    """An agreement by its id (the version in force, else the newest) or its key (``id@version``).

    Parties may have the whole of any version that was offered to them; everybody has the public form of what is in
    force. `remedy` adds to each prohibition the sanction that would come next for the recipient.

    Raises:
        NotFound: no such agreement, or not `member`'s to see.
    """
    with front.records.read() as session:
        at = front.clock()
        world = world_at(front, session, at)
        row = things.thing(session, AGREEMENT.name, name.partition("@")[0])
        life = AGREEMENT.read(row.state) if row is not None else None
    found = _readable(world, life, name, member=_active(world, member), at=at)
    if found is None:
        raise NotFound(f"no agreement is called {name!r}")
    whole = not public and _active(world, member) in found.parties
    document = policy(
        found.agreement,
        base=f"{front.public_url}/id/",
        withheld=frozenset() if whole else KEPT,
        remedies=[_next_remedy(world, found.agreement)] if remedy else (),
        negotiation=negotiation_state(found.state, by_holder=found.by_holder),
    )
    return Export(document, whole)


def exported_whole(front: Front, name: str, *, member: str, remedy: bool = False) -> Export:
    """The whole agreement, for a party.

    Raises:
        NotFound: no such agreement, or not the member's to see.
        Refused: the member is no party to it.
    """
    found = exported(front, name, member=member, remedy=remedy)
    if not found.whole:
        raise refused_act(act_refused("odrl.not_party", "party", actor=member, agreement=name))
    return found


def read(text: str) -> Agreement:
    """The agreement that a policy spells, as a draft.

    Raises:
        Refused: it is not of the profile; the reason names the place.
    """
    try:
        return read_policy_text(text)
    except PolicyRefused as refusal:
        raise refused_act(refusal) from refusal


def _active(world: World, member: str | None) -> str | None:
    """The member, if it is an active one; everybody else reads as the public does."""
    found = world.members.get(member or "")
    return found.id if found is not None and found.active else None


def _readable(
    world: World, life: Negotiation | None, name: str, *, member: str | None, at: dt.datetime
) -> _Text | None:
    """The version to show: in force before any other, the newest of the others."""
    texts = (
        {one.agreement.key: one for one in _negotiated(life, member, at) if name in (life.id, one.agreement.key)}
        if life
        else {}
    )
    for agreement in world.agreements:
        if name in (agreement.id, agreement.key):
            parties = _parties(agreement, life)
            if agreement.in_force(at) or member in parties:
                texts[agreement.key] = _Text(agreement, agreement.state_at(at), parties, True)
    return max(texts.values(), key=lambda one: (one.agreement.in_force(at), one.agreement.version), default=None)


def _negotiated(life: Negotiation, member: str | None, at: dt.datetime) -> list[_Text]:
    """The versions that a party has seen: its own, and those that it was offered."""
    if member is None or member not in life.parties:
        return []
    seen = [one for one in life.versions if one.shown_to(member)]
    return [_Text(one.text, _state(life, one.number, at), life.parties, one.author == life.holder) for one in seen]


def _state(life: Negotiation, number: int, at: dt.datetime) -> State:
    if life.pending is not None and number == life.last.number:
        return life.pending.state
    return life.state_at(at)


def _parties(agreement: Agreement, life: Negotiation | None) -> frozenset[str]:
    """Those who agreed: holder and counterparty; of a founding agreement its holder and a recipient alone in it."""
    if life is not None:
        return life.parties
    only = next(iter(agreement.recipient.values)) if len(agreement.recipient.values) == 1 else ""
    named = {only.removeprefix("member:")} if only.startswith("member:") else set()
    return frozenset({agreement.holder, *named})


def _next_remedy(world: World, agreement: Agreement) -> Mapping[str, Plain]:
    """The next step on the ladder for the one recipient; for several, the first step."""
    names = agreement.recipient.values
    member = world.members.get(next(iter(names)).removeprefix("member:")) if len(names) == 1 else None
    level = member.sanction if member is not None else Sanction.NOTICE
    return remedy_of(Sanction(min(level + 1, Sanction.EXCLUDED)), world.ruleset.ladder, profile=PREFIX)
