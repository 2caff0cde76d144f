"""The normalised tables, as data: what `mds.read` writes, whichever version came in.

Times are UTC; columns in ``_local`` (and ``local``) are the wall clock of the territory. `source_file` and
`source_row` say where a record came from (row = position in the page's array, from 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

_TIME: Final = pa.timestamp("us")
_TEXTS: Final = pa.list_(pa.string())
_WHO: Final = [("provider_id", pa.string()), ("device_id", pa.string()), ("device_key", pa.int64())]
_WHENCE: Final = [("mds_version", pa.string()), ("source_file", pa.string()), ("source_row", pa.int32())]
_POINT: Final = [("lat", pa.float64()), ("lng", pa.float64())]

TRIPS: Final = "trips"
EVENTS: Final = "events"
VEHICLES: Final = "vehicles"
STATUS: Final = "vehicle_status"
TELEMETRY: Final = "telemetry"

SCHEMAS: Final = {
    TRIPS: pa.schema(
        [
            *_WHO,
            ("trip_id", pa.string()),
            ("journey_id", pa.string()),
            ("trip_type", pa.string()),
            ("start_time", _TIME),
            ("end_time", _TIME),
            ("start_local", _TIME),
            ("end_local", _TIME),
            *[(f"start_{name}", kind) for name, kind in _POINT],
            *[(f"end_{name}", kind) for name, kind in _POINT],
            ("duration_s", pa.int32()),
            ("distance_m", pa.int32()),
            ("parking_category", pa.string()),
            ("publication_time", _TIME),
            *_WHENCE,
        ]
    ),
    EVENTS: pa.schema(
        [
            *_WHO,
            ("event_id", pa.string()),
            ("vehicle_state", pa.string()),
            ("event_types", _TEXTS),
            ("timestamp", _TIME),
            ("local", _TIME),
            *_POINT,
            ("event_geographies", _TEXTS),
            ("trip_ids", _TEXTS),
            ("battery_percent", pa.int16()),
            ("publication_time", _TIME),
            *_WHENCE,
        ]
    ),
    VEHICLES: pa.schema(
        [
            *_WHO,
            ("vehicle_id", pa.string()),
            ("vehicle_type", pa.string()),
            ("propulsion_types", _TEXTS),
            ("maximum_speed_km_h", pa.int32()),
            ("attributes", pa.string()),
            # Whether /vehicles lists it; a 1.2 trip or status change describes its vehicle too.
            ("registered", pa.bool_()),
            *_WHENCE,
        ]
    ),
    STATUS: pa.schema(
        [
            *_WHO,
            ("vehicle_state", pa.string()),
            ("event_types", _TEXTS),
            ("timestamp", _TIME),
            *_POINT,
            ("seen_time", _TIME),
            *[(f"seen_{name}", kind) for name, kind in _POINT],
            ("battery_percent", pa.int16()),
            *_WHENCE,
        ]
    ),
    TELEMETRY: pa.schema(
        [
            *_WHO,
            ("telemetry_id", pa.string()),
            ("timestamp", _TIME),
            ("trip_ids", _TEXTS),
            *_POINT,
            ("speed_m_s", pa.float64()),
            ("horizontal_accuracy_m", pa.float64()),
            ("location_type", pa.string()),
            ("battery_percent", pa.int16()),
            *_WHENCE,
        ]
    ),
}

#: Where a record came from is no part of what it says.
PROVENANCE: Final = ("publication_time", "mds_version", "source_file", "source_row")


@dataclass(frozen=True, slots=True)
class Order:
    """How a table is finished: its key, by what it is sorted, and which of the records with one key stays.

    `latest` are SQL terms, the first record in that order stays. A table `repeats` when a key is sent again as a
    matter of course (a fleet list), so that a repeat is no finding.
    """

    key: str
    sort: str
    latest: str = "publication_time DESC NULLS LAST, position DESC"
    repeats: bool = False


ORDERS: Final = {
    TRIPS: Order("trip_id", "start_time, trip_id"),
    EVENTS: Order("event_id", "device_key, timestamp, position"),
    VEHICLES: Order("device_id", "provider_id, device_id", latest="registered DESC, position DESC", repeats=True),
    STATUS: Order("device_id", "provider_id, device_id", latest="timestamp DESC, position DESC", repeats=True),
    TELEMETRY: Order("telemetry_id", "device_key, timestamp, position", latest="position DESC"),
}
