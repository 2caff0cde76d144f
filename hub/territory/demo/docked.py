"""Combecycle, the docked bicycles under public contract: two days of snapshots in GBFS 2.3, every quarter of an hour.

Bicycles move at the instants of the snapshots and rest between them, so that the time a station is empty or full,
counted from the snapshots, is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hub.territory.demo.draws import Draws, Ints
from hub.territory.demo.gbfs_text import STEP_S, instant, write_snapshot
from hub.territory.demo.gravity import PULL
from hub.territory.demo.year import BAND_OF_HOUR, TIMEZONE

SNAPSHOTS: Final = 2 * 96 + 1
_MONTHS_AGO_S: Final = 190 * 86_400
_HIRES_BY_HOUR: Final = (1, 0, 0, 0, 0, 1, 6, 16, 18, 8, 6, 7, 10, 9, 7, 8, 12, 18, 17, 11, 7, 5, 3, 2)
_SUMMER_TIME_H: Final = 2


@dataclass(frozen=True, slots=True)
class Station:
    """A station; `kind` says what draws people there, `broken` bicycles stand in it out of order."""

    id: str
    name: str
    lat: float
    lng: float
    capacity: int
    kind: str
    bikes: int
    broken: int = 0


STATIONS: Final = (
    Station("cc-01", "Gare de Combeval", 45.0714, 5.6081, 24, "station", 12, 1),
    Station("cc-02", "Place du Marché", 45.0726, 5.6042, 20, "market", 9),
    Station("cc-03", "Lycée des Gorges", 45.0790, 5.6031, 16, "school", 4),
    Station("cc-04", "Hôpital", 45.0729, 5.5959, 14, "hospital", 6),
    Station("cc-05", "Saint-Roch", 45.0854, 5.6102, 16, "home", 12, 1),
    Station("cc-06", "Les Îles", 45.0645, 5.6095, 14, "work", 3),
    Station("cc-07", "Les Vignes", 45.0866, 5.6001, 12, "home", 9),
    Station("cc-08", "Val-Serein, le Pont", 45.1081, 5.6011, 10, "home", 7),
    Station("cc-09", "Mairie de Combeval", 45.0736, 5.6068, 16, "market", 7),
    Station("cc-10", "Combeval Sud", 45.0562, 5.6127, 10, "home", 8),
    Station("cc-11", "Piscine", 45.0685, 5.6040, 12, "lake", 4),
    Station("cc-12", "Saint-Aubin, l'Église", 45.0465, 5.5749, 8, "home", 5),
)
#: (station, from snapshot, to snapshot, what it does not do): road works, then a day when nothing can be returned.
CLOSED: Final = (("cc-09", 36, 60, ("renting", "returning")), ("cc-11", 130, 150, ("returning",)))


@dataclass(slots=True)
class _Town:
    """Bicycles in the stations, and those under way: they arrive a quarter of an hour later."""

    bikes: Ints
    under_way: list[int] = field(default_factory=list)

    def free(self) -> Ints:
        room: Ints = _CAPACITY - _BROKEN - self.bikes
        return room


_CAPACITY: Final = np.array([station.capacity for station in STATIONS], dtype=np.int64)
_BROKEN: Final = np.array([station.broken for station in STATIONS], dtype=np.int64)


def states(seed: int) -> Iterator[Ints]:
    """Usable bicycles in each station at each snapshot."""
    draws = Draws(seed, "docked")
    town = _Town(np.array([station.bikes for station in STATIONS], dtype=np.int64))
    for number in range(SNAPSHOTS):
        yield town.bikes.copy()
        _step(town, number, draws)


def _step(town: _Town, number: int, draws: Draws) -> None:
    """One quarter of an hour: arrivals dock at their goal or at the next station with room, then others leave."""
    going = town.under_way
    town.under_way = []
    for goal in going:
        room = np.flatnonzero((town.free() > 0) & _does("returning", number))
        place = int(room[np.argmin(_APART[goal, room])])
        town.bikes[place] += 1
    hour = (instant(number).hour + _SUMMER_TIME_H) % 24
    band = int(BAND_OF_HOUR[hour])
    hires = int(draws.below(2 * _HIRES_BY_HOUR[hour] // 4 + 1, 1)[0])
    for chance, goal in zip(draws.below(1 << 32, hires), draws.weighted(_pull(band), hires), strict=True):
        leaving = np.cumsum(_push(band) * (town.bikes > 0) * _does("renting", number))
        origin = int(np.searchsorted(leaving, (int(chance) * int(leaving[-1])) >> 32, side="right"))
        if leaving[-1] and origin != goal:
            town.bikes[origin] -= 1
            town.under_way.append(int(goal))


@cache
def _pull(band: int) -> Ints:
    return np.array([PULL[station.kind][0][band] * station.capacity for station in STATIONS], dtype=np.int64)


def _push(band: int) -> Ints:
    """People leave where the opposite half of the day draws them."""
    mirror = {0: 0, 1: 3, 2: 2, 3: 1, 4: 2}[band]
    return _pull(mirror)


def _apart() -> Ints:
    lat = np.array([round(station.lat * 1e6) for station in STATIONS], dtype=np.int64)
    lng = np.array([round(station.lng * 1e6) for station in STATIONS], dtype=np.int64)
    apart: Ints = np.abs(lat[:, None] - lat[None, :]) * 14 + np.abs(lng[:, None] - lng[None, :]) * 10
    return apart


_APART: Final = _apart()


@cache
def _does(what: str, number: int) -> Ints:
    """1 where a station rents (or takes back) at a snapshot, 0 where it does not."""
    shut = {one for one, start, end, verbs in CLOSED if what in verbs and start <= number < end}
    return np.array([station.id not in shut for station in STATIONS], dtype=np.int64)


def write_docked(folder: Path, seed: int) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Write the archive of snapshots; answer with the truth by station, and with what was planted."""
    held = np.stack(list(states(seed)))
    for number, bikes in enumerate(held):
        write_snapshot(folder, "2.3", number, _files(bikes, number))
    return _truth(held), _PLANTED


def _files(bikes: Ints, number: int) -> dict[str, Any]:
    now = int(instant(number).timestamp())
    status = [
        _status(station, int(some), number, reported=now - 20 * (nth % 5))
        for nth, (station, some) in enumerate(zip(STATIONS, bikes, strict=True))
    ]
    crowd = {**_status(_CROWD, 4, number, reported=now), "num_bikes_available": 11_849}
    crowd["vehicle_types_available"] = [{"vehicle_type_id": "velo", "count": 11_849}]
    silent = _status(_SILENT, 3, number, reported=int(instant(0).timestamp()) - _MONTHS_AGO_S)
    return {
        "system_information": _SYSTEM,
        "vehicle_types": {"vehicle_types": [_BICYCLE]},
        "station_information": {"stations": [_information(one) for one in (*STATIONS, _CROWD, _SILENT)]},
        "station_status": {"stations": [*status, crowd, silent]},
    }


def _information(station: Station) -> dict[str, Any]:
    return {
        "station_id": station.id,
        "name": station.name,
        "lat": station.lat,
        "lon": station.lng,
        "capacity": station.capacity,
        "is_virtual_station": False,
    }


def _status(station: Station, bikes: int, number: int, *, reported: int) -> dict[str, Any]:
    nth = STATIONS.index(station) if station in STATIONS else None
    return {
        "station_id": station.id,
        "num_bikes_available": bikes,
        "num_bikes_disabled": station.broken,
        "num_docks_available": station.capacity - station.broken - bikes,
        "num_docks_disabled": 0,
        "vehicle_types_available": [{"vehicle_type_id": "velo", "count": bikes}],
        "is_installed": True,
        "is_renting": nth is None or bool(_does("renting", number)[nth]),
        "is_returning": nth is None or bool(_does("returning", number)[nth]),
        "last_reported": reported,
    }


def _truth(held: Ints) -> pa.Table:
    """Each snapshot holds until the next; of the time after the last one nothing is known."""
    steps = held[:-1]
    rents = np.stack([_does("renting", number) for number in range(len(steps))])
    takes = np.stack([_does("returning", number) for number in range(len(steps))])
    observed, returning = rents.sum(axis=0) * STEP_S, takes.sum(axis=0) * STEP_S
    empty = (rents * (steps == 0)).sum(axis=0) * STEP_S
    full = (takes * (steps == _CAPACITY - _BROKEN)).sum(axis=0) * STEP_S
    return pa.table(
        {
            "station_id": [station.id for station in STATIONS],
            "capacity": _CAPACITY,
            "snapshots": [len(held)] * len(STATIONS),
            "observed_s": observed,
            "closed_s": len(steps) * STEP_S - observed,
            "empty_s": empty,
            "returning_s": returning,
            "full_s": full,
            "share_empty": empty / observed,
            "share_full": full / returning,
            "bike_s": (rents * steps).sum(axis=0) * STEP_S,
        }
    )


_SYSTEM: Final[dict[str, Any]] = {
    "system_id": "combecycle",
    "language": "fr",
    "name": "Combecycle",
    "operator": "Combecycle",
    "url": "https://combecycle.example/",
    "feed_contact_email": "donnees@combecycle.example",
    "timezone": TIMEZONE,
    "license_id": "etalab-2.0",
}
_BICYCLE: Final = {"vehicle_type_id": "velo", "form_factor": "bicycle", "propulsion_type": "human", "name": "Vélo"}
#: Stations that are planted: no truth speaks of them.
_CROWD: Final = Station("cc-98", "Atelier (essai)", 45.0700, 5.6060, 12, "work", 4)
_SILENT: Final = Station("cc-99", "Refuge du Col", 45.1000, 5.5400, 6, "home", 3)
_PLANTED: Final[list[dict[str, Any]]] = [
    {
        "id": "combecycle/impossible-count",
        "feed": "combecycle",
        "file": "station_status.json",
        "rows": [len(STATIONS) + 1],
        "field": "num_bikes_available",
        "what": "11,849 bicycles in a station of 12 docks, in every snapshot",
        "expected": "finding",
        "code": "gbfs_implausible_vehicle_count",
    },
    {
        "id": "combecycle/silent-station",
        "feed": "combecycle",
        "file": "station_status.json",
        "rows": [len(STATIONS) + 2],
        "field": "last_reported",
        "what": "a station that last reported months ago, in every snapshot",
        "expected": "finding",
        "code": "gbfs_stale_report",
    },
]
