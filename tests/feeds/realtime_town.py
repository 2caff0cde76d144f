"""A line of four stops and the messages of a Monday morning at 08:05, in which everything is right.

Combeval runs west to east, a stop each kilometre: A, B, C, D; station S holds platform A. Route R1 is a bus.

====== ===== ======================================== ==========================================
trip   route calls                                    what it is for
====== ===== ======================================== ==========================================
T1     R1    A 07:59-08:00, B 08:10, C 08:20, D 08:30 an ordinary trip, with a shape
T2     R1    D 09:00, C 09:10, B 09:20, A 09:30       the way back, without a shape
LOOP   R2    A 10:00, B 10:10, A 10:20                calls twice at A
FREE   R2    A 06:00, B 06:10, D 06:30                frequencies.txt, every 10 min, not exact
BEAT   R2    A 06:00, B 06:10, D 06:30                frequencies.txt, every 10 min, exact
OPEN   R1    A 11:00, B 11:10, C without a time       a last call that nobody knows the time of
====== ===== ======================================== ==========================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from google.transit.gtfs_realtime_pb2 import FeedMessage

from feeds.gtfs.read import read
from feeds.gtfs_rt import Schedule

AT = dt.datetime(2026, 9, 14, 6, 5, 10, tzinfo=dt.UTC)
NOW = int(AT.timestamp()) - 10
TODAY = "20260914"
FILES = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nCARS,Cars,https://cars.example,Europe/Paris\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "S,Gare,45.0,5.0,1,\nA,Gare quai,45.0,5.0,0,S\nB,Mairie,45.0,5.0127,0,\n"
    "C,Col,45.0,5.0254,0,\nD,Bourg,45.0,5.0381,0,\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nR1,CARS,1,3\nR2,CARS,2,3\n",
    "trips.txt": "trip_id,route_id,service_id,direction_id,shape_id\nT1,R1,WEEK,0,WAY\nT2,R1,WEEK,1,\nLOOP,R2,WEEK,0,\n"
    "FREE,R2,WEEK,0,\nBEAT,R2,WEEK,0,\nOPEN,R1,WEEK,0,\n",
    "stop_times.txt": "trip_id,stop_sequence,stop_id,arrival_time,departure_time\n"
    "T1,1,A,07:59:00,08:00:00\nT1,2,B,08:10:00,08:10:00\nT1,3,C,08:20:00,08:20:00\nT1,4,D,08:30:00,08:30:00\n"
    "T2,1,D,09:00:00,09:00:00\nT2,2,C,09:10:00,09:10:00\nT2,3,B,09:20:00,09:20:00\nT2,4,A,09:30:00,09:30:00\n"
    "LOOP,1,A,10:00:00,10:00:00\nLOOP,2,B,10:10:00,10:10:00\nLOOP,3,A,10:20:00,10:20:00\n"
    "FREE,1,A,06:00:00,06:00:00\nFREE,2,B,06:10:00,06:10:00\nFREE,3,D,06:30:00,06:30:00\n"
    "BEAT,1,A,06:00:00,06:00:00\nBEAT,2,B,06:10:00,06:10:00\nBEAT,3,D,06:30:00,06:30:00\n"
    "OPEN,1,A,11:00:00,11:00:00\nOPEN,2,B,11:10:00,11:10:00\nOPEN,3,C,,\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "WEEK,1,1,1,1,1,0,0,20260101,20261231\n",
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs,exact_times\n"
    "FREE,06:00:00,09:00:00,600,0\nBEAT,06:00:00,09:00:00,600,1\n",
    "shapes.txt": "shape_id,shape_pt_sequence,shape_pt_lat,shape_pt_lon\n"
    "WAY,1,45.0,5.0\nWAY,2,45.0,5.0127\nWAY,3,45.0,5.0254\nWAY,4,45.0,5.0381\n",
}


def town(folder: Path) -> Path:
    """The schedule as a folder of files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def schedule(folder: Path) -> Schedule:
    """The schedule, read and opened."""
    (folder / "tables").mkdir(parents=True)
    return Schedule.open(read(town(folder / "town"), folder / "tables").tables)


def message(*, at: int = NOW) -> FeedMessage:
    """What is right: T1 two minutes late with its vehicle near A, and an alert on route R1."""
    made = FeedMessage()
    made.header.gtfs_realtime_version = "2.0"
    made.header.incrementality = made.header.FULL_DATASET
    made.header.timestamp = at
    update = made.entity.add(id="update").trip_update
    update.timestamp = at - 5
    _ride(update, "T1", "bus-7")
    for sequence, (stop, minute) in enumerate(zip("ABCD", (0, 10, 20, 30), strict=True), 1):
        call = update.stop_time_update.add(stop_sequence=sequence, stop_id=stop, schedule_relationship="SCHEDULED")
        # 08:00 in Paris is five minutes before `NOW`.
        call.arrival.time = call.departure.time = at - 300 + minute * 60 + 120
    vehicle = made.entity.add(id="vehicle").vehicle
    _ride(vehicle, "T1", "bus-7")
    vehicle.timestamp = at - 5
    vehicle.position.latitude, vehicle.position.longitude = 45.0003, 5.004
    vehicle.position.bearing, vehicle.position.speed = 90.0, 12.0
    vehicle.stop_id = "B"
    alert = made.entity.add(id="alert").alert
    alert.informed_entity.add(agency_id="CARS", route_id="R1")
    alert.active_period.add(start=at - 3600)
    alert.header_text.translation.add(text="Travaux au col", language="fr")
    return made


def _ride(within: object, trip: str, vehicle: str) -> None:
    described = within.trip  # type: ignore[attr-defined]
    described.trip_id, described.route_id, described.direction_id = trip, "R1", 0
    described.start_date, described.start_time = TODAY, "08:00:00"
    described.schedule_relationship = described.SCHEDULED
    within.vehicle.id = vehicle  # type: ignore[attr-defined]


#: Changes the right message into a wrong one.
Change = Callable[[FeedMessage], object]
