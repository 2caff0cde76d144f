"""A hub with sentinels in everything that may be kept from somebody, and the keys of everybody who may ask.

What each sentinel was planted in decides who may see it: see `tests/surface/lawful.py`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import event

from feeds.findings import Finding, Report, Severity
from governance.acts import Act
from governance.audiences import Audience
from governance.canonical import Plain
from governance.decide import decide
from governance.decision import Permit
from governance.joint_releases import JOINT_RELEASE
from governance.periods import Period
from governance.request import Action, Request
from hub.clock import FixedClock
from hub.fetch import Fetcher
from hub.records import connect
from hub.records import feeds as feed_records
from hub.records import jobs as job_records
from hub.records.models import Extract, Release, ReleaseSalt
from hub.released import Released
from hub.services.acts import done
from hub.services.back import Back
from hub.services.commons import current_world, put_in_force
from hub.services.extracts.prepare import prepare_due
from hub.services.front import Front
from hub.services.ingest import ingest
from hub.services.keys import issue, revoke
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.api import hall
from tests.hub.test_bad_input import mds_page
from tests.surface import feed_life
from tests.surface.lawful import ROLES
from tests.surface.scanning import Sentinel
from tests.surface.states import BILATERAL, EXACT_P, documents
from tests.surface.things import p_is, plant

NOW: Final = hall.NOW
CUBE: Final = hall.CUBE
SEPTEMBER: Final = Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1))

#: Planted words and numbers, by what they were planted in.
OPEN_NUMBER: Final = 648_203_917
MEMBERS_NUMBER: Final = 731_059_713
AUTHORITY_NUMBER: Final = 864_205_739
VAULT_DEVICE: Final = "5e17a9c0-5e17-4a9c-85e1-5e17a9c05e17"
VAULT_LATITUDE: Final = 45.0637281
JOB_WORD: Final = "SENTINEL-of-the-upload"


class Watched(Released):
    """A released plane that remembers which objects it handed out since it was last asked."""

    handed: set[str]

    def path(self, digest: str) -> Path:
        """Where an object lies."""
        found = super().path(digest)
        self.handed.add(digest)
        return found


@dataclass(slots=True)
class Basin:
    """The hub, what was planted in it, and what there is to name in an address."""

    back: Back
    clock: FixedClock
    sentinels: list[Sentinel]
    #: What the object of a digest holds: ``open``, ``members`` …
    objects: dict[str, str]
    names: dict[str, Any]
    keys: dict[str, str] = field(default_factory=dict)
    #: Who may see what besides, by lot: what it was planted in, and the role.
    also: set[tuple[str, str]] = field(default_factory=set)
    #: ETags under which something of it is known.
    tags: list[str] = field(default_factory=list)

    @property
    def front(self) -> Front:
        """What the web door is handed."""
        return self.back.front

    @property
    def watched(self) -> Watched:
        """The released plane, which remembers."""
        assert isinstance(self.front.released, Watched)
        return self.front.released


# --- the hub --------------------------------------------------------------------------------------------------------


def open_basin(folder: Path) -> tuple[Back, FixedClock]:
    """The hub that lies in a folder."""
    clock = FixedClock(NOW)
    records = connect(f"sqlite:///{folder / 'records' / 'records.sqlite3'}")
    # These databases need not outlive a power cut, and the walk writes a hundred thousand times.
    event.listen(records.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    released = Watched(folder / "released")
    object.__setattr__(released, "handed", set())
    front = Front(records, released, clock, public_url="https://hub.test")
    fetcher = Fetcher(most_bytes=1 << 20, most_s=1.0)
    signet = Signet(folder / "keys")
    return Back(front, Vault(folder / "vault"), fetcher, timezone="Europe/Paris", signet=signet), clock


def build(folder: Path) -> Basin:
    """The hub of this module, with every agreement in force."""
    back, clock = open_basin(folder)
    back.front.records.upgrade()
    put_in_force(back.front, documents("active"))
    basin = Basin(back, clock, [], {}, {})
    _plant_vault(basin, folder)
    _plant_extract(basin)
    _plant_feeds(basin)
    _plant_releases(basin)
    _plant_life(basin)
    _plant_job(basin)
    planted = plant(back)
    basin.sentinels += planted.sentinels
    basin.sentinels += [Sentinel("exact p", expression=p_is(EXACT_P))]
    basin.names |= {**planted.names, "mediator": planted.mediator}
    basin.also |= {("dispute", role) for role, (member, _) in ROLES.items() if member == planted.mediator}
    basin.keys = {role: _key(basin, role) for role in ROLES}
    basin.sentinels += [Sentinel("secret", word=token) for token in basin.keys.values() if token]
    return basin


@contextmanager
def in_state(built: Basin, origin: Path, folder: Path, state: str) -> Iterator[Basin]:
    """A copy of the hub with the agreements in another state."""
    shutil.copytree(origin, folder)
    back, clock = open_basin(folder)
    put_in_force(back.front, documents(state))
    try:
        yield replace(built, back=back, clock=clock)
    finally:
        back.front.records.close()


def _key(basin: Basin, role: str) -> str:
    member, scopes = ROLES[role]
    if not member:
        return ""
    front = basin.front
    if role == "authority's expired key":
        front = replace(front, clock=FixedClock(NOW - dt.timedelta(days=400)))
    token = issue(front, member, scopes=scopes)
    if role == "authority's revoked key":
        revoke(front, token.split("_")[1])
    return token[:-4] + "beef" if role == "key that nobody issued" else token


def _plant_vault(basin: Basin, folder: Path) -> None:
    page: dict[str, Any] = mds_page()
    last = {**page["trips"][0], "trip_id": page["trips"][0]["trip_id"][:-1] + "9"}
    for name in ("start_time", "end_time"):
        last[name] += 20 * 86_400_000  # the feed goes on, so that January is whole
    page["trips"].append(last)
    for trip in page["trips"]:
        trip |= {"device_id": VAULT_DEVICE, "start_location": {"lat": VAULT_LATITUDE, "lng": 5.55}}
    (folder / "bolide.json").write_text(json.dumps(page))
    ingest(basin.back, str(folder / "bolide.json"), slug="mds-bolide")
    basin.sentinels += [Sentinel("vault", word=VAULT_DEVICE), Sentinel("vault", word=str(VAULT_LATITUDE))]
    basin.sentinels += [Sentinel("vault", word=trip["trip_id"]) for trip in page["trips"]]


def _plant_extract(basin: Basin) -> None:
    told = [one for one in prepare_due(basin.back, agreement=BILATERAL) if one.extract]
    assert told, "no extract was prepared"
    basin.names["extract"] = told[0].extract
    with basin.front.records.read() as session:
        row = session.get_one(Extract, told[0].extract)
    records = pq.read_table(basin.front.released.path(row.digest)).to_pylist()
    assert len(records) == 2
    basin.objects[row.digest] = "extract"
    basin.tags.append(row.digest)
    basin.sentinels += [Sentinel("extract's account", word=row.digest), Sentinel("extract's account", number=row.size)]
    words = {str(value) for record in records for name, value in record.items() if name in ("trip", "vehicle")}
    assert len(words) == 3
    basin.sentinels += [Sentinel("extract", word=word) for word in words]


def _difference(padding: int) -> bytes:
    """What a version changed, in the shape of `feeds.gtfs.diff.document`, with the open feed's number in its words."""
    words = [str(OPEN_NUMBER) + " " * padding]
    meaning = {
        "moved_m": 50.0,
        "stops_moved": {"count": 0, "stops": []},
        "trips_per_route_and_day": {"days_compared": 0, "routes_changed": 0, "routes": []},
        "words": {"fr": words, "en": words},
    }
    return json.dumps({"file_diffs": [], "meaning": meaning}).encode()


def _plant_feeds(basin: Basin) -> None:
    """The sealed feed's facts, and the open feed's files."""
    made = hall.Hall(basin.front, basin.clock)
    hall.add_version(made, "bus-hautes-combes", "gtfs", rows={"stops": 3}, at=NOW - dt.timedelta(days=1))
    opened = hall.add_version(made, "bus-hautes-combes", "gtfs", rows={"stops": 3, "stop_times": OPEN_NUMBER})
    made.open_version = opened.id
    word, number = hall.WORD, hall.NUMBER
    finding = Finding(word, Severity.WARNING, word, word, number, word, word, number, word)
    sealed = hall.add_version(
        made, "mds-trottix", "mds", rows={"trips": number}, facts={"x": word}, report=Report(findings=(finding,))
    )
    with basin.front.records.write() as session:
        feed_records.add_attempt(
            session, "mds-trottix", at=NOW, source=word, outcome="refused", error=f"{word} {number}"
        )
    basin.sentinels += [Sentinel("sealed feed", word=word), Sentinel("sealed feed", number=number)]
    basin.sentinels += [Sentinel("open feed", number=OPEN_NUMBER)]
    stop_day = {**hall.STOP_DAY, "departures": [OPEN_NUMBER, 25, 4, 6]}
    stops = json.dumps(hall.STOPS).replace("Combeval", f"SENTINEL-{OPEN_NUMBER}" + " " * 6661).encode()
    files = {
        "archive": (str(OPEN_NUMBER).encode() * 2111, "application/zip"),
        "gtfs.stop_day": (_parquet(stop_day, padding=7000), _PARQUET),
        "gtfs.service_patterns": (_parquet(hall.CALENDAR, padding=8000), _PARQUET),
        "stops": (stops, "application/geo+json"),
        "difference": (_difference(padding=11_000), "application/json"),
    }
    for part, (content, media_type) in files.items():
        hall.publish(made, part, content, media_type)
        _remember(basin, "open feed", content)
    basin.names |= {
        "open version": opened.number,
        "sealed version": sealed.number,
        "open release": made.releases["archive"],
    }


def _plant_life(basin: Basin) -> None:
    """What becomes of the feeds, and what is published of them besides their versions."""
    back = basin.back
    basin.sentinels += feed_life.plant_life(back) + feed_life.plant_system(back) + feed_life.plant_message(back)
    content = str(OPEN_NUMBER).encode() * 1717
    basin.names["merged release"] = feed_life.merged(back, basin.names["open release"], content)
    _remember(basin, "open feed", content)
    basin.names |= {name: hook_id for name, (hook_id, _, _) in feed_life.HOOKS.items()}


_PARQUET: Final = "application/vnd.apache.parquet"


def _parquet(columns: dict[str, Any], *, padding: int) -> bytes:
    """A Parquet file of a size that no other number happens to be."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns).replace_schema_metadata({"padding": "x" * padding}), sink)
    return sink.getvalue()


def _plant_releases(basin: Basin) -> None:
    for audience, number in ((Audience.MEMBERS, MEMBERS_NUMBER), (Audience.AUTHORITY, AUTHORITY_NUMBER)):
        cells = {**hall.CELLS, "trips": [number, number + 2]}
        content = _parquet(cells, padding=number % 3000 + 9000)
        basin.names[f"{audience.value} release"] = _joint(basin, audience, content)
        _plant_salts(basin, audience)
        _remember(basin, audience.value, content)
        basin.sentinels += [Sentinel(audience.value, number=one) for one in (number, number + 2)]


def _joint(basin: Basin, audience: Audience, content: bytes) -> str:
    request = Request(
        actor="secretariat",
        action=Action.RELEASE,
        subject=CUBE,
        audience=audience,
        purpose="mobility-planning",
        at=NOW,
        period=SEPTEMBER,
    )
    permit = decide(request, current_world(basin.front))
    assert isinstance(permit, Permit), permit
    stored = basin.front.released.put(content)
    word = f"SENTINEL-in-the-certificate-for-{audience.value}"
    certificate = basin.front.released.put(f'{{"certificate": "{word}"}}'.encode())
    basin.objects[certificate.digest] = f"certificate for {audience.value}"
    basin.sentinels += [Sentinel(f"certificate for {audience.value}", word=word)]
    made = Release(
        id=hashlib.sha256(f"{CUBE}{audience}".encode()).hexdigest()[:32],
        kind="cube",
        subject=CUBE,
        part=CUBE,
        version_id=None,
        audience=audience.value,
        period_from=SEPTEMBER.from_,
        period_to=SEPTEMBER.to,
        edition={"id": "edition-2026", "inputs": "0" * 64, "family": "trips", "grain": "h3_8 P1M/daytype+band"},
        digest=stored.digest,
        size=stored.size,
        media_type=_PARQUET,
        file_name=f"{CUBE}-{audience.value}.parquet",
        created_at=NOW,
        agreements=sorted(permit.grants.values()),
        obligations=dict(permit.obligations.plain()),
        facts={"attributes": {}, "certificate": certificate.digest, "shape": "partition"},
    )
    with basin.front.records.write() as session:
        session.add(made)
        done(session, JOINT_RELEASE, _told_of(made), parties={"trottix", "velovif", "bolide", "glisse"})
    return made.id


def _told_of(made: Release) -> Act:
    body: dict[str, Plain] = {
        "audience": made.audience,
        "certificate": made.facts["certificate"],
        "cube": made.subject,
        "edition": "edition-2026",
        "period": ["2026-09-01", "2026-10-01"],
        "shape": "partition",
    }
    return Act(kind=JOINT_RELEASE.name, thing=made.id, what="published", by="hub", at=NOW, body=body)


def _plant_salts(basin: Basin, audience: Audience) -> None:
    """Each holding's salt, which no other is told."""
    release = basin.names[f"{audience.value} release"]
    with basin.front.records.write() as session:
        for holding in ("groupe-alizes", "bolide", "glisse"):
            salt = hashlib.sha256(f"{release} {holding}".encode()).hexdigest()
            session.add(ReleaseSalt(release=release, holding=holding, salt=salt))
            basin.sentinels += [Sentinel(f"salt of {holding}", word=salt)]


def _remember(basin: Basin, of: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    basin.objects[digest] = of
    basin.tags.append(digest)
    basin.sentinels += [Sentinel(of, word=digest), Sentinel(of, number=len(content))]


def _plant_job(basin: Basin) -> None:
    with basin.front.records.write() as session:
        payload = {"slug": "mds-trottix", "source": "https://x.test/", "remove": True}
        job = job_records.add(session, "ingest", payload, at=NOW)
        assert job is not None
        job.error, job.state = JOB_WORD, "failed"
        session.flush()
        basin.names["job"] = job.id
    basin.sentinels += [Sentinel("job", word=JOB_WORD)]
