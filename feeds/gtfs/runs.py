"""How often and how far each trip runs.

``segments(stop_key, next_stop_key, distance_m)``: each pair of stops that follow each other, as a straight line.

``trip_spans`` has one record a trip that has calls: their number, first departure, last arrival, and ``distance_m``
with its ``distance_source``: ``shape_dist`` where ``shape_dist_traveled`` can be trusted, otherwise ``straight`` (the
sum of straight lines between its stops; null when a stop has no position).

``runs`` has one record for each time that a trip really runs: one for an ordinary trip, one for each start in
``frequencies.txt``, with ``shift_s`` to add to the times of its calls.
"""

from __future__ import annotations

from feeds.findings import Finding, Severity
from feeds.gtfs.ledger import Ledger
from feeds.gtfs.workshop import Workshop

#: Mean radius of the Earth in metres (IUGG R1): on a sphere, within 0.6 % of the ellipsoid.
_EARTH_M = 6_371_008.8
#: Metres in the units in which feeds write shape_dist_traveled, which the reference leaves open.
UNITS_M = {"m": 1.0, "km": 1000.0, "mi": 1609.344, "ft": 0.3048, "dm": 0.1, "cm": 0.01}
#: A way is never shorter than its straight lines (5 % for rounding); in the median of a feed it is at most 1.6 times as
#: long: within that band the units of `UNITS_M` cannot be taken for each other.
_SHORTEST, _LONGEST = 0.95, 4.0
_UNIT_BAND = (0.998, 1.6)
#: Trips below this length say nothing about the unit.
_TELLING_M = 500.0
#: More runs than this come from a mistake in frequencies.txt, or from malice.
MOST_RUNS = 20_000_000

_SEGMENTS = f"""
SELECT p.stop_key, p.next_stop_key, 2 * {_EARTH_M} * asin(sqrt(
    pow(sin(radians(b.stop_lat - a.stop_lat) / 2), 2)
    + cos(radians(a.stop_lat)) * cos(radians(b.stop_lat)) * pow(sin(radians(b.stop_lon - a.stop_lon) / 2), 2)
    )) AS distance_m
FROM (SELECT DISTINCT stop_key, next_stop_key FROM ordered
      WHERE stop_key IS NOT NULL AND next_stop_key IS NOT NULL) p
JOIN stops a ON a.stop_key = p.stop_key JOIN stops b ON b.stop_key = p.next_stop_key
ORDER BY p.stop_key, p.next_stop_key
"""  # noqa: S608 - a constant

# Whole millimetres add up to the same in whatever order threads bring them: the same feed gives the same table.
_LENGTHS = """
SELECT o.trip_key, count(*) AS calls, min(o.departs_s) AS first_s, max(o.arrives_s) AS last_s,
    CASE WHEN count(*) = count(s.distance_m) + 1
         THEN sum(CAST(round(1000 * s.distance_m) AS BIGINT)) / 1000.0 END AS straight_m,
    CASE WHEN count(*) = count(o.shape_dist_traveled)
         THEN max(o.shape_dist_traveled) - min(o.shape_dist_traveled) END AS shape_dist
FROM ordered o LEFT JOIN segments s ON s.stop_key = o.stop_key AND s.next_stop_key = o.next_stop_key
GROUP BY o.trip_key
"""

_UNIT = f"SELECT median(shape_dist / straight_m) FROM lengths WHERE straight_m > {_TELLING_M} AND shape_dist > 0"  # noqa: S608

_SPANS = """
SELECT trip_key, calls, first_s, last_s,
    CASE WHEN fits THEN shape_dist * {unit} ELSE straight_m END AS distance_m,
    CASE WHEN fits THEN 'shape_dist' WHEN straight_m IS NOT NULL THEN 'straight' END AS distance_source
FROM (SELECT *, coalesce(shape_dist * {unit} BETWEEN {shortest} * straight_m AND {longest} * straight_m, false) AS fits
      FROM lengths)
ORDER BY trip_key
"""

# A start is the first departure of a run; the last start lies before end_time (reference, frequencies.txt).
_STARTS = """
SELECT f.trip_key, CAST(unnest(range(f.start_s, f.end_s, f.headway_secs)) AS INTEGER) AS start_s
FROM frequencies f WHERE f.headway_secs > 0 AND f.end_s > f.start_s
"""
_RUNS = """
SELECT t.trip_key, t.route_key, t.service_key, t.direction_id,
    CAST(CASE WHEN f.trip_key IS NULL THEN 0 ELSE f.start_s - s.first_s END AS INTEGER) AS shift_s
FROM trips t JOIN trip_spans s ON s.trip_key = t.trip_key LEFT JOIN starts f ON f.trip_key = t.trip_key
WHERE f.trip_key IS NULL OR s.first_s IS NOT NULL
ORDER BY t.trip_key, shift_s
"""
_NO_STARTS = "SELECT CAST(NULL AS INTEGER) AS trip_key, CAST(NULL AS INTEGER) AS start_s WHERE false"


def write_lengths(shop: Workshop) -> str:
    """Write `segments` and `trip_spans` from `ordered`; answers with shape_dist_traveled's unit, if clear."""
    shop.write("segments", _SEGMENTS)
    shop.write("lengths", _LENGTHS, folder=shop.scrap)
    ratio = shop.one(_UNIT)[0]
    unit = unit_of(ratio) if ratio is not None else ""
    metres = str(UNITS_M[unit]) if unit else "CAST(NULL AS DOUBLE)"
    shop.write("trip_spans", _SPANS.format(unit=metres, shortest=_SHORTEST, longest=_LONGEST))
    return unit


def unit_of(ratio: float) -> str:
    """The unit in which `ratio` of it make a metre of straight line, or nothing when none fits.

    >>> unit_of(1.2), unit_of(0.00125), unit_of(0.0008), unit_of(42.0)
    ('m', 'km', 'mi', '')
    """
    least, most = _UNIT_BAND
    return next((name for name, metres in UNITS_M.items() if least <= ratio * metres <= most), "")


def write_runs(shop: Workshop, ledger: Ledger, *, frequencies: bool) -> None:
    """Write `runs`; frequencies that make no sense are left out and told."""
    shop.run(f"CREATE OR REPLACE VIEW starts AS {_starts(shop, ledger) if frequencies else _NO_STARTS}")
    shop.write("runs", _RUNS)


def _starts(shop: Workshop, ledger: Ledger) -> str:
    file = "frequencies.txt"
    for row, headway in shop.each("SELECT csv_row, headway_secs FROM frequencies WHERE headway_secs <= 0 ORDER BY 1"):
        note = "a headway must be positive; this line gives no runs"
        ledger.note(Finding("number_out_of_range", Severity.ERROR, note, file, row, "headway_secs", str(headway)))
    claimed = shop.one("SELECT coalesce(sum(ceil((end_s - start_s) / headway_secs)), 0) FROM frequencies "
                       "WHERE headway_secs > 0 AND end_s > start_s")[0]  # fmt: skip
    if claimed <= MOST_RUNS:
        return _STARTS
    note = f"{claimed:.0f} runs, more than the {MOST_RUNS} that can be meant; the file is left out of statistics"
    ledger.note(Finding("frequencies_too_dense", Severity.ERROR, note, file, None, "headway_secs"))
    return _NO_STARTS
