"""What the hub tells of its feeds in the shapes of other catalogues: mobilityDCAT-AP and DMFR. Open feeds alone.

Of a feed that is not open its catalogue entry says all that may be said; these shapes ask for sizes and dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from feeds.catalogues import dmfr
from feeds.catalogues.addresses import may_be_told
from feeds.catalogues.offer import Known, Offer, OfferedFeed, Words
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.parties import Kind
from governance.world import World
from hub.errors import NotFound
from hub.records import feeds as feed_records
from hub.records import releases as release_records
from hub.records.models import Feed, Release, Version
from hub.services.catalogue import is_open
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.registry import where
from hub.services.registry_entries import Registered

#: How often a feed of each standard is looked for where nothing else is registered, in seconds.
USUAL_S: Final = {"gtfs": 86_400, "gtfs-rt": 60, "gbfs": 60, "mds": 3_600}
ARCHIVE: Final = "archive"


def offer(front: Front) -> Offer:
    """What everybody can have, as a catalogue tells it.

    Raises:
        Conflict: no commons was loaded yet.
    """
    world = current_world(front)
    name = world.basin.name
    with front.records.read() as session:
        feeds = tuple(_offered(session, world, slug) for slug in _open_with_archive(session, world, front.clock()))
    return Offer(
        base=front.public_url.rstrip("/"),
        title=Words(f"Commun de données de mobilité : {name.fr}", f"Mobility data commons: {name.en}"),
        description=Words(
            f"Données de mobilité ouvertes de {name.fr}, avec leurs versions, contrôles et statistiques.",
            f"Open mobility data of {name.en}, with their versions, checks and statistics.",
        ),
        publisher=_secretariat(world),
        place=Known(world.basin.id, _words(name)),
        feeds=feeds,
    )


def told(front: Front) -> list[dmfr.Told]:
    """The open feeds as DMFR lists them: at their source where that may be told, else at this hub.

    Raises:
        Conflict: no commons was loaded yet.
    """
    world, at = current_world(front), front.clock()
    with front.records.read() as session:
        open_ones = [slug for slug in sorted(world.datasets) if is_open(world, slug, at)]
        entries = [_told(session, world, slug, base=front.public_url.rstrip("/")) for slug in open_ones]
    return [one for one in entries if one is not None]


def _offered(session: Session, world: World, slug: str) -> OfferedFeed:
    dataset, place = world.datasets[slug], where(session, slug)
    current, archive = _current(session, slug)
    return OfferedFeed(
        slug=slug,
        title=_words(dataset.title),
        standard=dataset.standard.value,
        standard_version=current.standard_version,
        publisher=_member(world, dataset.holder),
        licence=dataset.licence,
        places=tuple(_place(world, one) for one in sorted(dataset.territory)),
        every_s=_every_s(place),
        issued=feed_records.versions(session, slug, most=None)[-1].ingested_at,
        modified=current.ingested_at,
        version=current.number,
        media_type=archive.media_type,
        size=archive.size,
        names=place.names if place is not None else (),
    )


def _told(session: Session, world: World, slug: str, *, base: str) -> dmfr.Told | None:
    dataset, place = world.datasets[slug], where(session, slug)
    url = place.url if place is not None and not place.has_credential and may_be_told(place.url) else ""
    if not url and not _has_archive(session, slug):
        return None
    names = place.names if place is not None else ()
    onestop = next((name.id for name in names if name.by == "onestop"), "")
    identifier, _, key = onestop.partition("#")
    keys = dmfr.URLS[dataset.standard.value]
    return dmfr.Told(
        # Of a real-time feed whose three addresses are three feeds here, each keeps a name of its own.
        id=identifier if identifier and not key else slug,
        standard=dataset.standard.value,
        name=dataset.title.en,
        urls=((key if key in keys else keys[0], url or f"{base}/api/v1/feeds/{slug}/files/{ARCHIVE}"),),
        licence=dataset.licence,
        supersedes=place.superseded if place is not None else (),
    )


def _open_with_archive(session: Session, world: World, at: dt.datetime) -> Iterator[str]:
    return (slug for slug in sorted(world.datasets) if is_open(world, slug, at) and _has_archive(session, slug))


def _has_archive(session: Session, slug: str) -> bool:
    try:
        _current(session, slug)
    except NotFound:
        return False
    return True


def _current(session: Session, slug: str) -> tuple[Version, Release]:
    """The current version of an open feed and its published archive.

    Raises:
        NotFound: there is none.
    """
    feed = session.get(Feed, slug)
    current = session.get(Version, feed.current_id) if feed is not None and feed.current_id is not None else None
    if current is None:
        raise NotFound(f"feed {slug!r} has no good version")
    return current, release_records.part_of_version(session, current.id, ARCHIVE, audience=Audience.OPEN.value)


def _every_s(place: Registered | None) -> int | None:
    return None if place is None else place.every_s or USUAL_S[place.standard]


def _member(world: World, member: str) -> Known:
    found = world.members.get(member)
    return Known(member, _words(found.name) if found is not None else Words(member, member))


def _secretariat(world: World) -> Known:
    # Who runs the hub on the members' behalf; a commons that named none speaks for itself.
    found = next((one for _, one in sorted(world.members.items()) if one.kind is Kind.SECRETARIAT and one.active), None)
    return Known(found.id, _words(found.name)) if found else Known(world.basin.id, _words(world.basin.name))


def _place(world: World, territory: str) -> Known:
    if territory == world.basin.id:
        return Known(territory, _words(world.basin.name))
    return Known(territory, Words(territory, territory))


def _words(sentence: Sentence) -> Words:
    return Words(sentence.fr, sentence.en)
