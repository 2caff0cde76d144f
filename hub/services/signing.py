"""Members' signing keys and signatures: registered, revoked, made here under a passphrase, and checked."""

from __future__ import annotations

from collections.abc import Mapping

from governance.acts import act_refused
from governance.canonical import Plain
from governance.member_keys import MEMBER_KEY, MemberKey, signer
from governance.signing import key_id, new_key, private_pem, public_text, read_private, sign
from hub.errors import BadRequest, NotFound
from hub.records.models import SealedKey
from hub.services.front import Front
from hub.services.turn import Turn, all_seen, turn

#: Shorter ones are found by trying.
SHORTEST_PASSPHRASE = 12


def register(front: Front, member: str, public: str, *, by: str) -> MemberKey:
    """Register the public half of a key that the member keeps.

    Raises:
        NotFound: no such member.
        KeyNotUnderstood: it is no public key.
        Refused: the key is registered already.
    """
    with turn(front) as now:
        return _registered(now, member, public, by=by, in_hub=False)


def new_in_hub(front: Front, member: str, passphrase: str, *, by: str) -> MemberKey:
    """Make a key for a member that keeps none: the private half stays here, sealed under the passphrase.

    Raises:
        BadRequest: the passphrase is too short.
        NotFound: no such member.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadRequest(f"a passphrase has {SHORTEST_PASSPHRASE} characters or more")
    key = new_key()
    with turn(front) as now:
        made = _registered(now, member, public_text(key), by=by, in_hub=True)
        now.session.add(SealedKey(id=made.id, sealed=private_pem(key, passphrase)))
    return made


def revoke(front: Front, key: str, *, by: str, why: str) -> MemberKey:
    """End a key: it makes no signature that counts from now on; those that it made stay.

    Raises:
        NotFound: no such key.
        Refused: it is revoked already.
    """
    with turn(front) as now:
        member = now.must(MEMBER_KEY, key).member
        return now.do(MEMBER_KEY, key, "revoked", by=by, body={}, why=why, parties={member})


def listed(front: Front, member: str | None = None) -> list[MemberKey]:
    """Signing keys, of one member or of all."""
    found = [one.state for one in all_seen(front, MEMBER_KEY)]
    return [key for key in found if member in (None, key.member)]


def sign_in_hub(now: Turn, member: str, passphrase: str, *, signs: str, body: Mapping[str, Plain]) -> str:
    """Sign for a member with its newest key that is sealed here.

    Raises:
        NotFound: no key of the member's is sealed here.
        KeyNotUnderstood: the passphrase is another one.
    """
    own = [key for key in now.all(MEMBER_KEY) if key.member == member and key.in_hub and key.revoked_at is None]
    if not own:
        raise NotFound(f"no signing key of {member} is kept in the hub")
    newest = max(own, key=lambda key: (key.registered_at, key.id))
    row = now.session.get_one(SealedKey, newest.id)
    return sign(read_private(row.sealed, passphrase), signs, member, body)


def must_be_signed(now: Turn, signature: str, *, signs: str, by: str, body: Mapping[str, Plain]) -> MemberKey:
    """The registered key that made a member's signature.

    Raises:
        ActRefused: no valid key of the member's made it over this very text.
    """
    key = signer(now.all(MEMBER_KEY), signature, signs=signs, by=by, body=body)
    if key is None:
        raise act_refused("signature.invalid", "signature", member=by)
    return key


def _registered(now: Turn, member: str, public: str, *, by: str, in_hub: bool) -> MemberKey:
    if member not in now.world.members:
        raise NotFound(f"no member is called {member!r}")
    body: dict[str, Plain] = {"in_hub": in_hub, "member": member, "public": public}
    return now.do(MEMBER_KEY, key_id(public), "registered", by=by, body=body, parties={member})
