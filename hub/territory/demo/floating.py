"""Trottix's public feed: one day of GBFS 3.0 snapshots of the very vehicles whose trips its MDS feed reports.

A vehicle is listed while it stands in the street; its id is a new one after every trip, as GBFS asks.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hub.territory.demo.draws import Ints
from hub.territory.demo.events import STATES, STEPS
from hub.territory.demo.gbfs_text import instant, rfc3339, write_snapshot
from hub.territory.demo.geography import MICRO
from hub.territory.demo.operators import Fleet
from hub.territory.demo.records import EventRows
from hub.territory.demo.year import TIMEZONE

SNAPSHOTS: Final = 96 + 1
#: The month in which the snapshots lie, 0 = January.
MONTH: Final = 8
OPERATOR: Final = 0
_RANGE_M_PER_PERCENT: Final = 450
_SHOWN: Final = np.isin(STATES, ["available", "reserved", "non_operational"])
_IS_START: Final = np.array([step.event == "trip_start" for step in STEPS])


@dataclass(frozen=True, slots=True)
class _Line:
    """The events of the operator's vehicles by vehicle and time, with how many trips had begun by then."""

    vehicle: Ints
    at: Ints
    state: Ints
    lat: Ints
    lng: Ints
    battery: Ints
    trips: Ints

    @staticmethod
    def of(before: EventRows, events: EventRows, fleet: Fleet) -> _Line:
        columns = {
            name: np.concatenate([getattr(before, name), getattr(events, name)])
            for name in ("vehicle", "at", "step", "state", "lat", "lng", "battery")
        }
        rows = np.flatnonzero(fleet.operator[columns["vehicle"]] == OPERATOR)
        rows = rows[np.lexsort((columns["at"][rows], columns["vehicle"][rows]))]
        step = columns.pop("step")[rows]
        return _Line(**{name: column[rows] for name, column in columns.items()}, trips=np.cumsum(_IS_START[step]))

    def standing(self, utc_s: int) -> Ints:
        """The row that holds at that instant for each vehicle that the feed lists then."""
        past = np.flatnonzero(self.at <= utc_s)
        vehicles = self.vehicle[past]
        last = past[np.append(vehicles[1:] != vehicles[:-1], True)[: len(past)]]
        shown: Ints = last[_SHOWN[self.state[last]]]
        return shown


def write_floating(
    folder: Path, before: EventRows, events: EventRows, *, fleet: Fleet, seed: int
) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Write the archive of snapshots; answer with how many vehicles each lists, and with what was planted.

    `before` holds the last event of each vehicle before the month, `events` those of the month.
    """
    line = _Line.of(before, events, fleet)
    counts = []
    for number in range(SNAPSHOTS):
        rows = line.standing(int(instant(number).timestamp()))
        vehicles = [_vehicle(line, int(row), fleet, seed) for row in rows]
        write_snapshot(folder, "3.0", number, _files([*vehicles, *_planted_vehicles()]))
        counts.append((rfc3339(instant(number)), vehicles))
    return _truth(counts), _PLANTED


def _vehicle(line: _Line, row: int, fleet: Fleet, seed: int) -> dict[str, Any]:
    state = STATES[int(line.state[row])]
    # The count of trips runs over all vehicles: with the device it is new after each trip of this one.
    name = f"trottix/{seed}/{fleet.device_ids[int(line.vehicle[row])]}/{int(line.trips[row])}"
    return {
        "vehicle_id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "lat": int(line.lat[row]) / MICRO,
        "lon": int(line.lng[row]) / MICRO,
        "is_reserved": state == "reserved",
        "is_disabled": state == "non_operational",
        "vehicle_type_id": "trottinette",
        "current_range_meters": int(line.battery[row]) * _RANGE_M_PER_PERCENT,
        "last_reported": rfc3339(dt.datetime.fromtimestamp(int(line.at[row]), dt.UTC)),
    }


def _files(vehicles: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "system_information": _SYSTEM,
        "vehicle_types": {"vehicle_types": [_SCOOTER]},
        "system_pricing_plans": {"plans": [_PLAN]},
        "vehicle_status": {"vehicles": vehicles},
    }


def _truth(counts: list[tuple[str, list[dict[str, Any]]]]) -> pa.Table:
    return pa.table(
        {
            "snapshot_at": [at for at, _ in counts],
            "vehicles": [len(vehicles) for _, vehicles in counts],
            "reserved": [sum(vehicle["is_reserved"] for vehicle in vehicles) for _, vehicles in counts],
            "disabled": [sum(vehicle["is_disabled"] for vehicle in vehicles) for _, vehicles in counts],
        }
    )


def _fr(text: str) -> list[dict[str, str]]:
    return [{"text": text, "language": "fr"}]


_SYSTEM: Final[dict[str, Any]] = {
    "system_id": "trottix-hautes-combes",
    "languages": ["fr"],
    "name": _fr("Trottix Hautes-Combes"),
    "opening_hours": "24/7",
    "operator": _fr("Trottix"),
    "url": "https://trottix.example/",
    "feed_contact_email": "donnees@trottix.example",
    "timezone": TIMEZONE,
    "license_id": "ODbL-1.0",
}
_SCOOTER: Final[dict[str, Any]] = {
    "vehicle_type_id": "trottinette",
    "form_factor": "scooter_standing",
    "propulsion_type": "electric",
    "name": _fr("Trottinette"),
    "make": _fr("Segway"),
    "model": _fr("Max Plus X"),
    "max_range_meters": 45_000,
    "max_permitted_speed": 25,
    "default_pricing_plan_id": "minute",
}
_PLAN: Final[dict[str, Any]] = {
    "plan_id": "minute",
    "name": _fr("À la minute"),
    "currency": "EUR",
    "price": 1.0,
    "is_taxable": False,
    "description": _fr("1 € puis 0,20 € la minute"),
    "per_min_pricing": [{"start": 0, "rate": 0.2, "interval": 1}],
}


def _planted_vehicles() -> list[dict[str, Any]]:
    base = {
        "is_reserved": False,
        "is_disabled": False,
        "vehicle_type_id": "trottinette",
        "current_range_meters": 9_000,
        "last_reported": rfc3339(instant(0)),
    }
    swapped = {**base, "vehicle_id": "echange-lat-lon", "lat": 5.6085, "lon": 45.0712}
    silent = {**base, "vehicle_id": "muette-depuis-mars", "lat": 45.0712, "lon": 5.6085}
    return [swapped, {**silent, "last_reported": "2026-03-02T06:00:00Z"}]


_PLANTED: Final[list[dict[str, Any]]] = [
    {
        "id": f"trottix-gbfs/{name}",
        "feed": "trottix-gbfs",
        "file": "vehicle_status.json",
        "vehicle_id": vehicle_id,
        "field": field,
        "what": f"{what}, in every snapshot",
        "expected": "finding",
        "code": code,
    }
    for name, vehicle_id, field, what, code in (
        (
            "swapped-coordinates",
            "echange-lat-lon",
            "lat",
            "latitude and longitude change places",
            "gbfs_coordinates_swapped",
        ),
        ("silent-vehicle", "muette-depuis-mars", "last_reported", "last report months ago", "gbfs_stale_report"),
    )
]
