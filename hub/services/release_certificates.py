"""A release's certificate, and each contributor's own salt: what a holder needs to check what was done with its data.

Readers of a release get its certificate by the same decision. Contributors get it without: it holds no number of the
release, and they verify by it that their records went in as they gave them. A salt is told to its own holding alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from governance.world import World
from hub.errors import NotFound, Refused
from hub.records import releases as release_records
from hub.records.models import Release, ReleaseSalt
from hub.services.access import CUBE, open_release
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.trail import reading_member

_NOT_YOURS = {
    "code": "certificate.not_a_contributor",
    "clause": "member",
    "sentence_fr": "Aucune donnée de ce membre n'est dans cette publication.",
    "sentence_en": "No records of this member are in this release.",
    "next_fr": "Utiliser la clé d'un détenteur dont les données y sont.",
    "next_en": "Use the key of a holder whose records are in it.",
}


@dataclass(frozen=True, slots=True)
class OwnSalt:
    """What opens the commitment to a holding's contributions: 32 bytes in hexadecimal."""

    release: str
    holding: str
    salt: str


def certificate(front: Front, release_id: str, *, actor: Actor, purpose: str | None = None) -> bytes:
    """The certificate's file.

    Raises:
        NotFound: no such release, or it was made before releases had certificates.
        Refused: neither a reader of the release nor one of its contributors.
    """
    release = _joint(front, release_id)
    if _holding(current_world(front), release, actor) is None:
        open_release(front, release_id, actor=actor, purpose=purpose)
    return front.released.read(release.facts["certificate"])


def own_salt(front: Front, release_id: str, *, actor: Actor) -> OwnSalt:
    """The salt of the reader's own holding.

    Raises:
        NotFound: no such release, or it was made before releases had certificates.
        Refused: no key of an active member, or none of its records are in the release.
    """
    reading_member(front, actor)
    release = _joint(front, release_id)
    holding = _holding(current_world(front), release, actor)
    if holding is None:
        raise Refused(_NOT_YOURS["sentence_en"], [_NOT_YOURS])
    with front.records.read() as session:
        row = session.get(ReleaseSalt, (release.id, holding))
    if row is None:
        raise NotFound("no salt of this holding is kept for this release")
    return OwnSalt(release.id, holding, row.salt)


def _joint(front: Front, release_id: str) -> Release:
    with front.records.read() as session:
        release = release_records.release(session, release_id)
    if release.kind != CUBE or "certificate" not in release.facts:
        raise NotFound("this release has no certificate")
    return release


def _holding(world: World, release: Release, actor: Actor) -> str | None:
    """The reader's holding, if records of it were joined; None if not."""
    member = world.members.get(actor.member_id or "")
    if member is None or not member.active or "read" not in actor.scopes:
        return None
    # By the holding that was joined, never by who holds the dataset today: it may have gone to a competitor since.
    return member.holding if member.holding in release.obligations["holdings"].values() else None
