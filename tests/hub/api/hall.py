"""A small hub to ask: the demo's commons, one open bus feed, one sealed operator feed, one joint release.

Whatever of the sealed feed must never be seen by others holds the word or the number of the sentinel.
"""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import hashlib
import io
import json
import shutil
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import FastAPI
from starlette.datastructures import State

import hub.territory
from feeds.findings import Finding, Report, Severity
from feeds.reading import Reading
from governance.audiences import Audience
from governance.decide import decide
from governance.decision import Permit
from governance.periods import Period
from governance.request import Action, Request
from hub.api.app import described_app
from hub.clock import FixedClock
from hub.records import connect
from hub.records import feeds as feed_records
from hub.records.models import Feed, LogText, Release, Version
from hub.released import Released
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.front import Front
from hub.services.keys import issue

NOW = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)
DAY = "2026-09-14"
CUBE = "flows-h3_8-month"
WORD = "SENTINEL-of-the-operator"
NUMBER = 918_273_645
ARCHIVE = bytes(range(256)) * 8

COMMONS = Path(hub.territory.__path__[0]) / "commons"

STOP_DAY = {
    "pattern": [1, 1, 1, 2],
    "stop_id": ["GARE", "MAIRIE", "COL", "GARE"],
    "direction_id": pa.array([None, None, None, None], pa.int8()),
    "departures": [40, 25, 4, 6],
    "trips": [40, 25, 4, 6],
    "routes": [3, 2, 1, 1],
    "first_s": [18_000, 19_800, 30_600, 28_800],
    "last_s": [91_800, 72_000, 61_200, 64_800],
    "headway_mean_s": [1_110.0, 1_800.0, None, 7_200.0],
    "headway_max_s": [2_700, 3_600, None, 10_800],
}
CALENDAR = {"date": [dt.date(2026, 9, 14), dt.date(2026, 9, 19)], "pattern": [1, 2]}
STOPS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [5.55, 45.07]},
            "properties": {"stop_id": "GARE", "stop_name": "Combeval <Gare>", "zone_commune": "combeval"},
        }
    ],
}
CELLS = {
    "origin_zone": [0x881F9B2D4BFFFFF, 0x881F9B2D49FFFFF],
    "destination_zone": [0x881F9B2D49FFFFF, 0x881F9B2D4BFFFFF],
    "month": [dt.date(2026, 9, 1), dt.date(2026, 9, 1)],
    "day_type": ["weekday", "saturday"],
    "band": ["am_peak", "midday"],
    "trips": [120, 15],
    "coverage": ["3-4", "3-4"],
}


@dataclass
class Hall:
    """The hub, its clock, and keys of some members."""

    front: Front
    clock: FixedClock
    open_version: int = 0
    sealed_version: int = 0
    releases: dict[str, str] = field(default_factory=dict)

    def key(self, member: str, *scopes: str) -> dict[str, str]:
        """The header of a fresh key."""
        return {"Authorization": "Bearer " + issue(self.front, member, scopes=scopes or ("read",))}

    def audited(self) -> list[dict[str, Any]]:
        """What every decision in the log says, oldest first."""
        with self.front.records.read() as session:
            said = [json.loads(row.text) for row in session.query(LogText).order_by(LogText.index)]
        return [one for one in said if one["type"] == "decision"]


@cache
def _described() -> FastAPI:
    app = described_app()
    # A route that a test added would be there for all that come after it: whoever needs one calls `create_app`.
    app.router.routes = tuple(app.router.routes)  # type: ignore[assignment]
    return app


def web_door(front: Front) -> FastAPI:
    """As `create_app`, but its routes are those of every door of this process.

    FastAPI makes them at the first request that goes by them, and there are so many that it takes longer than most
    tests.
    """
    app = copy.copy(_described())
    app.state = State({"front": front})
    return app


def ask(app: FastAPI, method: str, path: str, **options: Any) -> httpx.Response:
    """One request to an application, without a network."""

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.request(method, path, **options)

    return asyncio.run(once())


def get(app: FastAPI, path: str, **options: Any) -> httpx.Response:
    """One GET."""
    return ask(app, "GET", path, **options)


def open_hall(folder: Path) -> Hall:
    """The hub that lies in a folder."""
    clock = FixedClock(NOW)
    records = connect(f"sqlite:///{folder / 'records' / 'records.sqlite3'}")
    return Hall(Front(records, Released(folder / "released"), clock, public_url="https://hub.test"), clock)


def empty_hall(folder: Path) -> Hall:
    """A hub in which nothing was loaded yet."""
    hall = open_hall(folder)
    hall.front.records.upgrade()
    return hall


def copied(hall: Hall, built: Path, folder: Path) -> Hall:
    """A hub of one's own, copied from one that was built (and closed) before."""
    shutil.copytree(built, folder, dirs_exist_ok=True)
    return replace(
        open_hall(folder),
        **{name: getattr(hall, name) for name in ("open_version", "sealed_version")},
        releases=dict(hall.releases),
    )


def full_hall(folder: Path) -> Hall:
    """The hub of this module's first lines."""
    hall = empty_hall(folder)
    put_in_force(hall.front, read_folder(COMMONS))
    hall.open_version = add_version(hall, "bus-hautes-combes", "gtfs", rows={"stops": 3, "stop_times": 75}).id
    hall.sealed_version = add_version(
        hall,
        "mds-trottix",
        "mds",
        rows={"trips": NUMBER},
        facts={"provider_id": WORD},
        report=Report(findings=(Finding(WORD, Severity.WARNING, WORD, WORD, NUMBER, WORD, WORD, NUMBER, WORD),)),
    ).number
    with hall.front.records.write() as session:
        feed_records.add_attempt(
            session, "mds-trottix", at=NOW, source=WORD, outcome="refused", error=f"{WORD} {NUMBER}"
        )
    publish(hall, "archive", ARCHIVE, "application/zip")
    publish(hall, "gtfs.stop_day", parquet(STOP_DAY))
    publish(hall, "gtfs.service_patterns", parquet(CALENDAR))
    publish(hall, "stops", json.dumps(STOPS).encode(), "application/geo+json")
    for audience in (Audience.MEMBERS, Audience.AUTHORITY):
        hall.releases[audience.value] = joint_release(hall, audience)
    return hall


def parquet(columns: dict[str, Any]) -> bytes:
    """A Parquet file of these columns."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def add_version(
    hall: Hall,
    slug: str,
    standard: str,
    *,
    rows: dict[str, int],
    facts: dict[str, str] | None = None,
    report: Report | None = None,
    at: dt.datetime = NOW,
) -> Version:
    """A good version of a feed, with one finding unless a report is given."""
    found = Finding(
        "stop_too_far_from_shape",
        Severity.WARNING,
        "the stop lies 412 m from the trip's shape",
        "stop_times.txt",
        7,
        "stop_id",
        "COL",
        3,
        "Move the stop or mend the shape.",
    )
    report = report or Report((found,), {"gtfs-guru": "1.0.0"}, {}, at.date())
    digest = hashlib.sha256(f"{slug}{at}".encode()).hexdigest()
    with hall.front.records.write() as session:
        feed = session.get(Feed, slug) or Feed(slug=slug, standard=standard, created_at=at)
        session.add(feed)
        version = feed_records.add_version(
            session,
            feed,
            digest=digest,
            raw_digest=digest,
            source=f"{slug}.zip",
            at=at,
            reading=Reading(standard, "2.0", {}, rows, facts=facts or {"timezone": "Europe/Paris"}),
            report=report,
        )
        feed_records.add_attempt(session, slug, at=at, source="x", outcome="new", version_id=version.id)
    return version


def publish(
    hall: Hall, part: str, content: bytes, media_type: str = "application/vnd.apache.parquet", version: int = 0
) -> str:
    """A file of the open feed's version; answers with the release's id."""
    stored = hall.front.released.put(content)
    number = version or hall.open_version
    made = Release(
        id=hashlib.sha256(f"{part}{number}".encode()).hexdigest()[:32],
        kind="open",
        subject="bus-hautes-combes",
        part=part,
        version_id=number,
        audience="open",
        edition={},
        digest=stored.digest,
        size=stored.size,
        media_type=media_type,
        file_name=f"bus-{part}-v{number}",
        created_at=NOW,
        agreements=["open-bus-hautes-combes@1"],
        obligations={},
        facts={},
    )
    with hall.front.records.write() as session:
        session.add(made)
    hall.releases.setdefault(part, made.id)
    return made.id


def joint_release(hall: Hall, audience: Audience) -> str:
    """A release of the cube of flows, built under the obligations that the decision really gives."""
    period = Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1))
    request = Request(
        actor="secretariat",
        action=Action.RELEASE,
        subject=CUBE,
        audience=audience,
        purpose="mobility-planning",
        at=NOW,
        period=period,
    )
    permit = decide(request, current_world(hall.front))
    assert isinstance(permit, Permit), permit
    stored = hall.front.released.put(parquet(CELLS))
    made = Release(
        id=hashlib.sha256(f"{CUBE}{audience}".encode()).hexdigest()[:32],
        kind="cube",
        subject=CUBE,
        part=CUBE,
        version_id=None,
        audience=audience.value,
        period_from=period.from_,
        period_to=period.to,
        edition={"id": "edition-2026", "inputs": "0" * 64},
        digest=stored.digest,
        size=stored.size,
        media_type="application/vnd.apache.parquet",
        file_name=f"{CUBE}-{audience.value}.parquet",
        created_at=NOW,
        agreements=sorted(permit.grants.values()),
        obligations=dict(permit.obligations.plain()),
        facts={},
    )
    with hall.front.records.write() as session:
        session.add(made)
    return made.id
