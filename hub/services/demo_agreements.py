"""The demo's agreements: the founding ones signed by both parties, and one negotiated in three rounds, and enforced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.agreement import Agreement
from governance.audiences import Tier
from governance.commons_yaml.consents import read_offer
from governance.commons_yaml.known import known_of
from governance.commons_yaml.nodes import parse
from governance.negotiation.overlay import usual_counterparty
from governance.negotiation.steps import AGREEMENT as STEPS
from governance.negotiation.version import SIGNS
from governance.periods import Period
from governance.signing import new_key, public_text, sign
from hub.clock import FixedClock
from hub.errors import Refused
from hub.services import negotiate, negotiate_holding
from hub.services.back import Back
from hub.services.commons import current_world
from hub.services.decisions import SECRETARIAT
from hub.services.demo_told import Told
from hub.services.extracts.prepare import prepare
from hub.services.extracts.reading import open_extract
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.negotiate_reading import look_here
from hub.services.negotiate_signing import Handed, submit
from hub.services.signing import register
from hub.services.turn import all_seen

AGREEMENT: Final = "compliance-bolide"
_AUTHORITY, _OPERATOR = "smhc", "bolide"
_DECEMBER: Final = Period(dt.date(2026, 12, 1), dt.date(2027, 1, 1))
_ROUNDS: Final = (
    ("1-authority.yaml", _AUTHORITY, "The permit of 2026 caps scooters per district; we must see where they go."),
    ("2-operator.yaml", _OPERATOR, "A vehicle that can be followed tells our operations; districts need no hexagon."),
    ("3-authority.yaml", _AUTHORITY, "Communes are too coarse for districts; hexagons of 5 km² and a week will do."),
)


@dataclass(frozen=True, slots=True)
class Signers:
    """The members' own keys. In the demo they live as long as the run: what they signed stays."""

    keys: dict[str, Ed25519PrivateKey]

    @classmethod
    def registered(cls, front: Front) -> Signers:
        """A key for each member, its public half registered."""
        keys = {member: new_key() for member in sorted(current_world(front).members)}
        for member, key in keys.items():
            register(front, member, public_text(key), by=SECRETARIAT)
        return cls(keys)

    def sign(self, front: Front, text: Agreement, member: str) -> None:
        """Sign a text as its party would, and hand the signature in."""
        signature = sign(self.keys[member], SIGNS, member, text.plain())
        submit(front, Handed(text.id, text.version, text.hash(), member, signature))


def founding_signed(front: Front, signers: Signers) -> Told:
    """Both parties of each founding agreement beyond the open tier sign it."""
    world = current_world(front)
    texts = [
        one
        for one in world.agreements
        if one.tier is not Tier.OPEN and one.id != AGREEMENT and one.in_force(front.clock())
    ]
    for text in texts:
        parties = {text.holder, usual_counterparty(text.recipient, world.members) or SECRETARIAT}
        for member in sorted(parties - _signed(front, text.id)):
            signers.sign(front, text, member)
    return Told("signed", True, f"{len(texts)} founding agreements beyond the open tier, each by both parties")


def _signed(front: Front, agreement: str) -> frozenset[str]:
    found = [one.state for one in all_seen(front, STEPS) if one.state.id == agreement]
    return frozenset(found[0].last.signers) if found else frozenset()


def negotiated(front: Front, clock: FixedClock, signers: Signers) -> Iterator[Told]:
    """Three rounds between the authority and an operator, acceptance, two signatures, the hub's verification."""
    for number, (name, by, why) in enumerate(_ROUNDS, start=1):
        yield _round(front, number, name, by=by, why=why)
        clock.now += dt.timedelta(days=3)
    look = look_here(front, AGREEMENT)
    last = look.state.last
    if look.state.pending is not None and look.state.pending.turn == _OPERATOR:
        negotiate.accept(front, AGREEMENT, last.hash, by=_OPERATOR)
    for member in sorted({_OPERATOR, _AUTHORITY} - _signed(front, AGREEMENT)):
        signers.sign(front, last.text, member)
    look = look_here(front, AGREEMENT)
    state = look.state.state_at(look.at)
    sentence = f"{AGREEMENT}@{last.number}: accepted, signed by {_OPERATOR} and {_AUTHORITY}, {state.value} by the hub"
    yield Told("negotiate", look.state.pending is None, sentence)


def _round(front: Front, number: int, name: str, *, by: str, why: str) -> Told:
    """One round; one that was done before the demo was cut short is only told."""
    done = next((len(one.state.versions) for one in all_seen(front, STEPS) if one.state.id == AGREEMENT), 0)
    text = _offer(front, name)
    if number == 1:
        if done == 0:
            negotiate.draft(front, text, by=by, why=why)
        if done < 2:
            negotiate.propose(front, AGREEMENT, by=by)
        return Told("negotiate", True, f"round 1, {by} proposes {AGREEMENT}: {why}")
    if done < number:
        negotiate.counter(front, AGREEMENT, text, by=by, why=why)
    changes = "; ".join(one.sentence().en for one in look_here(front, AGREEMENT).changes(number - 1, number))
    return Told("negotiate", True, f"round {number}, {by} counters: {changes}")


def enforced(back: Back) -> Iterator[Told]:
    """The extract is prepared and read; the operator suspends, and the very next reading is refused."""
    extract = prepare(back, AGREEMENT, "trips", _DECEMBER)
    yield Told("extract", extract.rows > 0, f"{extract.rows:,} trips of {_OPERATOR} in December for {_AUTHORITY} alone")
    yield _reads(back.front, extract.id, _AUTHORITY, refused_by="")
    yield _reads(back.front, extract.id, "glisse", refused_by="recipient")
    negotiate_holding.suspend(back.front, AGREEMENT, by=_OPERATOR)
    yield Told("suspend", True, f"{_OPERATOR} suspends {AGREEMENT}; it owes no reason")
    yield _reads(back.front, extract.id, _AUTHORITY, refused_by="state")
    negotiate_holding.resume(back.front, AGREEMENT, by=_OPERATOR)


def _reads(front: Front, extract: str, member: str, *, refused_by: str) -> Told:
    try:
        access = open_extract(front, extract, actor=Actor(member, frozenset({"read"})), purpose="compliance")
    except Refused as refusal:
        clause = refusal.reasons[0]["clause"]
        good = bool(refused_by) and clause == refused_by
        return Told("refused", good, f"{member} reads the extract: {refusal} (clause: {clause})")
    sentence = f"{member} reads the extract: permitted, decision {access.decision}"
    return Told("read", not refused_by, sentence)


def _offer(front: Front, name: str) -> Agreement:
    text = resources.files("hub.territory").joinpath("negotiation", name).read_text("utf-8")
    return read_offer(parse(text, file=name), known=known_of(current_world(front)))
