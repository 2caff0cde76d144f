"""All trips of the year as one table in memory, for whoever wants trips without reading JSON."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hub.territory.demo.draws import Ints
from hub.territory.demo.geography import MICRO
from hub.territory.demo.months import year
from hub.territory.demo.operators import OPERATORS, Fleet
from hub.territory.demo.records import TripRows, trip_rows
from hub.territory.demo.year import wall_s


def trip_table(seed: int = 1, trips: int = 20_000) -> pa.Table:
    """The trips that `generate` writes for the same seed and size, without the planted defects; by month and end.

    Columns as the MDS reader names them: provider_id, device_id and trip_type (dictionary-coded), trip_id,
    start_time and end_time (UTC), start_local and end_local (the local clock, no zone), start_lat, start_lng,
    end_lat, end_lng (degrees), duration_s, distance_m. Rentals below a minute and the staff's rides are among them.
    """
    made = year(seed, trips)
    return pa.concat_tables([_columns(trip_rows(month.actions), made.fleet) for month in made.months])


def _columns(rows: TripRows, fleet: Fleet) -> pa.Table:
    providers = pa.array([operator.provider_id for operator in OPERATORS])
    return pa.table(
        {
            "provider_id": _coded(fleet.operator[rows.vehicle], providers),
            "device_id": _coded(rows.vehicle, pa.array(fleet.device_ids)),
            "trip_id": rows.ids,
            "trip_type": _coded(rows.is_rider.astype(np.int64), pa.array(["rebalance", "rider"])),
            "start_time": _instants(rows.start, "UTC"),
            "end_time": _instants(rows.end, "UTC"),
            "start_local": _instants(wall_s(rows.start), None),
            "end_local": _instants(wall_s(rows.end), None),
            "start_lat": rows.lat_from / MICRO,
            "start_lng": rows.lng_from / MICRO,
            "end_lat": rows.lat_to / MICRO,
            "end_lng": rows.lng_to / MICRO,
            "duration_s": rows.duration_s,
            "distance_m": rows.distance_m,
        }
    )


def _coded(position: Ints, words: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(position.astype(np.int32)), words)


def _instants(seconds: Ints, zone: str | None) -> pa.Array:
    return pa.array(seconds * 1_000_000).cast(pa.timestamp("us", tz=zone))
