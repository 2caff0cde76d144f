"""Zones of one trip that overlap in space and time: nobody could tell which of the two a traveller is served by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import shapely

from feeds.findings import Finding
from feeds.gtfs.notices import notices

CODE = "overlapping_zone_and_pickup_drop_off_window"

# Pairs of calls of one trip at different zones whose windows overlap, and which both let on or both let off.
_PAIRS = """
SELECT min(b.csv_row) AS row, a.location_id AS one, b.location_id AS other, count(*) AS times
FROM stop_times a JOIN stop_times b ON b.trip_key = a.trip_key AND b.stop_sequence > a.stop_sequence
WHERE a.location_id <> b.location_id
  AND a.start_pickup_drop_off_window_s < b.end_pickup_drop_off_window_s
  AND b.start_pickup_drop_off_window_s < a.end_pickup_drop_off_window_s
  AND ((coalesce(a.pickup_type, 0) <> 1 AND coalesce(b.pickup_type, 0) <> 1)
    OR (coalesce(a.drop_off_type, 0) <> 1 AND coalesce(b.drop_off_type, 0) <> 1))
GROUP BY a.location_id, b.location_id ORDER BY row
"""


def overlapping_zones(tables: Mapping[str, Path], *, connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """One finding with all pairs of calls together; `connection` has the tables bound already.

    Outlines that cross themselves are left out: they are told as `invalid_geometry`.
    """
    if not {"stop_times", "locations"} <= set(tables):
        return ()
    pairs = connection.execute(_PAIRS).fetchall()
    if not pairs:
        return ()
    told = connection.execute("SELECT location_id, geometry FROM locations").fetchall()
    zones = {location: shapely.from_geojson(text, on_invalid="ignore") for location, text in told}
    found = [(row, one, other, times) for row, one, other, times in pairs if _overlap(zones.get(one), zones.get(other))]
    if not found:
        return ()
    row, one, other, _ = found[0]
    notice, count = notices()[CODE], sum(times for *_, times in found)
    return (
        Finding(
            CODE,
            notice.severity,
            notice.en,
            "stop_times.txt",
            row,
            "location_id",
            f"{one}, {other}",
            count,
            notice.mend,
        ),
    )


def _overlap(one: shapely.Geometry | None, other: shapely.Geometry | None) -> bool:
    # Zones that only touch along a border share no place.
    if one is None or other is None or not (shapely.is_valid(one) and shapely.is_valid(other)):
        return False
    return bool(shapely.relate_pattern(one, other, "T********"))
