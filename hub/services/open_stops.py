"""The stops of the open timetables that are in force: what a first or last mile is measured to."""

from __future__ import annotations

import hashlib
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from governance.audiences import Tier
from governance.datasets import Standard
from governance.world import World
from hub.errors import Conflict
from hub.records import feeds as feed_records
from hub.services.back import Back
from hub.services.catalogue import tier_of

#: Where people wait or walk in: stops and entrances (GTFS, stops.txt, location_type); none given is a stop.
_STOPS: Final = (0, 2)


def open_stops(back: Back, world: World) -> pa.Table:
    """The places of the stops in the newest version of every open timetable, each once, in order: `lat`, `lon`.

    Raises:
        Conflict: no open timetable has brought any.
    """
    now = back.front.clock()
    timetables = [one.id for one in world.datasets.values() if one.standard is Standard.GTFS]
    open_ones = [name for name in timetables if tier_of(world, name, now) is Tier.OPEN]
    tables = [table for table in (_newest_stops(back, name) for name in sorted(open_ones)) if table is not None]
    if not tables:
        raise Conflict("stops are needed, and no open timetable has brought any")
    places = pa.concat_tables(tables).group_by(["lat", "lon"]).aggregate([])
    return places.sort_by([("lat", "ascending"), ("lon", "ascending")]).combine_chunks()


def _newest_stops(back: Back, slug: str) -> pa.Table | None:
    with back.front.records.read() as session:
        digests = [version.digest for version in feed_records.versions(session, slug, most=None)]
    for digest in digests:
        path = back.vault.tables(slug, digest).get("stops")
        if path is not None:
            return _walked_to(pq.read_table(path))
    return None


def _walked_to(stops: pa.Table) -> pa.Table:
    kept = pc.and_(pc.is_valid(stops["stop_lat"]), pc.is_valid(stops["stop_lon"]))
    if "location_type" in stops.column_names:  # a timetable of areas alone has no table of stops, and ours is empty
        kind = pc.fill_null(pc.cast(stops["location_type"], pa.int64()), 0)
        kept = pc.and_(kept, pc.is_in(kind, value_set=pa.array(_STOPS, pa.int64())))
    return stops.filter(kept).select(["stop_lat", "stop_lon"]).rename_columns(["lat", "lon"])


def digest_of(stops: pa.Table) -> str:
    """SHA-256 over the places, as `open_stops` orders them."""
    rows = "".join(f"{lat!r} {lon!r}\n" for lat, lon in zip(*stops.to_pydict().values(), strict=True))
    return hashlib.sha256(rows.encode()).hexdigest()
