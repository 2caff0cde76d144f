"""Records as MDS 1.2 writes them (Provider API: /vehicles, /trips, /status_changes)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa

from hub.territory.demo.draws import Ints
from hub.territory.demo.events import STATES, STEPS
from hub.territory.demo.geography import MICRO
from hub.territory.demo.records import EventRows, Fleetwords, TripRows
from hub.territory.demo.text import degrees, hundredths, joined, milliseconds, only, uuids, wholes, words

EVENTS_KEY: Final = "status_changes"
#: 1.2 knows no non_contactable: a vehicle out of contact is in the state unknown.
STATES_1_2: Final = tuple("unknown" if state in ("non_contactable", "missing") else state for state in STATES)


def wrapped(key: str) -> tuple[str, str]:
    """What stands before and after the records of a page."""
    return f'{{"version":"1.2.0","data":{{"{key}":[\n', "\n]}}\n"


def _vehicle_head(fleet: Fleetwords, vehicle: Ints) -> list[Any]:
    operator = fleet.operator
    name = orjson.dumps(operator.name).decode()
    return [
        f'{{"provider_id":"{operator.provider_id}","provider_name":{name},"device_id":"',
        fleet.device_ids.take(pa.array(vehicle)),
        '","vehicle_id":"',
        fleet.vehicle_ids.take(pa.array(vehicle)),
        f'","vehicle_type":"{operator.vehicle_type}","propulsion_types":["{operator.propulsion}"]',
    ]


def _point(at: Ints, lat: Ints, lng: Ints) -> pa.Array:
    return joined(
        [
            '{"type":"Feature","properties":{"timestamp":',
            milliseconds(at),
            '},"geometry":{"type":"Point","coordinates":[',
            degrees(lng),
            ",",
            degrees(lat),
            "]}}",
        ]
    )


def trips(rows: TripRows, fleet: Fleetwords) -> pa.Array:
    """One trip a row; the way is the start, the end and, for some, a point half-way."""
    cost = wholes(rows.cost_cents)
    half = _point(
        rows.start + rows.duration_s // 2, (rows.lat_from + rows.lat_to) // 2, (rows.lng_from + rows.lng_to) // 2
    )
    return joined(
        [
            *_vehicle_head(fleet, rows.vehicle),
            ',"trip_id":"',
            rows.ids,
            '","trip_duration":',
            wholes(rows.duration_s),
            ',"trip_distance":',
            wholes(rows.distance_m),
            ',"route":{"type":"FeatureCollection","features":[',
            _point(rows.start, rows.lat_from, rows.lng_from),
            ",",
            only(rows.traced, [half, ","]),
            _point(rows.end, rows.lat_to, rows.lng_to),
            ']},"accuracy":8,"start_time":',
            milliseconds(rows.start),
            ',"end_time":',
            milliseconds(rows.end),
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
    """One status change a row."""
    of_trip = np.array([step.of_trip for step in STEPS])[rows.step]
    return joined(
        [
            *_vehicle_head(fleet, rows.vehicle),
            ',"vehicle_state":"',
            words(STATES_1_2, rows.state),
            '","event_types":["',
            words([step.event for step in STEPS], rows.step),
            '"],"event_time":',
            milliseconds(rows.at),
            ',"event_location":',
            _point(rows.at, rows.lat, rows.lng),
            ',"publication_time":',
            milliseconds(rows.published),
            ',"battery_pct":',
            hundredths(rows.battery),
            only(of_trip, [',"trip_id":"', uuids(rows.id_high, rows.id_low), '"']),
            "}",
        ]
    )


def vehicle(fleet: Fleetwords, number: int, last: EventRows) -> dict[str, Any]:
    """The record of one vehicle, which in 1.2 tells its last event; `last` is that single event."""
    operator = fleet.operator
    step, at = STEPS[int(last.step[0])], int(last.at[0]) * 1_000
    point = {"type": "Point", "coordinates": [int(last.lng[0]) / MICRO, int(last.lat[0]) / MICRO]}
    return {
        "provider_id": operator.provider_id,
        "provider_name": operator.name,
        "device_id": fleet.device_ids[number].as_py(),
        "vehicle_id": fleet.vehicle_ids[number].as_py(),
        "vehicle_type": operator.vehicle_type,
        "propulsion_types": [operator.propulsion],
        "last_event_time": at,
        "last_vehicle_state": STATES_1_2[int(last.state[0])],
        "last_event_types": [step.event],
        "last_event_location": {"type": "Feature", "properties": {"timestamp": at}, "geometry": point},
        "battery_pct": int(last.battery[0]) / 100,
    }
