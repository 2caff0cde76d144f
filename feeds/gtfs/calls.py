"""Stop times → the table that statistics read: a *call* is one trip's passing at one stop.

``stop_times`` keeps every column of the reference but the two text ids, which `stops` and `trips` hold under
``stop_key`` and ``trip_key``, and adds:

- ``arrives_s``, ``departs_s``: the call's times. A missing one of the two is taken from the other. A call without
  any time is put between the timed calls around it: by ``shape_dist_traveled`` where the three have it and it grows,
  otherwise by equal parts (the reference leaves the measure open). Before the first and after the last timed call of
  its trip it stays null. ``interpolated`` tells which were put in;
- ``next_stop_key``, ``next_arrives_s``: where the trip goes on; null at its end and before a flexible zone;
- ``first_call``: false when the same trip was at this stop before.

It is sorted by stop and departure. Times are seconds since noon minus 12 h of the service day.
"""

from __future__ import annotations

from feeds.findings import Finding, Severity
from feeds.gtfs.ledger import Fault, Ledger
from feeds.gtfs.link import judge_references
from feeds.gtfs.stage import LINE, Staged
from feeds.gtfs.workshop import Workshop

_FILE = "stop_times.txt"
_USABLE = """t.trip_key IS NOT NULL AND (p.stop_key IS NOT NULL OR (
    s.stop_id IS NULL AND (s.location_id IS NOT NULL OR s.location_group_id IS NOT NULL)))"""
_JOINED = """FROM stop_times__staged s
LEFT JOIN trips t ON t.trip_id = s.trip_id LEFT JOIN stops p ON p.stop_id = s.stop_id"""

_LINKED = f"SELECT t.trip_key, p.stop_key, s.* EXCLUDE (trip_id, stop_id) {_JOINED} WHERE {_USABLE}"
_LOST = f"""
SELECT s.csv_row, t.trip_key IS NULL AS no_trip, s.trip_id, s.stop_id {_JOINED} WHERE NOT ({_USABLE}) ORDER BY 1
"""

# Calls without any time, between the timed calls before and after them.
_BETWEEN = """
WITH counted AS (
    SELECT l.*, row_number() OVER (PARTITION BY trip_key ORDER BY stop_sequence, csv_row) AS place,
        coalesce(departure_s, arrival_s) IS NOT NULL AS timed
    FROM linked l WHERE trip_key IN (SELECT trip_key FROM linked WHERE arrival_s IS NULL AND departure_s IS NULL)
), anchored AS (
    SELECT *,
        CASE WHEN timed THEN
            {'s': coalesce(departure_s, arrival_s), 'd': shape_dist_traveled, 'n': place} END AS leaves,
        CASE WHEN timed THEN
            {'s': coalesce(arrival_s, departure_s), 'd': shape_dist_traveled, 'n': place} END AS comes
    FROM counted
), around AS (
    SELECT csv_row, timed, stop_key, place, shape_dist_traveled AS d,
        last_value(leaves IGNORE NULLS) OVER (
            PARTITION BY trip_key ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS a,
        first_value(comes IGNORE NULLS) OVER (
            PARTITION BY trip_key ORDER BY place ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS b
    FROM anchored
)
SELECT csv_row, CAST(round(a.s + (b.s - a.s) * CASE
        WHEN a.d <= d AND d <= b.d AND a.d < b.d THEN (d - a.d) / (b.d - a.d)
        ELSE (place - a.n) / (b.n - a.n) END) AS INTEGER) AS between_s
FROM around WHERE NOT timed AND stop_key IS NOT NULL AND a IS NOT NULL AND b IS NOT NULL
"""
_NONE_BETWEEN = "SELECT CAST(NULL AS BIGINT) AS csv_row, CAST(NULL AS INTEGER) AS between_s WHERE false"

_AGAIN = """
SELECT trip_key, stop_key, min(stop_sequence) AS first FROM linked
WHERE stop_key IS NOT NULL GROUP BY trip_key, stop_key HAVING count(*) > 1
"""

_ORDERED = """
WITH timed AS (
    SELECT l.*, coalesce(arrival_s, departure_s, between_s) AS arrives_s,
        coalesce(departure_s, arrival_s, between_s) AS departs_s, between_s IS NOT NULL AS interpolated
    FROM linked l LEFT JOIN between_calls b ON b.csv_row = l.csv_row
)
SELECT t.*, lead(t.stop_key) OVER trip AS next_stop_key, lead(t.arrives_s) OVER trip AS next_arrives_s,
    coalesce(a.first = t.stop_sequence, true) AS first_call,
    lag(t.stop_sequence) OVER trip IS NOT DISTINCT FROM t.stop_sequence AS doubled
FROM timed t LEFT JOIN again a ON a.trip_key = t.trip_key AND a.stop_key = t.stop_key
WINDOW trip AS (PARTITION BY t.trip_key ORDER BY t.stop_sequence, t.csv_row)
"""

_SORTED = "SELECT * EXCLUDE (doubled) FROM ordered ORDER BY stop_key, departs_s, trip_key, stop_sequence"


def write_calls(staged: Staged, shop: Workshop, ledger: Ledger) -> int:
    """Write `stop_times` (and `ordered`, in travel order, for the tables made from it); answers with its records."""
    shop.view("stop_times__staged", staged.path)
    shop.run("CREATE OR REPLACE TEMP TABLE gone (row BIGINT)")
    judge_references(staged, "stop_times__staged", shop, ledger)
    shop.write("linked", _LINKED, folder=shop.scrap)
    if shop.count("linked") < staged.rows:
        ledger.reject_all(_lost(*row) for row in shop.each(_LOST))
    untimed = shop.one("SELECT count(*) FROM linked WHERE arrival_s IS NULL AND departure_s IS NULL")[0]
    shop.write("between_calls", _BETWEEN if untimed else _NONE_BETWEEN, folder=shop.scrap)
    shop.write("again", _AGAIN, folder=shop.scrap)
    shop.write("ordered", _ORDERED, folder=shop.scrap)
    if shop.one("SELECT count(*) FROM ordered WHERE doubled")[0]:
        _without_doubled(shop, ledger)
    shop.write("stop_times", _SORTED)
    return shop.count("stop_times")


def _lost(row: int, no_trip: bool, trip_id: str, stop_id: str | None) -> Fault:
    if not no_trip and stop_id is None:
        return Fault(_FILE, row, "stop_id", "", "missing_required_field", "neither a stop nor a zone is named")
    field, value, table = ("trip_id", trip_id, "trips.txt") if no_trip else ("stop_id", stop_id or "", "stops.txt")
    sentence = f"no usable {field} of this value in {table}"
    return Fault(_FILE, row, field, value, "foreign_key_violation", sentence)


def _without_doubled(shop: Workshop, ledger: Ledger) -> None:
    """Of calls with the same trip and sequence the first one stays; what follows a doubled call is looked up again."""
    shop.run(f"CREATE OR REPLACE TEMP TABLE gone AS SELECT {LINE} AS row FROM ordered WHERE doubled")  # noqa: S608
    told = f"SELECT o.{LINE}, t.trip_id, o.stop_sequence FROM ordered o JOIN trips t USING (trip_key) WHERE doubled"  # noqa: S608
    sentence = "an earlier record has the same key"
    for row, trip_id, sequence in shop.each(f"{told} ORDER BY 1"):
        value = f"{trip_id}, {sequence}"
        ledger.reject(Fault(_FILE, row, "trip_id, stop_sequence", value, "duplicate_key", sentence))
    kept = f"SELECT * FROM ordered WHERE {LINE} NOT IN (SELECT row FROM gone)"  # noqa: S608
    columns = "arrives_s, departs_s, interpolated, next_stop_key, next_arrives_s, first_call, doubled"
    shop.write("linked_once", f"SELECT * EXCLUDE ({columns}) FROM ({kept})", folder=shop.scrap)  # noqa: S608
    shop.run("CREATE OR REPLACE VIEW linked AS SELECT * FROM linked_once")
    shop.write("again_once", _AGAIN, folder=shop.scrap)
    shop.write("ordered_once", _ORDERED.replace("again a", "again_once a"), folder=shop.scrap)
    shop.run("CREATE OR REPLACE VIEW ordered AS SELECT * FROM ordered_once")


def note_thin_trips(shop: Workshop, ledger: Ledger) -> None:
    """Tell of trips without calls (`unused_trip`) and with a single one (`unusable_trip`); both are kept."""
    thin = """SELECT t.csv_row, t.trip_id, coalesce(s.calls, 0) FROM trips t LEFT JOIN trip_spans s USING (trip_key)
        WHERE coalesce(s.calls, 0) < 2 ORDER BY 1"""
    for row, trip_id, calls in shop.each(thin):
        code, sentence = ("unusable_trip", "a single stop time") if calls else ("unused_trip", "no stop times")
        ledger.note(Finding(code, Severity.WARNING, sentence, "trips.txt", row, "trip_id", trip_id))
