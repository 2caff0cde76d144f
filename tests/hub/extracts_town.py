"""Eight trips and some events of one operator whose extracts a person can write out, and the hub that holds them.

The operator is Bolide, the recipients are the authority (``smhc``) and the laboratory; the month is March 2026, in
which the clock moved on the 29th.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from feeds.findings import Report
from feeds.reading import Reading
from governance.canonical import canonical
from governance.periods import Period
from hub.clock import FixedClock
from hub.fetch import Fetcher
from hub.records import Records
from hub.records import extracts as extract_records
from hub.records import feeds as feed_records
from hub.records.models import Extract, Feed
from hub.released import Released
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.front import Front
from hub.services.keys import Actor
from hub.signet import Signet
from hub.vault import Vault
from mds.tables import SCHEMAS

PARIS = ZoneInfo("Europe/Paris")
#: April's tenth, local noon: March is over, and a delay of seven days has run out.
NOW = dt.datetime(2026, 4, 10, 12, tzinfo=PARIS).astimezone(dt.UTC)
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 5, 1))
PROVIDER = "33333333-3333-5333-8333-333333333333"
SMHC = "bilateral-bolide-smhc"
LABO = "bilateral-bolide-labo"
FIELDS = ["trip", "vehicle", "trip_type", "start_zone", "start_time", "duration_s", "distance_m"]
COMBEVAL, PLATEAU = "combeval", "plateau"
CELL, OTHER_CELL = 0x871F9B2D4FFFFFF, 0x871F9B2D5FFFFFF
#: Columns of zones that ingest adds.
_ZONES = {"h3_7": pa.int64(), "h3_8": pa.int64(), "h3_9": pa.int64(), "zone_commune": pa.string()}


def uid(name: str) -> str:
    """A UUID for a name, always the same."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def trip(name: str, vehicle: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """One trip by its local times; what is left out is what most of them have."""
    first, last = dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)
    made: dict[str, Any] = {
        "provider_id": PROVIDER,
        "device_id": uid(vehicle),
        "device_key": 1,
        "trip_id": uid(name),
        "journey_id": uid(f"journey of {name}"),
        "trip_type": "rider",
        "start_local": first,
        "end_local": last,
        "start_time": _utc(first),
        "end_time": _utc(last),
        "start_lat": 45.0612345,
        "start_lng": 5.5187654,
        "end_lat": 45.0698765,
        "end_lng": 5.5312345,
        "duration_s": round((_utc(last) - _utc(first)).total_seconds()),
        "distance_m": 2449,
        "parking_category": "curb",
        "source_file": "trips.json",
        "source_row": 1,
    }
    for place, commune, cell in (("start", COMBEVAL, CELL), ("end", PLATEAU, OTHER_CELL)):
        made |= {f"{place}_zone_commune": commune, f"{place}_h3_7": cell, f"{place}_h3_8": cell + 1}
        made |= {f"{place}_h3_9": cell + 2}
    return made | more


def event(name: str, vehicle: str, local: str, state: str, types: list[str], **more: Any) -> dict[str, Any]:
    """One event by its local time."""
    at = dt.datetime.fromisoformat(local)
    return {
        "provider_id": PROVIDER,
        "device_id": uid(vehicle),
        "device_key": 1,
        "event_id": uid(name),
        "vehicle_state": state,
        "event_types": types,
        "local": at,
        "timestamp": _utc(at),
        "lat": 45.0612345,
        "lng": 5.5187654,
        "trip_ids": [uid("t1")],
        "zone_commune": COMBEVAL,
        "h3_7": CELL,
        "h3_8": CELL + 1,
        "h3_9": CELL + 2,
        **more,
    }


def _utc(local: dt.datetime) -> dt.datetime:
    return local.replace(tzinfo=PARIS).astimezone(dt.UTC).replace(tzinfo=None)


#: t1 an ordinary trip; t2 over midnight, longer than anything is told; t3 over the hour that the clock left out, so of
#: two minutes; t4 begins in March and ends in April; t5 begins in February and ends in March; t6 is the operator's own,
#: its start not known; t7 is of April, by which March is known to be complete.
TRIPS = [
    trip("t1", "red", "2026-03-02T08:10:37", "2026-03-02T08:31:12"),
    trip("t2", "red", "2026-03-14T23:50:00", "2026-03-15T03:50:00", distance_m=41_234),
    trip("t3", "green", "2026-03-29T01:59:00", "2026-03-29T03:01:00", distance_m=550, start_zone_commune=PLATEAU),
    trip("t4", "green", "2026-03-31T23:55:00", "2026-04-01T00:05:00"),
    trip("t5", "blue", "2026-02-28T23:50:00", "2026-03-01T00:10:00", distance_m=49),
    trip("t6", "blue", "2026-03-20T14:00:00", "2026-03-20T14:00:29", trip_type="maintenance", distance_m=None)
    | {"start_zone_commune": None, "start_h3_7": None},
    trip("t7", "red", "2026-04-02T10:00:00", "2026-04-02T10:10:00"),
]
EVENTS = [
    event("e1", "red", "2026-03-02T08:10:37", "on_trip", ["trip_start"], battery_percent=84),
    event("e2", "red", "2026-03-02T08:31:12", "available", ["trip_end", "battery_charged"], battery_percent=85),
    event("e3", "red", "2026-04-02T10:00:00", "on_trip", ["trip_start"]),
]


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the vault keeps them: the columns of `mds.tables`, and those of the zones."""
    prefixes = {"trips": ("start_", "end_"), "events": ("",)}[name]
    zones = [(prefix + column, kind) for prefix in prefixes for column, kind in _ZONES.items()]
    schema = pa.schema([*SCHEMAS[name], *(pa.field(*zone) for zone in zones)])
    return pa.Table.from_pylist(rows, schema=schema)


def bring(back: Back, digest: str, dataset: str = "mds-bolide", **tables: list[dict[str, Any]] | pa.Table) -> None:
    """Take a batch in."""
    with back.vault.stage() as work:
        (work / "tables").mkdir()
        for name, rows in tables.items():
            whole = rows if isinstance(rows, pa.Table) else table(name, rows)
            pq.write_table(whole, work / "tables" / f"{name}.parquet")
        back.vault.keep_tables(dataset, digest * 64, work / "tables")
    with back.front.records.write() as session:
        feed = session.get(Feed, dataset) or Feed(slug=dataset, standard="mds", created_at=NOW)
        session.add(feed)
        reading = Reading("mds", "2.0", tables={}, rows={})
        kept = {"digest": digest * 64, "raw_digest": digest * 64, "source": "pages", "at": NOW}
        feed_records.add_version(session, feed, **kept, reading=reading, report=Report())


def agreement(name: str, member: str, aim: str, *, fields: list[str] | None = None, **changes: Any) -> str:
    """A bilateral agreement as a document; `changes` are of its terms, or of its head where it has such a name."""
    head: dict[str, Any] = {
        "id": name,
        "version": 1,
        "title": {"fr": f"Extrait de Bolide pour {member}", "en": f"Extract of Bolide for {member}"},
        "holder": "bolide",
        "dataset": "mds-bolide",
        "tier": "bilateral",
        "state": "active",
        "recipient": [f"member:{member}"],
        "validity": {"from": dt.date(2026, 1, 1), "to": dt.date(2027, 1, 1)},
        "audience": ["bilateral"],
        "purpose": [aim],
    }
    terms: dict[str, Any] = {
        "fields": [f"trips.{field}" for field in FIELDS] if fields is None else fields,
        "spatial_resolution": "commune",
        "temporal_resolution": "P1D/hour",
        "delay": "P7D",
        "retention": "P12M",
        "redistribution": "none",
        "no_reidentification": True,
    }
    head |= {key: value for key, value in changes.items() if key in head}
    terms |= {key: value for key, value in changes.items() if key not in head}
    kept = {key: value for key, value in terms.items() if value is not None}
    return yaml.safe_dump({**head, "terms": kept}, allow_unicode=True, sort_keys=False)


def commons(*agreements: str, **rules: Any) -> dict[str, str]:
    """The demo's documents with these bilateral agreements and floors for them, and nothing else bilateral."""
    folder = resources.files("hub.territory").joinpath("commons")
    files = {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".yaml")}
    files |= {f"agreements/{one.name}": one.read_text("utf-8") for one in folder.joinpath("agreements").iterdir()}
    files = {name: text for name, text in files.items() if "tier: bilateral" not in text}
    ruleset = yaml.safe_load(files["ruleset.yaml"])
    ruleset["floors"]["bilateral"] = {
        "terms": {"delay": "PT0S"},
        "finest": [{"zone_system": "h3_8", "time_grain": "P1D/hour"}],
    }
    files["ruleset.yaml"] = yaml.safe_dump(ruleset | {"signatures_required": False} | rules)
    return files | {f"agreements/{yaml.safe_load(text)['id']}.yaml": text for text in agreements}


BOTH = (agreement(SMHC, "smhc", "compliance"), agreement(LABO, "labo-mobilites", "research"))


def hub_of(records: Records, folder: Path) -> Back:
    """A hub with both agreements in force, and one batch."""
    made = empty_hub(records, folder)
    put_in_force(made.front, commons(*BOTH))
    bring(made, "a", trips=TRIPS, events=EVENTS)
    return made


def empty_hub(records: Records, folder: Path) -> Back:
    """A hub in which nothing was loaded yet."""
    front = Front(records, Released(folder / "released"), FixedClock(NOW), public_url="https://hub.test")
    signet = Signet(folder / "keys")
    return Back(
        front, Vault(folder / "vault"), Fetcher(most_bytes=1, most_s=1.0), timezone="Europe/Paris", signet=signet
    )


def at(back: Back, now: dt.datetime) -> None:
    """Set the hub's clock."""
    clock = back.front.clock
    assert isinstance(clock, FixedClock)
    clock.now = now.astimezone(dt.UTC)


def rows_of(back: Back, extract: Extract) -> list[dict[str, Any]]:
    """An extract's rows, in its own order."""
    found: list[dict[str, Any]] = pq.read_table(back.front.released.path(extract.digest)).to_pylist()
    return found


def living(back: Back, agreement_id: str = SMHC) -> list[Extract]:
    """The extracts of an agreement that are there, oldest period first."""
    with back.front.records.read() as session:
        return extract_records.extracts(session, agreement=agreement_id, live=True)[::-1]


def objects(back: Back) -> set[str]:
    """The digests of everything that lies in the released plane."""
    return {path.name for path in back.front.released.root.rglob("*") if path.is_file()}


def pseudonym(back: Back, agreement_id: str, recipient: str, kind: str, name: str) -> str:
    """What the query should make of an id, by Python's own HMAC."""
    file = hashlib.sha256(canonical({"agreement": agreement_id, "recipient": recipient})).hexdigest()
    key = (back.signet.folder / "pseudonyms" / f"{file}.key").read_bytes()
    return hmac.new(key, f"{kind}\0{PROVIDER}\0{uid(name)}".encode(), "sha256").hexdigest()[:32]


def reader(member: str) -> Actor:
    """A member with a key that may read."""
    return Actor(member, frozenset({"read"}))
