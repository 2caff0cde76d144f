"""Two communes of two cells each, a month of trips of two operators, and a hub that holds them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

import h3
import pyarrow as pa
import pyarrow.parquet as pq

from feeds.findings import Report
from feeds.reading import Reading
from governance.periods import Period
from hub.clock import FixedClock
from hub.fetch import Fetcher
from hub.records import Records
from hub.records import feeds as feed_records
from hub.records.models import Feed
from hub.released import Released
from hub.services.back import Back
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.parties import COMMONS

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
#: A point in each of two zones, so far apart that their cells are others.
PLACES = {"combeval": (45.00, 5.50), "plateau": (45.10, 5.70)}
CELLS = {name: h3.latlng_to_cell(lat, lon, 8) for name, (lat, lon) in PLACES.items()}
#: Trips by where they end and at which hour.
Ends = Mapping[tuple[str, int], int]
BOLIDE: Ends = {("combeval", 8): 300, ("combeval", 18): 200, ("plateau", 8): 80, ("plateau", 18): 20}


def square(lat: float, lon: float, *, half: float = 0.02) -> dict[str, object]:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return {"type": "Polygon", "coordinates": [[[lon + half * x, lat + half * y] for x, y in corners]]}


def communes(folder: Path) -> Path:
    features = [
        {"type": "Feature", "properties": {"id": name, "name": name.title()}, "geometry": square(*place)}
        for name, place in PLACES.items()
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "communes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def trips(provider: str, ends: Ends, *, fleet: int = 40) -> pa.Table:
    rows = []
    for (zone, hour), many in ends.items():
        for number in range(many):
            end = dt.datetime(2026, 1, 5 + number % 5, hour, 30)
            cell = int(CELLS[zone], 16)
            rows.append(
                {
                    "provider_id": provider,
                    "trip_id": f"{zone}-{hour}-{number}",
                    "device_key": number % fleet,
                    "trip_type": "rider",
                    "duration_s": 600,
                    "start_local": end - dt.timedelta(minutes=10),
                    "end_local": end,
                    **{f"{place}_h3_8": cell for place in ("start", "end")},
                    **{f"{place}_zone_commune": zone for place in ("start", "end")},
                }
            )
    return pa.Table.from_pylist(rows)


def bring(back: Back, dataset: str, table: pa.Table) -> None:
    digest = f"{dataset:0>64}"[:64]
    with back.vault.stage() as work:
        (work / "tables").mkdir()
        pq.write_table(table, work / "tables" / "trips.parquet")
        back.vault.keep_tables(dataset, digest, work / "tables")
    with back.front.records.write() as session:
        feed = Feed(slug=dataset, standard="mds", created_at=NOON)
        session.add(feed)
        reading = Reading("mds", "2.0", tables={}, rows={"trips": table.num_rows})
        feed_records.add_version(
            session, feed, digest=digest, raw_digest=digest, source="pages", at=NOON, reading=reading, report=Report()
        )


def town(records: Records, folder: Path) -> Back:
    """The hub with Bolide's trips alone."""
    front = Front(records, Released(folder / "released"), FixedClock(NOON))
    back = Back(
        front,
        Vault(folder / "vault"),
        Fetcher(most_bytes=1, most_s=1.0),
        timezone="Europe/Paris",
        signet=Signet(folder / "keys"),
        zones=communes(folder / "zones"),
    )
    put_in_force(front, read_folder(COMMONS))
    bring(back, "mds-bolide", trips("33333333-3333-5333-8333-333333333333", BOLIDE))
    return back
