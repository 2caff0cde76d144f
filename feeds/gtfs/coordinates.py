"""Stops whose latitude and longitude seem to have changed places. They are told, never mended.

Two signs: a stop that lies far from all others and would lie among them with its coordinates exchanged; and a whole
feed that lies far from the city of its own time zone and would lie near it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from feeds.findings import Finding, Severity
from feeds.gtfs.ledger import NULLED_CELLS, Ledger
from feeds.gtfs.workshop import Workshop, literal
from feeds.time_zones import place_of_zone

CODE = "coordinates_swapped"
#: A stop is far when it is this many degrees from the middle of the feed; long-distance networks stay below.
_FAR_DEG = 15.0
#: …and would fit when exchanging its coordinates brings it this near.
_NEAR_DEG = 5.0
#: The city that names a time zone is seldom further than this from a network in that zone, in degrees.
_ZONE_DEG = 30.0

# The stops as their file has them: a latitude of 145 is null in the table, but its text is among the nulled cells.
_POSITIONS = """
SELECT s.csv_row, s.stop_id, coalesce(s.stop_lat, TRY_CAST(a.value AS DOUBLE)) AS lat,
    coalesce(s.stop_lon, TRY_CAST(o.value AS DOUBLE)) AS lon
FROM stops s LEFT JOIN lost a ON a.row = s.csv_row AND a.field = 'stop_lat'
LEFT JOIN lost o ON o.row = s.csv_row AND o.field = 'stop_lon'
"""
_NONE_LOST = "SELECT CAST(NULL AS BIGINT) AS row, '' AS field, '' AS value WHERE false"
_MIDDLE = """SELECT median(lat), median(lon), count(*), min(csv_row) FROM positions
WHERE lat IS NOT NULL AND lon IS NOT NULL"""
_EXCHANGED = f"""
SELECT p.csv_row, p.stop_id, p.lat, p.lon
FROM positions p, (SELECT median(lat) AS lat, median(lon) AS lon FROM positions) m
WHERE sqrt(pow(p.lat - m.lat, 2) + pow(p.lon - m.lon, 2)) > {_FAR_DEG}
  AND sqrt(pow(p.lon - m.lat, 2) + pow(p.lat - m.lon, 2)) < {_NEAR_DEG}
ORDER BY 1
"""  # noqa: S608 - constants


def note_swapped(shop: Workshop, ledger: Ledger, timezone: str) -> None:
    """Tell of the stops whose coordinates seem exchanged: each such stop, or once for the whole feed."""
    parts = ", ".join(literal(str(path)) for path in ledger.parts(NULLED_CELLS))
    lost = f"SELECT * FROM read_parquet([{parts}]) WHERE file = 'stops.txt'" if parts else _NONE_LOST  # noqa: S608
    shop.run(f"CREATE OR REPLACE VIEW lost AS {lost}")
    shop.run(f"CREATE OR REPLACE VIEW positions AS {_POSITIONS}")
    lat, lon, count, row = shop.one(_MIDDLE)
    if count and _exchanged_with((lat, lon), place_of_zone(timezone)):
        sentence = f"the stops lie far from {timezone}, and near it with latitude and longitude exchanged"
        ledger.note(Finding(CODE, Severity.ERROR, sentence, "stops.txt", row, "stop_lat", f"{lat}, {lon}", count))
        return
    for finding in _exchanged_stops(shop):
        ledger.note(finding)


def _exchanged_stops(shop: Workshop) -> Iterator[Finding]:
    sentence = "far from the other stops, and among them with latitude and longitude exchanged"
    for row, stop_id, lat, lon in shop.each(_EXCHANGED):
        value = f"{stop_id}: {lat}, {lon}"
        yield Finding(CODE, Severity.ERROR, sentence, "stops.txt", row, "stop_lat", value)


def _exchanged_with(middle: tuple[float, float], home: tuple[float, float] | None) -> bool:
    return home is not None and _far(middle, home) and not _far((middle[1], middle[0]), home)


def _far(one: tuple[float, float], other: tuple[float, float]) -> bool:
    across = abs(one[1] - other[1])
    return math.hypot(one[0] - other[0], min(across, 360 - across)) > _ZONE_DEG
