"""Members' keys: ``mch_<id>_<secret>``, shown once, kept as a digest, scoped, expiring, revocable at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from hub.errors import BadRequest, NotFound, Unauthorised
from hub.records import keys as key_records
from hub.records.models import ApiKey
from hub.services.front import Front

#: What a key may be used for.
SCOPES = {
    "read": "read what the member may read",
    "contribute": "hand in feeds of the member's own datasets",
    "govern": "act for the member: negotiate, sign, ask, vote",
}
_PREFIX = "mch"
#: How exactly it is kept when a key was used last: each time would make every reader wait for its turn to write.
USED_AGAIN: Final = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a member with a key, or the public (`member_id` None)."""

    member_id: str | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The member's id, or *public*: how the audit writes it."""
        return self.member_id or "public"


PUBLIC = Actor()


def issue(
    front: Front,
    member_id: str,
    *,
    scopes: Iterable[str] = ("read",),
    days: int = 365,
    randomness: Callable[[int], str] = secrets.token_hex,
) -> str:
    """Make a key for a member; the answer is the only time that the secret is seen.

    Raises:
        BadRequest: an unknown scope, or a life of no days.
    """
    wanted = sorted(set(scopes))
    if unknown := set(wanted) - set(SCOPES):
        raise BadRequest(f"no scope is called {', '.join(sorted(unknown))}; there are {', '.join(SCOPES)}")
    if not 1 <= days <= 1830:
        raise BadRequest("a key lives between 1 day and five years")
    key_id, secret, now = randomness(6), randomness(32), front.clock()
    with front.records.write() as session:
        session.add(
            ApiKey(
                id=key_id,
                member_id=member_id,
                secret_sha256=_digest(secret),
                scopes=wanted,
                created_at=now,
                expires_at=now + dt.timedelta(days=days),
            )
        )
    return f"{_PREFIX}_{key_id}_{secret}"


def authenticate(front: Front, token: str) -> Actor:
    """Who holds this key. It is looked up without waiting for writers; at most once an hour its use is noted.

    Raises:
        Unauthorised: it is unknown, expired or revoked (which of them is not said).
    """
    prefix, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    now = front.clock()
    with front.records.read() as session:
        key = _opening(session, key_id if prefix == _PREFIX else None, secret, now)
    if key.last_used_at is not None and now < key.last_used_at + USED_AGAIN:
        return Actor(key.member_id, frozenset(key.scopes))
    with front.records.write() as session:
        key = _opening(session, key_id, secret, now)  # it may have been revoked while this one waited for its turn
        key.last_used_at = now
        return Actor(key.member_id, frozenset(key.scopes))


def _opening(session: Session, key_id: str | None, secret: str, now: dt.datetime) -> ApiKey:
    key = key_records.key(session, key_id) if key_id is not None else None
    # Compared even when there is no such key, so that the time taken tells nothing.
    same = hmac.compare_digest(_digest(secret), key.secret_sha256 if key else _digest(""))
    if key is None or not same or key.revoked_at is not None or key.expires_at <= now:
        raise Unauthorised("this key is unknown, expired or revoked")
    return key


def revoke(front: Front, key_id: str) -> None:
    """End a key at once.

    Raises:
        NotFound: there is no such key.
    """
    with front.records.write() as session:
        key = key_records.key(session, key_id)
        if key is None:
            raise NotFound(f"no key is called {key_id!r}")
        key.revoked_at = key.revoked_at or front.clock()


def listed(front: Front, member_id: str | None = None) -> list[ApiKey]:
    """Keys without their secrets, of one member or of all."""
    with front.records.read() as session:
        return key_records.keys(session, member_id)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
