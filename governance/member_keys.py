"""The keys that members sign with: registered and revoked by acts, so that who could sign when is in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.canonical import Plain
from governance.signing import key_id, verified


@dataclass(frozen=True, slots=True)
class MemberKey:
    """The public half of a member's key. `in_hub`: the private half lies here, sealed under a passphrase."""

    id: str
    member: str
    public: str
    in_hub: bool
    registered_at: dt.datetime
    revoked_at: dt.datetime | None = None

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "id": self.id,
            "in_hub": self.in_hub,
            "member": self.member,
            "public": self.public,
            "registered_at": self.registered_at.isoformat(),
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
        }


def _read(plain: Mapping[str, Any]) -> MemberKey:
    revoked = plain["revoked_at"]
    return MemberKey(
        id=plain["id"],
        member=plain["member"],
        public=plain["public"],
        in_hub=plain["in_hub"],
        registered_at=dt.datetime.fromisoformat(plain["registered_at"]),
        revoked_at=dt.datetime.fromisoformat(revoked) if revoked else None,
    )


def _apply(state: MemberKey | None, act: Act) -> MemberKey:
    if act.what == "registered" and state is None:
        public = str(act.body["public"])
        return MemberKey(key_id(public), str(act.body["member"]), public, act.body["in_hub"] is True, act.at)
    if act.what == "revoked" and state is not None and state.revoked_at is None:
        return replace(state, revoked_at=act.at)
    raise act_refused("key.step", "key", key=act.thing, what=act.what)


#: The thing's id is the key's.
MEMBER_KEY: Kind[MemberKey] = Kind("key", _apply, MemberKey.plain, _read)


def signer(
    keys: Iterable[MemberKey], signature: str, *, signs: str, by: str, body: Mapping[str, Plain]
) -> MemberKey | None:
    """The key of the member `by`, not revoked, that made the signature; None when none did."""
    own = (key for key in keys if key.member == by and key.revoked_at is None)
    return next((key for key in own if verified(key.public, signature, signs, by, body)), None)
