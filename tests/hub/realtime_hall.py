"""A hub with a bus feed and its messages (see `tests/feeds/realtime_town`), both opened by their holder."""

from __future__ import annotations

import atexit
import datetime as dt
import shutil
import tempfile
from functools import cache
from pathlib import Path

import hub.territory
from feeds.findings import Report
from feeds.gtfs.read import read
from feeds.reading import Reading
from hub.clock import FixedClock
from hub.fetch import Fetcher
from hub.records import Records
from hub.records import feeds as feed_records
from hub.records.feed_models import Source
from hub.records.models import Feed
from hub.released import Released
from hub.services.back import Back
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.signet import Signet
from hub.vault import Vault
from tests.feeds.realtime_town import AT, town

COMMONS = Path(hub.territory.__path__[0]) / "commons"
BUS, LIVE = "bus-hautes-combes", "bus-live"
_DATASET = """
bus-live:
  title: {fr: Autocars en temps réel, en: Coaches in real time}
  holder: cars-combes
  standard: gtfs-rt
  sensitivity: open
  licence: etalab-2.0
  territory: [hautes-combes]
"""


def documents(*, live: bool = True, **changes: str) -> dict[str, str]:
    """The demo's commons with the messages' feed, and the agreement that opens it, changed line by line."""
    files = read_folder(COMMONS)
    files["datasets.yaml"] += _DATASET
    if live:
        text = files["agreements/open-bus-hautes-combes.yaml"].replace(BUS, LIVE)
        for name, value in changes.items():
            text = "\n".join(f"{name}: {value}" if one.startswith(f"{name}:") else one for one in text.splitlines())
        files["agreements/open-bus-live.yaml"] = text
    return files


def hall(records: Records, folder: Path, *, at: dt.datetime = AT) -> Back:
    """The hub, with the first version of the schedule."""
    front = Front(records, Released(folder / "released"), FixedClock(at), public_url="https://hub.test")
    fetcher = Fetcher(most_bytes=1, most_s=1.0)
    back = Back(front, Vault(folder / "vault"), fetcher, timezone="Europe/Paris", signet=Signet(folder / "keys"))
    put_in_force(front, documents())
    add_schedule(back, "1" * 64)
    with records.write() as session:
        session.add(
            Source(slug=LIVE, standard="gtfs-rt", url="https://cars.example/rt", schedule=BUS, every_s=20, auth={},
                   registered_at=at)
        )  # fmt: skip
    return back


@cache
def _schedule() -> Reading:
    """The schedule, read once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="hub-realtime-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tables").mkdir()
    return read(town(folder / "town"), folder / "tables")


def add_schedule(back: Back, digest: str) -> None:
    """One more version of the schedule, its tables in the vault."""
    reading = _schedule()
    with back.vault.stage() as work:
        shutil.copytree(next(iter(reading.tables.values())).parent, work / "tables")
        back.vault.keep_tables(BUS, digest, work / "tables")
    with back.front.records.write() as session:
        feed = session.get(Feed, BUS) or Feed(slug=BUS, standard="gtfs", created_at=AT)
        session.add(feed)
        feed_records.add_version(
            session, feed, digest=digest, raw_digest=digest, source="town", at=AT, reading=reading, report=Report()
        )
