"""Pieces of work on the commons, each with what must have happened before it and what is true once it was done."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.agreement import State
from governance.negotiation.steps import AGREEMENT
from governance.negotiation.version import SIGNS
from governance.signing import public_text, sign
from hub.fetch import Fetcher
from hub.records import checkpoints, log
from hub.services import closing, negotiate, negotiate_signing, proposals, signing
from hub.services.back import Back
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.log_checkpoints import checkpoint
from hub.services.negotiate_signing import Handed
from hub.services.turn import seen, turn
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.bargains import BARGAIN, SIDES, know_bargains
from tests.hub.parties import WHY, text

NOON = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)
YEAR = ["2026-11-15T00:00:00+00:00", "2027-11-15T00:00:00+00:00"]
_VOTERS = ("smhc", "cars-combes", "combecycle", "trottix", "velovif", "bolide", "glisse", "itineo", "labo-mobilites")


@dataclass(frozen=True, slots=True)
class Work:
    """`act` does it to a thing of that name, `state` tells how far it is: before it, and once it was done."""

    prepare: Callable[[Front, str], None]
    act: Callable[[Front, str], object]
    state: Callable[[Front, str], object]
    before: object
    done: object


def know(patch: pytest.MonkeyPatch) -> None:
    """What the hub of these works must know beside its own kinds."""
    know_bargains(patch)


def key_of(member: str) -> Ed25519PrivateKey:
    """A member's key, the same in every process."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(member.encode()).digest())


def know_keys(front: Front) -> None:
    """Register the keys of the two parties, once."""
    known = {key.public for key in signing.listed(front)}
    for member in SIDES:
        if public_text(key_of(member)) not in known:
            signing.register(front, member, public_text(key_of(member)), by=member)


def accepted(front: Front, name: str) -> None:
    """An agreement between the two parties that is only to be signed yet."""
    negotiate.draft(front, text(id=name, validity=YEAR), by="bolide", why=WHY)
    negotiate.propose(front, name, by="bolide")
    negotiate.accept(front, name, seen(front, AGREEMENT, name).state.last.hash, by="smhc")


def signed(front: Front, name: str, by: str) -> None:
    """A party's signature under the newest version."""
    last = seen(front, AGREEMENT, name).state.last.text
    made = sign(key_of(by), SIGNS, by, last.plain())
    negotiate_signing.submit(front, Handed(name, last.version, last.hash(), by, made))


def in_force(front: Front, name: str) -> tuple[int, ...]:
    """The versions of an agreement that bind at this moment, as decisions see it."""
    found = [one for one in current_world(front).agreements if one.id == name]
    return tuple(one.version for one in found if one.in_force(front.clock()))


def _half_signed(front: Front, name: str) -> None:
    know_keys(front)
    accepted(front, name)
    signed(front, name, "bolide")


def _standing(front: Front, name: str) -> object:
    state = seen(front, AGREEMENT, name).state
    return state.state_at(front.clock()), in_force(front, name)


def _half_amended(front: Front, name: str) -> None:
    _half_signed(front, name)
    signed(front, name, "smhc")
    negotiate.amend(front, name, text(id=name, validity=YEAR, terms={"min_trips": 30}), by="smhc", why=WHY)
    negotiate.propose(front, name, by="smhc")
    negotiate.accept(front, name, seen(front, AGREEMENT, name).state.last.hash, by="bolide")
    signed(front, name, "smhc")


def _voted(front: Front, name: str) -> None:
    floors = current_world(front).ruleset.floors
    k = max(one.terms["min_trips"].plain() for one in floors.values() if "min_trips" in one.terms)
    assert isinstance(k, int)
    proposals.propose(front, {"floors.members.min_trips": k + 1}, by="bolide", why=WHY, proposal=name)
    for member in (*_VOTERS, "usagers-hc"):
        proposals.ballot(front, name, "yes", by=member)


def _vote(front: Front, name: str) -> object:
    versions = current_world(front).ruleset.version
    proposal = proposals.one(front, name).state
    return proposal.stage.value, versions - int(name[1:])


def _spoken(front: Front, name: str) -> None:
    with turn(front) as now:
        now.do(BARGAIN, name, "offered", by="bolide", body={"offer": 1}, parties=SIDES)


def _signed_log(front: Front, _: str) -> object:
    root = front.released.root.parent
    fetcher = Fetcher(most_bytes=1, most_s=1.0)
    signet = Signet(root / "keys")
    back = Back(front, Vault(root / "vault"), fetcher, timezone="Europe/Paris", signet=signet)
    return checkpoint(back)


def _covered(front: Front, _: str) -> object:
    with front.records.read() as session:
        newest = checkpoints.newest(session)
        return newest is not None and newest.size == log.size(session)


def _two_acts(front: Front, name: str) -> None:
    with turn(front) as now:
        state = now.must(BARGAIN, name)
        if state.offers == 1:
            now.do(BARGAIN, name, "offered", by="smhc", body={"offer": 2}, parties=SIDES)
            now.do(BARGAIN, name, "swapped", by="smhc", body={"version": 1}, parties=SIDES)


def _bargain(front: Front, name: str) -> object:
    state = seen(front, BARGAIN, name).state
    return state.offers, state.in_force


WORKS: Mapping[str, Work] = {
    "two acts in one turn": Work(_spoken, _two_acts, _bargain, before=(1, 0), done=(2, 1)),
    "the second signature": Work(
        _half_signed,
        lambda front, name: signed(front, name, "smhc"),
        _standing,
        before=(State.ACCEPTED, ()),
        done=(State.ACTIVE, (1,)),
    ),
    "the swap of an amendment": Work(
        _half_amended,
        lambda front, name: signed(front, name, "bolide"),
        _standing,
        before=(State.ACTIVE, (1,)),
        done=(State.ACTIVE, (2,)),
    ),
    "the enactment of a vote": Work(
        _voted,
        lambda front, name: closing.close(front, name, by="smhc"),
        _vote,
        before=("voting", 0),
        done=("enacted", 1),
    ),
    "a checkpoint": Work(_spoken, _signed_log, _covered, before=False, done=True),
}
