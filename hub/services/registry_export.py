"""What the hub tells of its feeds in the shapes of other catalogues: mobilityDCAT-AP and DMFR. Open feeds alone.

Of a feed that is not open its catalogue entry says all that may be said; these shapes ask for sizes and dates.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from feeds.catalogues import dmfr
from feeds.catalogues.addresses import may_be_told
from feeds.catalogues.offer import Known, LiveDocument, Offer, OfferedFeed, Words
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.datasets import Standard
from governance.parties import Kind
from governance.world import World
from hub.errors import NotFound
from hub.records import feeds as feed_records
from hub.records import releases as release_records
from hub.records.feed_models import Source
from hub.records.models import Feed, Release, Version
from hub.services.catalogue import is_open
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.live_offered import documents, manifest_address, offered_live
from hub.services.polling.rhythm import USUAL_S
from hub.services.registry import where
from hub.services.registry_entries import Registered, world_or_none

ARCHIVE: Final = "archive"
_GBFS: Final = "gbfs"


def offer(front: Front) -> Offer:
    """What everybody can have, as a catalogue tells it: archives of versions, and what is published live.

    Raises:
        Conflict: no commons was loaded yet.
    """
    world, at = current_world(front), front.clock()
    name = world.basin.name
    with front.records.read() as session:
        found = [_offered(front, session, world, slug, at) for slug in _open(world, at)]
    feeds = tuple(one for one in found if one is not None)
    return Offer(
        base=front.public_url.rstrip("/"),
        title=Words(f"Commun de données de mobilité : {name.fr}", f"Mobility data commons: {name.en}"),
        description=Words(
            f"Données de mobilité ouvertes de {name.fr}, avec leurs versions, contrôles et statistiques.",
            f"Open mobility data of {name.en}, with their versions, checks and statistics.",
        ),
        publisher=_secretariat(world),
        place=Known(world.basin.id, _words(name)),
        country=front.country,
        feeds=feeds,
        manifest=manifest_address(front) if any(one.live and one.standard == _GBFS for one in feeds) else "",
    )


def told(front: Front) -> list[dmfr.Told]:
    """The open feeds as DMFR lists them: at this hub where they are published live, so that their operators are
    shielded; else at their source where that may be told; else at this hub again.

    Raises:
        Conflict: no commons was loaded yet.
    """
    world, at = current_world(front), front.clock()
    with front.records.read() as session:
        entries = [_told(front, session, world, slug, at) for slug in _open(world, at)]
    return [one for one in entries if one is not None]


def live_of(front: Front) -> dict[str, list[str]]:
    """Where everybody reads what each feed says now, by slug; empty before there is a commons."""
    world, at = world_or_none(front), front.clock()
    if world is None:
        return {}
    with front.records.read() as session:
        found = {slug: documents(front, session, world, slug, at) for slug in _open(world, at)}
    return {slug: [one.url for one in live] for slug, live in found.items() if live}


def _offered(front: Front, session: Session, world: World, slug: str, at: dt.datetime) -> OfferedFeed | None:
    dataset, place = world.datasets[slug], where(session, slug)
    current, live = _current(session, slug), documents(front, session, world, slug, at)
    if current is None and not live:
        return None
    issued, modified = _instants(session, world, slug, at)
    version, archive = current if current is not None else (None, None)
    return OfferedFeed(
        slug=slug,
        title=_words(dataset.title),
        standard=dataset.standard.value,
        standard_version=version.standard_version if version is not None else "",
        publisher=_member(world, dataset.holder),
        licence=dataset.licence,
        places=tuple(_place(world, one) for one in sorted(dataset.territory)),
        every_s=_every_s(place),
        issued=issued,
        modified=modified,
        version=version.number if version is not None else None,
        media_type=archive.media_type if archive is not None else "",
        size=archive.size if archive is not None else 0,
        names=place.names if place is not None else (),
        live=live,
    )


def _instants(session: Session, world: World, slug: str, at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Since when there is something of a feed, and when it last changed."""
    current, versions = _current(session, slug), feed_records.versions(session, slug, most=None)
    if current is not None:
        return versions[-1].ingested_at, current[0].ingested_at
    row, source = offered_live(session, world, slug, at), session.get(Source, slug)
    # What is live changes with each poll: to the day is enough, and the same catalogue is the same bytes for so long.
    today = (row.at if row is not None else at).astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    issued = min(source.registered_at, today) if source is not None else today
    return issued, today


def _told(front: Front, session: Session, world: World, slug: str, at: dt.datetime) -> dmfr.Told | None:
    dataset, place = world.datasets[slug], where(session, slug)
    url = _told_at(front, session, slug, place, documents(front, session, world, slug, at))
    if not url:
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
        urls=((key if key in keys else keys[0], url),),
        licence=dataset.licence,
        supersedes=place.superseded if place is not None else (),
    )


def _told_at(
    front: Front, session: Session, slug: str, place: Registered | None, live: tuple[LiveDocument, ...]
) -> str:
    if live:
        return live[0].url
    if place is not None and not place.has_credential and may_be_told(place.url):
        return place.url
    feed = session.get(Feed, slug)
    # The archive of a GBFS system is no discovery document, and a catalogue that called it one would lead nowhere.
    if _current(session, slug) is None or feed is None or feed.standard == Standard.GBFS:
        return ""
    return f"{front.public_url.rstrip('/')}/api/v1/feeds/{slug}/files/{ARCHIVE}"


def _open(world: World, at: dt.datetime) -> list[str]:
    return [slug for slug in sorted(world.datasets) if is_open(world, slug, at)]


def _current(session: Session, slug: str) -> tuple[Version, Release] | None:
    """The current version of an open feed and its published archive; None where there is none."""
    feed = session.get(Feed, slug)
    current = session.get(Version, feed.current_id) if feed is not None and feed.current_id is not None else None
    if current is None:
        return None
    try:
        return current, release_records.part_of_version(session, current.id, ARCHIVE, audience=Audience.OPEN.value)
    except NotFound:
        return None


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
