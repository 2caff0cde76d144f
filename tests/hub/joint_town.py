"""Two cells of one commune, a month, three holdings: trips that a person can add up, in a hub that holds them.

On Monday 12 January 2026 at 08:00, each trip on its own vehicle:

======== ======= ======= ====== ======
from, to alizes  bolide  glisse sum
======== ======= ======= ====== ======
A → B    80      70      65     215
B → A    90      4       3      97
B → B    150     140     130    420
======== ======= ======= ====== ======

(Alizés are Trottix and Vélovif together.) By origin both A (215) and B (517) keep even to the doubled rules by which
groups are first chosen; the zones in which nothing happened must not be told, so the smaller of the two, A, is pooled
with them. B's trips cannot be told apart by destination: Alizés make 93 % of the 97.
"""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources
from pathlib import Path

import h3
import pyarrow as pa
import pyarrow.parquet as pq

from feeds.findings import Report
from feeds.reading import Reading
from hub.clock import FixedClock
from hub.fetch import Fetcher
from hub.records import feeds as feed_records
from hub.records.models import Feed
from hub.released import Released
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.front import Front
from hub.services.release import ReleaseAsk
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.migrated import records_at

NOW = dt.datetime(2027, 2, 1, 8, tzinfo=dt.UTC)
JANUARY = (dt.date(2026, 1, 1), dt.date(2026, 2, 1))
FEBRUARY = (dt.date(2026, 2, 1), dt.date(2026, 3, 1))
_SEVEN = h3.latlng_to_cell(45.2, 5.7, 7)
#: Two neighbours below one cell of resolution 7.
A_NAME, B_NAME = sorted(h3.cell_to_children(_SEVEN, 8))[:2]
A, B = int(A_NAME, 16), int(B_NAME, 16)
PROVIDER = {
    "mds-trottix": "11111111-1111-5111-8111-111111111111",
    "mds-velovif": "22222222-2222-5222-8222-222222222222",
    "mds-bolide": "33333333-3333-5333-8333-333333333333",
    "mds-glisse": "44444444-4444-5444-8444-444444444444",
}
Flows = dict[tuple[int, int], int]
TRIPS: dict[str, Flows] = {
    "mds-trottix": {(A, B): 60, (B, A): 60, (B, B): 100},
    "mds-velovif": {(A, B): 20, (B, A): 30, (B, B): 50},
    "mds-bolide": {(A, B): 70, (B, A): 4, (B, B): 140},
    "mds-glisse": {(A, B): 65, (B, A): 3, (B, B): 130},
}
FROM_B, ELSEWHERE = 517, 215


def commons() -> dict[str, str]:
    """The demo's documents."""
    folder = resources.files("hub.territory").joinpath("commons")
    files = {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".yaml")}
    return files | {f"agreements/{one.name}": one.read_text("utf-8") for one in folder.joinpath("agreements").iterdir()}


def communes(folder: Path) -> Path:
    """One commune: the cell of resolution 7 and those around it."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = h3.cells_to_h3shape(h3.grid_disk(_SEVEN, 1)).__geo_interface__
    feature = {"type": "Feature", "properties": {"id": "HC-01", "name": "Combe"}, "geometry": shape}
    path = folder / "communes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def trips_table(provider: str, flows: Flows, first_vehicle: int, *, month: int = 1) -> pa.Table:
    """One trip of each vehicle."""
    start = dt.datetime(2026, month, 12, 8, 0)
    rows = [
        {
            "provider_id": provider,
            "trip_id": f"{first_vehicle + number:08}-0000-4000-8000-{month:012}",
            "device_key": first_vehicle + number,
            "trip_type": "rider",
            "duration_s": 600,
            "start_local": start,
            "end_local": start + dt.timedelta(minutes=10),
            "start_h3_8": origin,
            "end_h3_8": destination,
            "start_zone_commune": "HC-01",
            "end_zone_commune": "HC-01",
        }
        for number, (origin, destination) in enumerate(pair for pair, count in flows.items() for _ in range(count))
    ]
    return pa.Table.from_pylist(rows)


def bring(back: Back, dataset: str, table: pa.Table, digest: str) -> None:
    """A batch of a dataset, as ingest keeps it."""
    with back.vault.stage() as work:
        (work / "tables").mkdir()
        pq.write_table(table, work / "tables" / "trips.parquet")
        back.vault.keep_tables(dataset, digest, work / "tables")
    with back.front.records.write() as session:
        feed = session.get(Feed, dataset) or Feed(slug=dataset, standard="mds", created_at=NOW)
        session.add(feed)
        reading = Reading("mds", "2.0", tables={}, rows={"trips": table.num_rows})
        feed_records.add_version(
            session, feed, digest=digest, raw_digest=digest, source="pages", at=NOW, reading=reading, report=Report()
        )


def a_hub(folder: Path, *, files: dict[str, str] | None = None) -> Back:
    """The hub, its commons in force, January's trips in the vault."""
    records = records_at(folder / "records" / "records.sqlite3")
    front = Front(records, Released(folder / "released"), FixedClock(NOW))
    made = Back(
        front,
        Vault(folder / "vault"),
        Fetcher(most_bytes=1, most_s=1.0),
        timezone="Europe/Paris",
        signet=Signet(folder / "keys"),
        zones=communes(folder / "zones"),
    )
    put_in_force(front, files or commons())
    bring_month(made, month=1)
    return made


def bring_month(back: Back, *, month: int, trips: dict[str, Flows] | None = None) -> None:
    """A month of trips of everybody."""
    for number, (dataset, flows) in enumerate((trips or TRIPS).items()):
        table = trips_table(PROVIDER[dataset], flows, 1000 * number, month=month)
        bring(back, dataset, table, f"{100 * month + number:064d}")


def ask(cube: str = "flows-h3_8-month", audience: str = "members", period: object = JANUARY) -> ReleaseAsk:
    """What a test asks for."""
    first, last = period  # type: ignore[misc]
    return ReleaseAsk.of(cube, audience, first, last)
