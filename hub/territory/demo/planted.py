"""Bad records planted in the MDS feeds: each a change to a copy of a good record, with what a reader should say of it.

None of them may move a statistic: whoever sets them aside, or counts user trips of a minute or more, arrives at the
truth. Records that a reader lets through with a finding are therefore short rentals, staff trips, or events that
leave the state as it was.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hub.territory.demo.year import TO_UTC_S

Record: TypeAlias = dict[str, Any]

SET_ASIDE: Final = "set_aside"
DROPPED: Final = "dropped"
#: One of the two records is kept, the later publication; the statistics are the same with either.
CONFLICT: Final = "conflict"
FINDING: Final = "finding"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A defect: on which payload it is planted, in which month (0 = January), what a reader should do, and its code.

    `change` gets a copy of a good record with a new id and answers with the records to plant, most often one.
    """

    id: str
    key: str
    month: int
    what: str
    expected: str
    code: str
    field: str
    change: Callable[[Record], list[Record]]
    same_id: bool = False


def planted(recipe: Recipe, good: Record, feed: str) -> list[Record]:
    """The records of a recipe, made from a good one."""
    record = copy.deepcopy(good)
    if not recipe.same_id:
        for name in ("trip_id", "event_id", "telemetry_id"):
            if name in record and (name != "trip_id" or recipe.key == "trips"):
                record[name] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{feed}/{recipe.id}"))
    return recipe.change(record)


def _swap(record: Record) -> list[Record]:
    for name in ("start_location", "end_location"):
        place = record[name]
        place["lat"], place["lng"] = place["lng"], place["lat"]
    return [record]


def _swap_route(record: Record) -> list[Record]:
    for point in record["route"]["features"]:
        point["geometry"]["coordinates"].reverse()
    return [record]


def _back_to_front(record: Record) -> list[Record]:
    record["start_time"], record["end_time"] = record["end_time"], record["start_time"]
    return [record]


def _seconds(record: Record) -> list[Record]:
    record["start_time"] //= 1_000
    record["end_time"] //= 1_000
    return [record]


def _event_seconds(record: Record) -> list[Record]:
    record["event_time"] //= 1_000
    return [record]


def _with(**values: Any) -> Callable[[Record], list[Record]]:
    return lambda record: [{**record, **values}]


def _without(name: str) -> Callable[[Record], list[Record]]:
    return lambda record: [{key: value for key, value in record.items() if key != name}]


def _conflict(record: Record) -> list[Record]:
    later = record["publication_time"] + 3_600_000
    return [{**record, "publication_time": later, "distance": record["distance"] + 1}]


def _short(record: Record, seconds: int, nth: int) -> Record:
    """A rental below a minute inside the good trip it is made from: it overlaps, and no statistic counts it."""
    start = record["start_time"] + 10_000 + nth * 5_000
    trip_id = str(uuid.uuid5(uuid.UUID(record["trip_id"]), str(nth)))
    return {**record, "trip_id": trip_id, "start_time": start, "end_time": start + seconds * 1_000, "duration": seconds}


def _overlap(record: Record) -> list[Record]:
    still = {"end_location": record["start_location"], "distance": 4}
    return [{**_short(record, 40, nth), **still} for nth in range(2)]


def _teleport(record: Record) -> list[Record]:
    far = {"lat": 45.0318, "lng": 5.5075}
    return [{**_short(record, 50, 7), "end_location": far, "distance": 12_000}]


def _unregistered(record: Record) -> list[Record]:
    """A device that the fleet does not know, seen once, after the end of the year's data."""
    seen = {"timestamp": (TO_UTC_S + 1_800) * 1_000, "publication_time": (TO_UTC_S + 1_860) * 1_000}
    return [
        {**record, **seen, "device_id": str(uuid.uuid5(uuid.NAMESPACE_URL, "https://hautes-combes.example/nobody"))}
    ]


def _impossible_step(record: Record) -> list[Record]:
    """The record is a trip's end; thirty seconds on, the vehicle that stands there available is charged again."""
    step = {"timestamp": record["timestamp"] + 30_000, "event_types": ["battery_charged"]}
    return [{key: value for key, value in {**record, **step}.items() if key != "trip_ids"}]


def _one_point(record: Record) -> list[Record]:
    record["route"]["features"] = record["route"]["features"][:1]
    return [record]


def _same(record: Record) -> list[Record]:
    return [record]


#: MDS 2.0. The trip that is changed is one of a rider, the event that is changed the end of a trip.
RECIPES_2_0: Final = (
    Recipe("swapped-coordinates", "trips", 0, "latitude and longitude change places", SET_ASIDE,
           "mds_coordinates_swapped", "start_location", _swap),
    Recipe("end-before-start", "trips", 1, "the trip ends before it starts", SET_ASIDE,
           "mds_ends_before_start", "end_time", _back_to_front),
    Recipe("times-in-seconds", "trips", 2, "times in seconds instead of milliseconds", SET_ASIDE,
           "mds_time_in_seconds", "start_time", _seconds),
    Recipe("duplicate-trip", "trips", 3, "the same trip sent twice, word for word", DROPPED,
           "mds_duplicate_trip", "trip_id", _same, same_id=True),
    Recipe("conflicting-trip", "trips", 4, "the same trip sent again an hour later, a metre longer", CONFLICT,
           "mds_conflicting_trip", "trip_id", _conflict, same_id=True),
    Recipe("negative-distance", "trips", 5, "a distance below zero", SET_ASIDE,
           "mds_negative_value", "distance", _with(distance=-250)),
    Recipe("bad-uuid", "trips", 6, "a device_id that is no UUID", SET_ASIDE,
           "mds_bad_uuid", "device_id", _with(device_id="scooter-17")),
    Recipe("overlapping-trips", "trips", 7, "two rentals of 40 s while the same vehicle is on a trip", FINDING,
           "mds_overlapping_trips", "start_time", _overlap),
    Recipe("teleport", "trips", 8, "12 km in 50 s", FINDING, "mds_teleport", "distance", _teleport),
    Recipe("unknown-state", "events", 2, "a vehicle_state that MDS does not have", SET_ASIDE,
           "mds_unknown_value", "vehicle_state", _with(vehicle_state="flying")),
    Recipe("duplicate-event", "events", 3, "the same event sent twice, word for word", DROPPED,
           "mds_duplicate_event", "event_id", _same, same_id=True),
    Recipe("impossible-step", "events", 4, "battery_charged on a vehicle that was available", FINDING,
           "mds_impossible_transition", "event_types", _impossible_step),
    Recipe("event-without-time", "events", 5, "no timestamp", SET_ASIDE, "mds_missing_field", "timestamp",
           _without("timestamp")),
    Recipe("unregistered-device", "events", 11, "an event of a vehicle that the fleet does not know", FINDING,
           "mds_unregistered_device", "device_id", _unregistered),
)  # fmt: skip
#: MDS 1.2. A trip of 1.2 has no trip_type, so nothing that passes the reader may last a minute.
RECIPES_1_2: Final = (
    Recipe("swapped-coordinates", "trips", 0, "GeoJSON positions with latitude first", SET_ASIDE,
           "mds_coordinates_swapped", "route", _swap_route),
    Recipe("end-before-start", "trips", 1, "the trip ends before it starts", SET_ASIDE,
           "mds_ends_before_start", "end_time", _back_to_front),
    Recipe("one-point-route", "trips", 2, "a route of a single point", SET_ASIDE,
           "mds_short_route", "route", _one_point),
    Recipe("duplicate-trip", "trips", 3, "the same trip sent twice, word for word", DROPPED,
           "mds_duplicate_trip", "trip_id", _same, same_id=True),
    Recipe("missing-route", "trips", 4, "no route", SET_ASIDE, "mds_missing_field", "route", _without("route")),
    Recipe("event-in-seconds", "status_changes", 2, "event_time in seconds", SET_ASIDE,
           "mds_time_in_seconds", "event_time", _event_seconds),
    Recipe("unknown-event", "status_changes", 3, "an event type that MDS does not have", SET_ASIDE,
           "mds_unknown_value", "event_types", _with(event_types=["teleported"])),
    Recipe("duplicate-event", "status_changes", 5, "the same status change sent twice, word for word", DROPPED,
           "mds_duplicate_event", "event_time", _same, same_id=True),
)  # fmt: skip
