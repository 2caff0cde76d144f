"""Signing an agreement and verifying it: the parties' signatures come in, and the hub looks before it takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.acts import HUB, Act, ActRefused
from governance.agreement import State
from governance.canonical import Plain
from governance.errors import TermError
from governance.negotiation.guards import check_actor, check_no_way_around, check_verifiable, role_of
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.refusals import stranger
from governance.negotiation.signatures import to_sign
from governance.negotiation.steps import AGREEMENT
from governance.negotiation.version import SIGNS, Version
from governance.world import World
from hub.errors import BadRequest, NotFound
from hub.services.front import Front
from hub.services.negotiate import found
from hub.services.signing import must_be_signed, sign_in_hub
from hub.services.turn import Seen, Turn, seen, turn


@dataclass(frozen=True, slots=True)
class Handed:
    """A signature as it is handed in: of which version, by its number and hash; by whom; 64 bytes in base64."""

    agreement: str
    version: int
    hash: str
    by: str
    signature: str

    def plain(self) -> Mapping[str, Plain]:
        """As the JSON of a signature file."""
        return {name: getattr(self, name) for name in ("agreement", "by", "hash", "signature", "version")}


def read_handed(plain: object) -> Handed:
    """Read a signature file.

    Raises:
        TermError: it is none.
    """
    names = {"agreement": str, "by": str, "hash": str, "signature": str, "version": int}
    if not isinstance(plain, Mapping) or any(not isinstance(plain.get(name), kind) for name, kind in names.items()):
        raise TermError(f"a signature says {', '.join(names)}: make one with `hub agreements sign`")
    return Handed(**{name: plain[name] for name in names})


def submit(front: Front, handed: Handed, *, revision: int | None = None) -> Seen:
    """Take a signature that a party made with its own key. With the second one the hub verifies the agreement at once.

    Raises:
        NotFound, Conflict: no such agreement or version; overtaken.
        Refused: not a party's, not made by a registered key over this very text, or nothing is to be signed.
    """
    with turn(front) as now:
        state = _to_be_signed(now, handed.agreement, by=handed.by, revision=revision)
        version = state.version(handed.version)
        if version is None or not version.shown_to(handed.by):
            raise NotFound(f"the agreement {handed.agreement} has no version {handed.version}")
        _sign(now, state, version, handed)
    return seen(front, AGREEMENT, handed.agreement)


def sign_here(front: Front, agreement: str, *, by: str, passphrase: str, revision: int | None = None) -> Seen:
    """Sign what is to be signed with the member's key that is sealed in the hub.

    Raises:
        NotFound, Conflict, Refused: see `submit`; or the member has no key here.
        KeyNotUnderstood: the passphrase is another one.
    """
    with turn(front) as now:
        state = _to_be_signed(now, agreement, by=by, revision=revision)
        version = to_sign(state, _act(now, state, "signed", by))
        signature = sign_in_hub(now, by, passphrase, signs=SIGNS, body=version.text.plain())
        _sign(now, state, version, Handed(agreement, version.number, version.hash, by, signature))
    return seen(front, AGREEMENT, agreement)


def verify(front: Front, agreement: str, *, by: str, revision: int | None = None) -> Seen:
    """Let the hub look again at an agreement that both have signed. Asked by a party or the secretariat.

    Raises:
        NotFound, Conflict: no such agreement; overtaken.
        Refused: what was found wanting: a floor that was raised since, an entry, a party that is not active.
    """
    with turn(front) as now:
        state = found(now, agreement, by=by, revision=revision)
        check_actor(now.world, by)
        if by not in state.parties and role_of(state, by, now.world) != "hub":
            raise stranger(state, by)
        if state.pending is not None or state.newest_held is None:
            world = now.world
            _check(now, state, world)
            _verified(now, state, world)
    return seen(front, AGREEMENT, agreement)


def _to_be_signed(now: Turn, agreement: str, *, by: str, revision: int | None) -> Negotiation:
    state = found(now, agreement, by=by, revision=revision)
    check_actor(now.world, by)
    if by not in state.parties:
        raise stranger(state, by)
    return state


def _sign(now: Turn, state: Negotiation, version: Version, handed: Handed) -> None:
    """Keep a signature; the same one again changes nothing."""
    if any((one.member, one.value) == (handed.by, handed.signature) for one in version.signatures):
        return
    text = version.text.plain()
    if handed.hash != version.hash:
        raise BadRequest("this signature says that it is of another text than this version's")
    key = must_be_signed(now, handed.signature, signs=SIGNS, by=handed.by, body=text)
    body: dict[str, Plain] = {
        "hash": version.hash,
        "key": key.id,
        "public": key.public,
        "signature": handed.signature,
    }
    world = now.world  # as it is before the signature, which changes nothing that is looked at
    after = now.do(AGREEMENT, state.id, "signed", by=handed.by, body=body, parties=state.parties)
    if after.pending is not None and after.pending.state is State.AGREED:
        _verify_if_in_order(now, after, world)


def _verify_if_in_order(now: Turn, state: Negotiation, world: World) -> None:
    try:
        _check(now, state, world)
    except ActRefused:  # it stays agreed; whoever looks at it is told what is wanting
        return
    _verified(now, state, world)


def _check(now: Turn, state: Negotiation, world: World) -> None:
    check_verifiable(state, world, now.at)
    check_no_way_around(state.last.text, now.all(AGREEMENT), now.at)


def _verified(now: Turn, state: Negotiation, world: World) -> None:
    body: dict[str, Plain] = {"hash": state.last.hash, "ruleset": world.ruleset.hash()}
    now.do(AGREEMENT, state.id, "verified", by=HUB, body=body, parties=state.parties)


def _act(now: Turn, state: Negotiation, what: str, by: str) -> Act:
    body: dict[str, Any] = {}
    return Act(AGREEMENT.name, state.id, what, by, now.at, body)
