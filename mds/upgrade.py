"""MDS 1.2 in the words of MDS 2.0: states, events, ids, the fleet and the points of a route.

2.0 dropped the route from the trip and speaks of telemetry instead; it split the state *unknown* in two; an event
has an id of its own and may belong to several trips.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mds.keys import uuid5
from mds.records import Columns

_SCOOTER = "scooter"


def events(columns: Columns) -> Columns:
    """Columns of good 1.2 status changes, with the columns of 2.0 events."""
    return {**status(columns), "event_id": _event_ids(columns), "trip_ids": _alone(columns["trip_id"])}


def status(columns: Columns) -> Columns:
    """Columns of good 1.2 records with a state, in the words of 2.0."""
    types = columns["event_types"]
    last = pa.array([words[-1] for words in types.to_pylist()], pa.string())
    return {**columns, "vehicle_state": _state(columns["vehicle_state"], last), "event_types": _renamed(types)}


def vehicles(columns: Columns) -> Columns:
    """Columns of 1.2 vehicle descriptions: `scooter` becomes `scooter_standing`, and the old word is kept."""
    old = columns["vehicle_type"]
    scooter = pc.equal(old, _SCOOTER)
    kept = pa.scalar('{"vehicle_type":"scooter"}')
    return {
        **columns,
        "vehicle_type": pc.if_else(scooter, pa.scalar("scooter_standing"), old),
        "attributes": pc.if_else(scooter, kept, pa.scalar(None, pa.string())),
    }


def route_points(routes: Sequence[Sequence[Any]]) -> tuple[list[Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """All points of several routes, with the route each belongs to and its place in the route, from 0."""
    lengths = np.array([len(route) for route in routes], dtype=np.int64)
    owners = np.repeat(np.arange(len(routes)), lengths)
    places = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return list(chain.from_iterable(routes)), owners, places


def telemetry(points: Columns, trips: Columns, owners: pa.Array, places: Sequence[int]) -> Columns:
    """Columns of 2.0 telemetry out of good route points; `owners` are positions in `trips`."""
    trip_ids = trips["trip_id"].take(owners)
    ids = [uuid5(trip, str(place)) for trip, place in zip(trip_ids.to_pylist(), places, strict=True)]
    return {
        **points,
        "provider_id": trips["provider_id"].take(owners),
        "device_id": trips["device_id"].take(owners),
        "telemetry_id": pa.array(ids, pa.string()),
        "trip_ids": _alone(trip_ids),
        "horizontal_accuracy_m": trips["accuracy_m"].take(owners),
    }


def _event_ids(columns: Columns) -> pa.Array:
    """1.2 events have no id: one is made of what tells them apart, the device, the time and what happened."""
    times = columns["timestamp"].cast(pa.timestamp("ms")).cast(pa.int64()).to_pylist()
    rows = zip(columns["device_id"].to_pylist(), times, columns["event_types"].to_pylist(), strict=True)
    return pa.array([uuid5(device, f"{time}:{','.join(types)}") for device, time, types in rows], pa.string())


def _state(states: pa.Array, last_event: pa.Array) -> pa.Array:
    """The 1.2 state *unknown* is *missing* after the event `missing`, *non_contactable* after any other."""
    lost = pc.if_else(pc.equal(last_event, "missing"), pa.scalar("missing"), pa.scalar("non_contactable"))
    return pc.if_else(pc.equal(states, "unknown"), lost, states)


def _renamed(types: pa.Array) -> pa.Array:
    """The 1.2 event `missing` is called `not_located` in 2.0."""
    words = pc.replace_substring_regex(types.flatten(), "^missing$", "not_located")
    return pa.ListArray.from_arrays(types.offsets, words)


def _alone(ids: pa.Array) -> pa.Array:
    """Each id as a list of one; null stays null."""
    offsets = np.arange(len(ids) + 1, dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), ids, mask=pc.is_null(ids))
