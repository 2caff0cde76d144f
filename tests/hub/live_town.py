"""A hub that publishes a GBFS system again, and an operator's server that counts what it is asked."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import hub.territory
from feeds.gbfs.conversion import Known
from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.services import live
from hub.services.back import Back
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.live import Placed
from hub.settings import Settings
from tests.feeds.gbfs_of_each_version import system, written

NOW = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)
SLUG = "combecycle"
TTL_S = 60
KNOWN = Known(feed_contact_email="hub@hub.test", timezone="Europe/Paris")
COMMONS = Path(hub.territory.__path__[0]) / "commons"
AGREEMENT = "agreements/open-combecycle.yaml"


def town(front: Front, folder: Path) -> Back:
    """A back office around a front office whose records are at the newest migration; the demo's commons in force."""
    back = replace(back_office(Settings(home=folder / "home")), front=front)
    put_in_force(front, read_folder(COMMONS))
    return back


def restated(front: Front, **changes: str) -> None:
    """Put the documents in force again with other lines of the system's agreement."""
    files = read_folder(COMMONS)
    lines = files[AGREEMENT].splitlines()
    for old, new in changes.items():
        assert any(line.startswith(f"{old}:") for line in lines), old
        lines = [f"{old}: {new}" if line.startswith(f"{old}:") else line for line in lines]
    put_in_force(front, {**files, AGREEMENT: "\n".join(lines)})


IDENTIFIED = {"tier": "identified", "audience": "[identified]", "recipient": "[members]", "purpose": "[research]"}


def snapshot(number: int = 5, version: str = "2.3") -> dict[str, bytes]:
    """The system's documents; `number` is in each of three files, so that a mixture of two would be seen."""
    bodies = system(version)
    bodies["station_status"]["data"]["stations"][0]["num_bikes_available"] = number
    bodies["station_information"]["data"]["stations"][0]["capacity"] = number
    bodies["free_bike_status"]["data"]["bikes"][0]["current_range_meters"] = number
    return written(bodies)


def put(back: Back, documents: Mapping[str, bytes], *, at: dt.datetime | None = None, ttl_s: float = TTL_S) -> Placed:
    """Publish documents that came at this moment."""
    at = at or back.front.clock()
    return live.put(back, SLUG, documents, at=at, ttls=dict.fromkeys(documents, ttl_s), known=KNOWN)


def move(front: Front, seconds: float) -> None:
    """Let the hub's clock go on."""
    assert isinstance(front.clock, FixedClock)
    front.clock.now += dt.timedelta(seconds=seconds)


class Operator:
    """The operator's own server: it answers with what it holds and counts how often each file was asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.documents: Mapping[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, name: str) -> bytes:
        """The file of that name, counted."""
        with self._lock:
            self.asked[name] += 1
        return self.documents[name]


@contextmanager
def operator() -> Iterator[Operator]:
    """Such a server on loopback."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = serving.answer(self.path.removeprefix("/").removesuffix(".json"))
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

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


def read(body: bytes) -> dict[str, object]:
    """A document."""
    found: dict[str, object] = json.loads(body)
    return found
