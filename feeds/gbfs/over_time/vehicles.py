"""Vehicles over time: ids that outlive a trip, and vehicles faster than any van.

From GBFS 2.0 on a vehicle's id must change after each trip, so that nobody can follow it. A trip is seen from outside
as a vehicle that vanishes, or moves, and is found elsewhere: under a new id where ids rotate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

from feeds.gbfs.over_time.memory import Gone, Journeys, Memory, Place
from feeds.gbfs.over_time.patience import Patience
from feeds.gbfs.over_time.poll import Poll
from feeds.gbfs.places import distance_km


def vehicles(memory: Memory, poll: Poll, patience: Patience) -> Memory:
    """Take in what a changed vehicle_status says."""
    now = poll.at.timestamp()
    seen = _places(poll)
    known = {**memory.gone, **memory.present}
    journeys = memory.journeys
    for vehicle in seen.keys() - memory.present.keys() if memory.present or memory.gone else ():
        journeys = _appeared(journeys, known.get(vehicle), seen[vehicle], now, patience)
    for vehicle in seen.keys() & memory.present.keys():
        if seen[vehicle] != memory.present[vehicle].place:
            journeys = _moved(journeys, memory.present[vehicle], seen[vehicle], now, patience)
    oldest = now - patience.window_s
    gone = {vehicle: one for vehicle, one in known.items() if vehicle not in seen and one.at >= oldest}
    # A vehicle that stands still keeps its place; its time is that of this poll once it leaves.
    present = {vehicle: Gone(place, now) for vehicle, place in seen.items()}
    return replace(memory, present=present, gone=gone, journeys=journeys)


def _places(poll: Poll) -> dict[str, Place]:
    """Where each vehicle is, by a hash of its id; at a station, where that is. Unknown places are left out."""
    at_station = {row["station_id"]: (row["lat"], row["lon"]) for row in poll.rows("stations")}
    found: dict[str, Place] = {}
    for row in poll.rows("vehicles"):
        place = _place(row, at_station)
        if place is not None:
            found[blake2b(row["vehicle_id"].encode(), digest_size=8).hexdigest()] = place
    return found


def _place(row: Mapping[str, object], at_station: Mapping[str, Place]) -> Place | None:
    lat, lon = row["lat"], row["lon"]
    if isinstance(lat, float) and isinstance(lon, float):
        return lat, lon
    return at_station.get(str(row["station_id"]))


def _appeared(journeys: Journeys, before: Gone | None, place: Place, now: float, patience: Patience) -> Journeys:
    if before is None:
        return replace(journeys, fresh=journeys.fresh + 1)
    if _metres(before, place) <= patience.moved_m:
        return replace(journeys, in_place=journeys.in_place + 1)
    return _moved(journeys, before, place, now, patience)


def _moved(journeys: Journeys, before: Gone, place: Place, now: float, patience: Patience) -> Journeys:
    metres = _metres(before, place)
    if metres <= patience.moved_m:
        return journeys
    furthest = max(journeys.furthest_m, round(metres))
    if now <= before.at or metres / (now - before.at) > patience.speed_ms:
        return replace(journeys, teleports=journeys.teleports + 1, furthest_m=furthest)
    return replace(journeys, kept=journeys.kept + 1, furthest_m=furthest)


def _metres(before: Gone, place: Place) -> float:
    return 1_000 * distance_km(before.place, place)
