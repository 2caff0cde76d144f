"""Let out what a holder opened: the archive as it came, its statistics, its map layers. After a decision, audited.

Only datasets that are open to everyone, or to every member that is known (the identified tier), pass
`governance.decide`; for all others there is nothing to publish, and asking leaves a denial in the log.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from governance.audiences import Audience
from governance.decision import Deny, Permit
from governance.request import Action, Request
from governance.world import World
from hub.errors import Conflict, Refused
from hub.records import releases as release_records
from hub.records.models import Release, Version
from hub.released import Stored
from hub.services import manifest
from hub.services.back import Back
from hub.services.catalogue import OPEN_PURPOSE, published_for
from hub.services.commons import current_world
from hub.services.decisions import SECRETARIAT, decided_again, note, permitted, refuse
from hub.services.identified import purposes_of
from hub.services.ingest import Ingested
from hub.services.live_pushed import put_pushed
from hub.services.manifest import Manifest
from hub.services.standards import STANDARDS

if TYPE_CHECKING:
    from hub.services.parts import Part


@dataclass(frozen=True, slots=True)
class _Kept:
    part: Part
    stored: Stored


def publish_version(back: Back, version: Version) -> list[Release]:
    """Publish a version of an open feed; answers with its releases, those that were there already included.

    What is published, and of which standard it is, is read from the vault: the records are written by the web too.

    Raises:
        Refused: the dataset is not open, or no agreement in force opens it.
        Conflict: it is operator data, whatever the records say.
    """
    account = manifest.read(back.vault, version.feed_slug, version.digest)
    if STANDARDS[account.standard].sensitive:
        raise Conflict(f"{version.feed_slug} is operator data: it leaves only as joint releases")
    world, at = current_world(back.front), back.front.clock()
    audience = published_for(world, version.feed_slug, at)
    with back.front.records.read() as session:
        there = _there(session, version, audience)
    if there:
        return there
    request = _question(world, version.feed_slug, audience, at)
    permit = permitted(back.front, request)
    with back.vault.stage() as work:
        kept = list(_keep(back, version, account, work))
    rows = [_row(version, one, request, permit) for one in kept]
    with back.front.records.write() as session:
        there = _there(session, version, audience)
        if there:  # another process published this version meanwhile
            return there
        world, decision = decided_again(back.front, session, request, permit)
        if isinstance(decision, Permit):
            session.add_all(rows)
            note(session, request, permit, world=world, counts={"files": len(rows)})
    if isinstance(decision, Deny):
        refuse(back.front, request, decision)
    return rows


def _question(world: World, slug: str, audience: Audience, at: dt.datetime) -> Request:
    is_open = audience is Audience.OPEN
    return Request(
        actor=SECRETARIAT,
        action=Action.PUBLISH_OPEN,
        subject=slug,
        audience=audience,
        purpose=OPEN_PURPOSE if is_open else purposes_of(world, slug, at)[0],
        at=at,
    )


def _there(session: Session, version: Version, audience: Audience) -> list[Release]:
    return release_records.releases(session, kind="open", version_id=version.id, audiences=[audience.value])


def publish_if_open(back: Back, done: Ingested) -> list[Release] | str:
    """Publish what was just taken in; where it may not be published, answer with the sentence that says why."""
    if STANDARDS[done.manifest.standard].sensitive:
        return "sealed: operator data leaves only as joint releases"
    try:
        return publish_version(back, done.version)
    except (Refused, Conflict) as refusal:
        return f"kept, nothing published: {refusal}"
    finally:
        put_pushed(back, done.version, done.manifest)  # it withdraws, too, what may be read no more


def _keep(back: Back, version: Version, account: Manifest, work: Path) -> Iterator[_Kept]:
    from hub.services.parts import parts  # noqa: PLC0415 - it loads map libraries, which readers need not wait for

    for part in parts(back, version, account, work):
        back.progress(f"publishing {part.name}", 0, 0)
        yield _Kept(part, back.front.released.put_file(part.path))


def _row(version: Version, one: _Kept, request: Request, permit: Permit) -> Release:
    address = f"{request.audience}\0{version.feed_slug}\0{version.digest}\0{one.part.name}"
    return Release(
        id=hashlib.sha256(address.encode()).hexdigest()[:32],
        kind="open",
        subject=version.feed_slug,
        part=one.part.name,
        version_id=version.id,
        audience=request.audience.value,
        edition={"version": version.digest},
        digest=one.stored.digest,
        size=one.stored.size,
        media_type=one.part.media_type,
        file_name=f"{version.feed_slug}-{one.part.name}-v{version.number}{one.part.suffix}",
        created_at=request.at,
        agreements=sorted(permit.grants.values()),
        obligations=dict(permit.obligations.plain()),
        facts={"rows": one.part.rows} if one.part.rows is not None else {},
    )
