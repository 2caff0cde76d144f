"""Records as MDS 2.0 writes them (Provider API: /vehicles, /trips, /events/historical, /telemetry)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from hub.territory.demo.draws import Ints
from hub.territory.demo.events import STATES, STEPS
from hub.territory.demo.records import EventRows, Fleetwords, TripRows, chosen
from hub.territory.demo.text import degrees, joined, milliseconds, only, uuids, wholes, words

EVENTS_KEY: Final = "events"


def wrapped(key: str) -> tuple[str, str]:
    """What stands before and after the records of a page."""
    return f'{{"version":"2.0.0","{key}":[\n', "\n]}\n"


def _location(lat: Ints, lng: Ints) -> pa.Array:
    return joined(['{"lat":', degrees(lat), ',"lng":', degrees(lng), "}"])


def trips(rows: TripRows, fleet: Fleetwords) -> pa.Array:
    """One trip a row."""
    cost = wholes(rows.cost_cents)
    return joined(
        [
            f'{{"provider_id":"{fleet.operator.provider_id}","device_id":"',
            fleet.device_ids.take(pa.array(rows.vehicle)),
            '","trip_id":"',
            rows.ids,
            '","trip_type":"',
            words(("rebalance", "rider"), rows.is_rider.astype(np.int64)),
            '","start_time":',
            milliseconds(rows.start),
            ',"end_time":',
            milliseconds(rows.end),
            ',"start_location":',
            _location(rows.lat_from, rows.lng_from),
            ',"end_location":',
            _location(rows.lat_to, rows.lng_to),
            ',"duration":',
            wholes(rows.duration_s),
            ',"distance":',
            wholes(rows.distance_m),
            ',"publication_time":',
            milliseconds(rows.published),
            ',"standard_cost":',
            cost,
            ',"actual_cost":',
            cost,
            ',"currency":"EUR"}',
        ]
    )


def events(rows: EventRows, fleet: Fleetwords) -> pa.Array:
    """One event a row."""
    of_trip = np.array([step.of_trip for step in STEPS])[rows.step]
    return joined(
        [
            f'{{"provider_id":"{fleet.operator.provider_id}","device_id":"',
            fleet.device_ids.take(pa.array(rows.vehicle)),
            '","event_id":"',
            uuids(rows.id_high, rows.id_low, nth=rows.step + 1),
            '","vehicle_state":"',
            words(STATES, rows.state),
            '","event_types":["',
            words([step.event for step in STEPS], rows.step),
            '"],"timestamp":',
            milliseconds(rows.at),
            ',"publication_time":',
            milliseconds(rows.published),
            ',"location":',
            _location(rows.lat, rows.lng),
            ',"battery_percent":',
            wholes(rows.battery),
            only(of_trip, [',"trip_ids":["', uuids(rows.id_high, rows.id_low), '"]']),
            "}",
        ]
    )


def telemetry(rows: TripRows, fleet: Fleetwords) -> pa.Array:
    """Start, middle and end of the trips whose way is recorded."""
    traced = chosen(rows, rows.traced)
    third = np.tile(np.arange(3), len(traced))
    point = chosen(traced, np.repeat(np.arange(len(traced)), 3))
    return joined(
        [
            f'{{"provider_id":"{fleet.operator.provider_id}","device_id":"',
            fleet.device_ids.take(pa.array(point.vehicle)),
            '","telemetry_id":"',
            uuids(point.id_high, point.id_low, nth=third + 101),
            '","timestamp":',
            milliseconds(point.start + point.duration_s * third // 2),
            ',"trip_ids":["',
            point.ids,
            '"],"journey_id":null,"location":',
            _location(
                point.lat_from + (point.lat_to - point.lat_from) * third // 2,
                point.lng_from + (point.lng_to - point.lng_from) * third // 2,
            ),
            ',"location_type":"street","tipped_over":false}',
        ]
    )


def vehicle(fleet: Fleetwords, number: int) -> dict[str, Any]:
    """The record of one vehicle."""
    operator = fleet.operator
    return {
        "device_id": fleet.device_ids[number].as_py(),
        "provider_id": operator.provider_id,
        "vehicle_id": fleet.vehicle_ids[number].as_py(),
        "vehicle_type": operator.vehicle_type,
        "vehicle_attributes": {"year": 2025, "make": operator.make, "model": operator.model},
        "propulsion_types": [operator.propulsion],
        "battery_capacity": operator.battery_mah,
        "maximum_speed": 25,
    }
