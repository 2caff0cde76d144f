"""A town of twelve places and a handful of trips on a Monday, whose right answers a person can count.

`Ride`, `Step` and `Vehicle` say what happened; `pages_2_0` and `pages_1_2` say it as a provider of each version would.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

ZONE = "Europe/Paris"
BOUNDS = (44.9, 5.3, 45.2, 5.8)

#: Twelve places on a grid of about 1.1 km by 0.8 km; the zone of each is the letter of its row.
PLACES: Mapping[str, tuple[float, float]] = {
    f"{row}{column}": (45.05 + 0.01 * number, 5.50 + 0.01 * column)
    for number, row in enumerate("ABC")
    for column in (1, 2, 3, 4)
}
PROVIDER = "11111111-1111-4111-8111-111111111111"


def uid(name: str) -> str:
    """A UUID for a name, always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://hautes-combes.example/town/{name}"))


def ms(clock: str, day: str = "2026-03-02") -> int:
    """The instant of a wall-clock time in the town, as MDS writes it."""
    moment = dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(ZONE))
    return round(moment.timestamp() * 1000)


@dataclass(frozen=True)
class Vehicle:
    name: str
    type: str = "scooter_standing"


@dataclass(frozen=True)
class Ride:
    """A trip; `via` are the points between, each with its instant."""

    name: str
    vehicle: str
    start_ms: int
    end_ms: int
    origin: tuple[float, float]
    destination: tuple[float, float]
    distance_m: int
    via: tuple[tuple[int, tuple[float, float]], ...] = ()
    published_ms: int | None = None

    @property
    def points(self) -> tuple[tuple[int, tuple[float, float]], ...]:
        return (self.start_ms, self.origin), *self.via, (self.end_ms, self.destination)


@dataclass(frozen=True)
class Step:
    """Something that happened to a vehicle, in the words of MDS 2.0."""

    vehicle: str
    at_ms: int
    types: tuple[str, ...]
    state: str
    place: tuple[float, float]
    ride: str | None = None
    battery: int | None = None


@dataclass(frozen=True)
class Day:
    vehicles: tuple[Vehicle, ...]
    rides: tuple[Ride, ...]
    steps: tuple[Step, ...]


def _ride(name: str, vehicle: str, start: str, end: str, origin: str, destination: str, distance_m: int) -> Ride:  # noqa: PLR0917 - a row of the table below
    return Ride(name, vehicle, ms(start), ms(end), PLACES[origin], PLACES[destination], distance_m)


def _step(vehicle: str, clock: str, event: str, state: str, place: str, ride: str | None = None) -> Step:  # noqa: PLR0917 - a row of the table below
    return Step(vehicle, ms(clock), (event,), state, PLACES[place], ride, 80)


#: Monday 2 March 2026. Three vehicles; five trips, one of them too short to count.
#:
#:   red    put down at A1 at 05:00; r1 08:00-08:20 A1→B1; r2 08:50-09:10 B1→A1; stands at A1
#:   green  put down at A1 at 05:00; g1 08:30-08:40 A1→B1; reserved 10:00, cancelled 10:05; stands at B1
#:   blue   put down at C4 at 05:00; b1 17:00-17:00:40 C4→C4 (40 s); b2 23:50-00:10 C4→A2; stands at A2
MONDAY = Day(
    vehicles=(Vehicle("red"), Vehicle("green"), Vehicle("blue", "bicycle")),
    rides=(
        _ride("r1", "red", "08:00", "08:20", "A1", "B1", 1400),
        _ride("r2", "red", "08:50", "09:10", "B1", "A1", 1500),
        _ride("g1", "green", "08:30", "08:40", "A1", "B1", 1200),
        _ride("b1", "blue", "17:00:00", "17:00:40", "C4", "C4", 0),
        Ride("b2", "blue", ms("23:50"), ms("00:10", "2026-03-03"), PLACES["C4"], PLACES["A2"], 3000),
    ),
    steps=(
        _step("red", "05:00", "provider_drop_off", "available", "A1"),
        _step("red", "08:00", "trip_start", "on_trip", "A1", "r1"),
        _step("red", "08:20", "trip_end", "available", "B1", "r1"),
        _step("red", "08:50", "trip_start", "on_trip", "B1", "r2"),
        _step("red", "09:10", "trip_end", "available", "A1", "r2"),
        _step("green", "05:00", "provider_drop_off", "available", "A1"),
        _step("green", "08:30", "trip_start", "on_trip", "A1", "g1"),
        _step("green", "08:40", "trip_end", "available", "B1", "g1"),
        _step("green", "10:00", "reservation_start", "reserved", "B1"),
        _step("green", "10:05", "reservation_cancel", "available", "B1"),
        _step("blue", "05:00", "provider_drop_off", "available", "C4"),
        _step("blue", "17:00:00", "trip_start", "on_trip", "C4", "b1"),
        _step("blue", "17:00:40", "trip_end", "available", "C4", "b1"),
        _step("blue", "23:50", "trip_start", "on_trip", "C4", "b2"),
        Step("blue", ms("00:10", "2026-03-03"), ("trip_end",), "available", PLACES["A2"], "b2", 40),
    ),
)


def pages_2_0(day: Day) -> dict[str, Any]:
    """The answers of a 2.0 provider, by file name."""
    return {
        "vehicles.json": {"version": "2.0.0", "vehicles": [_vehicle_2_0(one) for one in day.vehicles]},
        "trips.json": {"version": "2.0.0", "trips": [trip_2_0(ride) for ride in day.rides]},
        "events.json": {"version": "2.0.2", "events": [event_2_0(step) for step in day.steps]},
        "telemetry.json": {"version": "2.0.0", "telemetry": [p for ride in day.rides for p in _telemetry(ride)]},
    }


def trip_2_0(ride: Ride) -> dict[str, Any]:
    record = {
        **_who(ride.vehicle),
        "trip_id": uid(ride.name),
        "start_time": ride.start_ms,
        "end_time": ride.end_ms,
        "start_location": _gps(ride.origin),
        "end_location": _gps(ride.destination),
        "duration": (ride.end_ms - ride.start_ms) // 1000,
        "distance": ride.distance_m,
    }
    return record if ride.published_ms is None else {**record, "publication_time": ride.published_ms}


def event_2_0(step: Step) -> dict[str, Any]:
    record: dict[str, Any] = {
        **_who(step.vehicle),
        "event_id": event_id(step),
        "vehicle_state": step.state,
        "event_types": list(step.types),
        "timestamp": step.at_ms,
        "location": _gps(step.place),
    }
    if step.ride:
        record["trip_ids"] = [uid(step.ride)]
    if step.battery is not None:
        record["battery_percent"] = step.battery
    return record


def event_id(step: Step) -> str:
    """As it is made for 1.2, so that both versions of a day can be compared."""
    types = ",".join(_to_1_2(step.types))
    return str(uuid.uuid5(uuid.UUID(uid(step.vehicle)), f"{step.at_ms}:{types}"))


def _telemetry(ride: Ride) -> list[dict[str, Any]]:
    trip = uuid.UUID(uid(ride.name))
    return [
        {
            **_who(ride.vehicle),
            "telemetry_id": str(uuid.uuid5(trip, str(number))),
            "timestamp": at,
            "trip_ids": [str(trip)],
            "journey_id": None,
            "location": {**_gps(place), "horizontal_accuracy": 12},
        }
        for number, (at, place) in enumerate(ride.points)
    ]


def _vehicle_2_0(vehicle: Vehicle) -> dict[str, Any]:
    described = {"vehicle_id": vehicle.name, "vehicle_type": vehicle.type, "propulsion_types": ["electric"]}
    return {**_who(vehicle.name), **described}


def pages_1_2(day: Day) -> dict[str, Any]:
    """The answers of a 1.2 provider, by file name."""
    by_name = {vehicle.name: _vehicle_1_2(vehicle) for vehicle in day.vehicles}
    last = {step.vehicle: step for step in sorted(day.steps, key=lambda step: step.at_ms)}
    vehicles = [
        {
            **by_name[name],
            "last_event_time": step.at_ms,
            "last_vehicle_state": _state_1_2(step.state),
            "last_event_types": _to_1_2(step.types),
            "last_event_location": feature(step.at_ms, step.place),
        }
        for name, step in last.items()
    ]
    trips = [{**by_name[ride.vehicle], **trip_1_2(ride)} for ride in day.rides]
    changes = [{**by_name[step.vehicle], **_change_1_2(step)} for step in day.steps]
    return {
        "vehicles.json": {"version": "1.2.0", "data": {"vehicles": vehicles}, "last_updated": 0, "ttl": 0},
        "trips.json": {"version": "1.2.0", "data": {"trips": trips}},
        "status_changes.json": {"version": "1.2.0", "data": {"status_changes": changes}},
    }


def trip_1_2(ride: Ride) -> dict[str, Any]:
    record = {
        "trip_id": uid(ride.name),
        "trip_duration": (ride.end_ms - ride.start_ms) // 1000,
        "trip_distance": ride.distance_m,
        "start_time": ride.start_ms,
        "end_time": ride.end_ms,
        "accuracy": 12,
        "route": {"type": "FeatureCollection", "features": [feature(at, place) for at, place in ride.points]},
    }
    return record if ride.published_ms is None else {**record, "publication_time": ride.published_ms}


def _change_1_2(step: Step) -> dict[str, Any]:
    record: dict[str, Any] = {
        "vehicle_state": _state_1_2(step.state),
        "event_types": _to_1_2(step.types),
        "event_time": step.at_ms,
        "event_location": feature(step.at_ms, step.place),
    }
    if step.ride:
        record["trip_id"] = uid(step.ride)
    if step.battery is not None:
        record["battery_pct"] = step.battery / 100
    return record


def feature(at_ms: int, place: tuple[float, float]) -> dict[str, Any]:
    lat, lng = place
    return {
        "type": "Feature",
        "properties": {"timestamp": at_ms},
        "geometry": {"type": "Point", "coordinates": [lng, lat]},
    }


def _vehicle_1_2(vehicle: Vehicle) -> dict[str, Any]:
    old = "scooter" if vehicle.type == "scooter_standing" else vehicle.type
    described = {"vehicle_id": vehicle.name, "vehicle_type": old, "propulsion_types": ["electric"]}
    return {**_who(vehicle.name), "provider_name": "Town", **described}


def _state_1_2(state: str) -> str:
    return "unknown" if state in ("non_contactable", "missing") else state


def _to_1_2(types: Sequence[str]) -> list[str]:
    return ["missing" if event == "not_located" else event for event in types]


def _who(vehicle: str) -> dict[str, Any]:
    return {"provider_id": PROVIDER, "device_id": uid(vehicle)}


def _gps(place: tuple[float, float]) -> dict[str, Any]:
    return {"lat": place[0], "lng": place[1]}


def write(folder: Path, pages: Mapping[str, Any]) -> Path:
    """Each page as a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in pages.items():
        (folder / name).write_bytes(orjson.dumps(body))
    return folder
