"""The charter: signed by members with their own keys, and who has signed which version."""

from __future__ import annotations

from dataclasses import dataclass

from governance.acts import ActRefused, act_refused
from governance.canonical import Plain
from governance.choice.charter import CHARTER, SIGNS, Signature, Signatures, statement
from governance.choice.membership import MEMBERSHIP, Stage
from governance.founding import Charter
from governance.parties import Status
from governance.world import World
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.signing import must_be_signed, sign_in_hub
from hub.services.turn import Turn, all_seen, refused_act, turn


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands with the charter: its newest signature, and whether the present version is still owed."""

    member: str
    signed: Signature | None
    current: bool
    overdue: bool


def text_to_sign(front: Front) -> dict[str, Plain]:
    """The statement that a member signs offline with `governance.signing.sign(key, "charter", member, …)`.

    Raises:
        Refused: there is no charter.
    """
    world = current_world(front)
    try:
        return statement(world.basin.id, _charter(world))
    except ActRefused as refusal:
        raise refused_act(refusal) from refusal


def submit(front: Front, member: str, signature: str) -> Signatures:
    """Hand in a signature of the present version, made with a registered key of the member's.

    Raises:
        Refused: no charter, neither member nor admitted candidate, signed already, or no valid signature.
    """
    with turn(front) as now:
        return _signed(now, member, signature)


def sign(front: Front, member: str, passphrase: str) -> Signatures:
    """Sign with the member's key that is sealed in the hub.

    Raises:
        NotFound: no key of the member's is sealed here.
        KeyNotUnderstood: the passphrase is another one.
        Refused: as for `submit`.
    """
    with turn(front) as now:
        world = now.world
        body = statement(world.basin.id, _charter(world))
        return _signed(now, member, sign_in_hub(now, member, passphrase, signs=SIGNS, body=body))


def standings(front: Front) -> list[Standing]:
    """Where every member stands that is active or waits for its signature, by id."""
    world, at = current_world(front), front.clock()
    charter = world.basin.charter
    signed = {one.state.member: one.state for one in all_seen(front, CHARTER)}
    found = []
    for member in sorted(world.members.values(), key=lambda one: one.id):
        if member.status is not Status.LEFT:
            own = signed.get(member.id)
            current = charter is not None and own is not None and own.of(charter) is not None
            overdue = charter is not None and not current and at >= charter.sign_by
            found.append(Standing(member.id, own.signatures[-1] if own else None, current, overdue))
    return found


def joins_if_it_signed(now: Turn, member: str, *, by: str) -> None:
    """Make an admitted candidate an active member when the charter is signed, or when there is none to sign."""
    membership, charter = now.get(MEMBERSHIP, member), now.world.basin.charter
    if membership is None or membership.stage is not Stage.ADMITTED:
        return
    own = now.get(CHARTER, member)
    if charter is None or (own is not None and own.of(charter) is not None):
        now.do(MEMBERSHIP, member, "joined", by=by, body={}, parties={member})


def _charter(world: World) -> Charter:
    charter = world.basin.charter
    if charter is None:
        raise act_refused("charter.none", "charter")
    return charter


def _signed(now: Turn, member: str, signature: str) -> Signatures:
    world = now.world
    charter, known = _charter(world), world.members.get(member)
    if known is None or known.status is Status.LEFT:
        raise act_refused("charter.stranger", "member", member=member)
    key = must_be_signed(now, signature, signs=SIGNS, by=member, body=statement(world.basin.id, charter))
    body: dict[str, Plain] = {
        "digest": charter.digest(),
        "key": key.id,
        "signature": signature,
        "version": charter.version,
    }
    made = now.do(CHARTER, member, "signed", by=member, body=body)
    joins_if_it_signed(now, member, by=member)
    return made
