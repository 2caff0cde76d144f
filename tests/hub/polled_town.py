"""A hub that asks a GBFS system on loopback, which says what it is told to say and counts how often it was asked."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import select

from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.records import feeds as feed_records
from hub.records.feed_models import Fetch, Source
from hub.records.models import Feed
from hub.services import registry
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.registry_entries import Wanted
from hub.settings import Settings
from tests.hub.joint_town import commons

NOON = dt.datetime(2026, 9, 15, 12, tzinfo=dt.UTC)
#: A GBFS system of the demo's commons, which everybody may read.
SLUG = "combecycle"


@dataclass
class Operator:
    """A GBFS 2.3 system on loopback: what it says, with which ttl, and how often each file was asked for."""

    base: str = ""
    bikes: int = 3
    said_at: int = int(NOON.timestamp())
    ttl: dict[str, int] = field(default_factory=lambda: {"station_status": 30})
    broken: dict[str, bytes] = field(default_factory=dict)
    name: str = "Combecycle"
    asked: Counter[str] = field(default_factory=Counter)
    tags: bool = False
    #: Files for which it is asked too often, and the seconds after which it wants to be asked again.
    later: dict[str, int] = field(default_factory=dict)

    def document(self, name: str) -> bytes:
        if name in self.broken:
            return self.broken[name]
        said: dict[str, dict[str, object]] = {
            "gbfs": {"fr": {"feeds": [{"name": one, "url": f"{self.base}/{one}.json"} for one in self.files]}},
            "system_information": {
                "system_id": "combecycle", "language": "fr", "name": self.name, "timezone": "Europe/Paris"
            },
            "station_information": {
                "stations": [{"station_id": "A", "name": "Gare", "lat": 45.07, "lon": 5.6, "capacity": 10}]
            },
            "station_status": {"stations": [self.status]},
        }  # fmt: skip
        ttl = self.ttl.get(name, 3600)
        return json.dumps({"last_updated": self.said_at, "ttl": ttl, "version": "2.3", "data": said[name]}).encode()

    @property
    def files(self) -> tuple[str, ...]:
        return ("system_information", "station_information", "station_status")

    @property
    def status(self) -> dict[str, object]:
        return {
            "station_id": "A",
            "num_bikes_available": self.bikes,
            "num_docks_available": 10 - self.bikes,
            "is_installed": True,
            "is_renting": True,
            "is_returning": True,
            "last_reported": self.said_at,
        }


@contextmanager
def operator_on_loopback() -> Iterator[Operator]:
    """Such a system."""
    said = Operator()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0].strip("/").removesuffix(".json")
            said.asked[name] += 1
            if name in said.later:
                self.send_response(429)
                self.send_header("Retry-After", str(said.later[name]))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = said.document(name)
            tag = f'"{hash(content)}"'
            if said.tags and self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200 if content else 500)
            self.send_header("Content-Length", str(len(content)))
            if said.tags:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        said.base = f"http://127.0.0.1:{server.server_port}"
        yield said
        server.shutdown()
        thread.join()


@contextmanager
def asking_hub(folder: Path) -> Iterator[Back]:
    """A back office of a hub in which the demo's commons are in force."""
    made = back_office(Settings(home=folder / "home", now=NOON, allow_private_addresses=True))
    made.front.records.upgrade()
    put_in_force(made.front, commons())
    yield made
    made.front.records.close()


def at(back: Back, seconds: float) -> Back:
    return replace(back, front=replace(back.front, clock=FixedClock(NOON + dt.timedelta(seconds=seconds))))


def registered(back: Back, operator: Operator) -> None:
    registry.add(back.front, SLUG, Wanted(url=f"{operator.base}/gbfs.json", standard="gbfs"))


def source(back: Back) -> Source:
    with back.front.records.read() as session:
        return session.get_one(Source, SLUG)


def rows(back: Back, slug: str = SLUG) -> list[Fetch]:
    with back.front.records.read() as session:
        return list(session.scalars(select(Fetch).where(Fetch.slug == slug).order_by(Fetch.id)))


def versions(back: Back) -> list[int]:
    with back.front.records.read() as session:
        return [] if session.get(Feed, SLUG) is None else [one.number for one in feed_records.versions(session, SLUG)]
