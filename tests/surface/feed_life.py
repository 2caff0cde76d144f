"""What is published of feeds besides their versions, and what becomes of them, with words and numbers planted in it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from google.transit.gtfs_realtime_pb2 import FeedMessage
from sqlalchemy.orm import Session

from feeds.findings import Report
from hub.records import sealing as sealing_records
from hub.records.feed_models import Delivery, Hook
from hub.records.models import Release
from hub.services import credentials, live, realtime_publishing
from hub.services.back import Back
from hub.services.realtime_pack import About, Against, packed
from tests.feeds.gbfs_of_each_version import system, written
from tests.hub.api import hall
from tests.hub.api.life import add_life
from tests.surface.scanning import Sentinel

OPEN_SYSTEM: Final = "combecycle"
OPEN_MESSAGE: Final = "bus-live"
TERRITORY: Final = "hautes-combes"
SYSTEM_WORD: Final = "SENTINEL-in-a-station-of-the-open-system"
MESSAGE_WORD: Final = "SENTINEL-in-a-trip-of-the-open-message"
HOSTS: Final = {"hook": "10.71.83.97", "rival hook": "10.71.83.98", "authority hook": "10.71.83.99"}
HOOK_SECRET: Final = "SENTINEL-in-what-is-sealed"
#: The hooks by what they are called here: id, member, channel.
HOOKS: Final[Mapping[str, tuple[str, str, str]]] = {
    "hook": ("7" * 16, "trottix", "webhook"),
    "mail hook": ("8" * 16, "trottix", "mail"),
    "rival hook": ("9" * 16, "glisse", "webhook"),
    "authority hook": ("a" * 16, "smhc", "webhook"),
}


def plant_life(back: Back) -> list[Sentinel]:
    """What became of the sealed feed, and hooks that all were told of it: when they still might, or never should."""
    at = back.front.clock()
    with back.front.records.write() as session:
        sealing_records.tell(session, back.opener.sealer(), at=at)
        happened = add_life(
            session,
            "mds-trottix",
            "mds",
            by="trottix",
            word=hall.WORD,
            number=hall.NUMBER,
            at=at - dt.timedelta(hours=1),
        )
        _plant_hooks(session, happened, at)
    credentials.put(back.front, "mds-trottix", "header", {"name": "X-Key"}, {"value": HOOK_SECRET})
    # Whoever knows the id of an e-mail hook may end it, so it is a secret too; it is in no address that is asked for.
    told = [Sentinel("hook", word=word) for word in (HOSTS["hook"], HOOKS["mail hook"][0])]
    return [*told, Sentinel("secret", word=HOOK_SECRET)]


def _plant_hooks(session: Session, happened: int, at: dt.datetime) -> None:
    sealer = sealing_records.sealer(session)
    for name, (hook_id, member, channel) in HOOKS.items():
        host = HOSTS.get(name, "")
        target = f"http://{host}:9/{HOOK_SECRET}" if channel == "webhook" else f"{HOOK_SECRET}@mail.test"
        session.add(
            Hook(
                id=hook_id,
                member=member,
                channel=channel,
                target=sealer.seal(target),
                shown=f"http://{host}:9/…" if channel == "webhook" else "S…@mail.test",
                secret=sealer.seal(f"whsec_{HOOK_SECRET}"),
                slugs=[],
                kinds=[],
                created_at=at - dt.timedelta(days=1),
            )
        )
        session.flush()
        tries = {"tries": 1, "next_at": at, "at": at, "status": 200}
        session.add(Delivery(hook=hook_id, happening=happened, round=1, state="delivered", **tries))
        if member != "trottix":
            # As if it had been asked for again while it was allowed.
            session.add(Delivery(hook=hook_id, happening=happened, round=2, state="waiting", tries=0, next_at=at))


def plant_system(back: Back) -> list[Sentinel]:
    """An open GBFS system that is published again."""
    bodies: dict[str, Any] = system("2.3")
    bodies["station_information"]["data"]["stations"][0]["name"] = SYSTEM_WORD
    documents = written(bodies)
    live.put(back, OPEN_SYSTEM, documents, at=back.front.clock(), ttls=dict.fromkeys(documents, 60.0))
    return [Sentinel("open system", word=SYSTEM_WORD)]


def plant_message(back: Back) -> list[Sentinel]:
    """The newest message of an open GTFS Realtime feed."""
    message = FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.timestamp = int(back.front.clock().timestamp())
    message.entity.add(id="1").trip_update.trip.trip_id = MESSAGE_WORD
    about = About(Against("bus-hautes-combes", 2, "1" * 64), Report(), message.header.timestamp)
    content = packed(message.SerializeToString(), about)
    realtime_publishing.publish(back, OPEN_MESSAGE, content, at=back.front.clock(), fresh_s=30.0)
    return [Sentinel("open message", word=MESSAGE_WORD)]


def merged(back: Back, archive: str, content: bytes) -> str:
    """The open timetables of the territory as one, which were made of one archive; answers with the release's id."""
    stored = back.front.released.put(content)
    made = Release(
        id=hashlib.sha256(b"merged").hexdigest()[:32],
        kind="merged",
        subject=TERRITORY,
        part="gtfs",
        version_id=None,
        audience="open",
        edition={"inputs": {"bus-hautes-combes": archive}, "version": "merged-1"},
        digest=stored.digest,
        size=stored.size,
        media_type="application/zip",
        file_name=f"{TERRITORY}-gtfs.zip",
        created_at=back.front.clock(),
        agreements=["open-bus-hautes-combes@1"],
        obligations={},
        facts={"licences": {"bus-hautes-combes": "etalab-2.0"}, "stops": 3},
    )
    with back.front.records.write() as session:
        session.add(made)
    return made.id
