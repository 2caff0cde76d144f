"""What a good record may still get wrong, as data: one rule, one query that lists the records that break it.

These are the checks that no schema expresses (MDS 2.0: trips, events, telemetry; MDS methodology for the anomalies).
Each query reads the normalised tables by their names, thresholds as ``$name`` and ``metres(lat, lng, lat, lng)``, and
gives the columns file, row and value of the records found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from feeds.findings import Severity
from mds.vocabulary import TRIP_EVENTS


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something is remarkable."""

    duration_tolerance_s: int = 60
    #: A GPS point may be given a buffer of 20 m (MDS general information), at both ends of the trip.
    distance_tolerance_m: float = 50.0
    #: 144 km/h: faster than a van on a motorway.
    top_speed_m_s: float = 40.0
    #: Below this a fast jump is an error of the receiver.
    jump_m: float = 500.0
    late_s: int = 24 * 3600
    shortest_s: int = 10
    analysis_s: int = 60
    longest_s: int = 5 * 3600
    silent_s: int = 48 * 3600
    telemetry_gap_s: int = 60
    telemetry_far_m: float = 250.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A finding's code, severity and sentence, the tables that must be there, and the query that finds the records."""

    code: str
    severity: Severity
    message: str
    tables: tuple[str, ...]
    field: str
    sql: str
    mend: str = ""


_TRIP: Final = "SELECT source_file AS file, source_row AS row, {value} AS value FROM trips WHERE {bad}"
_EVENT: Final = "SELECT source_file AS file, source_row AS row, {value} AS value FROM events WHERE {bad}"
_NEEDS_TRIP: Final = " OR ".join(f"list_contains(event_types, '{event}')" for event in TRIP_EVENTS)


def _trips(code: str, severity: Severity, message: str, field: str, *, bad: str, value: str = "trip_id") -> Rule:
    return Rule(code, severity, message, ("trips",), field, _TRIP.format(value=value, bad=bad))


def _events(code: str, severity: Severity, message: str, field: str, *, bad: str, value: str = "event_id") -> Rule:
    return Rule(code, severity, message, ("events",), field, _EVENT.format(value=value, bad=bad))


_ANOMALIES: Final = (
    _trips(
        "mds_trip_under_10_s",
        Severity.WARNING,
        "a trip of a few seconds: an unlocking that failed, not a trip",
        "duration",
        bad="duration_s < $shortest_s",
    ),
    _trips(
        "mds_trip_under_60_s",
        Severity.INFO,
        "a rental under a minute: reported, but no trip for analysis",
        "duration",
        bad="duration_s >= $shortest_s AND duration_s < $analysis_s",
    ),
    _trips(
        "mds_trip_over_5_h",
        Severity.WARNING,
        "a trip of more than five hours: probably not ended",
        "duration",
        bad="duration_s > $longest_s",
    ),
    _trips(
        "mds_duration_mismatch",
        Severity.WARNING,
        "the duration is not the time from start to end",
        "duration",
        bad="abs(duration_s - date_diff('millisecond', start_time, end_time) / 1000) > $duration_tolerance_s",
        value="duration_s",
    ),
    _trips(
        "mds_distance_too_short",
        Severity.WARNING,
        "the distance is less than the straight line from start to end",
        "distance",
        bad="distance_m + $distance_tolerance_m < metres(start_lat, start_lng, end_lat, end_lng)",
        value="distance_m",
    ),
    _trips(
        "mds_teleport",
        Severity.WARNING,
        "from start to end faster than any vehicle",
        "end_location",
        bad="""metres(start_lat, start_lng, end_lat, end_lng) > $jump_m
            AND metres(start_lat, start_lng, end_lat, end_lng)
                > $top_speed_m_s * date_diff('millisecond', start_time, end_time) / 1000""",
    ),
)
_TIMES: Final = (
    _trips(
        "mds_future_time", Severity.ERROR, "a trip that ends after the check was made", "end_time", bad="end_time > $at"
    ),
    _events("mds_future_time", Severity.ERROR, "an event after the check was made", "timestamp", bad="timestamp > $at"),
    _trips(
        "mds_published_before_end",
        Severity.WARNING,
        "published before the trip ended",
        "publication_time",
        bad="publication_time < end_time",
    ),
    _events(
        "mds_published_before_event",
        Severity.WARNING,
        "published before it happened",
        "publication_time",
        bad="publication_time < timestamp",
    ),
    _trips(
        "mds_late_record",
        Severity.WARNING,
        "published more than a day after the trip",
        "publication_time",
        bad="date_diff('second', end_time, publication_time) > $late_s",
    ),
    _events(
        "mds_late_record",
        Severity.WARNING,
        "published more than a day after the event",
        "publication_time",
        bad="date_diff('second', timestamp, publication_time) > $late_s",
    ),
)
_DEVICES: Final = (
    _events(
        "mds_missing_trip_ids",
        Severity.ERROR,
        "an event of a trip that does not name its trip",
        "trip_ids",
        bad=f"trip_ids IS NULL AND ({_NEEDS_TRIP})",
    ),
    Rule(
        "mds_overlapping_trips",
        Severity.ERROR,
        "a trip that starts before the vehicle's trip before it has ended",
        ("trips",),
        "start_time",
        """
        SELECT source_file AS file, source_row AS row, trip_id AS value
        FROM (
            SELECT source_file, source_row, trip_id, journey_id, start_time,
                   max(end_time) OVER (
                       PARTITION BY device_key ORDER BY start_time, end_time
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                   ) AS busy_until
            FROM trips
        )
        WHERE start_time < busy_until AND journey_id IS NULL  -- pooled trips overlap and share a journey
        """,
    ),
    Rule(
        "mds_teleport",
        Severity.WARNING,
        "from one event to the next faster than any vehicle",
        ("events",),
        "location",
        """
        SELECT source_file AS file, source_row AS row, event_id AS value
        FROM (
            SELECT source_file, source_row, event_id,
                   metres(lat, lng, lag(lat) OVER chain, lag(lng) OVER chain) AS jump_m,
                   date_diff('millisecond', lag(timestamp) OVER chain, timestamp) / 1000 AS elapsed_s
            FROM events
            WINDOW chain AS (PARTITION BY device_key ORDER BY timestamp, source_row, event_id)
        )
        WHERE jump_m > $jump_m AND jump_m > $top_speed_m_s * elapsed_s
        """,
    ),
    Rule(
        "mds_silent_vehicle",
        Severity.WARNING,
        "contact lost, and no sign of the vehicle for 48 hours",
        ("events",),
        "event_types",
        """
        SELECT source_file AS file, source_row AS row, device_id AS value
        FROM (
            SELECT source_file, source_row, device_id, vehicle_state, timestamp,
                   lead(timestamp) OVER (PARTITION BY device_key ORDER BY timestamp, source_row, event_id) AS next_time
            FROM events
        )
        WHERE vehicle_state = 'non_contactable'
            AND date_diff('second', timestamp, coalesce(next_time, CAST($at AS TIMESTAMP))) > $silent_s
        """,
    ),
)
_UNREGISTERED: Final = """
    SELECT source_file AS file, source_row AS row, device_id AS value
    FROM {table} ANTI JOIN (SELECT device_key FROM vehicles WHERE registered) USING (device_key)
    WHERE EXISTS (FROM vehicles WHERE registered)
"""
_BETWEEN_TABLES: Final = (
    *(
        Rule(
            "mds_unregistered_device",
            Severity.ERROR,
            "a vehicle that /vehicles does not list",
            (table, "vehicles"),
            "device_id",
            _UNREGISTERED.format(table=table),
        )
        for table in ("trips", "events")
    ),
    Rule(
        "mds_trip_without_telemetry",
        Severity.INFO,
        "a trip without a point of telemetry",
        ("trips", "telemetry"),
        "trip_id",
        """
        SELECT source_file AS file, source_row AS row, trip_id AS value
        FROM trips ANTI JOIN (SELECT unnest(trip_ids) AS trip_id FROM telemetry) USING (trip_id)
        """,
    ),
    Rule(
        "mds_telemetry_gap",
        Severity.WARNING,
        "the telemetry of the trip does not reach from its start to its end",
        ("trips", "telemetry"),
        "trip_id",
        """
        SELECT source_file AS file, source_row AS row, trip_id AS value
        FROM trips JOIN (
            SELECT trip_id, min(timestamp) AS seen_from, max(timestamp) AS seen_to
            FROM (SELECT unnest(trip_ids) AS trip_id, timestamp FROM telemetry) GROUP BY trip_id
        ) USING (trip_id)
        WHERE date_diff('second', start_time, seen_from) > $telemetry_gap_s
            OR date_diff('second', seen_to, end_time) > $telemetry_gap_s
        """,
    ),
    Rule(
        "mds_telemetry_far",
        Severity.WARNING,
        "the first or last point of telemetry is not where the trip starts or ends",
        ("trips", "telemetry"),
        "trip_id",
        """
        SELECT source_file AS file, source_row AS row, trip_id AS value
        FROM trips JOIN (
            SELECT trip_id, min_by({'lat': lat, 'lng': lng}, timestamp) AS head,
                   max_by({'lat': lat, 'lng': lng}, timestamp) AS tail
            FROM (SELECT unnest(trip_ids) AS trip_id, lat, lng, timestamp FROM telemetry) GROUP BY trip_id
        ) USING (trip_id)
        WHERE metres(start_lat, start_lng, head.lat, head.lng) > $telemetry_far_m
            OR metres(end_lat, end_lng, tail.lat, tail.lng) > $telemetry_far_m
        """,
    ),
)
RULES: Final = (*_ANOMALIES, *_TIMES, *_DEVICES, *_BETWEEN_TABLES)
