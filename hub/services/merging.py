"""Making one GTFS of several: of the feeds that are named, or of all open ones of each territory, to be published.

Publishing a merge needs the permit of every feed in it, once when it is begun and once in the turn that keeps it.
How it is read is said by `hub.services.basins`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feeds.errors import FeedError
from feeds.gtfs.merge import Merged, Publisher, merge
from feeds.reading import Limits
from governance.audiences import Audience
from governance.datasets import Standard
from governance.decision import Deny, Permit
from governance.request import Action, Request
from governance.world import World
from hub.errors import NotFound, Refused
from hub.records.models import Release
from hub.released import Stored
from hub.services.access import MERGED, Access, open_release
from hub.services.basins import newest
from hub.services.catalogue import OPEN_PURPOSE, file_of, is_open
from hub.services.commons import current_world
from hub.services.decisions import SECRETARIAT, decided_again, note, permitted, refuse
from hub.services.front import Front
from hub.services.keys import PUBLIC, Actor

#: The job that makes what is due.
JOB: Final = "merge"
PART: Final = "gtfs"


@dataclass(frozen=True, slots=True)
class Remade:
    """What came of one territory: the release that is there now, or why there is none."""

    territory: str
    release: Release | None
    is_new: bool = False
    why: str = ""


def merge_feeds(
    front: Front, slugs: Iterable[str], target: Path, *, actor: Actor = PUBLIC, limits: Limits | None = None
) -> Merged:
    """Merge the current versions of feeds into the file `target`, as far as `actor` may read each.

    Raises:
        NotFound: no such feed, or it has no good version that is released.
        Refused: one of them is sealed to this reader.
        FeedError: they cannot be one feed.
    """
    releases = {slug: file_of(front, slug, "archive", actor=actor) for slug in sorted(set(slugs))}
    opened = {slug: open_release(front, release.id, actor=actor) for slug, release in releases.items()}
    return _merged(front, opened, target, limits)


def merge_due(front: Front, work: Path, *, limits: Limits | None = None) -> list[Remade]:
    """Make the merge of each territory whose open feeds are not those of its newest one; `work` is an empty folder.

    A territory whose feeds cannot be one (several time zones), or of which one was closed meanwhile, is told with its
    reason, and the others go on.
    """
    world = current_world(front)
    territories = sorted({name for dataset in world.datasets.values() for name in dataset.territory})
    done = []
    for territory in territories:
        try:
            done.append(merge_territory(front, territory, work, limits=limits))
        except (FeedError, Refused) as fault:
            done.append(Remade(territory, None, why=str(fault)))
    return done


def merge_territory(front: Front, territory: str, work: Path, *, limits: Limits | None = None) -> Remade:
    """Make the merge of one territory anew, if its open feeds or their versions have changed.

    Raises:
        FeedError: its feeds cannot be one.
        Refused: one of them was closed while the merge was made.
    """
    inputs = _inputs(front, current_world(front), territory)
    if not inputs:
        return Remade(territory, None, why="no open GTFS feed of this territory is published")
    last = newest(front, territory)
    if last is not None and last.edition["inputs"] == {slug: one.id for slug, one in inputs.items()}:
        return Remade(territory, last)
    requests = [_publishing(front, slug) for slug in inputs]
    permits = [permitted(front, request) for request in requests]
    opened = {slug: open_release(front, one.id, actor=PUBLIC) for slug, one in inputs.items()}
    file = work / f"{hashlib.sha256(territory.encode()).hexdigest()[:16]}.zip"
    done = _merged(front, opened, file, limits)
    row = _row(territory, opened, done, front.released.put_file(file), front.clock())
    return Remade(territory, _keep(front, row, requests, permits), is_new=True)


def _inputs(front: Front, world: World, territory: str) -> dict[str, Release]:
    """The archive of the current version of each open GTFS feed of a territory, by slug."""
    found: dict[str, Release] = {}
    for slug, dataset in sorted(world.datasets.items()):
        is_wanted = territory in dataset.territory and dataset.standard is Standard.GTFS
        if not is_wanted or not is_open(world, slug, front.clock()):
            continue
        try:
            found[slug] = file_of(front, slug, "archive", actor=PUBLIC)
        except NotFound:  # taken in, and not published yet
            continue
    return found


def _publishing(front: Front, slug: str) -> Request:
    return Request(
        actor=SECRETARIAT,
        action=Action.PUBLISH_OPEN,
        subject=slug,
        audience=Audience.OPEN,
        purpose=OPEN_PURPOSE,
        at=front.clock(),
    )


def _merged(front: Front, opened: Mapping[str, Access], target: Path, limits: Limits | None) -> Merged:
    digests = {slug: str(access.release.edition.get("version", "")) for slug, access in opened.items()}
    return merge(
        {slug: access.path for slug, access in opened.items()},
        target,
        publisher=Publisher(current_world(front).basin.name.fr, front.public_url),
        digests={slug: digest for slug, digest in digests.items() if digest},
        limits=limits,
    )


def _row(territory: str, opened: Mapping[str, Access], done: Merged, stored: Stored, now: dt.datetime) -> Release:
    address = f"{MERGED}\0{territory}\0{now.isoformat()}\0{done.version}"
    return Release(
        id=hashlib.sha256(address.encode()).hexdigest()[:32],
        kind=MERGED,
        subject=territory,
        part=PART,
        version_id=None,
        audience=Audience.OPEN.value,
        edition={"inputs": {slug: one.release.id for slug, one in opened.items()}, "version": done.version},
        digest=stored.digest,
        size=stored.size,
        media_type="application/zip",
        file_name=f"{territory}-gtfs-{done.version}.zip",
        created_at=now,
        agreements=sorted({grant for access in opened.values() for grant in access.permit.grants.values()}),
        obligations={},
        facts={
            "licences": {slug: access.licence for slug, access in opened.items()},
            "stops": done.rows.get("stops", 0),
        },
    )


def _keep(front: Front, row: Release, requests: Sequence[Request], permits: Sequence[Permit]) -> Release:
    """Decide about every input once more in the turn that keeps the row: what closed meanwhile lets nothing out."""
    denied: tuple[Request, Deny] | None = None
    with front.records.write() as session:
        decisions = [
            (request, *decided_again(front, session, request, permit))
            for request, permit in zip(requests, permits, strict=True)
        ]
        denied = next(((one, decision) for one, _, decision in decisions if isinstance(decision, Deny)), None)
        if denied is None:
            session.add(row)
            for request, world, decision in decisions:
                note(session, request, decision, world=world, counts={"files": 1})
    if denied is not None:
        refuse(front, *denied)
    return row
