"""Whether the schedule holds: 300 GBFS systems with a ttl of 30 s, and GTFS feeds at the pace of 1,000 a day, on real
processes (scheduler, two workers) against a friendly server on loopback.

The records are SQLite, or what ``HUB_DATABASE_URL`` names (an empty database); ``RHYTHM_SYSTEMS`` asks for fewer.
Lag is how much later a status file is asked for than its ttl would have it. Run for some minutes of real time; what it
costs is the processor time of the hub's own processes, the server's apart.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from sqlalchemy import select

import hub.territory
from benchmarks.row import Row
from hub.bootstrap import front_office
from hub.records.feed_models import Fetch, Source
from hub.services import registry
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.registry_entries import Wanted
from hub.settings import Settings

STATIONS, TTL_S = 60, 30
SYSTEMS = int(os.environ.get("RHYTHM_SYSTEMS", "300"))
TIMETABLES_A_DAY = 1_000
#: The first asking of every file of every system, and its first version, are no part of the rhythm.
WARM_S, MEASURED_S = 160, 120
_AGREEMENT = """id: open-{slug}
version: 1
title: {{fr: "{slug}", en: "{slug}"}}
holder: combecycle
dataset: {slug}
tier: open
state: active
recipient: [everyone]
validity: {{from: 2020-01-01, to: 2100-01-01}}
audience: [open]
purpose: [open-reuse]
terms: {{redistribution: public, attribution: true}}
"""
_DATASET = """{slug}:
  title: {{fr: "{slug}", en: "{slug}"}}
  holder: combecycle
  standard: {standard}
  sensitivity: open
  licence: etalab-2.0
  territory: [hautes-combes]
"""


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timetable = b""

    def do_GET(self) -> None:
        _, kind, number, name = self.path.split("/")
        content = self.timetable if kind == "gtfs" else _document(int(number), name.removesuffix(".json"), self._base)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @property
    def _base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _document(number: int, name: str, base: str) -> bytes:
    period = int(time.time()) // TTL_S
    files = ("system_information", "station_information", "station_status")
    data: dict[str, object]
    if name == "gbfs":
        data = {"en": {"feeds": [{"name": one, "url": f"{base}/gbfs/{number}/{one}.json"} for one in files]}}
    elif name == "system_information":
        data = {"system_id": f"s{number}", "language": "en", "name": f"System {number}", "timezone": "Europe/Paris"}
    elif name == "station_information":
        places = [(f"{n}", 45 + n / 1000, 5 + number / 1000) for n in range(STATIONS)]
        data = {
            "stations": [{"station_id": n, "name": n, "lat": lat, "lon": lon, "capacity": 20} for n, lat, lon in places]
        }
    else:
        data = {"stations": [_status(station, period, number) for station in range(STATIONS)]}
    ttl = TTL_S if name == "station_status" else 86_400
    return json.dumps({"last_updated": period * TTL_S, "ttl": ttl, "version": "2.3", "data": data}).encode()


def _status(station: int, period: int, number: int) -> dict[str, object]:
    bikes = (station * 7 + period + number) % 20
    yes = dict.fromkeys(("is_installed", "is_renting", "is_returning"), True)
    counts = {"num_bikes_available": bikes, "num_docks_available": 20 - bikes}
    return {"station_id": f"{station}", **counts, **yes, "last_reported": period * TTL_S}


def _timetable() -> bytes:
    calls = "".join(
        f"t{n},{8 + n // 60:02}:{n % 60:02}:00,{8 + n // 60:02}:{n % 60:02}:00,{s},{i}\n"
        for n in range(200)
        for i, s in enumerate("AB", 1)
    )
    days = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
    files = {
        "agency.txt": "agency_name,agency_url,agency_timezone\nTown,https://town.example,Europe/Paris\n",
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nA,Station,45.06,5.55\nB,School,45.07,5.56\n",
        "routes.txt": "route_id,route_short_name,route_type\n1,1,3\n",
        "trips.txt": "route_id,service_id,trip_id\n" + "".join(f"1,week,t{n}\n" for n in range(200)),
        "calendar.txt": f"service_id,{days},start_date,end_date\nweek,1,1,1,1,1,1,1,20260101,20301231\n",
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + calls,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _serve(told: Connection) -> None:
    _Door.timetable = _timetable()
    ThreadingHTTPServer.request_queue_size = 512
    with ThreadingHTTPServer(("127.0.0.1", 0), _Door) as server:
        told.send(server.server_port)
        server.serve_forever()


def _registered(home: Path, port: int) -> Front:
    front = front_office(Settings(home=home))
    front.records.upgrade()
    files = dict(read_folder(Path(hub.territory.__path__[0]) / "commons"))
    timetables = round((WARM_S + MEASURED_S) * TIMETABLES_A_DAY / 86_400)
    slugs = {f"system-{n}": "gbfs" for n in range(SYSTEMS)} | {f"timetable-{n}": "gtfs" for n in range(timetables)}
    for slug, standard in slugs.items():
        files["datasets.yaml"] += _DATASET.format(slug=slug, standard=standard)
        files[f"agreements/open-{slug}.yaml"] = _AGREEMENT.format(slug=slug)
    put_in_force(front, files)
    start, pace_s = dt.datetime.now(dt.UTC), (WARM_S + MEASURED_S) / max(timetables, 1)
    for place, (slug, standard) in enumerate(slugs.items()):
        number = slug.rpartition("-")[2]
        name = "gbfs.json" if standard == "gbfs" else "gtfs.zip"
        registry.add(front, slug, Wanted(url=f"http://127.0.0.1:{port}/{standard}/{number}/{name}", standard=standard))
        wait_s = place * TTL_S / SYSTEMS * 2.5 if standard == "gbfs" else int(number) * pace_s
        with front.records.write() as session:
            session.get_one(Source, slug).due_at = start + dt.timedelta(seconds=wait_s)
    return front


def run() -> list[Row]:
    """Some minutes of real time; lags and costs in one row."""
    ours, others = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(others,), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        front = _registered(home, ours.recv())
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        children = [_start(home, part) for part in ("scheduler", "worker", "worker")]
        time.sleep(WARM_S)
        since = dt.datetime.now(dt.UTC)
        time.sleep(MEASURED_S)
        until = dt.datetime.now(dt.UTC)
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        row = _row(front, since, until, cost_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        front.records.close()
    server.terminate()
    return [row]


def _start(home: Path, part: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "HUB_HOME": str(home),
        "HUB_ALLOW_PRIVATE_ADDRESSES": "true",
        "HUB_HOST_REQUESTS": "64",
    }
    command = [sys.executable, "-m", "hub", "serve", "--only", part]
    return subprocess.Popen(command, env=environment)  # noqa: S603 - our own interpreter and words


def _row(front: Front, since: dt.datetime, until: dt.datetime, *, cost_s: float) -> Row:
    asked: dict[str, list[dt.datetime]] = defaultdict(list)
    with front.records.read() as session:
        for row in session.scalars(select(Fetch).where(Fetch.name == "station_status").order_by(Fetch.id)):
            asked[row.slug].append(row.at)
        timetables = session.scalars(select(Fetch).where(Fetch.slug.like("timetable-%"))).all()
    lags = [
        (later - sooner).total_seconds() - TTL_S
        for times in asked.values()
        for sooner, later in pairwise(times)
        if since <= later < until
    ]
    least = min((sum(since <= one < until for one in times) for times in asked.values()), default=0)
    if not lags:
        raise RuntimeError(f"no file was asked for twice in {MEASURED_S} s: there is no lag to measure")
    p95 = float(np.quantile(lags, 0.95))
    note = (
        f"{front.records.engine.dialect.name}: "
        f"{len(asked)} systems, {len(lags)} polls in {MEASURED_S} s, each at least {least} times; lag median "
        f"{np.median(lags):.1f} s, p95 {p95:.1f} s, most {max(lags):.1f} s; {len(timetables)} timetables; "
        f"{cost_s:.0f} s of processor in {WARM_S + MEASURED_S} s"
    )
    name = f"rhythm: {SYSTEMS} GBFS systems at 30 s, 1,000 GTFS feeds a day: p95 of the lag"
    return Row(name, p95, None, note)
