"""How many readers one core bears of a republished GBFS file or GTFS Realtime message, and what they cost the operator
meanwhile.

A real web process (``hub serve --only web``), a generator of load in another process (raw sockets, kept alive), and an
operator's server that counts. The peer is a server that answers the same bytes and does nothing else: the generator's
own ceiling.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks import shield_realtime
from benchmarks.row import Row
from benchmarks.web_hub import measured, web_hub
from feeds.gbfs.conversion import Known
from hub.services import live
from hub.services.back import Back

_SLUG, _TTL_S, _STATIONS = "combecycle", 2, 300
_KNOWN = Known(feed_contact_email="bench@hub.example", timezone="Europe/Paris")
_PATH = f"/api/v1/gbfs/{_SLUG}/3.0/station_status.json"


def run() -> list[Row]:
    """A cached file plain and as gzip, and a 304, each beside the generator's ceiling on answers of the same size."""
    return [*_gbfs_rows(), *shield_realtime.rows()]


def _gbfs_rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, _operator() as operator, web_hub(Path(folder)) as hub:
        with _polling(hub.back, operator) as polled:
            while not polled.times:
                time.sleep(0.05)
            rows = [
                measured("shield: a cached file", hub, _PATH, {"Accept-Encoding": "identity"}),
                measured("shield: the same as gzip", hub, _PATH, {"Accept-Encoding": "gzip"}),
                measured("shield: not modified (304)", hub, _PATH, {"If-None-Match": "*"}),
            ]
        cost = f"operator asked {sum(operator.asked.values())} times: {len(operator.asked)} files × {polled.times} ttls"
        if set(operator.asked.values()) != {polled.times}:
            raise RuntimeError(f"more or less than one request a ttl: {operator.asked}, {polled.times} ttls")
        return [replace(row, note=f"{row.note}; {cost} in {polled.seconds:.0f} s") for row in rows]


@dataclass(slots=True)
class _Polled:
    times: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class _Operator:
    address: str
    documents: Mapping[str, bytes]
    asked: Counter[str]


@contextmanager
def _operator() -> Iterator[_Operator]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/").removesuffix(".json")
            operator.asked[name] += 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(operator.documents[name])))
            self.end_headers()
            self.wfile.write(operator.documents[name])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    operator = _Operator(f"http://127.0.0.1:{server.server_address[1]}", _documents(), Counter())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield operator
    finally:
        server.shutdown()
        server.server_close()


def _documents() -> dict[str, bytes]:
    """A system of 2.3 whose stations' state is some tens of kilobytes."""
    now = int(time.time())
    names = [f"s{number:04}" for number in range(_STATIONS)]
    status = {"num_bikes_available": 7, "num_docks_available": 9, "last_reported": now}
    status |= {"is_installed": True, "is_renting": True, "is_returning": True}
    files: dict[str, Any] = {
        "system_information": {"system_id": "b", "language": "fr", "name": "Banc", "timezone": "Europe/Paris"},
        "station_information": {
            "stations": [
                {"station_id": name, "name": f"Station {name}", "lat": 45.0 + number / 1e4, "lon": 5.0}
                for number, name in enumerate(names)
            ]
        },
        "station_status": {"stations": [{"station_id": name, **status} for name in names]},
    }
    envelope = {"last_updated": now, "ttl": _TTL_S, "version": "2.3"}
    return {name: json.dumps({**envelope, "data": data}).encode() for name, data in files.items()}


@contextmanager
def _polling(back: Back, operator: _Operator) -> Iterator[_Polled]:
    """Two workers that ask the operator whenever a file is stale, each in its turn."""
    stop, polled, begun = threading.Event(), _Polled(), time.monotonic()

    def work() -> None:
        while not stop.wait(0.05):
            with live.turn(back, _SLUG) as mine:
                at = back.front.clock()
                if stale := mine.stale(operator.documents, at):
                    came = {name: _fetched(f"{operator.address}/{name}.json") for name in stale}
                    ttls = dict.fromkeys(operator.documents, _TTL_S)
                    live.put(back, _SLUG, {**operator.documents, **came}, at=at, ttls=ttls, known=_KNOWN)
                    polled.times += 1

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        yield polled
    finally:
        stop.set()
        for worker in workers:
            worker.join()
        polled.seconds = time.monotonic() - begun


def _fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - loopback
        content: bytes = answer.read()
        return content
