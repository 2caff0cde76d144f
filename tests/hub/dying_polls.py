"""A hub with three polled feeds (a GBFS system, messages, a timetable), and their operator on loopback.

Each was polled once. Since then the operator says something else, and a job for the next poll of each waits in a copy
of the hub of its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import select

from hub.bootstrap import back_office
from hub.records import held as held_records
from hub.records import jobs as job_records
from hub.records import live as live_records
from hub.records.feed_models import Fetch, Source
from hub.records.models import Job
from hub.services import archive, history, registry
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.keys import PUBLIC
from hub.services.live_shelf import Shelf
from hub.services.polling.documents import Shelf as Kept
from hub.services.polling.poll import poll
from hub.services.realtime import ARCHIVE, last_message
from hub.services.realtime_reading import open_message
from hub.services.registry_entries import Wanted
from hub.settings import Settings
from tests.feeds.realtime_town import message
from tests.hub.live_town import SLUG as SYSTEM
from tests.hub.live_town import snapshot
from tests.hub.realtime_hall import BUS, LIVE, documents
from tests.hub.test_bad_input import town, zipped

BEFORE = dt.datetime(2026, 9, 14, 6, 6, tzinfo=dt.UTC)
NOW = BEFORE + dt.timedelta(minutes=10)
#: What the operator's system has of bikes, in each of its files, before and after.
OLD_NUMBER, NEW_NUMBER = 3, 7


@dataclass
class Operator:
    """What it answers with, by path."""

    base: str = ""
    said: dict[str, bytes] = field(default_factory=dict)

    def says(self, number: int, at: dt.datetime, folder: Path) -> None:
        """Everything of this number, as it is at an instant."""
        files = dict(snapshot(number))
        feeds = [{"name": name, "url": f"{self.base}/{name}.json"} for name in files if name != "gbfs"]
        head = {"last_updated": int(at.timestamp()), "ttl": 60, "version": "2.3"}
        files["gbfs"] = json.dumps({**head, "data": {"fr": {"feeds": feeds}}}).encode()
        stops = str(town()["stops.txt"]).replace("Station", f"Station {number}")
        self.said = {
            **{f"/{name}.json": content for name, content in files.items()},
            "/rt": message(at=int(at.timestamp())).SerializeToString(),
            "/gtfs.zip": zipped(folder / f"{number}.zip", town(stops=stops)).read_bytes(),
        }


@contextmanager
def operator() -> Iterator[Operator]:
    """Such a server."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = serving.said[self.path]
            self.send_response(200)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()[:16]}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except ConnectionError:
                return  # who asked is dead

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    serving = Operator(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def office(home: Path, now: dt.datetime) -> Back:
    return back_office(Settings(home=home, now=now, allow_private_addresses=True))


#: The feeds: standard and path. The timetable is not open, so that nothing of it is published.
FEEDS: Mapping[str, tuple[str, str]] = {
    SYSTEM: ("gbfs", "gbfs.json"),
    LIVE: ("gtfs-rt", "rt"),
    BUS: ("gtfs", "gtfs.zip"),
}


def polled_once(home: Path, served: Operator) -> Path:
    """The hub, each of its feeds polled once; the operator says something else now."""
    back = office(home, BEFORE)
    back.front.records.upgrade()
    files = documents()
    del files["agreements/open-bus-hautes-combes.yaml"]
    put_in_force(back.front, files)
    served.says(OLD_NUMBER, BEFORE, home)
    for slug, (standard, name) in FEEDS.items():
        every_s = 60 if standard == "gtfs-rt" else None
        registry.add(back.front, slug, Wanted(url=f"{served.base}/{name}", standard=standard, every_s=every_s))
        poll(back, slug)
    served.says(NEW_NUMBER, NOW, home)
    back.front.records.close()
    return home


def with_a_job(ready: Path, home: Path, slug: str) -> Path:
    """A copy of that hub, with a job to poll one of its feeds."""
    shutil.copytree(ready, home)
    back = office(home, NOW)
    with back.front.records.write() as session:
        job_records.add(session, job_records.POLL, {"slug": slug}, at=NOW)
    back.front.records.close()
    return home


def seen_of_the_system(back: Back) -> int:
    """The number that everybody reads of the system, which each of its files must have."""
    found = Shelf(back.front).for_everybody(SYSTEM)
    assert found is not None
    numbers = set()
    for address, key, name in (
        ("3.0/station_status", "stations", "num_vehicles_available"),
        ("3.0/station_information", "stations", "capacity"),
        ("2.3/station_information", "stations", "capacity"),
        ("2.3/free_bike_status", "bikes", "current_range_meters"),
    ):
        ready = found.file(address, at=back.front.clock(), gzip=False)
        assert ready is not None
        numbers.add(json.loads(ready.body)["data"][key][0][name])
    (number,) = numbers
    assert isinstance(number, int | float)
    return int(number)


def seen_of_the_messages(back: Back, served: Operator, old: bytes) -> int:
    """Which message everybody reads: the old one whole, or the new one."""
    content = open_message(back.front, LIVE, actor=PUBLIC).opened.content
    assert content in (old, served.said["/rt"])
    return OLD_NUMBER if content == old else NEW_NUMBER


def no_row_may_lie(back: Back, served: Operator, slug: str) -> None:
    """What is held are bytes that are here; each row of a request says what the server gave."""
    with back.front.records.read() as session:
        held = held_records.held(session, slug)
        fetches = list(session.scalars(select(Fetch).where(Fetch.slug == slug, Fetch.at >= NOW)))
    assert held
    kept = Kept.open(back, slug).kept if slug == SYSTEM else {"": last_message(back, slug)}
    for name, row in held.items():
        content = back.vault.raw(row.digest).read_bytes() if slug == BUS else kept[name]
        assert content is not None
        assert hashlib.sha256(content).hexdigest() == row.digest, f"{name} is held, and not here"
        assert content in served.said.values()
    given = {hashlib.sha256(content).hexdigest() for content in served.said.values()}
    assert {row.digest for row in fetches if row.outcome == "full"} <= given
    assert fetches


def must_be_settled(back: Back, slug: str, at: dt.datetime) -> None:
    """The job is done, and the feed is due again, later."""
    with back.front.records.read() as session:
        (job,) = session.scalars(select(Job))
        source = session.get_one(Source, slug)
    assert (job.state, job.error) == ("done", "")
    assert source.failures == 0
    assert source.due_at is not None
    assert source.due_at > at


def live_objects(back: Back, slug: str) -> set[str]:
    """The names of the published objects; that of the row is among them."""
    folder = back.front.released.root / "live" / slug
    found = {path.name for path in folder.glob("[0-9a-f][0-9a-f]/*")}
    with back.front.records.read() as session:
        row = live_records.live(session, slug)
    assert row is not None
    assert row.digest in found
    return found


def polls_in_history(back: Back, slug: str) -> list[dt.datetime]:
    """The instants of the polls that are remembered of a feed, in order."""
    kind = ARCHIVE if slug == LIVE else history.KIND
    found: list[dt.datetime] = []
    for hour in archive.hours(back, kind, slug, NOW.date()):
        table = archive.read(hour, archive.POLLS)
        found += table[archive.AT].to_pylist() if table is not None else []
    return found
