"""The shield of GTFS Realtime: answers from one core, and one request to the operator an interval, whoever reads.

The feed is polled as in service: the scheduler's question for what is due, and two workers that claim its jobs.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Final

from google.transit.gtfs_realtime_pb2 import FeedMessage

from benchmarks.row import Row
from benchmarks.web_hub import WebHub, demo_documents, measured, web_hub
from hub.jobs.worker import run_one
from hub.records import live as live_records
from hub.services import registry
from hub.services.back import Back
from hub.services.polling.due import enqueue_due
from hub.services.registry_entries import Wanted

_SLUG: Final = "bus-live"
#: The shortest interval at which the poller asks for messages, and over how many of them the requests are counted.
_EVERY_S, _INTERVALS, _VEHICLES = 20, 3, 300
_DATASET: Final = f"""{_SLUG}:
  title: {{fr: Bus, en: Buses}}
  holder: cars-combes
  standard: gtfs-rt
  sensitivity: open
  licence: etalab-2.0
  territory: [hautes-combes]
"""


@dataclass(slots=True)
class _Operator:
    port: int
    asked: list[float] = field(default_factory=list)


def rows() -> list[Row]:
    """The message, and a 304, each beside the generator's ceiling on the same answer."""
    path = f"/api/v1/feeds/{_SLUG}/realtime"
    with tempfile.TemporaryDirectory() as folder, _operator() as operator, web_hub(Path(folder), _documents()) as hub:
        registry.add(hub.back.front, _SLUG, _wanted(operator))
        with _polling(hub.back):
            _wait_for_the_first(hub)
            found = [
                measured("shield: the newest GTFS-RT message", hub, path, {}),
                measured("shield: the same, not modified (304)", hub, path, {"If-None-Match": "*"}),
            ]
            time.sleep(max(0.0, operator.asked[0] + (_INTERVALS + 0.5) * _EVERY_S - time.monotonic()))
        gaps = [later - sooner for sooner, later in pairwise(operator.asked)]
    # A request is some hundredths of a second on its way, one more and one less; a busy machine is late at some.
    if len(gaps) < _INTERVALS or min(gaps) < _EVERY_S - 0.5 or max(gaps) > 1.5 * _EVERY_S:
        raise RuntimeError(f"more or less than one request an interval: {gaps} s apart")
    told = ", ".join(f"{gap:.1f}" for gap in gaps)
    return [replace(row, note=f"{row.note}; operator asked once each {_EVERY_S} s ({told} s apart)") for row in found]


def _wanted(operator: _Operator) -> Wanted:
    return Wanted(url=f"http://127.0.0.1:{operator.port}/rt", standard="gtfs-rt", every_s=_EVERY_S)


def _documents() -> dict[str, str]:
    files = demo_documents()
    agreement = files["agreements/open-bus-hautes-combes.yaml"].replace("bus-hautes-combes", _SLUG)
    return {"datasets.yaml": files["datasets.yaml"] + _DATASET, f"agreements/open-{_SLUG}.yaml": agreement}


@contextmanager
def _operator() -> Iterator[_Operator]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            operator.asked.append(time.monotonic())
            content = _message()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    operator = _Operator(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield operator
    finally:
        server.shutdown()
        server.server_close()


def _message() -> bytes:
    """Some hundred vehicles, as they are now."""
    message = FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.timestamp = int(time.time())
    for number in range(_VEHICLES):
        vehicle = message.entity.add(id=f"v{number}").vehicle
        vehicle.vehicle.id, vehicle.trip.trip_id = f"bus-{number}", f"trip-{number}"
        vehicle.position.latitude, vehicle.position.longitude = 45.0 + number / 1e4, 5.5
        vehicle.timestamp = message.header.timestamp
    content: bytes = message.SerializeToString()
    return content


@contextmanager
def _polling(back: Back) -> Iterator[None]:
    stop = threading.Event()

    def schedule() -> None:
        while not stop.wait(0.25):
            enqueue_due(back.front)

    def work(name: str) -> None:
        while not stop.wait(0.1):
            run_one(back, name, polls=True)

    threads = [threading.Thread(target=schedule)]
    threads += [threading.Thread(target=work, args=(f"worker-{number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _wait_for_the_first(hub: WebHub) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with hub.back.front.records.read() as session:
            if live_records.live(session, _SLUG) is not None:
                return
        time.sleep(0.05)
    raise RuntimeError("no message was taken in")
